"""Facts about one teacher or section, read from the cache."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import orjson

from roster_tui.findings.catalog import PERSON_REPLACED, SIS_ID_CHANGED
from roster_tui.findings.chain.facts import AccountFacts, SectionFacts, TeacherFacts, TermFacts
from roster_tui.roster.kinds import SECTION, Kind
from roster_tui.roster.text import listed_name


def teacher_facts(db: sqlite3.Connection, key: int) -> TeacherFacts:
    """Return what is known of a teacher, or of an id that a section names as one."""
    row = db.execute(
        "SELECT lower(hex(r.id)), t.sis_id, t.first, t.middle, t.last, t.email, coalesce(t.roles, ''),"
        " coalesce(t.in_data, 0), a.state, a.since, a.cause, a.pinned FROM record r"
        " LEFT JOIN teacher t ON t.key = r.key LEFT JOIN account a ON a.key = r.key WHERE r.key = ?",
        (key,),
    ).fetchone()
    clever_id, sis_id, first, middle, last, email, roles, in_data, *account = row
    found = dict(
        db.execute(
            "SELECT code, json_extract(document, '$.other.sis_id') FROM noticed WHERE key = ? AND gone_at IS NULL",
            (key,),
        )
    )
    return TeacherFacts(
        label=listed_name(first, middle, last) or clever_id,
        clever_id=clever_id,
        sis_id=sis_id,
        in_data=bool(in_data),
        left=_left(db, key),
        email=email,
        shares_email_with=_sharing(db, key, email) if in_data else None,
        roles=roles,
        terms=_terms(db, key),
        account=_account(db, account) if account[0] else None,
        rekeyed_to=found.get(SIS_ID_CHANGED.code),
        rekeyed_from=_rekeyed_from(db, key),
        replaced=PERSON_REPLACED.code in found,
    )


def _rekeyed_from(db: sqlite3.Connection, key: int) -> str | None:
    row = db.execute(
        "SELECT json_extract(document, '$.subject.sis_id') FROM finding WHERE other = ? AND code = ?",
        (key, SIS_ID_CHANGED.code),
    ).fetchone()
    return row[0] if row else None


def section_facts(db: sqlite3.Connection, key: int) -> SectionFacts | None:
    """Return what is known of a section, also of one that left the data lately; None when it never was there."""
    row = db.execute(
        "SELECT lower(hex(r.id)), t.sis_id, t.name, s.name, t.students, m.name, m.starts, m.ends, t.term FROM section t"
        " JOIN record r ON r.key = t.key LEFT JOIN school s ON s.key = t.school LEFT JOIN term m ON m.key = t.term"
        " WHERE t.key = ?",
        (key,),
    ).fetchone()
    if row is None:
        return _removed_section(db, key)
    clever_id, sis_id, name, school, students, term, starts, ends, term_key = row
    teachers = db.execute("SELECT teacher FROM section_teacher WHERE section = ? ORDER BY position", (key,)).fetchall()
    return SectionFacts(
        label=name or clever_id,
        clever_id=clever_id,
        sis_id=sis_id,
        in_data=True,
        left=None,
        school=school,
        term=TermFacts(term, starts, ends) if term_key is not None else None,
        students=students,
        teachers=tuple(teacher_facts(db, teacher) for (teacher,) in teachers),
    )


def _removed_section(db: sqlite3.Connection, key: int) -> SectionFacts | None:
    row = db.execute(
        "SELECT lower(hex(r.id)), c.before FROM change c JOIN record r ON r.key = c.key"
        " WHERE c.key = ? AND c.kind = ? AND c.what = 'removed' ORDER BY c.run DESC LIMIT 1",
        (key, SECTION.code),
    ).fetchone()
    if row is None:
        return None
    before = orjson.loads(row[1])
    left = _left(db, key)
    return SectionFacts(before["name"] or row[0], row[0], before["sis_id"], False, left, None, None, 0, ())


def key_of_removed(db: sqlite3.Connection, kind: Kind, wanted: str) -> int | None:
    """Return the key of a record that left the data, by Clever ID or by the SIS ID it had; the latest to leave."""
    row = db.execute(
        "SELECT c.key FROM change c JOIN record r ON r.key = c.key WHERE c.kind = ? AND c.what = 'removed'"
        " AND (lower(hex(r.id)) = lower(?) OR json_extract(c.before, '$.sis_id') = ?) ORDER BY c.run DESC LIMIT 1",
        (kind.code, wanted, wanted),
    ).fetchone()
    return row[0] if row else None


def _left(db: sqlite3.Connection, key: int) -> str | None:
    row = db.execute(
        "SELECT run.id, run.started_at FROM change c JOIN run ON run.id = c.run"
        " WHERE c.key = ? AND c.what = 'removed' ORDER BY c.run DESC LIMIT 1",
        (key,),
    ).fetchone()
    if row is None:
        return None
    at = datetime.fromisoformat(row[1])
    return f"{at:%b} {at.day} (sync run {row[0]})"


def _sharing(db: sqlite3.Connection, key: int, email: str | None) -> str | None:
    rows = db.execute(
        "SELECT first, middle, last FROM teacher WHERE in_data AND lower(email) = lower(?) AND key <> ?", (email, key)
    )
    return "; ".join(listed_name(*row) for row in rows) or None


def _terms(db: sqlite3.Connection, key: int) -> tuple[TermFacts | None, ...]:
    rows = db.execute(
        "SELECT t.term, m.name, m.starts, m.ends FROM section_teacher l JOIN section t ON t.key = l.section"
        " LEFT JOIN term m ON m.key = t.term WHERE l.teacher = ?",
        (key,),
    )
    return tuple(TermFacts(*term) if at is not None else None for at, *term in rows)


def _account(db: sqlite3.Connection, columns: list[Any]) -> AccountFacts:
    state, since, cause, pinned = columns
    # A run takes minutes; what it wrote carries a moment between its start and its end.
    row = db.execute(
        "SELECT id FROM run WHERE state = 'applied' AND julianday(started_at) <= julianday(?)"
        " AND julianday(finished_at) >= julianday(?) ORDER BY id DESC LIMIT 1",
        (since, since),
    ).fetchone()
    return AccountFacts(state, since, cause, bool(pinned), row[0] if row else None)


def held_against(db: sqlite3.Connection, clever_id: str) -> str | None:
    """Return why a held roster, attached as ``staged``, would suspend somebody; None when it would not."""
    row = db.execute("SELECT email FROM staged.teacher WHERE id = ?", (bytes.fromhex(clever_id),)).fetchone()
    if row is None:
        return "the person is not in the data it fetched"
    return None if row[0] else "the email is blank in the data it fetched"
