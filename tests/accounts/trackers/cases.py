"""Sections and trackers by number, and strategies for any of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from roster_tui.accounts.trackers.model import Tracker
from roster_tui.roster.classes import Section, Teacher, Term
from tests.conftest import NOW

YEAR = 2026
FALL = Term("Fall", date(2026, 8, 17), date(2026, 12, 18))


def an_id(number: int) -> str:
    return f"{number:024x}"


def teacher(number: int = 901, **fields: Any) -> Teacher:
    return Teacher(**{"id": an_id(number), "name": f"Le{number}, Ann", "in_data": True, "account": "active", **fields})


def section(number: int = 1, students: tuple[int, ...] = (101, 102), **fields: Any) -> Section:
    given = {"name": f"Algebra {number}", "teachers": (teacher(),), "term": FALL, **fields}
    return Section(id=an_id(number), students=tuple(map(an_id, students)), **given)


def tracker(number: int = 1, students: tuple[int, ...] = (101, 102), **fields: Any) -> Tracker:
    given = {"year": YEAR, "name": f"Algebra {number}", "teacher": an_id(901), "created_at": NOW, **fields}
    return Tracker(section=an_id(number), created_by="jdoe", students=tuple(map(an_id, students)), **given)


class_lists = st.lists(st.integers(101, 112), unique=True).map(sorted).map(tuple)
teachers = st.lists(st.integers(901, 904), unique=True).map(lambda found: tuple(teacher(each) for each in found))
nights = st.none() | st.builds(
    lambda students, teachers, name: section(1, students, teachers=teachers, name=name),
    class_lists,
    teachers,
    st.sampled_from(["Algebra 1", "Algebra 1 (honors)"]),
)
"""A section as a night's data has it, or that it has not."""
