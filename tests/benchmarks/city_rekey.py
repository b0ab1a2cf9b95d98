"""A city night on which a migrated SIS gives 20,000 students new IDs, while 112 leave and 150 come.

What the hold would say is worked out before anything is applied: who is re-keyed, who really leaves. The night is
staged by the product's own parsing and staging, once; then a process of its own compares and links it. The time
is that of linking, the memory the highest of that whole process.

    python tests/benchmarks/city_rekey.py
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from district import home, prepared
from figures import Figure, show

from roster_tui.clever.records import Course, School, Section, Term, User
from roster_tui.clever.wire import read
from roster_tui.demo import NAME, SEED
from roster_tui.findings.linkage.nights import pairs_ahead
from roster_tui.roster.cache import Cache
from roster_tui.roster.compare import compare
from roster_tui.roster.kinds import COURSE, SCHOOL, SECTION, STUDENT, TEACHER, TERM
from roster_tui.roster.schema import VERSION
from roster_tui.roster.stage import Stage
from roster_tui.sandbox.generator import SIZES, GeneratedDistrict, school_year_of
from roster_tui.sandbox.incidents import WithIncidents, plan_demo
from roster_tui.sis import Row, SisDistrict, SisFile
from roster_tui.sis.as_clever import CleverSide

REKEYED, LEAVERS, JOINERS = 20_000, 112, 150
SECONDS, MEGABYTES = 60.0, 500.0
PAGE = 1_000
KINDS = {
    "schools": (SCHOOL, School),
    "courses": (COURSE, Course),
    "terms": (TERM, Term),
    "sections": (SECTION, Section),
}


def lot(sis_id: str, what: str) -> int:
    """Return a number below 1,000 that depends on the student and the question only."""
    return int.from_bytes(blake2b(f"{what} {sis_id}".encode(), digest_size=4).digest(), "big") % 1_000


def migrated(row: Row) -> Row:
    """Return a student's row as the new SIS exports it: other keys, and what typists and importers do."""
    sis_id = row["student_id"]
    new = dict(row) | {"student_id": f"M{sis_id}", "student_number": f"M{sis_id}"}
    if lot(sis_id, "state ID left behind") < 300:
        new["state_id"] = ""
    if lot(sis_id, "new mail domain") < 500:
        new["student_email"] = row["student_email"].replace("students.", "pupils.")
    first = row["first_name"]
    if lot(sis_id, "name typed again") < 20 and len(first) > 3:
        new["first_name"] = first[0] + first[2] + first[1] + first[3:]
    if lot(sis_id, "second surname") < 20:
        new["last_name"] = f"{row['last_name']}-Reyes"
    month, day, year = row["dob"].split("/")
    if lot(sis_id, "day and month swapped") < 10 and int(day) <= 12:
        new["dob"] = f"{day}/{month}/{year}"
    return new


class Migration:
    """A district on the night of its migration: whole schools, one after the other."""

    def __init__(self, source: SisDistrict, newcomers: SisDistrict) -> None:
        self.name = source.name
        self._source, self._newcomers = source, newcomers
        ids = [row["student_id"] for row in islice(source.rows(SisFile.STUDENTS), REKEYED + LEAVERS)]
        self._leavers = set(sorted(ids, key=lambda each: blake2b(each.encode()).digest())[:LEAVERS])
        self._rekeyed = set(ids) - self._leavers

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield the rows of one file."""
        if file not in (SisFile.STUDENTS, SisFile.ENROLLMENTS):
            yield from self._source.rows(file)
            return
        for row in self._source.rows(file):
            sis_id = row["student_id"]
            if sis_id in self._leavers:
                continue
            if sis_id not in self._rekeyed:
                yield row
            elif file is SisFile.STUDENTS:
                yield migrated(row)
            else:
                yield row | {"student_id": f"M{sis_id}"}
        if file is SisFile.STUDENTS:
            for row in islice(self._newcomers.rows(file), JOINERS):
                new = dict.fromkeys(("student_id", "student_number", "state_id"), f"N{row['student_id']}")
                yield row | new


def build(folder: Path) -> None:
    """Stage the night beside a copy of the city's roster."""
    city = next(prepared("city").glob("*/roster.sqlite"))
    shutil.copyfile(city, folder / "roster.sqlite")
    cache = Cache(folder / "roster.sqlite")
    with cache.reading() as db:
        last = date.fromisoformat(db.execute("SELECT max(started_at) FROM run").fetchone()[0][:10])
    year = school_year_of(last)
    district = GeneratedDistrict(SIZES["city"], SEED, year, NAME)
    newcomers = GeneratedDistrict(SIZES["small"], SEED + 1, year, NAME)
    night = Migration(WithIncidents(district, plan_demo(district).incidents), newcomers)
    stage = Stage(cache.staged_file)
    pages: dict[str, list[object]] = {}
    for name, record in CleverSide(night, city.parent.name, last).records():
        kind, model = KINDS.get(name, (None, User))
        if kind is None:
            if "contact" in record["roles"]:
                continue
            kind = STUDENT if "student" in record["roles"] else TEACHER
        page = pages.setdefault(kind.name, [])
        page.append(read(record, model))
        if len(page) == PAGE:
            stage.add(kind, page)
            page.clear()
    for kind in (SCHOOL, TERM, COURSE, TEACHER, STUDENT, SECTION):
        stage.add(kind, pages.get(kind.name, []))
    stage.finish()
    with cache.with_staged() as db:
        compare(db)


def measure(folder: Path) -> None:
    """Link the staged night, and print what it took and what the hold can say."""
    with Cache(folder / "roster.sqlite").with_staged() as db:
        began = time.monotonic()
        linkage = pairs_ahead(db, STUDENT)
        seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wrong = sum(pair.new.sis_id != f"M{pair.old.sis_id}" for pair in linkage.matches)
    doubtful = sum(pair.new.sis_id != f"M{pair.old.sis_id}" for pair in linkage.possible)
    show(
        "City night, 20,000 students re-keyed",
        [
            Figure("pairs worked out", seconds, "s", SECONDS),
            Figure("memory at its highest", peak, "MB", MEGABYTES),
            Figure("matches that are wrong", wrong, ""),
            Figure("possible matches that are wrong", doubtful, ""),
        ],
    )
    print(
        f"  students: re-keyed {len(linkage.matches):,}, possibly re-keyed {len(linkage.possible):,},"
        f" leavers {len(linkage.leavers):,}, joiners {len(linkage.joiners):,}"
    )


def main() -> None:
    """Build the night where it is not there, and measure it in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args().measure
    if given:
        measure(given)
        return
    folder = home() / f"city-rekeyed-{VERSION}"
    if not (folder / "staged").exists():
        print(f"Staging the night in {folder}; it takes minutes", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        build(folder)
        (folder / "staged").touch()
    subprocess.run([sys.executable, __file__, "--measure", str(folder)], check=True)


if __name__ == "__main__":
    main()
