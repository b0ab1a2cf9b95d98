"""``preflight`` as a script calls it: its document, its exit codes, and what it never prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster_tui.demo import NAME, SEED
from roster_tui.sandbox.generator import SIZES, GeneratedDistrict
from roster_tui.sis import SisFile
from tests.cli.conftest import Run
from tests.sis.editing import Table, written

DISTRICT = GeneratedDistrict(SIZES["small"], SEED, 2026, NAME)
KEYS = {"files", "errors", "warnings", "notes", "changes", "suspensions", "findings", "would_hold", "clever_would_hold"}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return written(DISTRICT, tmp_path / "files")


@pytest.fixture
def folder(run: Run, files: Path, tmp_path: Path) -> Path:
    """A district synced once from these files."""
    folder = tmp_path / "district"
    assert run("demo", "--csv", files, "--prepare", "--data-dir", folder).code == 0
    return folder


def test_a_quiet_night(run: Run, files: Path, folder: Path) -> None:
    told = run("preflight", files, "--data-dir", folder)
    assert (told.code, told.err) == (0, "Reading the files\nComparing with the roster\n")
    assert "nothing would change" in told.out
    assert "Files: 0 errors, 0 warnings, 0 notes" in told.out


def test_the_document(run: Run, files: Path, folder: Path) -> None:
    teachers = Table(files / "teachers.csv")
    name = teachers.get(5, "last_name")
    teachers.set(5, "teacher_email", "")
    teachers.set(6, "teacher_email", "nobody")
    teachers.save()
    told = run("preflight", files, "--json", "--data-dir", folder)
    assert (told.code, told.err) == (0, "")
    document = told.json
    assert document.keys() >= KEYS
    assert document["files"]["teachers.csv"] == 123
    assert document["errors"] == []
    assert [(each["code"], each["file"], each["line"], each["column"]) for each in document["warnings"]] == [
        ("email-missing", "teachers.csv", 5, "teacher_email"),
        ("bad-email", "teachers.csv", 6, "teacher_email"),
    ]
    assert document["changes"]["teachers"] == {"added": 0, "removed": 0, "updated": 2, "rekeyed": 0}
    (suspended,) = document["suspensions"]
    assert (suspended["cause"], suspended["reason"]) == ("email_missing", "email blank in the SIS")
    assert suspended["name"].startswith(name)
    assert suspended["sections"] == len(document["sections_without_valid_teacher"]) > 0
    assert {each["code"] for each in document["findings"] if each["new"]} == {
        "email-missing",
        "email-without-at",
        "section-without-valid-teacher",
    }
    assert (document["would_hold"], document["clever_would_hold"]) == (False, False)
    assert run("preflight", files, "--exit-code", "--data-dir", folder).code == 4
    shown = run("preflight", files, "--data-dir", folder).out
    assert f"suspended: {name}" in shown
    assert "line 6, teacher_email: the address has no @ [bad-email]" in shown


def test_errors_and_holds_exit_with_3(run: Run, files: Path, folder: Path) -> None:
    sections = Table(files / "sections.csv")
    del sections.rows[300:]
    sections.save()
    told = run("preflight", files, "--json", "--data-dir", folder)
    assert told.code == 3
    assert told.json["would_hold"] and told.json["clever_would_hold"]
    assert any("sections removed" in reason for reason in told.json["clever_hold_reasons"])
    assert {each["code"] for each in told.json["errors"]} == {"unknown-reference"}
    shown = run("preflight", files, "--data-dir", folder)
    assert shown.code == 3
    assert "Clever would hold the upload: " in shown.out
    assert "more; --json lists them" in shown.out


def test_without_a_district_the_files_alone_are_checked(run: Run, files: Path, tmp_path: Path) -> None:
    told = run("preflight", files, "--data-dir", tmp_path / "none")
    assert told.code == 0
    assert "to compare with: the files alone were checked" in told.out
    assert not (tmp_path / "none").exists()
    document = run("preflight", files, "--json", "--data-dir", tmp_path / "none").json
    assert document["compared"] is False
    assert document["changes"] == {}


def test_no_folder_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run("preflight", tmp_path / "nowhere").code == 2
    assert run("preflight").code == 2


def test_an_empty_folder_is_told_file_by_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = run("preflight", tmp_path / "empty", "--json")
    assert told.code == 3
    assert sorted(each["file"] for each in told.json["errors"]) == [
        "enrollments.csv", "schools.csv", "sections.csv", "students.csv", "teachers.csv"
    ]  # fmt: skip


def test_it_works_read_only(run: Run, files: Path, folder: Path) -> None:
    assert run("preflight", files, "--read-only", "--data-dir", folder).code == 0


def test_no_value_of_a_student_is_printed(run: Run, files: Path, folder: Path) -> None:
    students, enrollments = Table(files / "students.csv"), Table(files / "enrollments.csv")
    for line, column in enumerate(("dob", "grade", "gender", "student_email", "school_id", "first_name"), start=3):
        students.set(line, column, "=SECRET!")
    students.set(20, "student_id", "SECRET")
    students.add(30)
    students.add(31, student_id=f"0{students.get(31, 'student_id')}")
    enrollments.set(9, "student_id", "SECRET")
    students.save()
    enrollments.save()
    ids = {row["student_id"] for row in DISTRICT.rows(SisFile.STUDENTS)}
    for arguments in ([], ["--json"]):
        told = run("preflight", files, *arguments, "--data-dir", folder)
        problems = told.out if not arguments else str([told.json[each] for each in ("errors", "warnings", "notes")])
        assert "SECRET" not in problems
        assert not [sis_id for sis_id in ids if sis_id in problems]
        assert "key-repeated" in problems and "look-alike-ids" in problems and "bad-date" in problems


def test_hostile_names_do_not_draw(run: Run, files: Path, folder: Path) -> None:
    teachers = Table(files / "teachers.csv")
    teachers.set(5, "last_name", "Le\x1b]0;owned\x07")
    teachers.set(5, "teacher_email", "\x1b[2J")
    teachers.set(6, "teacher_id", "\x1b[31mT")
    teachers.rename("title", "Tit\x1b[le")
    teachers.save()
    told = run("preflight", files, "--data-dir", folder)
    assert "\x1b" not in told.out
    assert "\x07" not in told.out
