"""Preflight of a whole city: seconds and peak memory, beside the floor of reading the same rows with ``csv``.

The city is the one of all benchmarks, synced and with its accounts. Tonight's files are written from the same
generator, with another bad night planted and 200 students re-keyed; with ``--layout 1.1`` or ``1.2`` as OneRoster's.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from district import add_size, command, prepared
from figures import Figure, show
from oneroster_files import as_oneroster

from roster_tui.demo import NAME, SEED
from roster_tui.sandbox.generator import SIZES, GeneratedDistrict, school_year_of, student_sis_id
from roster_tui.sandbox.incidents import WithIncidents, plan_demo
from roster_tui.sis import SisDistrict, SisFile
from roster_tui.workspace import now

REKEYED = 200


def tonight(size: str) -> SisDistrict:
    """Return the district as tonight's export has it."""
    district = GeneratedDistrict(SIZES[size], SEED, school_year_of(now().date()), NAME)
    step = max(1, SIZES[size].students // REKEYED)
    students = {old: f"9{old}" for old in (student_sis_id(index * step) for index in range(REKEYED))}
    return WithIncidents(district, replace(plan_demo(district).incidents, rekeyed_students=students))


def written(source: SisDistrict, folder: Path) -> Path:
    """Write a district as the files of an upload, where they are not there yet."""
    done = folder / "written"
    if not done.exists():
        folder.mkdir(exist_ok=True)
        for file in SisFile:
            with (folder / file.file_name).open("w", newline="", encoding="utf-8") as text:
                writer = csv.writer(text)
                for number, row in enumerate(source.rows(file)):
                    if not number:
                        writer.writerow(row)
                    writer.writerow(row.values())
        done.touch()
    return folder


def floor(folder: Path) -> float:
    """Return the CPU seconds that ``csv`` alone takes for these files."""
    began = time.process_time()
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as text:
            for _ in csv.reader(text):
                pass
    return time.process_time() - began


def resident(pid: int) -> float:
    """Return the MB of a process and its children that are in memory, what they share counted once (Linux)."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        share = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(share.group(1)) / 1024 + sum(resident(int(child)) for child in children) if share else 0.0


def spent() -> float:
    """Return the CPU seconds of all processes that were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print what a preflight costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_size(parser)
    parser.add_argument("--layout", choices=["clever", "1.1", "1.2"], default="clever", help="layout of the files")
    arguments = parser.parse_args()
    size, layout = arguments.size, arguments.layout
    data = prepared(size)
    if layout == "clever":
        files = written(tonight(size), data / "tonight")
    elif not (files := data / f"tonight-{layout}").exists():
        # Whatever an interrupted run has left is no district to measure.
        shutil.rmtree(unfinished := files.with_name(f"{files.name}.unfinished"), ignore_errors=True)
        as_oneroster(tonight(size), unfinished, layout).rename(files)
    least = floor(files)
    began, before, peak = time.monotonic(), spent(), 0.0
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command("preflight", str(files), "--json", "--data-dir", str(data)), stdout=told)
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.1)
        seconds = time.monotonic() - began
        told.seek(0)
        document = json.load(told)
    cpu = spent() - before
    goal = size == "city"
    show(
        f"preflight of a {size} district, {document['layout']}'s layout, {sum(document['files'].values()):,} rows",
        [
            Figure("until it is told", seconds, "s", 60 if goal else None),
            Figure("processor time of both processes", cpu, "s"),
            Figure("csv.reader over the same files", least, "s"),
            Figure("times that floor", cpu / least, ""),
            Figure("peak resident, both together", peak, "MB", 500 if goal else None),
        ],
    )
    print(f"exit code {process.returncode}, {document['changes']}", file=sys.stderr)


if __name__ == "__main__":
    main()
