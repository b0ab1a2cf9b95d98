"""A folder of SIS files is read whole or not at all, and says where it is wrong."""

from pathlib import Path

import pytest

from roster_tui.sis import SisFile, SisFileError, SisFolder

FILES = {
    "schools": "School_id,School_name\nA,Adams\n",
    "teachers": "School_id,Teacher_id,First_name,Last_name\nA,1,Ann,Núñez\n",
    "students": "School_id,Student_id,First_name,Last_name\nA,9,Zoë,Le\n",
    "sections": "School_id,Section_id,Teacher_id\nA,5,1\n",
    "enrollments": "School_id,Section_id,Student_id\nA,5,9\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_rows_come_by_canonical_column(folder: Path) -> None:
    assert list(SisFolder(folder).rows(SisFile.TEACHERS)) == [
        {"school_id": "A", "teacher_id": "1", "first_name": "Ann", "last_name": "Núñez"}
    ]


def test_staff_may_be_missing(folder: Path) -> None:
    assert list(SisFolder(folder).rows(SisFile.STAFF)) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("blank", ["_", " "])
def test_spellings_met_in_the_field_are_one(folder: Path, newline: str, mark: str, blank: str) -> None:
    header, row = FILES["teachers"].split("\n")[:2]
    text = mark + newline.join([header.replace("_", blank).upper(), row, ""])
    (folder / "teachers.csv").write_bytes(text.encode())
    assert next(SisFolder(folder).rows(SisFile.TEACHERS))["last_name"] == "Núñez"


def test_quoted_newlines_and_short_rows_are_rows(folder: Path) -> None:
    (folder / "teachers.csv").write_text('School_id,Teacher_id,First_name,Last_name,Title\nA,1,"Ann\nMay",Le\n')
    (row,) = SisFolder(folder).rows(SisFile.TEACHERS)
    assert row == {"school_id": "A", "teacher_id": "1", "first_name": "Ann\nMay", "last_name": "Le", "title": ""}


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "sections.csv").unlink()
    with pytest.raises(SisFileError, match=r"sections\.csv: not found") as raised:
        SisFolder(folder)
    assert raised.value.code == "file-missing"


def test_a_missing_column_is_named_with_what_is_there(folder: Path) -> None:
    (folder / "teachers.csv").write_text("School_id,Teacher_id,First_name,Surname\n")
    with pytest.raises(SisFileError) as raised:
        SisFolder(folder)
    assert (raised.value.file, raised.value.line, raised.value.column) == ("teachers.csv", 1, "last_name")
    assert "surname" in raised.value.message


def test_broken_utf8_is_named_by_line_and_column(folder: Path) -> None:
    text = FILES["teachers"].encode() + b'A,2,"Jos\xe9, Mar\xeda",Le\n'
    (folder / "teachers.csv").write_bytes(text)
    with pytest.raises(SisFileError) as raised:
        SisFolder(folder)
    assert (raised.value.line, raised.value.column, raised.value.code) == (3, "first_name", "not-utf-8")
    assert "0xE9" in raised.value.message


def test_broken_utf8_far_into_a_large_file_is_found_where_it_stands(folder: Path) -> None:
    header = b"School_id,Section_id,Student_id\n"
    body = b"A,5,9\n" * 400_000
    (folder / "enrollments.csv").write_bytes(header + body + b"A,5,\xff\n" + body)
    with pytest.raises(SisFileError) as raised:
        SisFolder(folder)
    assert (raised.value.line, raised.value.column) == (400_002, "student_id")


def test_a_cut_multibyte_character_at_the_end_is_noticed(folder: Path) -> None:
    (folder / "schools.csv").write_bytes("School_id,School_name\nA,Zoé".encode()[:-1])
    with pytest.raises(SisFileError, match="not UTF-8"):
        SisFolder(folder)


def test_no_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(SisFileError, match="no such folder"):
        SisFolder(tmp_path / "nowhere")
