"""Who another system's names stand for: a few looked up and many read at once come to the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster_tui.roster import identities
from roster_tui.roster.cache import Cache
from roster_tui.roster.identities import Identity, sis_ids, staff
from roster_tui.roster.kinds import STUDENT, TEACHER

PEOPLE = [("T1", 1), ("T2", 1), ("T2", 0), ("T3", 1), ("T3", 1), ("T4", 0), ("T4", 0), (None, 1)]
"""SIS ID, and whether somebody is in the data."""


def clever_id(number: int) -> str:
    return f"{number:024x}"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    cache = Cache(tmp_path / "roster.sqlite")
    cache.ensure()
    with cache.writing() as db:
        for number, (sis_id, in_data) in enumerate(PEOPLE):
            db.execute("INSERT INTO record (id, kind) VALUES (?, ?)", (bytes.fromhex(clever_id(number)), TEACHER.code))
            db.execute(
                "INSERT INTO teacher (key, last, sort_name, spoken_name, sis_id, roles, in_data)"
                " VALUES (last_insert_rowid(), 'Le', 'le', 'Le', ?, '', ?)",
                (sis_id, in_data),
            )
        db.execute("INSERT INTO record (id, kind) VALUES (?, ?)", (bytes.fromhex(clever_id(90)), STUDENT.code))
    return cache


@pytest.mark.parametrize("few", [0, 1_000], ids=["all are read", "each is looked up"])
def test_names_stand_for_one_person_or_nobody(cache: Cache, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(identities, "_FEW", few)
    with cache.reading() as db:
        assert staff(db, "sis_id", ["T1", "T2", "T3", "T4", "T9", ""]) == {
            "T1": Identity(clever_id(0), "T1"),
            # Of two who had it, the one in the data.
            "T2": Identity(clever_id(1), "T2"),
        }
        asked = [clever_id(0), clever_id(7), clever_id(90), clever_id(91), "no-id", "A" * 24]
        assert staff(db, "clever_id", asked) == {
            clever_id(0): Identity(clever_id(0), "T1"),
            clever_id(7): Identity(clever_id(7), None),
        }
        assert sis_ids(db, [clever_id(3), clever_id(7), clever_id(90)]) == {clever_id(3): "T3"}
