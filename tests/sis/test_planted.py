"""One defect of each kind, planted in files that are right: found once, at its place, and nothing else with it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from roster_tui.sandbox.generator import SIZES, GeneratedDistrict
from roster_tui.sis.catalog import CODES
from roster_tui.sis.problems import Severity
from tests.sis.editing import Found, Table, found, written

Plant = Callable[[Path], Found]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(GeneratedDistrict(SIZES["small"], 7, 2026, "Lincoln"), tmp_path_factory.mktemp("right") / "files")


@pytest.fixture
def files(generated: Path, tmp_path: Path) -> Path:
    """Files that are right."""
    return changeable(generated, tmp_path)


def changeable(source: Path, tmp_path: Path) -> Path:
    """Return a copy of files that a test may write to."""
    folder = Path(shutil.copytree(source, tmp_path / "files"))
    for file in folder.iterdir():
        file.chmod(0o644)
    return folder


def value(code: str, file: str, column: str, text: str, line: int = 5) -> Plant:
    """Plant one value."""

    def plant(folder: Path) -> Found:
        table = Table(folder / f"{file}.csv")
        table.set(line, column, text)
        table.save()
        return code, f"{file}.csv", line, column

    return plant


def row(code: str, file: str, column: str, line: int = 2, **changed: str) -> Plant:
    """Plant one more row."""

    def plant(folder: Path) -> Found:
        table = Table(folder / f"{file}.csv")
        at = table.add(line, **changed)
        table.save()
        return code, f"{file}.csv", at, column

    return plant


def header(code: str, file: str, column: str, name: str, told: str | None = None) -> Plant:
    """Rename one column."""

    def plant(folder: Path) -> Found:
        table = Table(folder / f"{file}.csv")
        table.rename(column, name)
        table.save()
        return code, f"{file}.csv", 1, column if told is None else told

    return plant


def raw(code: str, file: str, change: Callable[[bytes], bytes], line: int, column: str = "") -> Plant:
    """Change the bytes of a file."""

    def plant(folder: Path) -> Found:
        path = folder / f"{file}.csv"
        path.write_bytes(change(path.read_bytes()))
        return code, f"{file}.csv", line, column

    return plant


def line_of(change: Callable[[list[str]], str], line: int = 6) -> Callable[[bytes], bytes]:
    """Change the text of one line, given its cells."""

    def changed(content: bytes) -> bytes:
        lines = content.decode().splitlines()
        lines[line - 1] = change(lines[line - 1].split(","))
        return "\n".join([*lines, ""]).encode("utf-8", "surrogateescape")

    return changed


def open_quote(file: str, column: str, line: int) -> Plant:
    """Open a quote before a value; -1 is the last line."""

    def plant(folder: Path) -> Found:
        table = Table(folder / f"{file}.csv")
        number = line % (len(table.rows) + 1)
        table.set(number, column, f"OPEN{table.get(number, column)}")
        table.path.write_text(table.text().replace("OPEN", '"'), encoding="utf-8")
        return "unclosed-quote", f"{file}.csv", number, column

    return plant


def _email_of_another(folder: Path) -> Found:
    table = Table(folder / "teachers.csv")
    table.set(9, "teacher_email", table.get(4, "teacher_email").upper())
    table.save()
    return "email-shared", "teachers.csv", 9, "teacher_email"


def _look_alike(folder: Path) -> Found:
    table = Table(folder / "schools.csv")
    at = table.add(2, school_id=f"0{table.get(2, 'school_id')}")
    table.save()
    return "look-alike-ids", "schools.csv", at, "school_id"


def _blank_behind(folder: Path) -> Found:
    table = Table(folder / "teachers.csv")
    table.set(5, "teacher_id", f"{table.get(5, 'teacher_id')} ")
    table.save()
    return "blank-in-id", "teachers.csv", 5, "teacher_id"


def _eleventh_teacher(folder: Path) -> Found:
    table = Table(folder / "sections.csv")
    for each in table.rows:
        each.append("")
    table.rows[0][-1] = "Teacher_11_id"
    table.rows[4][-1] = table.get(2, "teacher_id")
    table.save()
    return "too-many-teachers", "sections.csv", 5, "teacher_11_id"


def _twice(folder: Path) -> Found:
    table = Table(folder / "teachers.csv")
    table.rename("title", "Username")
    table.save()
    return "column-repeated", "teachers.csv", 1, "username"


def _gone(folder: Path) -> Found:
    (folder / "sections.csv").unlink()
    return "file-missing", "sections.csv", 0, ""


def _in_capitals(folder: Path) -> Found:
    (folder / "sections.csv").rename(folder / "Sections.CSV")
    return "file-missing", "sections.csv", 0, ""


def _a_folder(folder: Path) -> Found:
    (folder / "sections.csv").unlink()
    (folder / "sections.csv").mkdir()
    return "file-unreadable", "sections.csv", 0, ""


PLANTS = {
    "file gone": _gone,
    "file in capitals": _in_capitals,
    "a folder in its place": _a_folder,
    "nothing in it": raw("file-empty", "teachers", lambda content: b"", 0),
    "only a header": raw("no-rows", "teachers", lambda content: content.split(b"\n")[0] + b"\n", 1),
    "key renamed": header("column-missing", "teachers", "teacher_id", "Teacher"),
    "key of enrollments misspelt": header("column-missing", "enrollments", "section_id", "Secton_id"),
    "optional column misspelt": header("column-misspelt", "students", "middle_name", "Midle_name", "midle_name"),
    "column twice": _twice,
    "no emails": header("email-column-missing", "teachers", "teacher_email", "Mail"),
    "header with spaces": raw(
        "header-spaces", "sections", lambda content: content.replace(b"_", b" ", content.split(b"\n")[0].count(b"_")), 1
    ),
    "byte order mark": raw("byte-order-mark", "teachers", lambda content: b"\xef\xbb\xbf" + content, 1),
    "bare carriage returns": raw(
        "bare-cr", "teachers", lambda content: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r"), 1
    ),
    "Latin-1": value("not-utf-8", "teachers", "first_name", "Ren\udce9"),
    "UTF-16": raw("not-utf-8", "sections", lambda content: content.decode().encode("utf-16"), 1),
    "quote not closed": open_quote("teachers", "last_name", 6),
    "quote not closed, none after it": open_quote("students", "first_name", 6),
    "quote not closed in the last row": open_quote("schools", "school_name", -1),
    "newline in quotes": value("quoted-newline", "teachers", "title", "Head of\nmusic"),
    "cell lost": raw("too-few-cells", "students", line_of(lambda cells: ",".join(cells[:-1])), 6),
    "comma not quoted": raw("too-many-cells", "students", line_of(lambda cells: ",".join([*cells, "Jr"])), 6),
    "NUL": value("nul-byte", "teachers", "title", "He\0ad"),
    "long value": value("value-too-long", "teachers", "title", "x" * 2_000),
    "formula": value("formula", "teachers", "title", '=HYPERLINK("http://x.example","y")'),
    "formula behind a sign": value("formula", "teachers", "title", "-cmd(1)"),
    "name missing": value("value-missing", "students", "last_name", ""),
    "row twice": row("key-repeated", "teachers", "teacher_id"),
    "student twice": row("key-repeated", "students", "student_id"),
    "unknown school": value("unknown-reference", "teachers", "school_id", "nowhere"),
    "unknown co-teacher": value("unknown-reference", "sections", "teacher_2_id", "nobody"),
    "unknown student": row("unknown-reference", "enrollments", "student_id", student_id="nobody"),
    "leading zero": _look_alike,
    "blank behind an ID": _blank_behind,
    "number shortened": value("excel-number", "sections", "course_number", "1.23E+05"),
    "date made of a number": value("excel-date", "sections", "course_number", "5-Mar"),
    "no such day": value("bad-date", "students", "dob", "13/13/2013"),
    "day number": value("bad-date", "sections", "term_start", "45512"),
    "no such grade": value("bad-grade", "students", "grade", "wizard"),
    "no such gender": value("bad-gender", "students", "gender", "?"),
    "email without @": value("bad-email", "teachers", "teacher_email", "ann.example.org"),
    "email with a blank": value("bad-email", "students", "student_email", "ann le@example.org"),
    "email of another alphabet": value("bad-email", "teachers", "teacher_email", "ann@exämple.org"),
    "teacher without email": value("email-missing", "teachers", "teacher_email", ""),
    "email of another": _email_of_another,
    "empty section": row("section-without-students", "sections", "section_id", section_id="99999"),
    "eleven teachers": _eleventh_teacher,
}
ELSEWHERE = {"id-altered", "section-without-teacher"}
"""Codes that need a roster or another layout; their tests are with those."""


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_found_once_at_its_place(files: Path, tmp_path: Path, plant: Plant) -> None:
    before = Counter(found(files, tmp_path / "scratch"))
    expected = plant(files)
    after = Counter(found(files, tmp_path / "scratch"))
    assert dict(after - before) == {expected: 1}


def test_files_that_are_right_have_nothing(generated: Path, tmp_path: Path) -> None:
    assert found(generated, tmp_path / "scratch") == []


def test_every_code_is_planted(files: Path, tmp_path: Path) -> None:
    planted = set()
    for number, plant in enumerate(PLANTS.values()):
        folder = Path(shutil.copytree(files, tmp_path / str(number)))
        planted.add(plant(folder)[0])
    assert planted | ELSEWHERE == set(CODES)


def test_every_code_says_what_it_means_and_what_to_do() -> None:
    for code in CODES.values():
        assert code.meaning.endswith(".") and code.remedy.endswith(".")
        assert code.severity in Severity
