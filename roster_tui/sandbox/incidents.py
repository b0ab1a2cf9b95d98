"""The troubles of a bad night, planted into any district: what the SIS office did since yesterday."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from roster_tui.sandbox.generator import GeneratedDistrict, student_sis_id
from roster_tui.sis import Row, SisDistrict, SisFile
from roster_tui.sis.layout import CO_TEACHER_COLUMNS

_TEACHER_COLUMNS = ("teacher_id", *CO_TEACHER_COLUMNS)
_TELLING_COLUMNS = frozenset(("student_number", "state_id", "student_email", "middle_name", "dob"))
_ENOUGH_SECTIONS = 600
_WHOLE_YEAR = "Y1"


@dataclass(frozen=True)
class Incidents:
    """Changes of one night, by SIS ID."""

    rekeyed_teachers: Mapping[str, str] = field(default_factory=dict)
    """Old SIS ID to new; sections follow."""
    rekeyed_students: Mapping[str, str] = field(default_factory=dict)
    """Old SIS ID to new; enrollments follow."""
    doubtful_students: Mapping[str, str] = field(default_factory=dict)
    """Old SIS ID to new, where the new record has another surname and no number, state ID or email: it may be the
    same child after a custody case, or a classmate of that name."""
    blanked_emails: Set[str] = frozenset()
    leavers: Set[str] = frozenset()
    """Teachers no longer in the export, though sections may still name them."""
    taken_over: Mapping[str, str] = field(default_factory=dict)
    """Leaver to the colleague who has the sections now."""
    forgotten: Set[str] = frozenset()
    """Sections of leavers that nobody gave to a colleague."""
    shared_emails: Mapping[str, str] = field(default_factory=dict)
    """Teacher to the teacher whose email was typed for both."""


class WithIncidents:
    """A district as it is exported on the night of these incidents."""

    def __init__(self, source: SisDistrict, incidents: Incidents) -> None:
        self._source = source
        self._incidents = incidents
        self.name = source.name

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield the changed rows of one file."""
        change = {
            SisFile.TEACHERS: self._teachers,
            SisFile.STUDENTS: self._students,
            SisFile.SECTIONS: self._sections,
            SisFile.ENROLLMENTS: self._enrollments,
        }.get(file)
        rows = self._source.rows(file)
        return change(rows) if change else rows

    def _teachers(self, rows: Iterator[Row]) -> Iterator[Row]:
        planted = self._incidents
        emails: dict[str, str] = {}
        if planted.shared_emails:
            wanted = set(planted.shared_emails.values())
            emails = {
                row["teacher_id"]: row.get("teacher_email", "")
                for row in self._source.rows(SisFile.TEACHERS)
                if row["teacher_id"] in wanted
            }
        for row in rows:
            sis_id = row["teacher_id"]
            if sis_id in planted.leavers:
                continue
            changed = dict(row)
            changed["teacher_id"] = planted.rekeyed_teachers.get(sis_id, sis_id)
            if sis_id in planted.blanked_emails:
                changed["teacher_email"] = ""
            elif sis_id in planted.shared_emails:
                changed["teacher_email"] = emails[planted.shared_emails[sis_id]]
            yield changed

    def _students(self, rows: Iterator[Row]) -> Iterator[Row]:
        doubtful = self._incidents.doubtful_students
        surname = ""
        for row in rows:
            unlike = {}
            if row["student_id"] in doubtful:
                unlike = {"last_name": surname, **dict.fromkeys(_TELLING_COLUMNS & row.keys(), "")}
            surname = row["last_name"]
            yield self._renamed(row) | unlike

    def _enrollments(self, rows: Iterator[Row]) -> Iterator[Row]:
        return map(self._renamed, rows)

    def _renamed(self, row: Row) -> Row:
        planted, sis_id = self._incidents, row["student_id"]
        new = planted.rekeyed_students.get(sis_id) or planted.doubtful_students.get(sis_id)
        return row | {"student_id": new or sis_id}

    def _sections(self, rows: Iterator[Row]) -> Iterator[Row]:
        planted = self._incidents
        for row in rows:
            changed = dict(row)
            moved = planted.rekeyed_teachers
            if row["section_id"] not in planted.forgotten:
                moved = {**moved, **planted.taken_over}
            for column in _TEACHER_COLUMNS:
                if teacher := changed.get(column):
                    changed[column] = moved.get(teacher, teacher)
            yield changed


class DemoPlan(NamedTuple):
    """What a demo shows: the incidents of its second night, and who never activated."""

    incidents: Incidents
    never_activated: frozenset[str]


def plan_demo(district: GeneratedDistrict) -> DemoPlan:
    """Choose the people of a demo's incidents: teachers with enough sections of their own to be missed."""
    alone: dict[str, list[Row]] = {}
    for row in islice(district.rows(SisFile.SECTIONS), _ENOUGH_SECTIONS):
        if not row["teacher_2_id"]:
            alone.setdefault(row["teacher_id"], []).append(row)
    # The first teacher is a school admin as well, which would make the story longer than it needs to be.
    busy = [teacher for teacher, sections in sorted(alone.items())[1:] if len(sections) >= 3]
    rekeyed, blanked, leaver, shares, owner, colleague, *new = busy
    # Of a section whose term has not begun nobody would miss the teacher yet.
    missed = sorted(alone[leaver], key=lambda row: row["term_name"] != _WHOLE_YEAR)[0]
    students = [student_sis_id(district.size.students // 7), student_sis_id(district.size.students // 3)]
    doubtful = student_sis_id(district.size.students // 5)
    return DemoPlan(
        Incidents(
            rekeyed_teachers={rekeyed: rekeyed.replace("T", "2026-")},
            rekeyed_students={old: f"9{old[1:]}" for old in students},
            doubtful_students={doubtful: f"9{doubtful[1:]}"},
            blanked_emails={blanked},
            leavers={leaver},
            taken_over={leaver: colleague},
            forgotten={missed["section_id"]},
            shared_emails={shares: owner},
        ),
        frozenset(new[:4]),
    )
