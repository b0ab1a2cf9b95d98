"""The guard of a district: its index beside the cache, kept up with the roster; hits and tokens."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from roster_tui.roster.kinds import SCHOOL, STUDENT, TEACHER
from roster_tui.support.guard import check, index, redact
from roster_tui.support.guard.index import IndexFiles
from roster_tui.workspace import DistrictName, FolderUnusable, Workspace, create_workspace
from tests.conftest import settings_for
from tests.roster.conftest import night, school, student, teacher

LUCIA = student(
    1, first="Lucía", last="García", email="lucia@students.example", sis_id="222361388", state_id="52", dob="9/26/2012"
)
ROBERT = student(2, first="Robert", last="Quispe", sis_id="222361389")


@pytest.fixture
def district(tmp_path: Path) -> Workspace:
    workspace = create_workspace(settings_for(tmp_path), DistrictName("a" * 24, "Lincoln"))
    nightly(workspace, [LUCIA, ROBERT])
    return workspace


def nightly(workspace: Workspace, students: Sequence[Any]) -> None:
    owen = teacher(1, [1], first="Owen", last="Huaman", email="owen@example.org")
    night(workspace.cache, {SCHOOL: [school(1)], TEACHER: [owen], STUDENT: students})


def kinds(workspace: Workspace, text: str) -> list[str]:
    return [hit.kind for hit in check(workspace, text)]


def test_hits_say_where_and_what_kind_but_never_the_value(district: Workspace) -> None:
    hits = check(district, "Hello,\nLucía García (222361388)\nborn 9/26/2012\r\nlucia@students.example\n")
    assert [hit._asdict() for hit in hits] == [
        {"kind": "name", "start": 7, "end": 19, "line": 2},
        {"kind": "id", "start": 21, "end": 30, "line": 2},
        {"kind": "birth_date", "start": 37, "end": 46, "line": 3},
        {"kind": "email", "start": 48, "end": 70, "line": 4},
    ]


def test_a_long_text_is_checked_to_its_end_and_across_its_parts(district: Workspace) -> None:
    filler = "Nothing to see in this line of the export.\n"
    text = "".join(filler * 500 + "Lucía\nGarcía\n" for _ in range(8))
    hits = check(district, text)
    assert len(text) > 160_000
    assert [text[hit.start : hit.end] for hit in hits] == ["Lucía\nGarcía"] * 8
    assert hits[1].line == 500 + 2 + 500 + 1


def test_who_came_since_is_known_and_who_left_still_is(district: Workspace) -> None:
    assert kinds(district, "Brynlee Okafor") == []
    made = (district.folder / "guard" / "roster.idx").stat()
    brynlee = student(3, first="Brynlee", last="Okafor", sis_id="9")
    nightly(district, [LUCIA, brynlee])
    assert not IndexFiles(district).is_ready()
    assert kinds(district, "Brynlee Okafor, Robert Quispe") == ["name", "name"]
    assert IndexFiles(district).is_ready()
    nightly(district, [LUCIA, student(3, first="Brynlee", last="Nwosu")])
    assert kinds(district, "Brynlee Nwosu") == ["name"]
    assert (district.folder / "guard" / "roster.idx").stat().st_ino == made.st_ino, "the whole index is not made again"


def test_after_many_changes_the_index_is_made_anew(district: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_MOST_CHANGES", 1)
    assert kinds(district, "Robert Quispe") == ["name"]
    nightly(district, [student(3, first="Brynlee", last="Okafor"), student(4, first="Ada", last="Okoro")])
    assert kinds(district, "Ada Okoro, Brynlee Okafor") == ["name", "name"]
    assert kinds(district, "Robert Quispe") == []


def test_a_cache_made_anew_is_not_taken_for_the_old_one(district: Workspace, tmp_path: Path) -> None:
    assert kinds(district, "Robert Quispe") == ["name"]
    for file in district.folder.glob("roster.sqlite*"):
        file.unlink()
    again = create_workspace(settings_for(tmp_path), district.district)
    nightly(again, [student(3, first="Brynlee", last="Okafor")])
    with again.cache.writing() as db:
        db.execute("UPDATE run SET finished_at = '2026-11-25T07:00:00+00:00'")
    assert kinds(again, "Brynlee Okafor") == ["name"]


@pytest.mark.parametrize("damage", ["cut", "emptied", "other", "no salt"])
def test_a_damaged_index_is_made_anew(district: Workspace, damage: str) -> None:
    assert kinds(district, "Robert Quispe") == ["name"]
    file = district.folder / "guard" / "roster.idx"
    if damage == "no salt":
        (district.folder / "guard" / "salt").unlink()
    else:
        file.write_bytes({"cut": file.read_bytes()[:-1], "emptied": b"", "other": b"x" * 400}[damage])
    assert kinds(district, "Robert Quispe") == ["name"]
    assert IndexFiles(district).is_ready()


def test_the_index_holds_hashes_only_and_each_district_others(district: Workspace, tmp_path: Path) -> None:
    other = create_workspace(settings_for(tmp_path), DistrictName("b" * 24, "Roosevelt"))
    nightly(other, [LUCIA, ROBERT])
    folders = []
    for workspace in (district, other):
        check(workspace, "x")
        folder = workspace.folder / "guard"
        folders.append((folder / "roster.idx").read_bytes())
        for file in folder.iterdir():
            raw = file.read_bytes().lower()
            assert not any(value in raw for value in (b"garc", b"quispe", b"22236138", b"2012", b"students.example"))
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    first, second = ({raw[at : at + 8] for at in range(32, len(raw), 8)} for raw in folders)
    assert len(first) == len(second) > 10
    assert not first & second


def test_an_index_that_cannot_be_written_stops_the_check(district: Workspace) -> None:
    (district.folder / "guard").write_text("in the way")
    with pytest.raises(FolderUnusable, match="guard"):
        check(district, "Lucía García")


# -- tokens -----------------------------------------------------------------------------------------------


TEXT = "Lucía García (222361388) and GARCIA, LUCIA; Robert Quispe; parent Zyaire Mbeki called from (212) 555-0143"


def test_a_token_stands_for_all_spellings_of_a_value_within_a_ticket(district: Workspace) -> None:
    text, tokens = redact(district, TEXT, b"one ticket")
    assert [hit.kind for hit in check(district, text)] == []
    first, second, third = [word.strip(";") for word in text.split() if word.startswith("Student-")]
    assert first == second != third
    assert tokens[first] == "Lucía García"
    assert tokens[third] == "Robert Quispe"
    assert {token.partition("-")[0] for token in tokens} == {"Student", "Number", "Person", "Phone"}
    assert redact(district, TEXT, b"one ticket") == (text, tokens)
    subject = redact(district, "About Robert Quispe", b"one ticket", tokens)
    assert subject == (f"About {third}", tokens)


def test_another_ticket_has_other_tokens(district: Workspace) -> None:
    one, other = redact(district, TEXT, b"one ticket"), redact(district, TEXT, b"another")
    assert one.text != other.text
    assert not one.tokens.keys() & other.tokens.keys()


def test_two_students_never_share_a_token(tmp_path: Path) -> None:
    workspace = create_workspace(settings_for(tmp_path), DistrictName("a" * 24, "Lincoln"))
    nightly(workspace, [student(number, first="Ada", last=f"Zq{number}w") for number in range(1, 700)])
    text = "\n".join(f"- Ada Zq{number}w" for number in range(1, 700))
    redacted = redact(workspace, text, b"many")
    assert len(redacted.tokens) == 699
    assert len(set(redacted.text.splitlines())) == 699
    assert not any(token.partition("-")[2].isdecimal() for token in redacted.tokens)


def test_an_index_is_opened_by_many_at_once(district: Workspace) -> None:
    """Whoever checks first makes it, the others wait or make the same."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kinds(replace(district, clock=district.clock), "Robert Quispe"), range(16)))
    assert found == [["name"]] * 16
    assert {file.name for file in (district.folder / "guard").iterdir()} == {"roster.idx", "salt", "lock"}
