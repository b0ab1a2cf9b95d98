"""Whether a terminal shows the console as it is meant: size, characters, colours, clipboard. Pure, from its facts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from roster_tui.doctor.checks import Check, failed, ok, warning
from roster_tui.present import display_text

SMALLEST = (60, 15)
USUAL = (80, 24)


@dataclass(frozen=True)
class Terminal:
    """What can be known of a terminal without asking it."""

    is_there: bool
    encoding: str
    columns: int
    lines: int


def terminal_here() -> Terminal:
    """Return the facts of the terminal that the console would draw on: standard error's."""
    is_there = sys.stdin.isatty() and sys.stderr.isatty()
    try:
        columns, lines = os.get_terminal_size(sys.stderr.fileno()) if is_there else USUAL
    except (OSError, ValueError):
        columns, lines = USUAL
    return Terminal(is_there, sys.stderr.encoding or "", columns, lines)


def check_terminal(terminal: Terminal, environ: Mapping[str, str], *, color: bool) -> list[Check]:
    """Return what a terminal lacks."""
    if not terminal.is_there:
        return [ok("terminal", "none here: commands and --json need none, the console does")]
    return [
        _size(terminal.columns, terminal.lines),
        _characters(terminal.encoding),
        _colours(environ, color),
        _clipboard(environ),
    ]


def _size(columns: int, lines: int) -> Check:
    said = f"{columns}x{lines}"
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return failed("terminal", said, f"Make it at least {SMALLEST[0]}x{SMALLEST[1]}, better {USUAL[0]}x{USUAL[1]}")
    if columns < USUAL[0] or lines < USUAL[1]:
        return warning("terminal", said, f"Make it {USUAL[0]}x{USUAL[1]} or larger: less is cut off then")
    return ok("terminal", said)


def _characters(encoding: str) -> Check:
    if encoding.lower().replace("-", "").replace("_", "") == "utf8":
        return ok("characters", "UTF-8")
    return warning(
        "characters", f"{encoding or 'unknown'}, not UTF-8", "Set a UTF-8 locale, as in: export LANG=C.UTF-8"
    )


def _colours(environ: Mapping[str, str], color: bool) -> Check:
    term = environ.get("TERM", "")
    if term in ("", "dumb"):
        return failed("colours", f"TERM is {term or 'not set'}", "Set TERM to what it is, as in: TERM=xterm-256color")
    if not color:
        return ok("colours", "none, as the settings or NO_COLOR ask for")
    if environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return ok("colours", "16 million")
    if "256" in term or "direct" in term:
        return ok("colours", "256")
    return ok("colours", f"16, as TERM={display_text(term, 40)} says")


def _clipboard(environ: Mapping[str, str]) -> Check:
    if environ.get("TMUX"):
        return ok(
            "clipboard",
            "copies pass through tmux; where nothing arrives: set -g allow-passthrough on, set -g set-clipboard on",
        )
    if environ.get("TERM", "").startswith("screen"):
        return ok("clipboard", "copies pass through screen to the terminal around it (OSC 52)")
    return ok("clipboard", "copies go to the terminal (OSC 52); some ask first, some need it switched on")
