"""Shares of values counted from records at hand, or from counts that a database made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from roster_tui.findings.linkage.model import Record
from roster_tui.findings.linkage.names import letters
from roster_tui.findings.linkage.shares import Shares

NAMES = ("first", "middle", "last")


def folded(part: str, value: str) -> str:
    """Return a value as shares are asked for it."""
    return letters(value) if part in NAMES else value.lower()


def counted(records: Sequence[Record]) -> Shares:
    """Return the shares of values among records."""
    pairs = ((part, folded(part, value)) for record in records for part, value in record.values.items())
    counts: dict[str, Counter[str]] = {}
    for part, value in pairs:
        counts.setdefault(part, Counter())[value] += 1
    return Shares(len(records), counts)


def gathered(part: str, counts: Iterable[tuple[str | None, int]]) -> Counter[str]:
    """Return counts by folded value from counts by the value as it came."""
    found: Counter[str] = Counter()
    for value, number in counts:
        if value:
            found[folded(part, value)] += number
    return found
