"""Clever's own demo district as SIS files: read, carried to Clever, synced and checked without a loss."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from roster_tui.roster.kinds import SECTION
from roster_tui.roster.listing import Listing
from roster_tui.roster.read import SectionRow, rows
from roster_tui.roster.read import counts as numbers
from roster_tui.roster.window import full_window
from roster_tui.sis import SisFolder
from tests.cli.conftest import Run
from tests.sis.editing import found as problems
from tests.sis.test_as_clever import records
from tests.sync.conftest import Night


def test_clevers_own_demo_district_is_carried_whole(sample_csv: Path) -> None:
    found = records(SisFolder(sample_csv))
    roles = Counter(next(iter(user["roles"])) for user in found["users"])
    assert (len(found["schools"]), roles["teacher"], len(found["sections"]), roles["student"]) == (3, 89, 379, 1004)
    assert sum(len(each["students"]) for each in found["sections"]) == 8971
    schools = {user["id"]: user["roles"]["teacher"]["school"] for user in found["users"] if "teacher" in user["roles"]}
    assert sum(schools[each["teacher"]] != each["school"] for each in found["sections"]) == 39


def test_clevers_own_files_and_a_second_night_of_them(run: Run, sample_csv: Path, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    assert run("demo", "--csv", sample_csv, "--prepare", "--data-dir", folder).code == 0
    counts = run("status", "--json", "--data-dir", folder).json["counts"]
    assert counts == {"schools": 3, "teachers": 89, "sections": 379, "students": 1004}
    sections = run("sections", "--json", "--data-dir", folder).json
    assert sections["total"] == 379
    assert all(teacher["name"] for row in sections["rows"] for teacher in row["teachers"])
    assert run("conflicts", "--json", "--data-dir", folder).json["findings"] == []

    second = tmp_path / "second"
    shutil.copytree(sample_csv, second)
    for file in second.iterdir():
        file.chmod(0o644)
    lines = (second / "teachers.csv").read_text().splitlines()
    header = lines[0].split(",")
    email = header.index("Teacher_email")
    rows = [line.split(",") for line in lines[1:]]
    rekeyed, blanked, dropped = rows[0][1], rows[1][1], rows[2][1]
    rows[0][1] = "9047"
    rows[1][email] = ""
    del rows[2]
    (second / "teachers.csv").write_text("\n".join([lines[0], *(",".join(row) for row in rows)]) + "\n")
    students = (second / "students.csv").read_text().splitlines()
    old = students[1].split(",")[1]
    for name in ("students.csv", "enrollments.csv"):
        text = (second / name).read_text()
        (second / name).write_text(text.replace(f",{old},", ",555000111,"))

    assert run("demo", "--csv", second, "--prepare", "--data-dir", folder).code == 0
    findings = run("conflicts", "--json", "--data-dir", folder).json["findings"]
    told = {
        (each["code"], each["type"], each["subject"]["sis_id"])
        for each in findings
        if each["code"] != "section-without-valid-teacher"
    }
    assert told == {
        ("sis-id-changed", "teacher", rekeyed),
        ("sis-id-changed", "student", old),
        ("email-missing", "teacher", blanked),
        ("teacher-removed", "teacher", dropped),
    }
    suspended = run("teachers", "status:suspended", "--json", "--data-dir", folder).json["rows"]
    causes = {row["sis_id"]: row["account"]["cause"] for row in suspended}
    assert causes[blanked] == "email blank in the SIS"
    assert causes[dropped] == "no longer in Clever's data"


@pytest.mark.parametrize("make", [SisFolder], ids=["folder"])
def test_clevers_demo_district_is_carried_unchanged_and_complete(
    clever: Night, sample_csv: Path, make: Callable[[Path], Any]
) -> None:
    clever.load(make(sample_csv))
    workspace, _ = clever.sync()
    with workspace.cache.reading() as db:
        assert numbers(db) == {"schools": 3, "teachers": 89, "sections": 379, "students": 1004}
        assert db.execute("SELECT sum(length(class_list) / 4) FROM section").fetchone() == (8971,)
        sections = rows(db, SECTION, full_window(db, Listing(SECTION)).keys)
        away = 0
        for row in sections:
            assert isinstance(row, SectionRow)
            assert row.school and row.teachers and all(each.name for each in row.teachers)
            mine = full_window(db, Listing(SECTION, ("teacher", row.teachers[0].key))).keys
            theirs = full_window(db, Listing(SECTION, ("school", row.school.key))).keys
            assert row.key in mine
            assert row.key in theirs
            (home,) = db.execute("SELECT school FROM teacher WHERE key = ?", (row.teachers[0].key,)).fetchone()
            away += home != row.school.key
    assert away == 39


def test_clevers_own_files_have_nothing_but_a_day_that_never_was(sample_csv: Path, tmp_path: Path) -> None:
    # One birth date there is a 29 February of a year without one.
    assert problems(sample_csv, tmp_path / "scratch") == [("bad-date", "students.csv", 525, "dob")]
