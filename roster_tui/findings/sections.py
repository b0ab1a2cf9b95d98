"""Sections that nobody can open, that are empty, that hang on a term or course that is not there, or were reused."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from roster_tui.findings.accounts import WAITING_SINCE
from roster_tui.findings.catalog import (
    CO_TEACHER_MISSING,
    COURSE_GONE,
    SCHOOL_WITHOUT_ENROLLMENTS,
    SECTION_EMPTY,
    SECTION_REUSED,
    SECTION_TEACHER_PENDING,
    SECTION_WITHOUT_TEACHER,
    TERM_ENDED,
    TERM_NOT_BEGUN,
)
from roster_tui.findings.collisions import RECENT
from roster_tui.findings.model import Evidence, Finding, Subject
from roster_tui.findings.subjects import NAMED, named
from roster_tui.ledger.clock_trust import MOST_AHEAD
from roster_tui.roster.kinds import COURSE, SCHOOL, SECTION, TERM
from roster_tui.roster.text import listed_name

Roots = Mapping[int, str]
"""By key of a teacher, the id of the finding that says why the teacher cannot open sections."""

_CAN_SIGN_IN = "p.in_data AND p.email IS NOT NULL AND coalesce(a.state, 'pending') <> 'suspended'"
_VALID = (
    "SELECT 1 FROM section_teacher l JOIN teacher p ON p.key = l.teacher LEFT JOIN account a ON a.key = p.key"
    f" WHERE l.section = t.key AND {_CAN_SIGN_IN}"
)
# Few sections have nobody, or somebody who cannot sign in: only those are looked at more closely.
_SUSPECT = (
    "SELECT s.key FROM section s WHERE NOT EXISTS (SELECT 1 FROM section_teacher l WHERE l.section = s.key)"
    " UNION SELECT l.section FROM section_teacher l WHERE l.teacher NOT IN"
    f" (SELECT p.key FROM teacher p LEFT JOIN account a ON a.key = p.key WHERE {_CAN_SIGN_IN})"
)
_TEACHERS = (
    "(SELECT json_group_array(json_array(teacher, id, first, middle, last, email, in_data, state)) FROM"
    " (SELECT l.teacher, lower(hex(g.id)) id, p.first, p.middle, p.last, p.email, coalesce(p.in_data, 0) in_data,"
    " a.state FROM section_teacher l JOIN record g ON g.key = l.teacher LEFT JOIN teacher p ON p.key = l.teacher"
    " LEFT JOIN account a ON a.key = l.teacher WHERE l.section = t.key ORDER BY l.position))"
)
_MANY = 5
"""Sections of a school from which on it is no accident when all are empty."""


def without_valid_teacher(db: sqlite3.Connection, roots: Roots) -> Iterator[Finding]:
    """Yield sections none of whose teachers is in the data, has an email and is not suspended."""
    rows = db.execute(
        f"SELECT {_TEACHERS}, {NAMED} FROM section t JOIN record r ON r.key = t.key"
        f" WHERE t.key IN ({_SUSPECT}) AND NOT EXISTS ({_VALID}) ORDER BY t.key"
    )
    for teachers, *columns in rows:
        assigned = orjson.loads(teachers)
        evidence = tuple(map(_invalid, assigned)) or (Evidence("teacher", None, "none assigned", False),)
        keys = [each[0] for each in assigned]
        because = roots[keys[0]] if keys and all(key in roots for key in keys) else None
        yield Finding(SECTION_WITHOUT_TEACHER, named(SECTION, columns), evidence=evidence, because=because)


def _name(teacher: list[Any]) -> str:
    return listed_name(*teacher[2:5]) or str(teacher[1])


def _invalid(teacher: list[Any]) -> Evidence:
    email, in_data, state = teacher[5:]
    why = "not in Clever's data" if not in_data else "no email" if not email else f"account {state}"
    return Evidence("teacher", _name(teacher), why, False)


def teacher_pending(db: sqlite3.Connection, at: datetime, patience: timedelta, roots: Roots) -> Iterator[Finding]:
    """Yield sections with students whose valid teachers all have been pending for longer than ``patience``.

    None while a district is being launched and most accounts are pending: that is no trouble of a section.
    """
    stale = f"a.state = 'pending' AND {WAITING_SINCE} < :before"
    rows = db.execute(
        f"SELECT {_TEACHERS}, {NAMED} FROM section t JOIN record r ON r.key = t.key WHERE t.students > 0"
        " AND (SELECT 2 * total(state = 'pending') <= count(*) FROM account)"
        " AND t.key IN (SELECT l.section FROM account a CROSS JOIN section_teacher l ON l.teacher = a.key"
        f" WHERE {stale}) AND EXISTS ({_VALID} AND {stale}) AND NOT EXISTS ({_VALID} AND NOT ({stale})) ORDER BY t.key",
        {"before": (at - patience).isoformat(), "soon": (at + MOST_AHEAD).isoformat()},
    )
    for teachers, *columns in rows:
        waiting = [each for each in orjson.loads(teachers) if each[5] and each[6] and each[7] == "pending"]
        evidence = tuple(Evidence("teacher", _name(each), "account pending", False) for each in waiting)
        because = roots.get(waiting[0][0])
        yield Finding(SECTION_TEACHER_PENDING, named(SECTION, columns), evidence=evidence, because=because)


def co_teacher_missing(db: sqlite3.Connection, roots: Roots) -> Iterator[Finding]:
    """Yield sections that somebody can open, but that also name a teacher who is not in the data."""
    rows = db.execute(
        f"SELECT {_TEACHERS}, {NAMED} FROM section t JOIN record r ON r.key = t.key WHERE t.key IN"
        " (SELECT l.section FROM section_teacher l LEFT JOIN teacher p ON p.key = l.teacher"
        f" WHERE NOT coalesce(p.in_data, 0)) AND EXISTS ({_VALID}) ORDER BY t.key"
    )
    for teachers, *columns in rows:
        absent = [each for each in orjson.loads(teachers) if not each[6]]
        evidence = tuple(map(_invalid, absent))
        because = roots.get(absent[0][0]) if all(each[0] in roots for each in absent) else None
        yield Finding(CO_TEACHER_MISSING, named(SECTION, columns), evidence=evidence, because=because)


def empty(db: sqlite3.Connection, told: Collection[int]) -> Iterator[Finding]:
    """Yield sections without students; a school all of whose sections are empty is one finding.

    ``told`` are keys of sections that another finding speaks of already.
    """
    schools: set[int] = set()
    for count, *columns in db.execute(
        f"SELECT t.sections, {NAMED} FROM (SELECT school, count(*) empty FROM section WHERE students = 0"
        " GROUP BY +school) n JOIN school t ON t.key = n.school JOIN record r ON r.key = t.key"
        f" WHERE n.empty = t.sections AND n.empty >= {_MANY} ORDER BY t.key"
    ):
        school = named(SCHOOL, columns)
        schools.add(school.key)
        yield Finding(
            SCHOOL_WITHOUT_ENROLLMENTS, school, evidence=(Evidence("empty", None, f"{count} sections", None),)
        )
    rows = db.execute(
        f"SELECT t.school, {NAMED} FROM section t JOIN record r ON r.key = t.key WHERE t.students = 0 ORDER BY t.key"
    )
    for at, *columns in rows:
        if at not in schools and columns[0] not in told:
            yield Finding(SECTION_EMPTY, named(SECTION, columns), evidence=(Evidence("students", None, "0", None),))


def terms(db: sqlite3.Connection, at: datetime) -> Iterator[Finding]:
    """Yield terms with sections that are over or still to come, while another term of the district is running.

    Between two school years all terms are over: that is a holiday, and no finding.
    """
    today = at.date().isoformat()
    rows = db.execute(
        "WITH used AS MATERIALIZED (SELECT term, count(*) sections FROM section WHERE term IS NOT NULL GROUP BY term)"
        " SELECT t.starts, t.ends, u.sections, t.key, lower(hex(r.id)), NULL, t.name FROM used u"
        " JOIN term t ON t.key = u.term JOIN record r ON r.key = t.key"
        " WHERE (t.ends < :today OR t.starts > :today) AND EXISTS (SELECT 1 FROM used v JOIN term o ON o.key = v.term"
        " WHERE o.starts <= :today AND o.ends >= :today) ORDER BY t.key",
        {"today": today},
    )
    for starts, ends, sections, *columns in rows:
        over = ends is not None and ends < today
        evidence = (
            Evidence("ended" if over else "begins", None, ends if over else starts, None),
            Evidence("sections", None, str(sections), None),
        )
        yield Finding(TERM_ENDED if over else TERM_NOT_BEGUN, named(TERM, columns), evidence=evidence)


def course_gone(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield courses that sections name and Clever does not send; none where no course is shared at all."""
    rows = db.execute(
        "SELECT count(*), t.course, lower(hex(r.id)), (SELECT json_extract(c.before, '$.name') FROM change c"
        " WHERE c.key = t.course AND c.what = 'removed' ORDER BY c.run DESC LIMIT 1)"
        " FROM section t LEFT JOIN course o ON o.key = t.course JOIN record r ON r.key = t.course"
        " WHERE o.key IS NULL AND EXISTS (SELECT 1 FROM course) GROUP BY t.course ORDER BY t.course"
    )
    for sections, key, clever_id, name in rows:
        subject = Subject(COURSE.name, key, clever_id, None, name or clever_id)
        yield Finding(COURSE_GONE, subject, evidence=(Evidence("sections", None, str(sections), None),))


def reused(db: sqlite3.Connection, at: datetime) -> Iterator[Finding]:
    """Yield sections whose course, teachers and students were all exchanged in one update of the last month.

    A tenth of the students may have stayed: the same children meet again in other classes.
    """
    rows = db.execute(
        "SELECT c.before, c.after, (SELECT name FROM course WHERE key = t.course),"
        f" {NAMED} FROM change c JOIN run ON run.id = c.run JOIN section t ON t.key = c.key"
        f" JOIN record r ON r.key = c.key WHERE c.kind = {SECTION.code} AND c.what = 'updated' AND run.started_at >= ?"
        ' AND instr(c.before, \'"teacher_ids":["\') AND instr(c.before, \'"student_ids":["\')'
        ' AND (instr(c.before, \'"course":"\') OR t.course IS NULL AND instr(c.before, \'"name":"\'))'
        " AND json_array_length(c.after, '$.teacher_ids')"
        " = (SELECT count(*) FROM section_teacher l WHERE l.section = t.key)"
        " AND json_array_length(c.after, '$.student_ids') > 0"
        " AND 10 * (t.students - json_array_length(c.after, '$.student_ids')) <= t.students"
        " GROUP BY c.key HAVING c.run = max(c.run) ORDER BY c.key",
        ((at - RECENT).isoformat(),),
    ).fetchall()
    for before, after, course, *columns in rows:
        yield _reused(db, orjson.loads(before), orjson.loads(after), course, named(SECTION, columns))


def _reused(
    db: sqlite3.Connection, was: dict[str, Any], now: dict[str, Any], course: str | None, subject: Subject
) -> Finding:
    left, came = (f"{len(side['student_ids'])} {word}" for side, word in ((was, "left"), (now, "came")))
    evidence = (
        Evidence("name", was.get("name", subject.label), subject.label, "name" not in was),
        Evidence("course", _course(db, was.get("course")), course, False),
        Evidence("teachers", _names(db, was["teacher_ids"]), _names(db, now["teacher_ids"]), False),
        Evidence("students", left, came, False),
    )
    return Finding(SECTION_REUSED, subject, evidence=evidence)


def _course(db: sqlite3.Connection, clever_id: str | None) -> str | None:
    if clever_id is None:
        return None
    row = db.execute(
        "SELECT name FROM course WHERE key = (SELECT key FROM record WHERE id = ?)", (bytes.fromhex(clever_id),)
    ).fetchone()
    return row[0] if row else clever_id


def _names(db: sqlite3.Connection, ids: list[str]) -> str:
    names = []
    for clever_id in ids:
        row = db.execute(
            "SELECT first, middle, last FROM teacher WHERE key = (SELECT key FROM record WHERE id = ?)",
            (bytes.fromhex(clever_id),),
        ).fetchone()
        names.append(listed_name(*row) if row else clever_id)
    return "; ".join(names)
