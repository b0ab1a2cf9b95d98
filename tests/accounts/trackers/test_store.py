"""Trackers in the ledger: small files, each changed alone, a section's latest tracker found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from roster_tui.accounts.trackers.model import Tracker
from roster_tui.accounts.trackers.store import Trackers, TrackerStore
from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger.head import Head
from tests.accounts.trackers.cases import YEAR, an_id, tracker


def put(store: TrackerStore, *given: Tracker) -> list[list[Tracker]]:
    by_section = {each.section: each for each in given}

    def rewrite(sections: list[str], known: Trackers) -> list[Tracker]:
        return [by_section[section] for section in sections]

    return list(store.rewrite(by_section, rewrite))


def test_what_was_written_is_found_by_section(tmp_path: Path) -> None:
    store = TrackerStore(tmp_path, Head(tmp_path))
    written = put(store, tracker(1), tracker(257), tracker(2))
    assert [[each.section for each in shard] for shard in written] == [[an_id(1), an_id(257)], [an_id(2)]]
    assert sorted(file.name for file in tmp_path.glob("*.json")) == ["01.json", "02.json"]
    assert store.latest([an_id(257), an_id(9)]) == {an_id(257): tracker(257)}
    assert [sorted(each) for each in store.each()] == [[an_id(1), an_id(257)], [an_id(2)]]


def test_each_school_year_has_its_own(tmp_path: Path) -> None:
    store = TrackerStore(tmp_path, Head(tmp_path))
    put(store, tracker(1, year=YEAR))
    put(store, tracker(1, year=YEAR + 1, name="Geometry"))
    assert store.latest([an_id(1)])[an_id(1)].name == "Geometry"
    assert b'"2026"' in (tmp_path / "01.json").read_bytes()


def test_changes_are_made_of_what_stands_there(tmp_path: Path) -> None:
    store = TrackerStore(tmp_path, Head(tmp_path))
    put(store, tracker(1), tracker(2))
    renamed = store.rewrite(
        [an_id(1), an_id(3)], lambda ids, known: [replace(each, name="x") for each in known.values()]
    )
    assert [[each.name for each in shard] for shard in renamed] == [["x"], []]
    assert {each.name for found in store.each() for each in found.values()} == {"x", "Algebra 2"}
    assert not (tmp_path / "03.json").exists()


def test_a_damaged_file_is_named_and_left(tmp_path: Path) -> None:
    store = TrackerStore(tmp_path, Head(tmp_path))
    put(store, tracker(1))
    (tmp_path / "01.json").write_text('{"trackers":{"000000000000000000000001":{"2026":{"year":"x"}}}}')
    with pytest.raises(LedgerDamaged, match=r"01\.json"):
        store.latest([an_id(1)])
