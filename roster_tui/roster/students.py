"""Students as they are handed over: which of them, and which of the few fields that we hold."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Mapping, Sequence

import orjson

from roster_tui.roster.filter import Filter
from roster_tui.roster.kinds import STUDENT
from roster_tui.roster.listing import Listing, row_tests

_AT_ONCE = 500
_SCHOOL = "(SELECT s.{} FROM school s WHERE s.key = t.school)"

STUDENT_FIELDS: Mapping[str, str] = {
    "sis_id": "t.sis_id",
    "clever_id": "lower(hex(r.id))",
    "student_number": "t.number",
    "state_id": "t.state_id",
    "first_name": "t.first",
    "middle_name": "t.middle",
    "last_name": "t.last",
    "email": "t.email",
    "birth_date": "t.born",
    "grade": "t.grade",
    "school_sis_id": _SCHOOL.format("sis_id"),
    "school_name": _SCHOOL.format("name"),
}
"""All that is kept of a student, by name, as SQL; demographics are dropped when they are read (see `clever.wire`)."""


def passing(db: sqlite3.Connection, wanted: Filter) -> list[int]:
    """Return the keys of the students that pass a filter of fields."""
    tests = row_tests(Listing(STUDENT, filter=wanted))
    rows = db.execute(f"SELECT t.key FROM student t WHERE {tests.text} ORDER BY t.key", tests.values)
    return [key for (key,) in rows]


def in_section(db: sqlite3.Connection, section: int) -> list[int]:
    """Return the keys of the students of a section."""
    row = db.execute("SELECT class_list FROM section WHERE key = ?", (section,)).fetchone()
    return [key for (key,) in struct.iter_unpack(">I", row[0] or b"")] if row else []


def student_values(
    db: sqlite3.Connection, keys: Sequence[int], fields: Sequence[str]
) -> Iterator[tuple[str | None, ...]]:
    """Yield the values of these fields for each of the students that are in the data, in the order of their keys."""
    columns = ", ".join(STUDENT_FIELDS[name] for name in fields)
    for at in range(0, len(keys), _AT_ONCE):
        some = orjson.dumps(keys[at : at + _AT_ONCE]).decode()
        yield from db.execute(
            f"SELECT {columns} FROM json_each(?) w CROSS JOIN student t ON t.key = w.value"
            " CROSS JOIN record r ON r.key = t.key",
            (some,),
        )
