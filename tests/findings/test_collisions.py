"""IDs that no longer stand for one person: swaps, chains, look-alikes, and a whole district re-keyed at once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from roster_tui.findings.catalog import PAIRS
from roster_tui.findings.look_alikes import folded, folded_sql
from roster_tui.findings.store import Known, known
from roster_tui.roster.kinds import STUDENT, TEACHER
from tests.findings.cases import active, district
from tests.roster.conftest import an_id, student, teacher

_IDS = st.text(st.sampled_from("0O oT1x7\t-"), min_size=1, max_size=22) | st.integers(0, 10**20).map(str)


@given(_IDS, _IDS)
def test_python_and_sql_agree_on_what_looks_alike(one: str, other: str) -> None:
    db = sqlite3.connect(":memory:")
    expression = folded_sql("v.t")
    rows = db.execute(f"SELECT {expression} FROM (SELECT ? t UNION ALL SELECT ? t) v", (one, other))
    assert [value for (value,) in rows] == [folded(one), folded(other)]
    db.close()


def test_what_looks_alike() -> None:
    assert len({folded(each) for each in ("T07", "t07", "T O7", "TO7", "T07 ")}) == 1
    assert len({folded(each) for each in ("7", "007", "OO7", " o7")}) == 1
    assert folded("T07") != folded("T70")


def findings(folder: Path, *nights: object, **more: object) -> list[Known]:
    with district(*nights, **more).open(folder).cache.reading() as db:  # type: ignore[arg-type]
        return known(db)


def test_a_swap_is_one_finding_with_both_halves(tmp_path: Path) -> None:
    ada, max_ = {"first": "Ada", "dob": "1/2/2015"}, {"first": "Max", "dob": "3/4/2014"}
    before = {STUDENT: [student(1, sis_id="A", **ada), student(2, sis_id="B", **max_)]}
    after = {STUDENT: [student(1, sis_id="A", **max_), student(2, sis_id="B", **ada)]}
    (found,) = findings(tmp_path, before, after)
    assert found.finding.code.code == "person-replaced"
    assert found.finding.other is not None
    assert {found.finding.subject.sis_id, found.finding.other.sis_id} == {"A", "B"}
    assert [(each.field, each.agrees) for each in found.finding.evidence] == [("name", False), ("born", False)]


def test_a_chain_is_told_for_each_id_that_was_passed_on(tmp_path: Path) -> None:
    names = ("Ada", "Ben", "Cho")
    before = {STUDENT: [student(n, sis_id=str(n), first=name, dob="1/2/2015") for n, name in enumerate(names)]}
    # Each ID goes on to the next child, under a new Clever ID; the last gets a fresh one.
    after = {STUDENT: [student(10 + n, sis_id=str(n + 1), first=name, dob="9/9/2013") for n, name in enumerate(names)]}
    told = {
        (each.finding.code.code, each.finding.subject.sis_id, each.finding.subject.label)
        for each in findings(tmp_path, before, after)
        if each.finding.code not in PAIRS
    }
    assert told == {("sis-id-reused", "1", "Ng, Ada"), ("sis-id-reused", "2", "Ng, Ben")}


def test_all_removed_and_all_added_again_are_pairs_and_nothing_else(tmp_path: Path) -> None:
    before = {TEACHER: [teacher(n, state_id=str(n), email=f"t{n}@x.org") for n in range(1, 21)]}
    after = {
        TEACHER: [
            teacher(100 + n, state_id=str(n), sis_id=f"2026-{n}", last=f"Le{n}", email=f"t{n}@x.org")
            for n in range(1, 21)
        ]
    }
    accounts = [active(n) for n in range(1, 21)]
    found = findings(tmp_path, before, after, accounts=accounts)
    assert {each.finding.code.code for each in found} == {"sis-id-changed"}
    assert len(found) == 20


def test_an_id_that_comes_back_to_its_owner_is_not_reused(tmp_path: Path) -> None:
    here, away = {STUDENT: [student(1, sis_id="91"), student(2)]}, {STUDENT: [student(2)]}
    assert findings(tmp_path, here, away, here) == []


def test_a_married_teacher_is_the_same_person(tmp_path: Path) -> None:
    before, after = {TEACHER: [teacher(1)]}, {TEACHER: [teacher(1, last="Ng", email="ann.ng@example.org")]}
    assert findings(tmp_path, before, after) == []
    other = {TEACHER: [teacher(1, first="Max", last="Ode", email="max@example.org")]}
    (found,) = findings(tmp_path / "other", before, other)
    assert (found.finding.code.code, found.finding.subject.clever_id) == ("person-replaced", an_id(TEACHER, 1))
