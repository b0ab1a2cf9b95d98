"""Emails that are missing, no address, shared, or passed on; and people apart because theirs differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime

from roster_tui.findings.catalog import (
    EMAIL_AT_SEVERAL_SCHOOLS,
    EMAIL_MISSING,
    EMAIL_MOVED,
    EMAIL_SHARED,
    EMAIL_WITHOUT_AT,
    TEACHER_STAFF_APART,
)
from roster_tui.findings.collisions import RECENT, acquired
from roster_tui.findings.model import Evidence, Finding, Subject, compared
from roster_tui.findings.subjects import PERSON, person
from roster_tui.roster.kinds import TEACHER
from roster_tui.roster.text import fold

_SCHOOL = "(SELECT s.name FROM school s WHERE s.key = t.school)"


def missing(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield teachers in the data whose email is blank."""
    rows = db.execute(
        f"SELECT t.sections, {PERSON} FROM teacher t JOIN record r ON r.key = t.key"
        " WHERE t.in_data AND t.email IS NULL ORDER BY t.key"
    )
    for sections, *columns in rows:
        evidence = (Evidence("email", None, None, None), Evidence("sections", None, str(sections), None))
        yield Finding(EMAIL_MISSING, person(TEACHER, columns), evidence=evidence)


def without_at(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield teachers in the data whose email holds no ``@``."""
    rows = db.execute(
        f"SELECT t.email, t.sections, {PERSON} FROM teacher t JOIN record r ON r.key = t.key"
        " WHERE t.in_data AND t.email IS NOT NULL AND NOT instr(t.email, '@') ORDER BY t.key"
    )
    for email, sections, *columns in rows:
        evidence = (Evidence("email", None, email, False), Evidence("sections", None, str(sections), None))
        yield Finding(EMAIL_WITHOUT_AT, person(TEACHER, columns), evidence=evidence)


def shared(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield each teacher whose email is another's too, beside the first who has it.

    The same name at another school is one person with several records (domain rule 8), not two people. Text
    that is no address at all ("none", "tbd") is no email to be shared.
    """
    rows = db.execute(
        f"SELECT lower(t.email), t.school, {_SCHOOL}, {PERSON} FROM teacher t JOIN record r ON r.key = t.key"
        " WHERE t.in_data AND instr(t.email, '@') AND lower(t.email) IN (SELECT lower(email) FROM teacher"
        " WHERE in_data AND email IS NOT NULL GROUP BY lower(email) HAVING count(*) > 1)"
        " ORDER BY lower(t.email), t.key"
    )
    first: tuple[str, int | None, str | None, Subject] | None = None
    for email, school, school_name, *columns in rows:
        one = person(TEACHER, columns)
        if first is None or first[0] != email:
            first = (email, school, school_name, one)
            continue
        several = fold(one.label) == fold(first[3].label) and school is not None and school != first[1]
        evidence = [Evidence("email", email, email, True)]
        if several:
            evidence.append(compared("school", first[2], school_name))
        yield Finding(EMAIL_AT_SEVERAL_SCHOOLS if several else EMAIL_SHARED, one, first[3], tuple(evidence))


def moved(db: sqlite3.Connection, at: datetime, same_person: Collection[tuple[int, int]]) -> Iterator[Finding]:
    """Yield teachers whose email was another's until an update of the last month.

    ``same_person`` are keys of old and new records known to be one person, whose email of course went along.
    """
    rows = db.execute(
        "WITH former AS MATERIALIZED (SELECT c.key, lower(json_extract(c.before, '$.email')) email"
        " FROM change c JOIN run ON run.id = c.run JOIN teacher n ON n.key = c.key"
        f" WHERE c.kind = {TEACHER.code} AND c.what <> 'added' AND run.started_at >= :since"
        ' AND instr(c.before, \'"email":"\')'
        # Whoever has it back has not passed it on; the two share it then.
        " AND NOT (n.in_data AND lower(n.email) IS lower(json_extract(c.before, '$.email'))))"
        f" SELECT f.key, t.email, {PERSON} FROM teacher t CROSS JOIN former f ON f.email = lower(t.email)"
        f" AND f.key <> t.key JOIN record r ON r.key = t.key WHERE t.in_data AND instr(t.email, '@')"
        f" AND {acquired('email')}"
        " GROUP BY t.key, f.key ORDER BY t.key",
        {"since": (at - RECENT).isoformat()},
    ).fetchall()
    for former_key, email, *columns in rows:
        one = person(TEACHER, columns)
        if (former_key, one.key) in same_person:
            continue
        former = _teacher(db, former_key)
        if fold(former.label) != fold(one.label):
            evidence = (Evidence("email", email, email, True), compared("name", former.label, one.label))
            yield Finding(EMAIL_MOVED, one, former, evidence)


def _teacher(db: sqlite3.Connection, key: int) -> Subject:
    row = db.execute(f"SELECT {PERSON} FROM teacher t JOIN record r ON r.key = t.key WHERE t.key = ?", (key,))
    return person(TEACHER, row.fetchone())


def teacher_and_staff_apart(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield staff members beside a teacher of the same name at the same school whose email is another."""
    rows = db.execute(
        f"SELECT o.key, o.email, t.email, {_SCHOOL}, {PERSON} FROM teacher t JOIN record r ON r.key = t.key"
        " CROSS JOIN teacher o ON o.sort_name = t.sort_name AND o.key <> t.key"
        " WHERE t.in_data AND t.roles = 'staff' AND o.in_data AND instr(o.roles, 'teacher')"
        " AND instr(t.email, '@') AND instr(o.email, '@') AND lower(o.email) <> lower(t.email)"
        " AND EXISTS (SELECT 1 FROM teacher_school a JOIN teacher_school b ON b.school = a.school"
        " WHERE a.teacher = t.key AND b.teacher = o.key) GROUP BY t.key ORDER BY t.key"
    ).fetchall()
    for key, teachers_email, staff_email, school, *columns in rows:
        one, other = person(TEACHER, columns), _teacher(db, key)
        evidence = (
            compared("name", other.label, one.label),
            compared("email", teachers_email, staff_email),
            Evidence("school", school, school, True),
        )
        yield Finding(TEACHER_STAFF_APART, one, other, evidence)
