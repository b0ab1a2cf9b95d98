"""A night's differences, applied, give exactly the roster that was fetched."""

import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.clever.records import Section
from roster_tui.roster import search
from roster_tui.roster.apply import totals
from roster_tui.roster.cache import Cache
from roster_tui.roster.history import runs
from roster_tui.roster.kinds import COURSE, KINDS, SCHOOL, SECTION, STUDENT, TEACHER, TERM
from roster_tui.roster.listing import Listing
from roster_tui.roster.window import full_window
from tests.roster.conftest import Roster, an_id, content, course, night, school, section, student, teacher, term

numbers = st.integers(1, 5)
some = st.lists(numbers, max_size=4, unique=True)
names = st.sampled_from(["Le", "Núñez", "O'Brien", "", "李", "x" * 40])


@st.composite
def rosters(draw: Any) -> Roster:
    """Small rosters whose records may point to each other, to themselves yesterday, or to nothing."""
    sections = [
        section(each, draw(some), draw(some), draw(numbers), name=draw(names),
                term_id=an_id(TERM, draw(numbers)), course=draw(st.none() | st.just(an_id(COURSE, 1))))
        for each in draw(some)
    ]  # fmt: skip
    return {
        SCHOOL: [school(each, name=draw(names)) for each in draw(some)],
        TERM: [term(each) for each in draw(some)],
        COURSE: [course(each) for each in draw(some)],
        TEACHER: [teacher(each, draw(some), last=draw(names), email=draw(st.none() | names)) for each in draw(some)],
        STUDENT: [student(each, draw(numbers), last=draw(names)) for each in draw(some)],
        SECTION: sections,
    }


def fresh(roster: Roster, folder: str) -> dict[str, Any]:
    cache = Cache(Path(folder) / "fresh.sqlite")
    cache.ensure()
    night(cache, roster)
    with cache.reading() as db:
        return content(db)


@given(st.lists(rosters(), min_size=1, max_size=4))
def test_any_nights_in_a_row_end_in_the_last_roster(nights: list[Roster]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder) / "roster.sqlite")
        cache.ensure()
        for roster in nights:
            night(cache, roster)
        with cache.reading() as db:
            found = content(db)
            ranked = {kind: full_window(db, Listing(kind)).keys for kind in KINDS if kind.text}
            for kind, keys in ranked.items():
                assert sorted(keys) == [key for (key,) in db.execute(f"SELECT key FROM {kind.name} ORDER BY key")]
                assert totals(db)[kind.name] == len(keys)
                check_index(db, kind)
        assert found == fresh(nights[-1], folder)


def check_index(db: Any, kind: Any) -> None:
    """Every row is found by each word of its own name, and the index holds no row that is gone."""
    for key, name in db.execute(f"SELECT key, sort_name FROM {kind.name}").fetchall():
        for word in name.split():
            match = search.expression(db, kind, [word])
            hits = db.execute(f"SELECT rowid FROM {kind.name}_text WHERE {kind.name}_text MATCH ?", (match,))
            assert key in {hit for (hit,) in hits}
    rows = {key for (key,) in db.execute(f"SELECT key FROM {kind.name}")}
    everything = search.expression(db, kind, ["\n"])
    if everything:
        indexed = db.execute(f"SELECT rowid FROM {kind.name}_text WHERE {kind.name}_text MATCH ?", (everything,))
        assert {hit for (hit,) in indexed} == rows


@given(rosters())
def test_the_same_roster_again_changes_nothing(roster: Roster) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder) / "roster.sqlite")
        cache.ensure()
        night(cache, roster)
        again = night(cache, roster)
        assert all((tally.added, tally.updated, tally.removed) == (0, 0, 0) for tally in again.values())
        with cache.reading() as db:
            assert db.execute("SELECT count(*) FROM change").fetchone() == (0,)


def changes(cache: Cache) -> list[tuple[Any, ...]]:
    with cache.reading() as db:
        rows = db.execute(
            "SELECT c.kind, lower(hex(r.id)), c.what, c.before, c.after FROM change c JOIN record r ON r.key = c.key"
        )
        return [(kind, clever_id, what, *map(parsed, rest)) for kind, clever_id, what, *rest in rows]


def parsed(text: str | None) -> Any:
    return orjson.loads(text) if text else None


def test_history_tells_before_and_after_by_field(cache: Cache) -> None:
    night(cache, {TEACHER: [teacher(1), teacher(2)], SECTION: [section(1, [1], [1, 2])], STUDENT: [student(1)]})
    night(
        cache,
        {TEACHER: [teacher(1, email=None), teacher(3)], SECTION: [section(1, [3], [2, 3])], STUDENT: [student(1)]},
    )
    told = {(kind, clever_id): (what, before, after) for kind, clever_id, what, before, after in changes(cache)}
    assert told[TEACHER.code, an_id(TEACHER, 1)] == ("updated", {"email": "t1@example.org"}, {"email": None})
    what, before, after = told[TEACHER.code, an_id(TEACHER, 2)]
    assert (what, before["last"], after) == ("removed", "Le2", None)
    assert told[TEACHER.code, an_id(TEACHER, 3)] == ("added", None, None)
    what, before, after = told[SECTION.code, an_id(SECTION, 1)]
    assert before == {"teacher_ids": [an_id(TEACHER, 1)], "student_ids": [an_id(STUDENT, 1)]}
    assert after == {"teacher_ids": [an_id(TEACHER, 3)], "student_ids": [an_id(STUDENT, 3)]}
    assert (STUDENT.code, an_id(STUDENT, 1)) not in told


def test_the_first_roster_has_no_history(cache: Cache) -> None:
    night(cache, {TEACHER: [teacher(1)]})
    assert changes(cache) == []


def test_a_teacher_who_left_keeps_a_row_and_returns_as_the_same(cache: Cache) -> None:
    both = {TEACHER: [teacher(1), teacher(2)]}
    night(cache, both)
    night(cache, {TEACHER: [teacher(1)]})
    with cache.reading() as db:
        rows = db.execute("SELECT last, in_data, key FROM teacher ORDER BY last").fetchall()
    assert [(last, in_data) for last, in_data, _ in rows] == [("Le1", 1), ("Le2", 0)]
    night(cache, both)
    with cache.reading() as db:
        again = db.execute("SELECT last, in_data, key FROM teacher ORDER BY last").fetchall()
    assert [(last, in_data) for last, in_data, _ in again] == [("Le1", 1), ("Le2", 1)]
    assert again[1][2] == rows[1][2]


def test_a_class_list_may_name_students_who_come_later(cache: Cache) -> None:
    roster = {SECTION: [section(1, [], [7, 8])]}
    night(cache, roster)
    night(cache, {**roster, STUDENT: [student(7)]})
    with cache.reading() as db:
        found = content(db)
    assert found["section"][an_id(SECTION, 1)]["class_list"] == [an_id(STUDENT, 7), an_id(STUDENT, 8)]


def test_an_unreadable_reference_leaves_the_record_out(cache: Cache) -> None:
    from roster_tui.roster.stage import Stage

    stage = Stage(cache.staged_file)
    bad = Section(id=an_id(SECTION, 1), students=["nobody"])
    assert stage.add(SECTION, [bad, section(2)]) == 1
    assert [(kind.name, each.id) for kind, each in stage.unreadable] == [("section", an_id(SECTION, 1))]
    stage.abandon()
    assert not cache.staged_file.exists()


def test_without_students_no_class_list_is_kept(cache: Cache) -> None:
    from roster_tui.roster.stage import Stage

    stage = Stage(cache.staged_file, with_students=False)
    stage.add(SECTION, [section(1, [], [1, 2])])
    stage.finish()
    with cache.with_staged() as db:
        assert db.execute("SELECT students, student_ids FROM staged.section").fetchall() == [(2, b"")]


def test_a_failing_apply_leaves_the_roster_as_it_was(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    night(cache, {TEACHER: [teacher(1)]})
    with cache.reading() as db:
        before = content(db)

    def fail(*args: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr("roster_tui.roster.apply._derive", fail)
    with pytest.raises(RuntimeError):
        night(cache, {TEACHER: [teacher(2)], SCHOOL: [school(1)]})
    with cache.reading() as db:
        assert content(db) == before
        assert len(runs(db, 10)) == 1
