"""Sections with teachers, term and class list, as trackers need them."""

from __future__ import annotations

from roster_tui.roster.classes import changed_sections, sections
from roster_tui.workspace import Workspace


def test_every_section_of_the_demo_as_its_list_shows_it(demo: Workspace) -> None:
    with demo.cache.reading() as db:
        known = dict(db.execute("SELECT lower(hex(r.id)), s.students FROM section s JOIN record r ON r.key = s.key"))
        found = {each.id: each for each in sections(db, [*known, "f" * 24])}
    assert {clever_id: len(each.students) for clever_id, each in found.items()} == known
    assert all(each.name for each in found.values())
    assert all(len(student) == 24 for each in found.values() for student in each.students)
    taught = [each for each in found.values() if each.teachers]
    assert {each.teachers[0].account for each in taught} >= {"active", "pending"}
    assert {type(each.term.starts).__name__ for each in taught if each.term} == {"date"}


def test_what_a_run_changed(demo: Workspace) -> None:
    with demo.cache.reading() as db:
        last = db.execute("SELECT max(run) FROM change").fetchone()[0]
        changed = set(changed_sections(db, last - 1))
        assert changed_sections(db, last) == []
        removed = {each.id for each in sections(db, changed)} ^ changed
    assert changed
    assert removed <= changed
