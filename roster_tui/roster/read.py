"""Rows of the roster as lists and details show them, read a page of keys at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from roster_tui.roster.kinds import SCHOOL, SECTION, TEACHER, Kind
from roster_tui.roster.text import fold, listed_name


@dataclass(frozen=True)
class Named:
    """A related record; its name is None when it is not in the data."""

    key: int
    clever_id: str
    name: str | None


@dataclass(frozen=True)
class MailView:
    """What became of the last mail to a person."""

    kind: str
    at: str
    state: str
    """``queued, accepted, refused`` or ``unknown``."""
    said: str = ""
    """What the mail server said, where it matters."""


@dataclass(frozen=True)
class AccountView:
    """An account as the directory last told it."""

    state: str
    role: str
    pinned: bool
    since: str
    """Since when it is in this state (ISO 8601)."""
    cause: str | None
    """Why it is suspended."""
    invited_at: str | None
    mail: MailView | None
    permission: str | None
    """What it may do beside its role."""
    role_until: str | None
    """Last day of role and permission, where they are for a time."""
    support_lead: bool


@dataclass(frozen=True)
class SchoolRow:
    """A school in a list."""

    key: int
    clever_id: str
    name: str
    sis_id: str | None
    teachers: int
    sections: int
    students: int
    findings: tuple[str, ...]


@dataclass(frozen=True)
class TeacherRow:
    """A teacher account in a list: whoever is not a student."""

    key: int
    clever_id: str
    name: str
    sis_id: str | None
    email: str | None
    title: str | None
    roles: str
    """Roles in Clever, with blanks between: ``teacher staff district_admin``."""
    schools: tuple[Named, ...]
    sections: int
    in_data: bool
    account: AccountView | None
    findings: tuple[str, ...]


@dataclass(frozen=True)
class SectionRow:
    """A section in a list."""

    key: int
    clever_id: str
    name: str
    sis_id: str | None
    school: Named | None
    teachers: tuple[Named, ...]
    """The primary teacher first; whoever is not in the data has no name."""
    students: int
    term: str | None
    course: str | None
    subject: str | None
    grade: str | None
    period: str | None
    tracker: str | None
    """State of its tracker, ``live`` or ``archived``; None when it has none."""
    findings: tuple[str, ...]


AnyRow = SchoolRow | TeacherRow | SectionRow

# Both records of a pair show the finding: the old half of a re-keyed person and the new one.
_FINDINGS = "(SELECT json_group_array(code) FROM finding f WHERE f.key = t.key OR f.other = t.key)"
_ID = "(SELECT lower(hex(r.id)) FROM record r WHERE r.key = t.key)"
_SCHOOL_ROWS = f"""
SELECT t.key, {_ID}, t.name, t.sis_id, t.teachers, t.sections, t.students, {_FINDINGS}
FROM school t WHERE t.key IN (SELECT value FROM json_each(?))"""
_TEACHER_ROWS = f"""
SELECT t.key, {_ID}, t.first, t.middle, t.last, t.sis_id, t.email, t.title, t.roles, t.sections, t.in_data,
    a.state, a.role, a.pinned, a.since, a.cause, a.invited_at, a.mail,
    a.permission, a.role_until, a.support_lead,
    (SELECT json_group_array(json_array(l.school, lower(hex(r.id)), s.name)) FROM teacher_school l
     JOIN record r ON r.key = l.school LEFT JOIN school s ON s.key = l.school WHERE l.teacher = t.key),
    {_FINDINGS}
FROM teacher t LEFT JOIN account a ON a.key = t.key WHERE t.key IN (SELECT value FROM json_each(?))"""
_SECTION_ROWS = f"""
SELECT t.key, {_ID}, t.name, t.sis_id,
    (SELECT json_array(t.school, lower(hex(r.id)), s.name) FROM record r LEFT JOIN school s ON s.key = r.key
     WHERE r.key = t.school),
    (SELECT json_group_array(json_array(teacher, id, first, middle, last)) FROM
     (SELECT l.teacher, lower(hex(r.id)) id, p.first, p.middle, p.last FROM section_teacher l
      JOIN record r ON r.key = l.teacher LEFT JOIN teacher p ON p.key = l.teacher
      WHERE l.section = t.key ORDER BY l.position)),
    t.students, (SELECT name FROM term WHERE key = t.term), (SELECT name FROM course WHERE key = t.course),
    t.subject, t.grade, t.period, (SELECT state FROM tracker WHERE key = t.key), {_FINDINGS}
FROM section t WHERE t.key IN (SELECT value FROM json_each(?))"""


def rows(db: sqlite3.Connection, kind: Kind, keys: Sequence[int]) -> list[AnyRow]:
    """Return the rows of these keys, in their order; a key that is gone meanwhile is left out."""
    sql, build = _READERS[kind.name]
    found = {row[0]: row for row in db.execute(sql, (orjson.dumps(list(keys)).decode(),))}
    return [build(found[key]) for key in keys if key in found]


def _school(row: tuple[Any, ...]) -> SchoolRow:
    key, clever_id, name, sis_id, teachers, sections, students, findings = row
    return SchoolRow(key, clever_id, name or "", sis_id, teachers, sections, students, _codes(findings))


def _teacher(row: tuple[Any, ...]) -> TeacherRow:
    key, clever_id, first, middle, last, sis_id, email, title, roles, sections, in_data, *rest = row
    state, role, pinned, since, cause, invited_at, mail, permission, role_until, lead, schools, findings = rest
    latest = MailView(**orjson.loads(mail)) if mail else None
    account = (
        AccountView(state, role, bool(pinned), since, cause, invited_at, latest, permission, role_until, bool(lead))
        if state
        else None
    )
    return TeacherRow(
        key,
        clever_id,
        listed_name(first, middle, last),
        sis_id,
        email,
        title,
        roles or "",
        tuple(Named(*school) for school in orjson.loads(schools)),
        sections,
        bool(in_data),
        account,
        _codes(findings),
    )


def _section(row: tuple[Any, ...]) -> SectionRow:
    key, clever_id, name, sis_id, school, teachers, students, *rest, findings = row
    term, course, subject, grade, period, tracker = rest
    return SectionRow(
        key,
        clever_id,
        name or "",
        sis_id,
        Named(*orjson.loads(school)) if school else None,
        tuple(_named_person(teacher) for teacher in orjson.loads(teachers)),
        students,
        term,
        course,
        subject,
        grade,
        period,
        tracker,
        _codes(findings),
    )


def _named_person(value: list[Any]) -> Named:
    key, clever_id, first, middle, last = value
    return Named(key, clever_id, listed_name(first, middle, last) or None)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(orjson.loads(text)))


_READERS: dict[str, tuple[str, Callable[[tuple[Any, ...]], AnyRow]]] = {
    SCHOOL.name: (_SCHOOL_ROWS, _school),
    TEACHER.name: (_TEACHER_ROWS, _teacher),
    SECTION.name: (_SECTION_ROWS, _section),
}


def key_of(db: sqlite3.Connection, kind: Kind, wanted: str) -> int | None:
    """Return the key of a record by Clever ID or SIS ID, or None; teachers also by email."""
    if len(wanted) == 24 and all(digit in "0123456789abcdef" for digit in wanted.lower()):
        row = db.execute(
            f"SELECT key FROM {kind.name} WHERE key = (SELECT key FROM record WHERE id = ?)", (bytes.fromhex(wanted),)
        ).fetchone()
        if row:
            return int(row[0])
    found = db.execute(f"SELECT key FROM {kind.name} WHERE sis_id = ? ORDER BY key", (wanted,)).fetchall()
    if not found and kind is TEACHER:
        found = db.execute("SELECT key FROM teacher WHERE lower(email) = lower(?)", (wanted,)).fetchall()
    # An ID that two people share names nobody: acting on the wrong one is worse than asking again.
    return int(found[0][0]) if len(found) == 1 else None


def schools_named(db: sqlite3.Connection, words: str, most: int = 20) -> list[tuple[int, str]]:
    """Return key and name of the schools whose names hold some words, those that begin with them first."""
    wanted = fold(words)
    rows = db.execute(
        "SELECT key, coalesce(name, sis_id, '') FROM school WHERE instr(sort_name, ?1) > 0 OR lower(sis_id) = ?1"
        " ORDER BY instr(sort_name, ?1), sort_name LIMIT ?2",
        (wanted, most),
    )
    return rows.fetchall()


def clever_ids(db: sqlite3.Connection, keys: Sequence[int]) -> list[str]:
    """Return the Clever IDs of teachers by key, in order of name."""
    return _ids(db, "t.key IN (SELECT value FROM json_each(?))", orjson.dumps(list(keys)).decode())


def account_ids(db: sqlite3.Connection, keys: Sequence[int]) -> list[str]:
    """Return the Clever IDs of those of these teachers who have an account, in order of name."""
    found = "t.key IN (SELECT a.key FROM account a WHERE a.key IN (SELECT value FROM json_each(?)))"
    return _ids(db, found, orjson.dumps(list(keys)).decode())


def section_ids(db: sqlite3.Connection, keys: Sequence[int]) -> list[str]:
    """Return the Clever IDs of sections by key, in order of name."""
    return _ids(db, "t.key IN (SELECT value FROM json_each(?))", orjson.dumps(list(keys)).decode(), SECTION)


def pending_ids(db: sqlite3.Connection) -> list[str]:
    """Return the Clever IDs of all pending accounts, in order of name."""
    return _ids(db, "t.key IN (SELECT key FROM account WHERE state = ?)", "pending")


def _ids(db: sqlite3.Connection, where: str, value: str, kind: Kind = TEACHER) -> list[str]:
    rows = db.execute(
        f"SELECT lower(hex(r.id)) FROM {kind.name} t JOIN record r ON r.key = t.key WHERE {where} ORDER BY t.sort_name",
        (value,),
    )
    return [clever_id for (clever_id,) in rows]


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many schools, teachers, sections and students are in the data."""
    return {
        "schools": _count(db, "school"),
        "teachers": _count(db, "teacher WHERE in_data"),
        "sections": _count(db, "section"),
        "students": _count(db, "student"),
    }


def _count(db: sqlite3.Connection, source: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {source}").fetchone()[0])
