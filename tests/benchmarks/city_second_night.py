"""A second night of which one record in a hundred changed: stage, compare and apply, against DuckDB comparing alone.

Both nights come from the simulated Clever of a prepared district; the first is applied to an empty cache, once,
and kept beside it. Ours runs in a process of its own from Clever's JSON to the committed cache. DuckDB, in
another, holds both nights in tables of its own already and only finds out what was added, updated and removed:
once by the same row hashes, once column by column. Seconds are of processor time, all threads together, so that other
work on the machine counts for nothing. Install it anywhere (``pip install duckdb``) and name its Python.

    python tests/benchmarks/city_second_night.py --duckdb ~/duck/bin/python
    python tests/benchmarks/city_second_night.py --size large
"""

from __future__ import annotations

import argparse
import csv
import gc
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import orjson
from district import add_size, home, prepared
from figures import Figure, show

from roster_tui.clever.records import Course, Record, School, Section, Term, User
from roster_tui.clever.wire import read_list
from roster_tui.roster import compare, history
from roster_tui.roster.apply import apply
from roster_tui.roster.cache import Cache
from roster_tui.roster.kinds import COURSE, KINDS, SCHOOL, SECTION, STUDENT, TEACHER, TERM, Kind
from roster_tui.roster.schema import VERSION
from roster_tui.roster.stage import Stage
from roster_tui.sandbox.store import Store
from roster_tui.settings import demo_store

T = TypeVar("T", bound=Record)
PAGE = 1_000
TIME_GOAL, MEMORY_GOAL_MB = 2.0, 300.0
NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
_CHANGED = {SCHOOL: "name", TERM: "name", COURSE: "name", TEACHER: "title", STUDENT: "grade", SECTION: "period"}
"""The column that a changed record differs in."""
_EVERY = "WHERE substr(hex(id), -2) IN ('00', '55', 'AA')"
"""About one record in a hundred, whatever their number."""


def pages(store: Store) -> Iterator[tuple[Kind, list[Record]]]:
    """Yield the records of a simulated Clever by page, read as the client reads them."""
    types: tuple[tuple[str, Kind, type[Record]], ...] = (
        ("schools", SCHOOL, School),
        ("terms", TERM, Term),
        ("courses", COURSE, Course),
        ("sections", SECTION, Section),
    )
    for name, kind, record in types:
        bodies = store.bodies(name)
        while page := list(islice(bodies, PAGE)):
            yield kind, read_page(page, record)
    bodies = store.bodies("users")
    while page := list(islice(bodies, PAGE)):
        users = read_page(page, User)
        adults = [user for user in users if user.roles.teacher or user.roles.staff or user.roles.district_admin]
        yield TEACHER, adults
        yield STUDENT, [user for user in users if user.roles.student]


def read_page(page: Sequence[tuple[str, bytes]], record: type[T]) -> list[T]:
    """Return the records of one page of Clever's answer."""
    data = b",".join(b'{"data":%s}' % body for _, body in page)
    return read_list(b'{"data":[%s]}' % data, record).records


def staged(store_file: Path, file: Path) -> dict[str, float]:
    """Stage a whole night; returns the seconds of reading JSON into records, and of staging these."""
    store, stage = Store(store_file), Stage(file)
    spent = {"read": 0.0, "stage": 0.0}
    began = time.process_time()
    with closing(store):
        for kind, records in pages(store):
            read = time.process_time()
            stage.add(kind, records)
            spent["read"] += read - began
            began = time.process_time()
            spent["stage"] += began - read
        stage.finish()
    spent["stage"] += time.process_time() - began
    return spent


def first_night(size: str) -> Path:
    """Return the folder of a cache to which the first night is applied; made once."""
    folder = home() / f"{size}-{VERSION}-first-night"
    done = folder / "made"
    if not done.exists():
        print(f"Applying the first night of the {size} district in {folder}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        cache = Cache(folder / "roster.sqlite")
        cache.ensure()
        staged(demo_store(prepared(size)), cache.staged_file)
        with cache.with_staged() as db:
            compare.compare(db)
        with cache.writing(with_staged=True) as db:
            apply(db, history.start_run(db, "full", NOW))
        cache.staged_file.rename(folder / "first.sqlite")
        done.touch()
    return folder


def change(file: Path) -> None:
    """Change one staged record in a hundred: most updated, some gone, some new. Not part of what is measured."""
    with closing(sqlite3.connect(file)) as db:
        for kind in KINDS:
            columns = ", ".join(kind.staged_columns)
            db.execute(f"UPDATE {kind.name} SET {_CHANGED[kind]} = 'changed', hash = hash - 1 {_EVERY}")
            tenth = "AND substr(hex(id), -3, 1) = '0'"
            db.execute(
                f"INSERT OR IGNORE INTO {kind.name} (id, hash, {columns})"
                f" SELECT CAST(x'ff' || substr(id, 2) AS BLOB), hash, {columns} FROM {kind.name} {_EVERY} {tenth}"
            )
            db.execute(f"DELETE FROM {kind.name} {_EVERY} {tenth} AND substr(hex(id), 1, 2) <> 'FF'")
        db.commit()


# -- ours, in a process of its own ------------------------------------------------------------------------


def second_night(store_file: Path, folder: Path) -> dict[str, Any]:
    """Stage, compare and apply; returns seconds by step, what changed, and the peak of resident memory."""
    gc.disable()  # As `roster-tui sync` does.
    cache = Cache(folder / "roster.sqlite")
    spent = staged(store_file, cache.staged_file)
    change(cache.staged_file)
    began = time.process_time()
    with cache.with_staged() as db:
        tallies = compare.compare(db)
    spent["compare"] = time.process_time() - began
    shutil.copyfile(cache.staged_file, folder / "second.sqlite")
    began = time.process_time()
    with cache.writing(with_staged=True) as db:
        apply(db, history.start_run(db, "full", NOW))
    spent["apply"] = time.process_time() - began
    changed = {kind: [tally.fetched, tally.added, tally.updated, tally.removed] for kind, tally in tallies.items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": spent, "changed": changed, "peak": peak}


# -- DuckDB, in a process of its own ----------------------------------------------------------------------

_DUCKDB = """
import json, resource, sys, time
import duckdb
file, what, kinds = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
db = duckdb.connect(file)
db.execute("SET enable_progress_bar = false")
if what == "load":
    for kind in kinds:
        for night in ("first", "second"):
            path = f"{file}.{night}.{kind}.csv"
            rows = f"read_csv('{path}', header=true, all_varchar=true)"
            db.execute(f"CREATE TABLE {night}_{kind} AS SELECT * FROM {rows}")
    sys.exit()
began = time.process_time()
found = {}
for kind in kinds:
    names = [row[0] for row in db.execute(f"DESCRIBE first_{kind}").fetchall()]
    compared = ["hash"] if what == "hash" else [name for name in names if name not in ("id", "hash")]
    differs = " OR ".join(f"b.{name} IS DISTINCT FROM a.{name}" for name in compared)
    found[kind] = db.execute(
        f"SELECT count(*) FILTER (WHERE a.id IS NULL), count(*) FILTER (WHERE a.id = b.id AND ({differs})),"
        f" count(*) FILTER (WHERE b.id IS NULL) FROM first_{kind} a FULL JOIN second_{kind} b ON a.id = b.id"
    ).fetchone()
seconds = time.process_time() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "found": found, "peak": peak}))
"""


def in_duckdb(python: str, folder: Path, first: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield how DuckDB compares the same two nights, by hash and by column."""
    file = folder / "nights.duckdb"
    kinds = orjson.dumps([kind.name for kind in KINDS]).decode()
    for night, source in (("first", first), ("second", folder / "second.sqlite")):
        _export(source, f"{file}.{night}")
    subprocess.run([python, "-c", _DUCKDB, file, "load", kinds], check=True)
    for what in ("hash", "columns"):
        done = subprocess.run([python, "-c", _DUCKDB, file, what, kinds], check=True, capture_output=True)
        yield what, orjson.loads(done.stdout)


def _export(source: Path, prefix: str) -> None:
    with closing(sqlite3.connect(source)) as db:
        for kind in KINDS:
            binary = {"id", *(name for name, _ in kind.references), *kind.list_columns}
            names = ("id", "hash", *kind.staged_columns)
            columns = ", ".join(f"hex({name}) AS {name}" if name in binary else name for name in names)
            with Path(f"{prefix}.{kind.name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(names)
                writer.writerows(db.execute(f"SELECT {columns} FROM {kind.name}"))


# -- figures ----------------------------------------------------------------------------------------------


def measure(size: str, python: str | None) -> Iterator[Figure]:
    """Yield the figures."""
    store_file, first = demo_store(prepared(size)), first_night(size)
    folder = home() / "second-night"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        shutil.copyfile(first / "roster.sqlite", folder / "roster.sqlite")
        command = [sys.executable, __file__, "--child", str(store_file), str(folder)]
        ours = orjson.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        yield from _ours(ours)
        if python:
            for what, theirs in in_duckdb(python, folder, first / "first.sqlite"):
                _check(ours["changed"], theirs["found"])
                yield from _theirs(what, theirs, ours)
        else:
            print("DuckDB is compared only when its Python is named: --duckdb PYTHON", file=sys.stderr)
    finally:
        shutil.rmtree(folder)


def _ours(ours: dict[str, Any]) -> Iterator[Figure]:
    for step, seconds in ours["seconds"].items():
        yield Figure(f"ours: {step}", seconds, "s")
    whole = sum(seconds for step, seconds in ours["seconds"].items() if step != "read")
    yield Figure("ours: stage, compare and apply", whole, "s")
    yield Figure("ours: peak memory, JSON to committed cache", ours["peak"] / 1e6, "MB", MEMORY_GOAL_MB)


def _theirs(what: str, theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[Figure]:
    seconds = ours["seconds"]
    whole = seconds["stage"] + seconds["compare"] + seconds["apply"]
    yield Figure(f"DuckDB by {what}: compare", theirs["seconds"], "s")
    yield Figure(f"DuckDB by {what}: peak memory", theirs["peak"] / 1e6, "MB")
    yield Figure(f"our compare / DuckDB by {what}", seconds["compare"] / theirs["seconds"], "x", TIME_GOAL)
    yield Figure(f"our stage, compare and apply / DuckDB by {what}", whole / theirs["seconds"], "x")


def _check(ours: dict[str, list[int]], theirs: dict[str, list[int]]) -> None:
    """Both must have found the same, or their seconds mean nothing."""
    differing = {kind: (ours[kind][1:], found) for kind, found in theirs.items() if ours[kind][1:] != list(found)}
    if differing:
        raise SystemExit(f"the two do not agree: {differing}")


def main() -> None:
    """Measure and print; with ``--child`` be the measured process."""
    if sys.argv[1:2] == ["--child"]:
        print(orjson.dumps(second_night(Path(sys.argv[2]), Path(sys.argv[3]))).decode())
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_size(parser)
    parser.add_argument("--duckdb", metavar="PYTHON", help="a Python that can import duckdb")
    options = parser.parse_args()
    show(f"A second night of the {options.size} district", list(measure(options.size, options.duckdb)))


if __name__ == "__main__":
    main()
