"""The students and sections of whom the files say nothing new are passed over: of a million, a few hundred differ.

The roster keeps a hash of every row. A row of the files is hashed as the sync would hash what Clever makes of it; the
same hash is the same row. Whatever differs goes the sync's own way, so that a slip here costs time and no truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from roster_tui.preflight.known_ids import KnownIds
from roster_tui.roster.kinds import SECTION, STUDENT
from roster_tui.roster.rows import row_hash
from roster_tui.roster.text import fold
from roster_tui.sis import values
from roster_tui.sis.folder import Row

_NO_LIST = b""


class Sieve:
    """Tells the rows that the roster has; each is asked about once."""

    def __init__(self, known: KnownIds, today: date, unsaid: Mapping[str, Mapping[str, str]]) -> None:
        self._known = known
        self._unsaid = unsaid.get(STUDENT.name, {})
        # A whole district was born on some thousands of days.
        self._born = lru_cache(maxsize=32_768)(lambda text: _born(text, today))
        self._school = lru_cache(maxsize=8_192)(lambda sis_id: known.id_of("school", sis_id))

    def has_student(self, sis_id: str, row: Row) -> bool:
        """Return whether the roster has a student just so."""
        get = row.get
        state_id, born = get("state_id") or None, self._born(get("dob", ""))
        if self._unsaid:
            known = self._known.unsaid(STUDENT, self._known.id_of("student", sis_id), self._unsaid)
            state_id, born = known.get("state_id", state_id), known.get("dob", born)
        hashed = row_hash(
            (
                row["first_name"] or None,
                get("middle_name") or None,
                row["last_name"] or None,
                get("student_email") or None,
                sis_id,
                get("student_number") or None,
                state_id,
                born,
                values.grade(get("grade", "")) or None,
            ),
            (self._school(row["school_id"]),),
            (_NO_LIST,),
        )
        return self._known.stays(STUDENT, sis_id, hashed)

    def has_section(self, section: Mapping[str, Any]) -> bool:
        """Return whether the roster has a section of Clever's just so, its class list included."""
        name, teachers, students = section["name"], section["teachers"], section["students"]
        hashed = row_hash(
            (
                name,
                fold(name),
                section["sis_id"],
                section["period"] or None,
                section["section_number"] or None,
                section["subject"] or None,
                section["grade"] or None,
                len(students),
            ),
            (_raw(section["school"]), _raw(section.get("term_id", "")), _raw(section.get("course", ""))),
            (_raw("".join([*teachers[:1], *sorted(teachers[1:])])), _raw("".join(students))),
        )
        return self._known.stays(SECTION, section["sis_id"], hashed)


_raw = bytes.fromhex


def _born(text: str, today: date) -> str | None:
    day = values.day(text, not_after=today)
    return day.isoformat() if day else None
