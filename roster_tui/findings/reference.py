"""The reference of findings, made from the catalog; ``docs/generate.py`` writes it as ``docs/findings.md``."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from roster_tui.findings.catalog import CODES, PAIRS
from roster_tui.findings.model import Code, Severity

_WIDTH = 110
_SEVERITIES = {
    Severity.HIGH: "Somebody cannot work, or data comes apart.",
    Severity.MEDIUM: "Somebody should look at it this week.",
    Severity.LOW: "Housekeeping.",
}


def reference() -> str:
    """Return the whole page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Findings"
    yield ""
    yield "Made from `roster_tui/findings/catalog.py`; do not edit."
    yield ""
    yield "| code | severity | who fixes it | a fix shows |"
    yield "|---|---|---|---|"
    for code in CODES.values():
        grade = code.severity.name.lower()
        yield f"| [{code.code}](#{code.code}) | {grade} | {code.owner.value} | {code.effect.value} |"
    yield ""
    for severity, meaning in _SEVERITIES.items():
        yield f"* **{severity.name.lower()}**: {meaning}"
    for code in CODES.values():
        yield from _section(code)


def _section(code: Code) -> Iterator[str]:
    yield ""
    yield f"## {code.code}"
    yield ""
    yield f"**{code.title}.** Severity {code.severity.name.lower()}."
    yield ""
    yield fill(code.meaning, _WIDTH)
    yield ""
    yield fill(f"*{code.owner.value} fixes it:* {code.remedy} *Shows:* {code.effect.value}.", _WIDTH)
    if code in PAIRS:
        yield ""
        yield "Proposes a pair for the crosswalk: `y` accepts it, `n` rejects it, `X` leaves it open."
