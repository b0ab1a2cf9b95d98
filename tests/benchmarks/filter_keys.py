"""From a key typed into the filter to the frame that answers it, on all sections of the district.

A real process on a real pseudo-terminal: the time runs from the byte of the key to the arrival of the piece of
output after which the breadcrumb names exactly the filter typed so far (its rows come in the same frame). Words
are typed key by key, each key once the answer to the last one stands, so one- and two-letter filters are among
them; then in a burst, as people type, timed from the last key. Sort keys are measured the same way, and filters
under each other order. "Whole count" is when the count is no longer "more than". Frames without any row yet, whose
count is "searching", are counted: they answer the key, but not the question.

The event loop's longest block comes from the same process: every callback is timed inside it.

    python tests/benchmarks/filter_keys.py
    python tests/benchmarks/filter_keys.py --size large --rounds 1
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from district import add_size, prepared
from figures import Figure, percentile, show
from terminal import Terminal

from roster_tui.roster.fields import field_types
from roster_tui.roster.filter import EVERYTHING, Filter, FilterError, parse
from roster_tui.roster.kinds import SECTION

GOAL_MS = 50.0
WORDS = (
    "algebra",
    "reading 4",
    "math",
    "e",
    "zz",
    "9-2",
    "40123",
    "art grade:7",
    "teacher:okafor",
    "science -5",
    "student-count:>20",
    '"and history"',
)
UNDER_ORDERS = ("e", "th", "sci")
USUAL = "Name"
"""The column that sorts at first, and again when the sort key has been through all that are shown."""
MARKED = re.compile(r"(\S+(?: \S+)*)[▲▼]")
"""The column that sorts, in the header."""
BURST_SECONDS = 0.06
SECOND_LINE, HEADER = 1, 2
ESCAPE_SECONDS = 0.3
"""A lone escape is told from the beginning of a sequence by waiting."""
PROBE = Path(__file__).with_name("probe.py")


@dataclass
class Times:
    """Milliseconds, by what was measured."""

    keys: list[float] = field(default_factory=list)
    short: list[float] = field(default_factory=list)
    """Of these, the keys that make a word of one or two letters."""
    whole: list[float] = field(default_factory=list)
    searching: int = 0
    """Keys that were answered by a frame without rows while more was looked for."""
    bursts: list[float] = field(default_factory=list)
    sorting: list[float] = field(default_factory=list)
    first_rows: list[float] = field(default_factory=list)
    """Sort keys, to the first row: an order that no index has is made when it is asked for."""
    under_orders: list[float] = field(default_factory=list)


class Sections:
    """The list of sections in a running console."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        terminal.until(lambda shown: "? help" in shown.lines[-1])
        terminal.press("4")
        terminal.until(lambda shown: "Stud" in shown.lines[HEADER] and bool(shown.lines[HEADER + 1]))

    def open_filter(self) -> None:
        """Let a filter be typed."""
        self._terminal.press("/")
        self._terminal.rest()

    def clear_filter(self) -> None:
        """Close and clear the filter."""
        self._terminal.press("\x1b")
        self._terminal.rest(ESCAPE_SECONDS)
        self._terminal.until(lambda shown: "filter:" not in shown.lines[SECOND_LINE])

    def type(self, word: str) -> Iterator[tuple[str, float, float, bool]]:
        """Type a word key by key; yields the text so far, milliseconds to its frame and to its whole count.

        And whether that frame was still without rows.

        Keys that do not change what is asked for (a blank, an open quote) are pressed but not measured.
        """
        asked = EVERYTHING
        for end in range(1, len(word) + 1):
            text = word[:end]
            if (now_asked := _parsed(text)) in (None, asked):
                self._terminal.press(text[-1])
                self._terminal.rest()
                self._terminal.draw()
                continue
            asked = now_asked or asked
            at = self._terminal.press(text[-1])
            seen = self._terminal.until(lambda shown, text=text: _answered(shown, text))
            whole, searching = seen, "searching" in self._terminal.lines[SECOND_LINE]
            if searching or "more than" in self._terminal.lines[SECOND_LINE]:
                whole = self._terminal.until(_is_whole)
            yield text, 1000 * (seen - at), 1000 * (whole - at), searching

    def burst(self, word: str) -> float:
        """Type a word without waiting; returns milliseconds from its last key to its frame."""
        at = 0.0
        for key in word:
            time.sleep(BURST_SECONDS if at else 0)
            at = self._terminal.press(key)
        return 1000 * (self._terminal.until(lambda shown: _answered(shown, word)) - at)

    def sort(self) -> tuple[str, float, float]:
        """Go to the next order; returns its column, and milliseconds to its frame and to its first row."""
        before = self.sorting
        at = self._terminal.press("o")
        seen = self._terminal.until(lambda _: self.sorting not in (None, before))
        whole = seen if _has_rows(self._terminal) else self._terminal.until(_has_rows)
        return self.sorting or "", 1000 * (seen - at), 1000 * (whole - at)

    @property
    def sorting(self) -> str | None:
        """The column that the list is sorted by, as far as it shows one."""
        marked = MARKED.search(self._terminal.lines[HEADER])
        return marked[1] if marked else None


def _answered(shown: Terminal, text: str) -> bool:
    return re.search(rf"filter: {re.escape(text)}(?!\S)", shown.lines[SECOND_LINE]) is not None


def _has_rows(shown: Terminal) -> bool:
    return shown.lines[HEADER + 1].strip(" …") != ""


def _is_whole(shown: Terminal) -> bool:
    return not any(part in shown.lines[SECOND_LINE] for part in ("more than", "searching"))


def _parsed(text: str) -> Filter | None:
    try:
        return parse(text, field_types(SECTION))
    except FilterError:
        return None


def drive(sections: Sections, words: Sequence[str], rounds: int) -> Times:
    """Type every word in so many rounds, and go through the orders."""
    times = Times()
    # The order of an earlier run was kept for the operator.
    while sections.sorting != USUAL:
        sections.sort()
    for _ in range(rounds):
        for word in words:
            sections.open_filter()
            for text, to_frame, to_whole, searching in sections.type(word):
                times.keys.append(to_frame)
                times.whole.append(to_whole)
                times.searching += searching
                if len(text.split(" ")[-1]) < 3:
                    times.short.append(to_frame)
            sections.clear_filter()
            if _parsed(word[:-1]) is not None:
                sections.open_filter()
                times.bursts.append(sections.burst(word))
                sections.clear_filter()
        column = ""
        while column != USUAL:
            column, to_frame, to_row = sections.sort()
            times.sorting.append(to_frame)
            times.first_rows.append(to_row)
            for word in UNDER_ORDERS[: len(words)] if column != USUAL else ():
                sections.open_filter()
                times.under_orders += [to_frame for _, to_frame, *_ in sections.type(word)]
                sections.clear_filter()
    return times


def measure(size: str, words: Sequence[str], rounds: int) -> Iterator[Figure]:
    """Yield the figures."""
    with tempfile.TemporaryDirectory() as folder:
        noted = Path(folder) / "blocks.json"
        command = [sys.executable, str(PROBE), str(noted), "--data-dir", str(prepared(size))]
        with Terminal(command, width=120, height=40) as terminal:
            sections = Sections(terminal)
            began = time.monotonic()
            times = drive(sections, words, rounds)
            ended = time.monotonic()
            terminal.leave("q")
        blocks = [1000 * seconds for at, seconds in json.loads(noted.read_text()) if began < at < ended]
    yield from _spread("filter key to frame", times.keys)
    yield from _spread("  of these, words of one or two letters", times.short)
    yield from _spread("  to the whole count", times.whole, None)
    yield Figure("  of these, first answered without rows", times.searching, "keys")
    yield from _spread("last key of a burst to frame", times.bursts)
    yield from _spread("sort key to frame", times.sorting)
    yield from _spread("  to the first row", times.first_rows, None)
    yield from _spread("filter key to frame under another order", times.under_orders)
    yield Figure("longest block of the event loop", max(blocks, default=0.0), "ms", GOAL_MS)


def _spread(what: str, times: list[float], goal: float | None = GOAL_MS) -> Iterator[Figure]:
    yield Figure(f"{what}, median of {len(times)}", percentile(times, 50), "ms")
    yield Figure(f"{what}, 99 %", percentile(times, 99), "ms", goal)
    yield Figure(f"{what}, longest", max(times), "ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_size(parser)
    parser.add_argument("--rounds", type=int, default=3, help="times that everything is typed (default: 3)")
    parser.add_argument("--words", nargs="+", default=WORDS, help="filters to type (default: a mixture)")
    options = parser.parse_args()
    figures = list(measure(options.size, options.words, options.rounds))
    show(f"Filter keys, sections of the {options.size} district, 120x40", figures)


if __name__ == "__main__":
    main()
