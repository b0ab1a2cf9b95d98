"""Accounts that wait, that should not be suspended, or that nobody watches any more."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from roster_tui.findings.catalog import (
    ACTIVATION_PENDING,
    ADMIN_NOT_IN_DATA,
    PINNED_ABSENT,
    SUSPENDED_WITH_SECTIONS,
    SUSPENSION_LOOP,
)
from roster_tui.findings.collisions import RECENT
from roster_tui.findings.model import Evidence, Finding
from roster_tui.findings.subjects import PERSON, person
from roster_tui.ledger.clock_trust import MOST_AHEAD
from roster_tui.roster.kinds import TEACHER

if TYPE_CHECKING:
    from roster_tui.ledger.journal import Entry, Journal

ABSENT = timedelta(days=14)
"""How long a pinned person may be missing from the data before somebody should look."""
_RETURNS = 2
"""How often a sync takes an unsuspension back before it is a loop."""

_ABSENT_SINCE = (
    "coalesce((SELECT max(run.started_at) FROM change c JOIN run ON run.id = c.run"
    " WHERE c.key = t.key AND c.what = 'removed'), a.since)"
)
WAITING_SINCE = "coalesce(CASE WHEN a.invited_at <= :soon THEN a.invited_at END, a.since)"
"""In SQL, since when a pending account waits; a mail of a clock that was ahead makes nobody patient."""
_ACCOUNTS = "FROM account a JOIN teacher t ON t.key = a.key JOIN record r ON r.key = t.key"


def activation_pending(db: sqlite3.Connection, at: datetime, patience: timedelta) -> Iterator[Finding]:
    """Yield accounts that have waited longer than ``patience`` since they began or were last mailed."""
    rows = db.execute(
        f"SELECT a.since, a.invited_at, t.sections, {PERSON} {_ACCOUNTS} WHERE a.state = 'pending' AND t.in_data"
        f" AND {WAITING_SINCE} < :before ORDER BY t.key",
        {"before": (at - patience).isoformat(), "soon": (at + MOST_AHEAD).isoformat()},
    )
    for since, invited_at, sections, *columns in rows:
        evidence = (
            Evidence("pending since", since, None, None),
            Evidence("mailed", invited_at, None, None),
            Evidence("sections", None, str(sections), None),
        )
        yield Finding(ACTIVATION_PENDING, person(TEACHER, columns), evidence=evidence)


def suspended_with_sections(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield accounts suspended by hand whose person teaches in tonight's roster.

    Whom the sync suspended has no email or is not in the data, which is a finding of its own.
    """
    rows = db.execute(
        f"SELECT a.since, a.cause, t.sections, {PERSON} {_ACCOUNTS} WHERE a.state = 'suspended' AND t.in_data"
        " AND t.email IS NOT NULL AND t.sections > 0 ORDER BY t.key"
    )
    for since, cause, sections, *columns in rows:
        evidence = (
            Evidence("suspended", since, cause, None),
            Evidence("sections", None, str(sections), None),
        )
        yield Finding(SUSPENDED_WITH_SECTIONS, person(TEACHER, columns), evidence=evidence)


def admin_not_in_data(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield accounts with administrator's rights that nobody in the data stands behind."""
    rows = db.execute(
        f"SELECT a.role, a.pinned, {PERSON} {_ACCOUNTS} WHERE instr(a.role, 'Administrator') AND NOT t.in_data"
        " AND a.state <> 'suspended' ORDER BY t.key"
    )
    for role, pinned, *columns in rows:
        evidence = (Evidence("role", None, role, None), Evidence("pinned", None, "yes" if pinned else "no", None))
        yield Finding(ADMIN_NOT_IN_DATA, person(TEACHER, columns), evidence=evidence)


def pinned_absent(db: sqlite3.Connection, at: datetime) -> Iterator[Finding]:
    """Yield pinned accounts, not suspended, whose person has not been in the data for 14 days."""
    rows = db.execute(
        f"SELECT {_ABSENT_SINCE}, {PERSON} {_ACCOUNTS} WHERE a.pinned AND NOT t.in_data AND a.state <> 'suspended'"
        f" AND {_ABSENT_SINCE} < ? ORDER BY t.key",
        ((at - ABSENT).isoformat(),),
    )
    for since, *columns in rows:
        yield Finding(PINNED_ABSENT, person(TEACHER, columns), evidence=(Evidence("absent since", since, None, None),))


def suspension_loops(db: sqlite3.Connection, journal: Journal, at: datetime) -> Iterator[Finding]:
    """Yield accounts that were unsuspended by hand and suspended again by the sync, twice or more in a month.

    Over as soon as the person is in the data with an email: then the sync restores the account and keeps it.
    """
    for clever_id, returns in _returns(journal.since(at - RECENT)).items():
        row = db.execute(
            f"SELECT t.in_data AND t.email IS NOT NULL OR a.pinned, a.cause, {PERSON} {_ACCOUNTS} WHERE r.id = ?",
            (bytes.fromhex(clever_id),),
        ).fetchone()
        if row and not row[0] and len(returns) >= _RETURNS:
            cause, *columns = row[1:]
            evidence = (
                *(Evidence("suspended again", by_hand, by_sync, None) for by_hand, by_sync in returns),
                Evidence("cause", None, cause or "unsuspended by hand at present", None),
            )
            yield Finding(SUSPENSION_LOOP, person(TEACHER, columns), evidence=evidence)


def _returns(entries: Iterator[Entry]) -> dict[str, list[tuple[str, str]]]:
    """Return by account when it was unsuspended by hand and when a sync then suspended it again."""
    unsuspended: dict[str, str] = {}
    returns: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for entry in entries:
        facts, moment = entry.facts, entry.at.isoformat(timespec="minutes")
        if facts.get("kind") == "unsuspend" and facts.get("phase") in ("outcome", "settled"):
            done = (result["id"] for result in facts["results"] if result["verdict"] == "done")
            unsuspended.update((clever_id, moment) for clever_id in done)
        elif facts.get("kind") == "sync" and facts.get("phase") == "intent":
            for each in facts.get("suspended", ()):
                if by_hand := unsuspended.pop(each["id"], None):
                    returns[each["id"]].append((by_hand, moment))
    return returns
