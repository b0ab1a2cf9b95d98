"""Preflight of a whole city: seconds and peak memory, beside the floor of reading the same bytes as CSV.

    python tests/benchmarks/city_preflight.py [--size city] [--data-dir DIR]

The district's Clever IDs are not those that SIS IDs would give, as in a real one. DIR is kept and used again.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from roster_tui.accounts.reconcile import Person, reconcile
from roster_tui.preflight.forecast import Copy
from roster_tui.roster.account_rows import people, replace_accounts
from roster_tui.roster.apply import apply
from roster_tui.roster.cache import set_meta
from roster_tui.roster.compare import compare
from roster_tui.roster.history import start_run
from roster_tui.roster.kinds import STUDENT, TEACHER
from roster_tui.roster.stage import Stage
from roster_tui.sandbox.generator import SIZES, GeneratedDistrict, student_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents, plan_demo
from roster_tui.settings import load
from roster_tui.sis import SisDistrict, SisFile
from roster_tui.sis.as_clever import CleverSide, derived_id
from roster_tui.workspace import DistrictName, Workspace, account_row, create_workspace

DISTRICT = DistrictName("c" * 24, "Lincoln Unified")
REKEYED_STUDENTS = 200


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--size", choices=list(SIZES), default="city")
    options.add_argument("--data-dir", type=Path)
    given = options.parse_args()
    if given.data_dir:
        measure(given.data_dir, given.size)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given.size)


def measure(root: Path, size: str) -> None:
    files, data = root / "files", root / "data"
    if not files.exists():
        district = GeneratedDistrict(SIZES[size], 2026, 2026, DISTRICT.name)
        began = time.monotonic()
        sync_first_night(district, data)
        write_files(WithIncidents(district, incidents(district)), files)
        print(f"prepared in {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    rows = sum(count_rows(file) for file in sorted(files.iterdir()))
    floor = time.monotonic() - began
    print(f"floor: csv.reader over {rows:,} rows: {floor:.1f} s")

    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "roster_tui", "preflight", str(files), "--json", "--data-dir", str(data)],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    document = json.loads(process.stdout.read())
    _, _, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    print(f"preflight: {seconds:.1f} s ({seconds / floor:.1f} times the floor), peak {usage.ru_maxrss / 1024:.0f} MB")
    print(json.dumps(document["changes"]))
    print(document["problem_counts"], len(document["suspensions"]), "suspended", document["hold_reasons"])


def incidents(district: GeneratedDistrict) -> Incidents:
    planned = plan_demo(district).incidents
    students = [student_sis_id(index * 37) for index in range(REKEYED_STUDENTS)]
    return Incidents(
        rekeyed_teachers=planned.rekeyed_teachers,
        rekeyed_students={old: f"9{old}" for old in students},
        blanked_emails=planned.blanked_emails,
        leavers=planned.leavers,
        taken_over=planned.taken_over,
        forgotten=planned.forgotten,
        shared_emails=planned.shared_emails,
    )


def sync_first_night(district: SisDistrict, data: Path) -> None:
    """Bring a district into an empty cache without the way over HTTP, its accounts with it."""
    workspace = create_workspace(load(data / "none", {}, {"data_dir": str(data)}), DISTRICT)
    side = CleverSide(district, DISTRICT.id, workspace.clock().date(), partial(derived_id, "clever's own"))
    stage = Stage(workspace.cache.staged_file)
    for resource, record in side.records():
        add(stage, resource, record)
    flush(stage)
    stage.finish()
    with workspace.cache.with_staged() as db:
        compare(db)
    with workspace.cache.writing(with_staged=True) as db:
        apply(db, start_run(db, "full", workspace.clock()))
        set_meta(db, "applied_at", workspace.clock().isoformat())
    workspace.cache.discard_staged()
    create_accounts(workspace)
