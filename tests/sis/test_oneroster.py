"""OneRoster's files are checked and read as Clever's are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from roster_tui.sandbox.generator import SIZES, GeneratedDistrict
from roster_tui.sis import SisFile
from roster_tui.sis.upload import open_upload
from tests.benchmarks.oneroster_files import as_oneroster
from tests.sis.editing import Found, found

DISTRICT = GeneratedDistrict(SIZES["small"], 7, 2026, "Lincoln")


@pytest.fixture(params=["1.1", "1.2"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return as_oneroster(DISTRICT, tmp_path / "oneroster", request.param)


def test_files_that_are_right_have_nothing(files: Path, tmp_path: Path) -> None:
    assert found(files, tmp_path / "scratch") == []


def test_the_rows_are_those_of_clevers_layout(files: Path, tmp_path: Path) -> None:
    upload = open_upload(files, tmp_path / "scratch")
    for file, columns in (
        (SisFile.SCHOOLS, ["school_id", "school_name"]),
        (SisFile.TEACHERS, ["school_id", "teacher_id", "teacher_email", "first_name", "middle_name", "last_name"]),
        (SisFile.STUDENTS, ["school_id", "student_id", "student_email", "grade", "last_name"]),
        (SisFile.ENROLLMENTS, ["section_id", "student_id"]),
        (SisFile.SECTIONS, ["school_id", "section_id", "teacher_id", "teacher_2_id", "course_name", "period",
                            "term_start", "grade", "subject"]),
        (SisFile.STAFF, ["school_id", "staff_id", "staff_email"]),
    ):  # fmt: skip
        made = [[row.get(column, "") for column in columns] for row in upload.rows(file)]
        assert made == [[row.get(column, "") for column in columns] for row in DISTRICT.rows(file)]
    upload.finish()
    upload.close()
    assert list(upload.problems) == []


def changed(path: Path, line: int, values: dict[str, str]) -> None:
    rows = list(csv.reader(path.read_text().splitlines()))
    for column, value in values.items():
        rows[line - 1][rows[0].index(column)] = value
    with path.open("w", newline="") as text:
        csv.writer(text).writerows(rows)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("orgs.csv", {"name": ""}, ("value-missing", "orgs.csv", 4, "name")),
        ("classes.csv", {"courseSourcedId": "none"}, ("unknown-reference", "classes.csv", 4, "courseSourcedId")),
        ("classes.csv", {"termSourcedIds": "Y1,Y9"}, ("unknown-reference", "classes.csv", 4, "termSourcedIds")),
        ("classes.csv", {"grades": "1,wizard"}, ("bad-grade", "classes.csv", 4, "grades")),
        ("academicSessions.csv", {"endDate": "soon"}, ("bad-date", "academicSessions.csv", 4, "endDate")),
        ("users.csv", {"email": ""}, ("email-missing", "users.csv", 4, "email")),
        ("users.csv", {"email": "x"}, ("bad-email", "users.csv", 4, "email")),
        ("enrollments.csv", {"userSourcedId": "x"}, ("unknown-reference", "enrollments.csv", 4, "userSourcedId")),
    ],
)
def test_a_defect_is_found_once(
    files: Path, tmp_path: Path, name: str, values: dict[str, str], expected: Found
) -> None:
    changed(files / name, 4, values)
    assert expected in (told := found(files, tmp_path / "scratch"))
    assert [each for each in told if each[0] not in ("section-without-teacher",)] == [expected]


def test_a_class_without_teacher_and_a_class_without_students(files: Path, tmp_path: Path) -> None:
    with (files / "classes.csv").open("a") as text:
        course, term, school = (next(iter(DISTRICT.rows(SisFile.SECTIONS)))[each] for each in (
            "course_number", "term_name", "school_id"
        ))  # fmt: skip
        text.write(f"Z1,Empty,5,{course},1,{school},{term},math,1\n")
    assert {each[0] for each in found(files, tmp_path / "scratch")} == {
        "section-without-students",
        "section-without-teacher",
    }


def test_a_row_to_be_deleted_is_no_record(files: Path, tmp_path: Path) -> None:
    path = files / "orgs.csv"
    path.write_text(path.read_text().replace("sourcedId,", "sourcedId,status,").replace("\nD,", "\nD,active,"))
    lines = path.read_text().splitlines()
    lines[2:] = [line.replace(",", ",tobedeleted,", 1) for line in lines[2:]]
    path.write_text("\n".join(lines))
    upload = open_upload(files, tmp_path / "scratch")
    assert list(upload.rows(SisFile.SCHOOLS)) == []
    upload.close()


def test_a_missing_file_is_named(files: Path, tmp_path: Path) -> None:
    (files / "courses.csv").unlink()
    assert found(files, tmp_path / "scratch") == [("file-missing", "courses.csv", 0, "")]
