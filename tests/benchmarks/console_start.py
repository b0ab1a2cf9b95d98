"""How long the console takes to its first full frame, and its memory, against an empty Textual app.

Both are real processes on a real pseudo-terminal, started in turn in the same run; medians are compared. The
console's frame counts when the triage list stands with its rows and every cell is painted, the empty app's when
every cell is painted. The console is called by its bare name, as people do. Memory is resident memory, once at that
frame and once when the process has settled.

    python tests/benchmarks/console_start.py
    python tests/benchmarks/console_start.py --rounds 20 --size large
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from district import add_size, command, prepared
from figures import Figure, show
from terminal import Shows, Terminal

EMPTY = [sys.executable, "-c", "from textual.app import App; App().run()"]
SETTLED_SECONDS = 0.5
TIME_GOAL, MEMORY_GOAL = 1.15, 1.4


@dataclass(frozen=True)
class Start:
    """One start."""

    seconds: float
    at_frame: int
    """Resident bytes."""
    settled: int


def started(process: list[str], shows: Shows, environment: Mapping[str, str] | None = None) -> Start:
    """Start a process once."""
    with Terminal(process, width=120, height=40, environment=environment) as terminal:
        at = terminal.until(shows)
        at_frame = terminal.resident()
        terminal.rest(SETTLED_SECONDS)
        return Start(at - terminal.began, at_frame, terminal.resident())


def has_triage(terminal: Terminal) -> bool:
    """Whether the console's first frame stands, with findings and keys."""
    text = "\n".join(terminal.lines)
    return "Broken for somebody now" in text and "? help" in text and terminal.painted


def measure(size: str, rounds: int) -> Iterator[Figure]:
    """Yield the figures."""
    console, where = command(), {"ROSTER_TUI_DATA_DIR": str(prepared(size))}
    pairs = []
    for turn in range(rounds + 1):
        pair = started(EMPTY, lambda terminal: terminal.painted), started(console, has_triage, where)
        # The first turn fills the disk's cache and compiles what is not compiled.
        pairs += [pair] if turn else []
    empties, consoles = zip(*pairs, strict=True)
    for name, starts in (("empty Textual app", empties), (f"console on the {size} district", consoles)):
        yield Figure(f"{name}: first frame", median(each.seconds for each in starts), "s")
        yield Figure(f"{name}: memory at that frame", median(each.at_frame for each in starts) / 1e6, "MB")
        yield Figure(f"{name}: memory settled", median(each.settled for each in starts) / 1e6, "MB")
    yield Figure("first frame, times the empty app's (median of pairs)",
                 median(ours.seconds / empty.seconds for empty, ours in pairs), "x", TIME_GOAL)  # fmt: skip
    yield Figure("memory settled, times the empty app's",
                 median(ours.settled / empty.settled for empty, ours in pairs), "x", MEMORY_GOAL)  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_size(parser)
    parser.add_argument("--rounds", type=int, default=11, help="pairs of starts (default: 11)")
    options = parser.parse_args()
    began = time.monotonic()
    show(f"Console start, 120x40, {options.rounds} pairs", list(measure(options.size, options.rounds)))
    print(f"  in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
