"""Records as subjects of findings: the columns a rule selects, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from roster_tui.findings.model import Subject
from roster_tui.roster.kinds import STUDENT, TEACHER, Kind
from roster_tui.roster.text import listed_name

PERSON = "t.key, lower(hex(r.id)), t.sis_id, t.first, t.middle, t.last"
"""Columns of a person ``t`` with its record ``r``."""
NAMED = "t.key, lower(hex(r.id)), t.sis_id, t.name"
"""Columns of a section or school ``t`` with its record ``r``."""

PEOPLE = (TEACHER, STUDENT)


def person(kind: Kind, row: Sequence[Any]) -> Subject:
    """Return a teacher or student from the columns of `PERSON`."""
    key, clever_id, sis_id, first, middle, last = row
    return Subject(kind.name, key, clever_id, sis_id, listed_name(first, middle, last))


def named(kind: Kind, row: Sequence[Any]) -> Subject:
    """Return a section or school from the columns of `NAMED`."""
    key, clever_id, sis_id, name = row
    return Subject(kind.name, key, clever_id, sis_id, name or "")


def present(kind: Kind) -> str:
    """SQL for a row ``t`` being in the data: archived kinds keep rows of those who left."""
    return "t.in_data" if kind.archived else "1"
