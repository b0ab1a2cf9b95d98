"""Which files a district uploads to Clever, and which columns each may hold (Clever's SFTP specification)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class SisFile(StrEnum):
    """One of the files of an upload; its value is the file's name without the ending."""

    SCHOOLS = "schools"
    TEACHERS = "teachers"
    STAFF = "staff"
    STUDENTS = "students"
    SECTIONS = "sections"
    ENROLLMENTS = "enrollments"

    @property
    def file_name(self) -> str:
        """The name under which Clever expects the file; case matters there."""
        return f"{self.value}.csv"


@dataclass(frozen=True)
class Layout:
    """The columns of one file, in canonical spelling (lower case, underscores)."""

    required: frozenset[str]
    optional: frozenset[str]
    may_be_missing: bool = False
    """Whether an upload without this file is complete."""

    @cached_property
    def known(self) -> frozenset[str]:
        """Every column that Clever gives a meaning; any other becomes a custom field (``ext``)."""
        return self.required | self.optional


def canonical(header: str) -> str:
    """Return a header as Clever reads it: ``School id`` and ``School_id`` are the same column."""
    return "_".join(header.strip().lower().replace("_", " ").split())


def _columns(text: str) -> frozenset[str]:
    return frozenset(text.split())


CO_TEACHER_COLUMNS = tuple(f"teacher_{n}_id" for n in range(2, 11))
"""Co-teachers of a section: Clever reads nine besides the primary teacher."""

LAYOUTS: dict[SisFile, Layout] = {
    SisFile.SCHOOLS: Layout(
        required=_columns("school_id school_name"),
        # Clever's specification calls school_number required; its own demo district has none.
        optional=_columns(
            "school_number state_id nces_id low_grade high_grade principal principal_email"
            " school_address school_city school_state school_zip school_phone"
        ),
    ),
    SisFile.TEACHERS: Layout(
        required=_columns("school_id teacher_id first_name last_name"),
        optional=_columns("teacher_number state_teacher_id teacher_email middle_name title username password"),
    ),
    SisFile.STAFF: Layout(
        required=_columns("school_id staff_id staff_email first_name last_name"),
        optional=_columns("department title username password role"),
        may_be_missing=True,
    ),
    SisFile.STUDENTS: Layout(
        required=_columns("school_id student_id first_name last_name"),
        optional=_columns(
            "student_number state_id middle_name grade gender graduation_year dob race hispanic_latino"
            " home_language ell_status frl_status iep_status student_street student_city student_state"
            " student_zip student_email contact_relationship contact_type contact_name contact_phone"
            " contact_phone_type contact_email contact_sis_id username password unweighted_gpa weighted_gpa"
        ),
    ),
    SisFile.SECTIONS: Layout(
        required=_columns("school_id section_id teacher_id"),
        optional=_columns(
            "name section_number grade course_name course_number course_description period subject"
            " term_name term_start term_end"
        )
        | frozenset(CO_TEACHER_COLUMNS),
    ),
    SisFile.ENROLLMENTS: Layout(
        required=_columns("school_id section_id student_id"),
        optional=frozenset(),
    ),
}
