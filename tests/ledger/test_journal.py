"""The journal tells the truth or shows that it was touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.ledger import journal as module
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Journal
from tests.conftest import NOW

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
RESERVED = {"number", "at", "previous", "hash"}
facts = st.dictionaries(st.text().filter(lambda name: name not in RESERVED), json_values, max_size=4)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path, Head(tmp_path))


def write(journal: Journal, count: int) -> None:
    for number in range(count):
        journal.append([{"kind": "suspend", "n": number}], NOW + timedelta(days=number))


def test_entries_come_back_as_they_went_in(journal: Journal) -> None:
    write(journal, 3)
    assert [(entry.number, entry.facts["n"]) for entry in journal.entries()] == [(1, 0), (2, 1), (3, 2)]
    assert [entry.number for entry in journal.latest(2)] == [3, 2]
    assert journal.verify().ok


@given(st.lists(facts, max_size=4))
def test_whatever_can_be_said_in_json_can_be_journaled(said: list[dict[str, Any]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder), Head(Path(folder)))
        for each in said:
            journal.append([each], NOW)
        assert [dict(entry.facts) for entry in journal.entries()] == said
        assert journal.verify().ok


def test_months_and_full_files_rotate_and_stay_one_chain(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENTRIES_A_FILE", 4)
    write(journal, 40)
    names = [file.name for file in journal.files()]
    assert names[:2] == ["2026-11-001.json", "2026-11-002.json"]
    assert names[-1].startswith("2027-01")
    checked = journal.verify()
    assert (checked.ok, checked.entries) == (True, 40)


def test_files_that_are_closed_can_only_be_read(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BYTES_A_FILE", 1_000)
    write(journal, 40)
    *closed, newest = journal.files()
    assert len(closed) > 5
    assert {file.stat().st_mode & 0o777 for file in closed} == {0o400}
    assert newest.stat().st_mode & 0o777 == 0o600
    assert journal.verify().ok


def test_a_kept_head_shows_a_journal_that_was_written_anew(tmp_path: Path) -> None:
    journal, anew = (Journal(tmp_path / name, Head(tmp_path / name)) for name in ("first", "anew"))
    for each in (journal, anew):
        each.folder.mkdir()
    write(journal, 3)
    kept = journal.verify().head
    write(journal, 2)
    assert journal.verify(kept).ok
    for number in (0, 2, 3, 4, 5):
        anew.append([{"kind": "suspend", "n": number}], NOW)
    assert anew.verify().ok
    told = anew.verify(kept)
    assert (told.ok, told.first_bad) == (False, None)
    assert "written again" in (told.problem or "")


def test_without_its_second_file_a_journal_proves_nothing(journal: Journal) -> None:
    write(journal, 3)
    (journal.folder / "HEAD").unlink()
    checked = journal.verify()
    assert (checked.ok, checked.problem) == (False, "HEAD is missing: nothing tells whether this is all")


def test_reading_begins_at_the_end_and_stops_at_a_day(journal: Journal) -> None:
    write(journal, 60)
    since = NOW + timedelta(days=50)
    assert [entry.facts["n"] for entry in journal.newest_first(since)] == list(range(59, 49, -1))
    assert [entry.facts["n"] for entry in journal.since(since)] == list(range(50, 60))


def test_a_clock_that_goes_back_leaves_the_order(journal: Journal) -> None:
    journal.append([{"n": 1}], NOW)
    journal.append([{"n": 2}], NOW - timedelta(days=60))
    assert [entry.facts["n"] for entry in journal.entries()] == [1, 2]
    assert journal.verify().ok


Touch = Callable[[dict[str, dict[str, Any]]], None]


def change(entries: dict[str, dict[str, Any]]) -> None:
    entries["4"]["kind"] = "unsuspend"


def change_time(entries: dict[str, dict[str, Any]]) -> None:
    entries["4"]["at"] = "2026-01-01T00:00:00+00:00"


def drop(entries: dict[str, dict[str, Any]]) -> None:
    del entries["4"]


def swap(entries: dict[str, dict[str, Any]]) -> None:
    entries["4"], entries["5"] = entries["5"], entries["4"]


def cut(entries: dict[str, dict[str, Any]]) -> None:
    for number in list(entries)[3:]:
        del entries[number]


def empty(entries: dict[str, dict[str, Any]]) -> None:
    entries["4"] = {}


@pytest.mark.parametrize("touch", [change, change_time, drop, swap, cut, empty])
def test_verify_finds_the_first_entry_that_was_touched(journal: Journal, touch: Touch) -> None:
    for number in range(6):
        journal.append([{"kind": "suspend", "n": number}], NOW)
    (file,) = journal.files()
    header, tables = orjson.loads(file.read_bytes())
    touch(tables["entries"])
    file.write_bytes(orjson.dumps([header, tables]))
    checked = journal.verify()
    assert not checked.ok
    assert checked.first_bad == 4 or touch is empty
    assert checked.problem


def test_a_dropped_last_file_shows(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENTRIES_A_FILE", 2)
    for number in range(5):
        journal.append([{"n": number}], NOW)
    journal.files()[-1].unlink()
    checked = journal.verify()
    assert (checked.ok, checked.entries, checked.first_bad) == (False, 4, 5)


def test_a_crash_between_entry_and_head_is_no_fault(journal: Journal) -> None:
    journal.append([{"n": 1}], NOW)
    head = (journal.folder / "HEAD").read_bytes()
    journal.append([{"n": 2}], NOW)
    (journal.folder / "HEAD").write_bytes(head)
    assert journal.verify().ok


def test_nothing_written_yet_is_in_order(tmp_path: Path) -> None:
    assert Journal(tmp_path, Head(tmp_path)).verify().ok


def test_the_head_proves_a_copy(journal: Journal, tmp_path: Path) -> None:
    write(journal, 5)
    copy = shutil.copytree(tmp_path, tmp_path.with_name("copy"))
    copied = Journal(copy, Head(copy))
    assert copied.verify().head == journal.verify().head


def test_facts_cannot_take_the_place_of_an_entrys_own_fields(journal: Journal) -> None:
    for name in ("number", "at", "version", "previous", "hash"):
        with pytest.raises(ValueError, match=name):
            journal.append([{"kind": "suspend", name: 0}], NOW)
    assert journal.verify().entries == 0
