"""A district's first sync from nothing, against a server that keeps Clever's rate limit (1,200 requests a minute).

Runs ``roster-tui sync`` in an empty data folder; the simulated Clever of a prepared district serves it over real
HTTP from a process of its own, and refuses what goes beyond the limit as Clever does.

    python tests/benchmarks/city_first_sync.py
    python tests/benchmarks/city_first_sync.py --page-size 2000
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
from district import add_size, command, prepared
from figures import Figure, show

from roster_tui.sandbox.generator import SIZES
from roster_tui.settings import demo_store

SECONDS_GOAL = 240.0


def measure(size: str, page_size: int) -> Iterator[Figure]:
    """Yield the figures."""
    source = demo_store(prepared(size))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        # In a demo's folder `sync` serves its Clever itself; a link lets it serve the prepared one.
        demo_store(folder).symlink_to(source)
        options = {"ROSTER_TUI_CLEVER__PAGE_SIZE": str(page_size)}
        began = time.monotonic()
        process = subprocess.Popen(
            command("--data-dir", scratch, "sync"), env={**os.environ, **options}, stdout=sys.stderr
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        if status:
            raise SystemExit("the sync failed")
        shown = subprocess.run(
            command("--data-dir", scratch, "sync", "show", "--json"), check=True, capture_output=True
        ).stdout
    run = orjson.loads(shown)
    held = SIZES[size]
    records = held.schools + held.teachers + held.sections + held.students
    yield Figure("first sync", seconds, "s", SECONDS_GOAL)
    for step, spent in run["durations"].items():
        yield Figure(f"first sync: {step}", spent, "s")
    yield Figure("records a second", records / seconds, "")
    yield Figure("requests", run["requests"], "")
    yield Figure("peak memory", usage.ru_maxrss * 1024 / 1e6, "MB")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_size(parser)
    parser.add_argument("--page-size", type=int, default=1_000, help="records a request (default: 1000)")
    options = parser.parse_args()
    figures = list(measure(options.size, options.page_size))
    show(f"First sync of the {options.size} district, {options.page_size:,} records a request", figures)


if __name__ == "__main__":
    main()
