"""The troubles of a bad night, planted into any district: what the SIS office did since yesterday."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from roster_tui.sandbox.generator import GeneratedDistrict, student_sis_id
from roster_tui.sis import Row, SisDistrict, SisFile
from roster_tui.sis.layout import CO_TEACHER_COLUMNS

_TEACHER_COLUMNS = ("teacher_id", *CO_TEACHER_COLUMNS)


@dataclass(frozen=True)
class Incidents:
    """Changes of one night, by SIS ID."""

    rekeyed_teachers: Mapping[str, str] = field(default_factory=dict)
    """Old SIS ID to new; sections follow."""
    rekeyed_students: Mapping[str, str] = field(default_factory=dict)
    """Old SIS ID to new; enrollments follow."""
    blanked_emails: Set[str] = frozenset()
    leavers: Set[str] = frozenset()
    """Teachers no longer in the export, though sections may still name them."""
    taken_over: Mapping[str, str] = field(default_factory=dict)
    """Sections (by SIS ID) given to another teacher."""
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
            SisFile.ENROLLMENTS: self._students,
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
        renamed = self._incidents.rekeyed_students
        for row in rows:
            yield row | {"student_id": renamed.get(row["student_id"], row["student_id"])}

    def _sections(self, rows: Iterator[Row]) -> Iterator[Row]:
        planted = self._incidents
        for row in rows:
            changed = dict(row)
            if row["section_id"] in planted.taken_over:
                changed["teacher_id"] = planted.taken_over[row["section_id"]]
            for column in _TEACHER_COLUMNS:
                if teacher := changed.get(column):
                    changed[column] = planted.rekeyed_teachers.get(teacher, teacher)
            yield changed


class DemoPlan(NamedTuple):
    """What a demo shows: the incidents of its second night, and who never activated."""

    incidents: Incidents
    never_activated: frozenset[str]


def plan_demo(district: GeneratedDistrict) -> DemoPlan:
    """Choose the people of a demo's incidents: teachers with enough sections to be missed."""
    taught: Counter[str] = Counter()
    sections_of: dict[str, list[str]] = {}
    for row in district.rows(SisFile.SECTIONS):
        taught[row["teacher_id"]] += 1
        sections_of.setdefault(row["teacher_id"], []).append(row["section_id"])
        if len(sections_of) > 60:
            break
    busy = [teacher for teacher, count in sorted(taught.items()) if count >= 3]
    rekeyed, blanked, leaver, shares, owner, colleague, *new = busy[:12]
    first_student, second_student = student_sis_id(11), student_sis_id(190)
    # All but one of the leaver's sections have a new teacher already; the last was forgotten.
    handed_over = sections_of[leaver][1:]
    return DemoPlan(
        Incidents(
            rekeyed_teachers={rekeyed: rekeyed.replace("T", "2026-")},
            rekeyed_students={
                first_student: f"9{first_student[1:]}",
                second_student: f"9{second_student[1:]}",
            },
            blanked_emails={blanked},
            leavers={leaver},
            taken_over=dict.fromkeys(handed_over, colleague),
            shared_emails={shares: owner},
        ),
        frozenset(new[:4]),
    )
