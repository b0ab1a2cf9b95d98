"""``ticket check``: what leaves is checked, nothing that was found is printed."""

from __future__ import annotations

from pathlib import Path

from roster_tui.workspace import Workspace
from tests.cli.conftest import Run


def a_student(demo: Workspace) -> tuple[str, str, str]:
    """Return a student's given name, surname and SIS ID."""
    with demo.cache.reading() as db:
        found: tuple[str, str, str] = db.execute(
            "SELECT first, last, sis_id FROM student WHERE last = 'Nguyen' AND first <> 'Will' LIMIT 1"
        ).fetchone()
    return found


def test_a_hit_exits_with_3_and_shows_where_it_stands(
    run: Run, demo: Workspace, demo_folder: Path, tmp_path: Path
) -> None:
    first, last, sis_id = a_student(demo)
    file = tmp_path / "ticket.txt"
    file.write_text(f"Hello,\n  {last}, {first} has no class.\nSIS ID {sis_id}\n", "utf-8")
    told = run("ticket", "check", file, "--data-dir", demo_folder)
    assert told.code == 3
    lines = told.out.splitlines()
    assert lines[0].startswith(f"2:3 name    {'•' * len(f'{last}, {first}')} has no class.")
    assert lines[1] == f"3:8 id  SIS ID {'•' * len(sis_id)}"
    assert told.err == "2 places to take out before this leaves\n"
    as_json = run("ticket", "check", file, "--json", "--data-dir", demo_folder)
    assert as_json.code == 3
    assert [hit["kind"] for hit in as_json.json["hits"]] == ["name", "id"]
    assert set(as_json.json["hits"][0]) == {"kind", "start", "end", "line"}
    for said in (told.out, told.err, as_json.out, as_json.err):
        assert last not in said
        assert sis_id not in said


def test_nothing_found_exits_with_0(run: Run, demo_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "ticket.txt"
    file.write_text("Since Tuesday, 14 sections have no teacher.\n", "utf-8")
    told = run("ticket", "check", file, "--data-dir", demo_folder)
    assert (told.code, told.out, told.err) == (0, "", "Nothing was found\n")
    assert run("ticket", "check", file, "--json", "--data-dir", demo_folder).json == {"hits": []}


def test_files_of_other_encodings_are_read(run: Run, demo: Workspace, demo_folder: Path, tmp_path: Path) -> None:
    first, last, _ = a_student(demo)
    for encoding in ("utf-16", "utf-8-sig", "cp1252"):
        file = tmp_path / f"{encoding}.csv"
        file.write_bytes(f"é;{first};{last}\r\n".encode(encoding))
        assert run("ticket", "check", file, "--data-dir", demo_folder).code == 3, encoding


def test_what_is_no_text_is_not_passed(run: Run, demo_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "export.xlsx"
    file.write_bytes(b"PK\x03\x04\0\0\0\0")
    told = run("ticket", "check", file, "--data-dir", demo_folder)
    assert (told.code, told.out) == (1, "")
    assert "no text file" in told.err
    assert run("ticket", "check", tmp_path / "none.txt", "--data-dir", demo_folder).code == 2


def test_a_hostile_text_draws_nothing(run: Run, demo: Workspace, demo_folder: Path, tmp_path: Path) -> None:
    first, last, _ = a_student(demo)
    file = tmp_path / "ticket.txt"
    file.write_text(f"\x1b]52;c;ZXZpbA==\x07 \u202e {first} {last} \x1b[2J\n", "utf-8")
    told = run("ticket", "check", file, "--data-dir", demo_folder)
    assert told.code == 3
    assert "\x1b" not in told.out
    assert "\u202e" not in told.out
