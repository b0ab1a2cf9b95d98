"""Findings as last worked out, kept beside the roster so that lists can show and filter by them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from roster_tui.findings import rekeys, sections, teachers
from roster_tui.findings.catalog import CODES, SIS_ID_CHANGED
from roster_tui.findings.model import Finding, from_document
from roster_tui.roster.kinds import BY_NAME


@dataclass(frozen=True)
class Known:
    """A finding, and since when it is known."""

    finding: Finding
    first_seen: datetime


def find_all(db: sqlite3.Connection, at: datetime, pending_patience: timedelta) -> Iterator[Finding]:
    """Yield every finding of the roster and accounts as they are."""
    rekeyed = list(rekeys.find(db, at))
    duplicates = {each.other.key for each in rekeyed if each.code is SIS_ID_CHANGED and each.other}
    yield from rekeyed
    yield from teachers.email_missing(db)
    yield from teachers.email_shared(db)
    yield from sections.without_valid_teacher(db)
    for finding in teachers.activation_pending(db, at, pending_patience):
        if finding.subject.key not in duplicates:
            yield finding


def refresh(db: sqlite3.Connection, at: datetime, pending_patience: timedelta) -> None:
    """Work all findings out again, in the caller's transaction; those still there keep their first night."""
    seen = dict(db.execute("SELECT id, first_seen FROM finding"))
    found = {finding.id: finding for finding in find_all(db, at, pending_patience)}
    db.execute("DELETE FROM finding")
    db.executemany(
        "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                finding_id,
                finding.code.code,
                finding.code.severity,
                BY_NAME[finding.subject.kind].code,
                finding.subject.key,
                finding.other.key if finding.other else None,
                orjson.dumps(finding.document()).decode(),
                seen.get(finding_id, at.isoformat()),
            )
            for finding_id, finding in found.items()
        ),
    )


def known(
    db: sqlite3.Connection, *, subject: int | None = None, code: str | None = None, limit: int = -1
) -> list[Known]:
    """Return findings, worst first, then by code and subject; of one record or code, or all."""
    where = ["1"]
    values: list[int | str] = []
    if subject is not None:
        where.append("(key = ? OR other = ?)")
        values += [subject, subject]
    if code is not None:
        where.append("code = ?")
        values.append(code)
    rows = db.execute(
        f"SELECT code, document, first_seen FROM finding WHERE {' AND '.join(where)}"
        " ORDER BY severity DESC, code, json_extract(document, '$.subject.label'), id LIMIT ?",
        [*values, limit],
    )
    return [
        Known(from_document(CODES[name], orjson.loads(document)), datetime.fromisoformat(first_seen))
        for name, document, first_seen in rows
    ]


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many findings there are by code."""
    return dict(db.execute("SELECT code, count(*) FROM finding GROUP BY code ORDER BY max(severity) DESC, code"))


def high(db: sqlite3.Connection) -> int:
    """Return how many findings are of high severity."""
    return int(db.execute("SELECT count(*) FROM finding WHERE severity = 3").fetchone()[0])
