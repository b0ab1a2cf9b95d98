"""Sections that nobody can open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from roster_tui.findings.catalog import SECTION_WITHOUT_TEACHER
from roster_tui.findings.model import Evidence, Finding, Subject
from roster_tui.roster.text import listed_name

_VALID = (
    "SELECT 1 FROM section_teacher l JOIN teacher p ON p.key = l.teacher LEFT JOIN account a ON a.key = p.key"
    " WHERE l.section = t.key AND p.in_data AND p.email IS NOT NULL AND coalesce(a.state, 'pending') <> 'suspended'"
)


def without_valid_teacher(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield sections none of whose teachers is in the data, has an email and is not suspended."""
    rows = db.execute(
        "SELECT t.key, lower(hex(r.id)), t.sis_id, t.name FROM section t JOIN record r ON r.key = t.key"
        f" WHERE NOT EXISTS ({_VALID}) ORDER BY t.key"
    ).fetchall()
    for key, clever_id, sis_id, name in rows:
        subject = Subject("section", key, clever_id, sis_id, name or "")
        yield Finding(SECTION_WITHOUT_TEACHER, subject, evidence=tuple(_teachers(db, key)))


def _teachers(db: sqlite3.Connection, section: int) -> Iterator[Evidence]:
    rows = db.execute(
        "SELECT p.first, p.middle, p.last, p.email, p.in_data, a.state, lower(hex(r.id)) FROM section_teacher l"
        " JOIN record r ON r.key = l.teacher LEFT JOIN teacher p ON p.key = l.teacher"
        " LEFT JOIN account a ON a.key = l.teacher WHERE l.section = ? ORDER BY l.position",
        (section,),
    ).fetchall()
    if not rows:
        yield Evidence("teacher", None, "none assigned", False)
    for first, middle, last, email, in_data, state, clever_id in rows:
        name = listed_name(first, middle, last) or clever_id
        why = "not in Clever's data" if not in_data else "no email" if not email else f"account {state}"
        yield Evidence("teacher", name, why, False)
