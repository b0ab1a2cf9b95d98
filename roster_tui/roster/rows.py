"""Clever's records as staged rows: kept fields in the order of the table of kinds, and their hash."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from roster_tui.clever import Course, School, Section, Term, User
from roster_tui.roster.kinds import COURSE, SCHOOL, SECTION, STUDENT, TEACHER, TERM, Kind
from roster_tui.roster.text import fold, listed_name, spoken_name
from roster_tui.sis import values

Row = tuple[Any, ...]
"""``(id, hash, *staged_columns)``."""


def _id(text: str | None) -> bytes | None:
    """Return an id's 12 bytes. Raises ValueError when it is no Clever ID."""
    if text is None:
        return None
    if len(text) != 24:
        raise ValueError(f"{len(text)} characters are no Clever ID")
    return bytes.fromhex(text)


def _ids(texts: list[str]) -> bytes:
    """Return ids end to end. Raises ValueError when one is no Clever ID."""
    if not {24}.issuperset(map(len, texts)):
        raise ValueError("a list holds something that is no Clever ID")
    return bytes.fromhex("".join(texts))


def row_hash(columns: Row, ids: bytes = b"") -> int:
    """Return the hash of a staged row, given its columns and its `hashed_ids`.

    It covers every kept field, so equal hashes need no second look.
    """
    return int.from_bytes(blake2b(orjson.dumps(columns) + ids, digest_size=8).digest(), "big", signed=True)


def hashed_ids(references: Row, links: Row) -> bytes:
    """Return the references and lists of a row as they are hashed."""
    return b";".join([part or b"-" for part in (*references, *links)] + [b""])


def _row(clever_id: str, columns: Row, references: Row = (), links: Row = ()) -> Row:
    return (_id(clever_id), row_hash(columns, hashed_ids(references, links)), *columns, *references, *links)


# A whole district was born on some thousands of days.
@lru_cache(maxsize=32_768)
def _iso_day(text: str | None) -> str | None:
    """Return a day as ``YYYY-MM-DD``, or the text where it is none."""
    day = values.day(text) if text else None
    return day.isoformat() if day else text


def school_row(school: School) -> Row:
    """Return the staged row of a school."""
    principal = school.principal
    return _row(
        school.id,
        (
            school.name,
            fold(school.name or ""),
            school.sis_id,
            school.school_number,
            school.state_id,
            school.low_grade,
            school.high_grade,
            principal and principal.name,
            principal and principal.email,
        ),
    )


def term_row(term: Term) -> Row:
    """Return the staged row of a term."""
    return _row(term.id, (term.name, term.start_date, term.end_date))


def course_row(course: Course) -> Row:
    """Return the staged row of a course."""
    return _row(course.id, (course.name, course.number))


def teacher_row(user: User) -> Row:
    """Return the staged row of whoever has an account: teacher, staff, district admin, or several of them."""
    roles, name = user.roles, user.name
    teacher, staff, admin = roles.teacher, roles.staff, roles.district_admin
    schools = list(teacher.schools if teacher else [])
    if teacher and teacher.school and teacher.school not in schools:
        schools.insert(0, teacher.school)
    schools += [school for school in (staff.schools if staff else []) if school not in schools]
    held = [role for role, has in (("teacher", teacher), ("staff", staff), ("district_admin", admin)) if has]
    primary = (teacher and teacher.school) or (schools[0] if schools else None)
    return _row(
        user.id,
        (
            name.first,
            name.middle,
            name.last,
            fold(listed_name(name.first, name.middle, name.last)),
            fold(spoken_name(name.first, name.last)),
            user.email,
            teacher.sis_id if teacher else staff and staff.staff_id,
            staff and staff.staff_id,
            teacher and teacher.teacher_number,
            teacher and teacher.state_id,
            (teacher and teacher.title) or (staff and staff.title) or (admin and admin.title),
            " ".join(held),
        ),
        references=(_id(primary),),
        links=(_ids(sorted(schools)),),
    )


def student_row(user: User) -> Row:
    """Return the staged row of a student. Raises ValueError for a user who is none."""
    student, name = user.roles.student, user.name
    if student is None:
        raise ValueError("listed as a student, without that role")
    others = sorted(school for school in student.schools if school != student.school)
    return _row(
        user.id,
        (
            name.first,
            name.middle,
            name.last,
            user.email,
            student.sis_id,
            student.student_number,
            student.state_id,
            _iso_day(student.dob),
            student.grade,
        ),
        references=(_id(student.school),),
        links=(_ids(others),),
    )


def section_row(section: Section) -> Row:
    """Return the staged row of a section; its teachers in order, the primary one first."""
    teachers = [section.teacher] if section.teacher else []
    teachers += sorted(teacher for teacher in section.teachers if teacher != section.teacher)
    return _row(
        section.id,
        (
            section.name,
            fold(section.name or ""),
            section.sis_id,
            section.period,
            section.section_number,
            section.subject,
            section.grade,
            len(section.students),
        ),
        references=(_id(section.school), _id(section.term_id), _id(section.course)),
        links=(_ids(list(dict.fromkeys(teachers))), _ids(sorted(set(section.students)))),
    )


ROW_OF: dict[Kind, Callable[[Any], Row]] = {
    SCHOOL: school_row,
    TERM: term_row,
    COURSE: course_row,
    TEACHER: teacher_row,
    STUDENT: student_row,
    SECTION: section_row,
}
