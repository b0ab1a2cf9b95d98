"""Bytes that the console sends for a row down and a page down, and what it costs when nobody touches it.

A real process on a real pseudo-terminal, in the list of sections, at two sizes and two depths of colour. A row down
that reaches the edge scrolls by half a page, so the mean holds its share of those; the plain row is told apart.

    python tests/benchmarks/bytes.py
    python tests/benchmarks/bytes.py --size small --keys 20
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from statistics import mean, median

from district import add_size, command, prepared
from figures import Figure, show
from terminal import COLOURS, Terminal

SIZES = ((80, 24), (120, 40))
ROW_GOAL, PAGE_GOAL = 1_000, 12_000
"""At 120x40 in 256 colours."""
PAGE_DOWN = "\x1b[6~"


def pressed(terminal: Terminal, key: str, times: int) -> list[int]:
    """Press a key so many times; returns the bytes that each brought."""
    counts = []
    for _ in range(times):
        terminal.press(key)
        counts.append(terminal.rest())
        terminal.draw()
    return counts


def measure(data: str, width: int, height: int, colours: str, keys: int, idle: float) -> Iterator[Figure]:
    """Yield the figures of one terminal."""
    judged = (width, height) == SIZES[-1] and colours == "256 colours"
    with Terminal(command("--data-dir", data), width=width, height=height, term=COLOURS[colours]) as terminal:
        terminal.until(lambda shown: "? help" in shown.lines[-1])
        opened = sum(map(len, terminal.received)) + terminal.rest(1.0)
        terminal.press("4")
        terminal.until(lambda shown: "Stud" in shown.lines[2] and bool(shown.lines[3]))
        terminal.rest(1.0)
        terminal.draw()
        rows, pages = pressed(terminal, "j", keys), pressed(terminal, PAGE_DOWN, max(2, keys // 5))
        before = terminal.cpu_seconds()
        sent = terminal.wait(idle)
        busy = 100 * (terminal.cpu_seconds() - before) / idle
    yield Figure("opening the console", opened, "bytes")
    yield Figure(f"row down, median of {len(rows)}", median(rows), "bytes", ROW_GOAL if judged else None)
    yield Figure("row down, mean with the rows that scroll", mean(rows), "bytes", ROW_GOAL if judged else None)
    yield Figure(f"page down, median of {len(pages)}", median(pages), "bytes", PAGE_GOAL if judged else None)
    yield Figure("page down, most", max(pages), "bytes")
    yield Figure(f"idle for {idle:g} s: processor", busy, "%")
    yield Figure(f"idle for {idle:g} s: sent", sent, "bytes")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_size(parser)
    parser.add_argument("--keys", type=int, default=100, help="rows to go down; a fifth as many pages (default: 100)")
    parser.add_argument("--idle", type=float, default=10.0, help="seconds of idleness (default: 10)")
    options = parser.parse_args()
    data = str(prepared(options.size))
    for width, height in SIZES:
        for colours in COLOURS:
            figures = list(measure(data, width, height, colours, options.keys, options.idle))
            show(f"Bytes to the terminal, {width}x{height}, {colours}", figures)


if __name__ == "__main__":
    main()
