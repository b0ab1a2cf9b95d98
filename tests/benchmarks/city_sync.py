"""Building a district from nothing: first sync and second night, their seconds, memory, and the cache's size.

Runs ``roster-tui demo --prepare`` in a new folder: the simulated Clever is loaded with two nights, and the product
fetches each over real HTTP on loopback. The process that syncs and the one that serves are watched apart. Clever
itself hands out 20,000 records a second at most: that is the floor of a fetch.

    python tests/benchmarks/city_sync.py
    python tests/benchmarks/city_sync.py --size large --keep /tmp/large
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from district import add_size, command
from figures import Figure, show

from roster_tui.sandbox.generator import SIZES

CACHE_GOAL_MB = 450
CLEVER_RECORDS_A_SECOND = 20_000
SAMPLE_SECONDS = 0.05
_APPLIED = re.compile(r"applied in ([\d.]+) s")


class Watch:
    """The resident memory of a process and its children, sampled; the peak is kept by phase."""

    def __init__(self, pid: int) -> None:
        self.night = 1
        self.peaks: defaultdict[str, int] = defaultdict(int)
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop sampling."""
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        before = time.monotonic()
        while not self._ended.wait(SAMPLE_SECONDS):
            children = _children(self._pid)
            # The simulated Clever is a child that lives as long as the sync it serves.
            phase = f"night {self.night}, {'sync' if children else 'making the data'}"
            self.seconds[phase] += time.monotonic() - before
            before = time.monotonic()
            self.peaks[phase] = max(self.peaks[phase], _resident(self._pid))
            for child in children:
                self.peaks["serving"] = max(self.peaks["serving"], _resident(child))


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)


def measure(size: str, folder: Path) -> Iterator[Figure]:
    """Yield the figures."""
    process = subprocess.Popen(
        command("demo", "--size", size, "--prepare", "--data-dir", str(folder)), stderr=subprocess.PIPE, text=True
    )
    watch, syncs = Watch(process.pid), []
    assert process.stderr is not None
    for line in process.stderr:
        print(f"  {line.rstrip()}", flush=True)
        if applied := _APPLIED.search(line):
            syncs.append(float(applied[1]))
            watch.night += 1
    if process.wait() or len(syncs) != 2:
        raise SystemExit("the district was not built")
    watch.end()
    held = SIZES[size]
    records = held.schools + held.teachers + held.sections + held.students
    for night, seconds in enumerate(syncs, start=1):
        making, syncing = f"night {night}, making the data", f"night {night}, sync"
        yield Figure(making, watch.seconds[making], "s")
        yield Figure(syncing, seconds, "s")
        yield Figure(f"{syncing}: times Clever's own limit", seconds * CLEVER_RECORDS_A_SECOND / records, "x")
        yield Figure(f"{syncing}: peak memory", watch.peaks[syncing] / 1e6, "MB")
    yield Figure("simulated Clever: peak memory", watch.peaks["serving"] / 1e6, "MB")
    caches = list(folder.glob("*/roster.sqlite*"))
    yield Figure("cache file", sum(file.stat().st_size for file in caches) / 1e6, "MB", CACHE_GOAL_MB)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_size(parser)
    parser.add_argument("--keep", type=Path, help="leave the data in this new folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = list(measure(options.size, options.keep or Path(scratch) / "data"))
    show(f"Two nights of the {options.size} district", figures)


if __name__ == "__main__":
    main()
