"""Findings as last worked out, kept beside the roster so that lists can show and filter by them.

The table ``noticed`` holds every finding of the last month; the view ``finding`` those that ask for somebody:
still there, and not set aside.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

import orjson

from roster_tui.findings.catalog import CODES
from roster_tui.findings.model import Code, Finding, from_document
from roster_tui.roster.kinds import BY_NAME

KEPT = timedelta(days=30)
"""How long a finding is remembered after it is gone; one that comes back in this time keeps its first night."""


class Status(StrEnum):
    """Where a finding stands in its history."""

    NEW = "new"
    """Not there before the latest sync."""
    OPEN = "open"
    SET_ASIDE = "set-aside"
    """Dismissed, or its pair rejected; open again when the evidence changes."""
    GONE = "gone"


@dataclass(frozen=True)
class Opinion:
    """What somebody decided about a finding."""

    verdict: str
    """``dismissed``; of a proposed pair ``accepted`` or ``rejected``."""
    reason: str
    by: str
    at: datetime

    @property
    def sets_aside(self) -> bool:
        """Whether the finding no longer asks for anybody."""
        return self.verdict in ("dismissed", "rejected")


@dataclass(frozen=True)
class Known:
    """A finding and its history."""

    finding: Finding
    first_seen: datetime
    status: Status = Status.OPEN
    gone_at: datetime | None = None
    opinion: Opinion | None = None


Opinions = Callable[[Finding], Opinion | None]
"""What was decided about a finding, if its evidence is still the same."""


def refresh(
    db: sqlite3.Connection, at: datetime, found: Iterable[Finding], opinion_of: Opinions = lambda finding: None
) -> None:
    """Put findings, all that there are, in the place of those before, in the caller's transaction.

    Those still there keep their first night; those gone are kept for a month.
    """
    run = db.execute("SELECT coalesce(max(id), 0) FROM run WHERE state IN ('running', 'applied')").fetchone()[0]
    seen = {row[0]: row[1:] for row in db.execute("SELECT id, first_seen, first_run FROM noticed")}
    db.execute("CREATE TEMP TABLE IF NOT EXISTS still (id TEXT PRIMARY KEY) WITHOUT ROWID")
    db.execute("DELETE FROM temp.still")
    for finding in found:
        first_seen, first_run = seen.get(finding.id, (at.isoformat(), run))
        opinion = opinion_of(finding)
        db.execute("INSERT OR IGNORE INTO temp.still VALUES (?)", (finding.id,))
        db.execute(
            "INSERT OR REPLACE INTO noticed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?)",
            (
                finding.id,
                finding.code.code,
                finding.code.severity,
                BY_NAME[finding.subject.kind].code,
                finding.subject.key,
                finding.other.key if finding.other else None,
                orjson.dumps(finding.document()).decode(),
                first_seen,
                first_run,
                finding.because,
                bool(opinion and opinion.sets_aside),
                _opinion_text(opinion),
            ),
        )
    db.execute(
        "UPDATE noticed SET gone_at = ?, gone_run = ? WHERE gone_at IS NULL AND id NOT IN (SELECT id FROM temp.still)",
        (at.isoformat(), run),
    )
    db.execute("DELETE FROM noticed WHERE gone_at < ?", ((at - KEPT).isoformat(),))
    _let_consequences_follow(db)


def _opinion_text(opinion: Opinion | None) -> str | None:
    return orjson.dumps(vars(opinion)).decode() if opinion else None


def refresh_opinions(db: sqlite3.Connection, opinion_of: Opinions) -> None:
    """Show what is decided about the findings that there are, in the caller's transaction."""
    changed = [
        (bool(opinion and opinion.sets_aside), _opinion_text(opinion), known.finding.id)
        for known in _known(db, "gone_at IS NULL", [-1])
        if (opinion := opinion_of(known.finding)) != known.opinion
    ]
    db.executemany("UPDATE noticed SET set_aside = ?, opinion = ? WHERE id = ?", changed)
    _let_consequences_follow(db)


def _let_consequences_follow(db: sqlite3.Connection) -> None:
    """Set aside what follows from a dismissed finding. A rejected pair is no cause any more, so nothing follows it."""
    dismissed = "SELECT n.id FROM noticed n WHERE json_extract(n.opinion, '$.verdict') = 'dismissed'"
    db.execute(
        "UPDATE noticed SET set_aside = opinion IS NOT NULL OR because IN"
        f" ({dismissed}) WHERE because IS NOT NULL AND gone_at IS NULL"
    )


_COLUMNS = "code, document, first_seen, first_run, gone_at, set_aside, opinion"
_WORST_FIRST = "ORDER BY severity DESC, code, json_extract(document, '$.subject.label'), id"


def known(
    db: sqlite3.Connection,
    *,
    subject: int | None = None,
    code: str | None = None,
    severity: int | None = None,
    code_begins: str = "",
    causes_only: bool = False,
    limit: int = -1,
) -> list[Known]:
    """Return the findings that ask for somebody, worst first, then by code and subject."""
    where = ["gone_at IS NULL AND NOT set_aside"]
    values: list[int | str] = []
    if subject is not None:
        where.append("(key = ? OR other = ?)")
        values += [subject, subject]
    if causes_only:
        where.append("because IS NULL")
    if code is not None:
        where.append("code = ?")
        values.append(code)
    if severity is not None:
        where.append("severity = ?")
        values.append(severity)
    if code_begins:
        where.append("instr(code, ?) = 1")
        values.append(code_begins)
    return _known(db, " AND ".join(where), [*values, limit])


def standing(db: sqlite3.Connection, codes: Iterable[Code]) -> list[Finding]:
    """Return the findings of some codes as they were last worked out, set aside or not."""
    names = orjson.dumps([code.code for code in codes]).decode()
    where = "gone_at IS NULL AND code IN (SELECT value FROM json_each(?))"
    return [each.finding for each in _known(db, where, [names, -1])]


def set_aside(db: sqlite3.Connection) -> list[Known]:
    """Return the findings that are still there, but dismissed or rejected."""
    return _known(db, "gone_at IS NULL AND set_aside", [-1])


def gone(db: sqlite3.Connection) -> list[Known]:
    """Return the findings that went with the latest sync, or since."""
    return _known(db, f"gone_run >= ({_LATEST_RUN})", [-1])


def with_id(db: sqlite3.Connection, finding_id: str) -> Known | None:
    """Return a finding that is there, set aside or not, by its id."""
    return next(iter(_known(db, "gone_at IS NULL AND id = ?", [finding_id, -1])), None)


_LATEST_RUN = "SELECT coalesce(max(id), 0) FROM run WHERE state = 'applied'"


def _known(db: sqlite3.Connection, where: str, values: list[int | str]) -> list[Known]:
    latest = int(db.execute(_LATEST_RUN).fetchone()[0])
    rows = db.execute(f"SELECT {_COLUMNS} FROM noticed WHERE {where} {_WORST_FIRST} LIMIT ?", values)
    found = []
    for name, document, first_seen, first_run, gone_at, aside, opinion in rows:
        status = Status.GONE if gone_at else Status.SET_ASIDE if aside else Status.OPEN
        if status is Status.OPEN and first_run >= latest:
            status = Status.NEW
        found.append(
            Known(
                from_document(CODES[name], orjson.loads(document)),
                datetime.fromisoformat(first_seen),
                status,
                datetime.fromisoformat(gone_at) if gone_at else None,
                _opinion(opinion),
            )
        )
    return found


def _opinion(text: str | None) -> Opinion | None:
    if text is None:
        return None
    fields = orjson.loads(text)
    return Opinion(**{**fields, "at": datetime.fromisoformat(fields["at"])})


def by_night(db: sqlite3.Connection, days: Sequence[date], zone: tzinfo | None) -> list[int | None]:
    """Return how many findings stood there at the end of each day, set aside or not; None before the first sync.

    At most for as many days as findings are `KEPT`.
    """
    began = db.execute("SELECT min(started_at) FROM run WHERE state = 'applied'").fetchone()[0]
    first = datetime.fromisoformat(began).astimezone(zone).date() if began else None
    # By the hour: a zone may be off by no less, and thousands of findings come in the same one.
    spans = db.execute(
        "SELECT strftime('%Y-%m-%dT%H', first_seen), strftime('%Y-%m-%dT%H', gone_at), count(*) FROM noticed"
        " GROUP BY 1, 2"
    ).fetchall()
    lasted = [(_day(seen, zone), _day(gone, zone) if gone else None, number) for seen, gone, number in spans]
    return [
        sum(number for seen, gone, number in lasted if seen <= day and (gone is None or gone > day))
        if first and day >= first
        else None
        for day in days
    ]


def _day(hour: str, zone: tzinfo | None) -> date:
    return datetime.fromisoformat(f"{hour}:00:00+00:00").astimezone(zone).date()


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many findings there are by code."""
    return dict(db.execute("SELECT code, count(*) FROM finding GROUP BY code ORDER BY max(severity) DESC, code"))


def causes(db: sqlite3.Connection) -> int:
    """Return how many findings follow from no other."""
    return int(db.execute("SELECT count(*) FROM finding WHERE because IS NULL").fetchone()[0])


def high(db: sqlite3.Connection) -> int:
    """Return how many findings of high severity there are, what follows from others not counted again."""
    return int(db.execute("SELECT count(*) FROM finding WHERE severity = 3 AND because IS NULL").fetchone()[0])
