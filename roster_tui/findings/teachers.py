"""Emails that are missing or shared, and accounts that nobody activated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta

from roster_tui.findings.catalog import ACTIVATION_PENDING, EMAIL_MISSING, EMAIL_SHARED
from roster_tui.findings.model import Evidence, Finding, Subject
from roster_tui.roster.text import listed_name

_SUBJECT = "t.key, lower(hex(r.id)), t.sis_id, t.first, t.middle, t.last"


def subject(row: tuple[int, str, str | None, str | None, str | None, str | None]) -> Subject:
    """Return a teacher as the subject of a finding, from key, id, SIS ID, first, middle and last name."""
    key, clever_id, sis_id, first, middle, last = row
    return Subject("teacher", key, clever_id, sis_id, listed_name(first, middle, last))


def email_missing(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield teachers in the data whose email is blank."""
    rows = db.execute(
        f"SELECT {_SUBJECT}, t.sections FROM teacher t JOIN record r ON r.key = t.key"
        " WHERE t.in_data AND t.email IS NULL ORDER BY t.key"
    )
    for *columns, sections in rows:
        evidence = (Evidence("email", None, None, None), Evidence("sections", None, str(sections), None))
        yield Finding(EMAIL_MISSING, subject(tuple(columns)), evidence=evidence)


def email_shared(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield each teacher whose email is another's too, beside the first who has it."""
    rows = db.execute(
        f"SELECT lower(t.email), {_SUBJECT} FROM teacher t JOIN record r ON r.key = t.key"
        " WHERE t.in_data AND lower(t.email) IN (SELECT lower(email) FROM teacher WHERE in_data"
        " AND email IS NOT NULL GROUP BY lower(email) HAVING count(*) > 1)"
        " ORDER BY lower(t.email), t.key"
    )
    first: tuple[str, Subject] | None = None
    for email, *columns in rows:
        person = subject(tuple(columns))
        if first is None or first[0] != email:
            first = (email, person)
        else:
            yield Finding(EMAIL_SHARED, person, first[1], (Evidence("email", email, email, True),))


def activation_pending(db: sqlite3.Connection, at: datetime, patience: timedelta) -> Iterator[Finding]:
    """Yield accounts that have waited longer than ``patience`` since they began or were last mailed.

    Not the new half of a re-keyed person: mailing it would invite somebody to work with the duplicate.
    """
    before = (at - patience).isoformat()
    rows = db.execute(
        f"SELECT {_SUBJECT}, a.since, a.invited_at FROM account a JOIN teacher t ON t.key = a.key"
        " JOIN record r ON r.key = t.key WHERE a.state = 'pending' AND t.in_data"
        " AND coalesce(a.invited_at, a.since) < ? ORDER BY t.key",
        (before,),
    )
    for *columns, since, invited_at in rows:
        evidence = (Evidence("pending since", since, None, None), Evidence("mailed", invited_at, None, None))
        yield Finding(ACTIVATION_PENDING, subject(tuple(columns)), evidence=evidence)
