"""Whatever bytes stand in the files, they are read to their end and there is a report."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roster_tui.sis import SisFile, lenient
from roster_tui.sis.lenient import LenientFile
from roster_tui.sis.upload import open_upload
from tests.sis.editing import found
from tests.sis.test_folder import FILES

PIECES = st.sampled_from(
    [b",", b'"', b'""', b"\n", b"\r", b"\r\n", b"\0", b"\xe9", b"\xff\xfe", b"\xef\xbb\xbf", b" ", b"=", b"A", b"1",
     b"School_id", b"Teacher_id", "ñ".encode(), "\u2028".encode(), b"x" * 1_500]
)  # fmt: skip
BYTES = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=60).map(b"".join))


def read(path: Path) -> tuple[list[tuple[int, list[str]]], list[tuple[str, int]]]:
    told: list[tuple[str, int]] = []
    file = LenientFile(path, lambda code, line, message, cell: told.append((code.code, line)))
    rows = [
        (line, list(row))
        for batch in file.batches()
        for line, row in zip(batch.lines, zip(*batch.columns, strict=True), strict=True)
    ]
    return rows, told


@given(st.sampled_from(sorted(FILES)), BYTES, st.booleans())
@example("teachers", b'A,1,"' + b"x\n" * 90_000, True)
@example("teachers", b"A,1," + b"x" * 200_000 + b",Le\n", True)
@example("students", b'"\n"\n"\n', True)
@example("students", b"\r\x00 ", True)
@example("schools", b"S1,Bluff ", True)
@example("enrollments", b"A\nB\n", True)
def test_any_bytes_end_in_a_report(tmp_path: Path, name: str, content: bytes, below_header: bool) -> None:
    for file, text in FILES.items():
        (tmp_path / f"{file}.csv").write_text(text, encoding="utf-8")
    begin = FILES[name].split("\n")[0].encode() + b"\n" if below_header else b""
    (tmp_path / f"{name}.csv").write_bytes(begin + content)
    # What an example that failed has left would fail all after it, and hide why.
    (tmp_path / "scratch").unlink(missing_ok=True)
    upload = open_upload(tmp_path, tmp_path / "scratch")
    for each in SisFile:
        for row in upload.rows(each):
            assert all(isinstance(value, str) and value == value.strip() for value in row.values())
            "".join(row.values()).encode()
    upload.finish()
    upload.close()
    for problem in upload.problems:
        problem.message.encode()
        problem.column.encode()


PLAIN = st.lists(st.sampled_from(["A", "1", " ", ",", ",", "\n", "\n", "\r\n"]), max_size=40).map("".join)


@given(PLAIN)
@example("A\nB\n")
@example("A,B,C \n,,\nA")
def test_cut_at_once_or_row_by_row_the_rows_are_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(b"a,b,c\n" + text.encode())
    at_once = read(path)
    with mock.patch.object(lenient, "_columns", lambda chunk, width: None):
        assert read(path) == at_once


CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)


def unlike_a_row(row: list[str]) -> bool:
    """Whether no line inside a value can be taken for a row of its own, which nobody could tell apart."""
    text = "".join(row)
    return not ({"\n", "\r"} & set(text) and {",", '"'} & set(text))


ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3).filter(any).filter(unlike_a_row), max_size=30)


@given(ROWS, st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_writes_is_read_as_it_was(tmp_path: Path, rows: list[list[str]], newline: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    path = tmp_path / "any.csv"
    path.write_bytes(out.getvalue().encode())
    read_rows, told = read(path)
    assert {code for code, _ in told} <= {"quoted-newline"}
    assert [row for _, row in read_rows] == rows


def test_rows_after_an_open_quote_are_not_swallowed(tmp_path: Path) -> None:
    path = tmp_path / "teachers.csv"
    path.write_text('a,b,c\n1,"x,y\n2,x,y\n3,"x",y\n4,x,"y\nz"\n5,"x,y\n')
    rows, told = read(path)
    assert [(line, row[0]) for line, row in rows] == [(2, "1"), (3, "2"), (4, "3"), (5, "4"), (7, "5")]
    assert told == [("unclosed-quote", 2), ("quoted-newline", 5), ("unclosed-quote", 7)]


@pytest.mark.parametrize("tail", ["\n\n\n", "\n,,,\n,,,\n", "\r\n\r\n"])
def test_blank_rows_at_the_end_are_no_problem(tmp_path: Path, tail: str) -> None:
    for file, text in FILES.items():
        (tmp_path / f"{file}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "teachers.csv").write_text(
        "School_id,Teacher_id,First_name,Last_name,Teacher_email\nA,1,Ann,Le,a@x.org" + tail, newline=""
    )
    assert found(tmp_path, tmp_path / "scratch") == []


def test_a_latin_1_file_is_told_once_and_its_names_are_guessed(tmp_path: Path) -> None:
    for file, text in FILES.items():
        (tmp_path / f"{file}.csv").write_text(text, encoding="utf-8")
    content = "School_id,Teacher_id,First_name,Last_name,Teacher_email\n"
    content += "".join(f"A,{number},Zoë,Núñez,{number}@x.org\n" for number in range(1, 100))
    (tmp_path / "teachers.csv").write_bytes(content.encode("latin-1"))
    upload = open_upload(tmp_path, tmp_path / "scratch")
    names = {row["last_name"] for row in upload.rows(SisFile.TEACHERS)}
    upload.finish()
    upload.close()
    assert names == {"Núñez"}
    (problem,) = upload.problems
    assert (problem.code.code, problem.line, problem.column, problem.more) == ("not-utf-8", 2, "first_name", 197)
    assert "Latin-1, where it is ë" in problem.message


def test_a_million_problems_are_counted_not_kept(tmp_path: Path) -> None:
    for file, text in FILES.items():
        (tmp_path / f"{file}.csv").write_text(text, encoding="utf-8")
    rows = "".join(f"A,{number},Ann,,x\n" for number in range(1, 3_001))
    (tmp_path / "teachers.csv").write_text(f"School_id,Teacher_id,First_name,Last_name,Teacher_email\n{rows}")
    upload = open_upload(tmp_path, tmp_path / "scratch")
    upload.finish()
    upload.close()
    assert upload.problems.counts()["value-missing"] == 3_000
    assert sum(each.code.code == "value-missing" for each in upload.problems) == 1_000


class TestKeys:
    """Repeated keys that are meant, and those that are not."""

    def put(self, folder: Path, name: str, text: str) -> list[str]:
        for file, right in FILES.items():
            (folder / f"{file}.csv").write_text(right, encoding="utf-8")
        (folder / f"{name}.csv").write_text(text)
        kept = {"key-repeated", "look-alike-ids", "unknown-reference", "email-shared"}
        return [code for code, *_ in found(folder, folder / "scratch") if code in kept]

    def test_a_students_further_contacts_repeat_the_row(self, tmp_path: Path) -> None:
        begin = "School_id,Student_id,First_name,Last_name,Contact_name\n"
        assert self.put(tmp_path, "students", f"{begin}A,9,Zoë,Le,Ann\nA,9,Zoë,Le,Bo\n") == []
        assert self.put(tmp_path, "students", f"{begin}A,9,Zoë,Le,Ann\nA,9,Zoë,Le,Bo\nA,9,Z,Le,Bo\n") == [
            "key-repeated"
        ]
        assert self.put(tmp_path, "students", f"{begin}A,9,Zoë,Le,Ann\nA,9,Zoë,Le,\n") == ["key-repeated"]

    def test_staff_at_several_schools_repeat_the_row(self, tmp_path: Path) -> None:
        begin = "School_id,Staff_id,Staff_email,First_name,Last_name\n"
        schools = "School_id,School_name\nA,Adams\nB,Bell\n"
        self.put(tmp_path, "schools", schools)
        (tmp_path / "staff.csv").write_text(f"{begin}A,S1,s@x.org,Jo,Dunn\nB,S1,s@x.org,Jo,Dunn\n")
        assert self.put(tmp_path, "schools", schools) == []
        (tmp_path / "staff.csv").write_text(f"{begin}A,S1,s@x.org,Jo,Dunn\nA,S1,s@x.org,Jo,Dunn\n")
        assert self.put(tmp_path, "schools", schools) == ["key-repeated"]

    @pytest.mark.parametrize(("one", "other"), [("007", "7"), ("T1O", "T10"), ("t5", "T5"), ("A 1", "A1")])
    def test_look_alikes(self, tmp_path: Path, one: str, other: str) -> None:
        begin = "School_id,Teacher_id,First_name,Last_name,Teacher_email\nA,1,Ann,Le,a@x.org\n"
        rows = f"A,{one},Bo,Le,b@x.org\nA,{other},Cy,Le,c@x.org\n"
        assert self.put(tmp_path, "teachers", begin + rows) == ["look-alike-ids"]

    def test_an_unknown_id_is_told_with_its_look_alike_and_all_its_rows(self, tmp_path: Path) -> None:
        self.put(tmp_path, "sections", "School_id,Section_id,Teacher_id\nA,5,01\nA,6,01\n")
        upload = open_upload(tmp_path, tmp_path / "scratch")
        upload.finish()
        upload.close()
        (problem,) = (each for each in upload.problems if each.code.code == "unknown-reference")
        assert (problem.line, problem.more) == (2, 1)
        assert problem.message == "no teacher 01 in teachers.csv; there is 1"

    def test_an_email_of_a_teacher_who_is_staff_too_is_not_shared(self, tmp_path: Path) -> None:
        (tmp_path / "staff.csv").write_text(
            "School_id,Staff_id,Staff_email,First_name,Last_name\nA,S1,A@x.org,Ann,Le\n"
        )
        teachers = "School_id,Teacher_id,First_name,Last_name,Teacher_email\nA,1,Ann,Le,a@x.org\n"
        assert self.put(tmp_path, "teachers", teachers) == []
