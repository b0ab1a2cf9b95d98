"""Only what differs is staged, and that is what a sync of the whole district would find, to the byte."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from roster_tui.clever.records import Course, School, Section, Term, User
from roster_tui.clever.wire import read
from roster_tui.preflight.forecast import Copy
from roster_tui.roster.cache import Cache
from roster_tui.roster.compare import compare
from roster_tui.roster.kinds import COURSE, KINDS, SCHOOL, SECTION, STUDENT, TEACHER, TERM
from roster_tui.roster.stage import Stage
from roster_tui.sis import SisFolder
from roster_tui.sis.as_clever import CleverSide
from roster_tui.sis.upload import open_upload
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.sis.editing import Table

MODELS = {
    "schools": (SCHOOL, School),
    "terms": (TERM, Term),
    "courses": (COURSE, Course),
    "sections": (SECTION, Section),
}
Change = tuple[int, bytes, str, int | None]
"""Kind, id, what, and the hash of what comes."""


def changes(db: sqlite3.Connection) -> set[Change]:
    compare(db)
    return {
        row
        for kind in KINDS
        for row in db.execute(
            f"SELECT c.kind, c.id, c.what, s.hash FROM staged.change c LEFT JOIN staged.{kind.name} s ON s.id = c.id"
            f" WHERE c.kind = {kind.code}"
        )
    }


def of_a_sync(workspace: Workspace, files: Path) -> set[Change]:
    """Return what a sync of the whole district would change."""
    stage = Stage(workspace.cache.staged_file)
    for resource, record in CleverSide(SisFolder(files), workspace.district.id, NOW.date()).records():
        if resource == "users" and "contact" in record["roles"]:
            continue
        kind, model = MODELS.get(resource) or (STUDENT if "student" in record["roles"] else TEACHER, User)
        stage.add(kind, [read(record, model)])
    stage.finish()
    with workspace.cache.with_staged() as db:
        found = changes(db)
    workspace.cache.discard_staged()
    return found


def of_a_preflight(workspace: Workspace, files: Path, scratch: Path) -> set[Change]:
    scratch.mkdir()
    with closing(open_upload(files, scratch / "reading.sqlite", check=False)) as upload:
        Copy(workspace, scratch).stage(upload)
    with Cache(scratch / "roster.sqlite").with_staged() as db:
        return changes(db)


def edit(files: Path, chance: Random) -> None:
    """Change what a night can change, at places of chance."""
    students, sections, enrollments = (Table(files / f"{name}.csv") for name in ("students", "sections", "enrollments"))
    teachers = Table(files / "teachers.csv")

    def some(table: Table, number: int) -> list[int]:
        return chance.sample(range(2, len(table.rows) + 1), number)

    for line in some(students, 6):
        students.set(
            line, chance.choice(["grade", "dob", "first_name", "middle_name", "state_id"]), chance.choice("17")
        )
    for line in some(students, 3):
        students.set(line, "student_id", f"new-{line}")
    for line in some(students, 3):
        # Another row of the same student, of which only the first counts; and a new one, enrolled.
        students.add(line, first_name="Twice")
        students.add(line, student_id=f"joined-{line}")
        enrollments.add(chance.randrange(2, 900), student_id=f"joined-{line}")
    for line in some(students, 2):
        students.set(line, "school_id", chance.choice(["nowhere", "S002"]))
    for line in some(enrollments, 3):
        # Said twice, of nobody, and of a section that is none.
        enrollments.add(line)
        enrollments.add(line, student_id="nobody")
        enrollments.add(line, section_id="no-section")
    for line in sorted(some(enrollments, 5), reverse=True):
        del enrollments.rows[line - 1]
    for line in some(sections, 4):
        sections.set(line, chance.choice(["period", "course_name", "grade", "subject", "section_number"]), "4")
    for line in some(sections, 3):
        sections.set(line, "teacher_id", chance.choice(["nobody", teachers.get(chance.randrange(2, 90), "teacher_id")]))
        sections.set(line, "teacher_2_id", teachers.get(chance.randrange(2, 90), "teacher_id"))
    for line in some(sections, 2):
        sections.set(line, "term_end", "7/1/2027")
    for line in some(sections, 2):
        # A class that everybody left.
        left, at = sections.get(line, "section_id"), enrollments.at("section_id")
        enrollments.rows = [row for row in enrollments.rows if row[at] != left]
    for line in some(sections, 2):
        sections.set(line, "section_id", f"moved-{line}")
    for table in (students, sections):
        for line in sorted(some(table, 3), reverse=True):
            del table.rows[line - 1]
        chance.shuffle(rest := table.rows[1:])
        table.rows[1:] = rest
    for table in (students, sections, enrollments):
        table.save()


@pytest.mark.parametrize("seed", range(4))
def test_any_night_is_staged_as_a_sync_would(district: Workspace, files: Path, tmp_path: Path, seed: int) -> None:
    edit(files, Random(seed))
    told = of_a_preflight(district, files, tmp_path / "scratch")
    assert told == of_a_sync(district, files)
    assert {what for _, _, what, _ in told} == {"added", "removed", "updated"}


def test_a_night_on_which_all_changes(district: Workspace, files: Path, tmp_path: Path) -> None:
    for name, column in (("students", "grade"), ("sections", "period")):
        table = Table(files / f"{name}.csv")
        for line in range(2, len(table.rows) + 1):
            table.set(line, column, "12")
        table.save()
    assert of_a_preflight(district, files, tmp_path / "scratch") == of_a_sync(district, files)
