"""What is kept for a time and then goes by itself: closed tickets, and reports of the console's own failures.

After each sync, as runs and their changes do. A ticket holds what its tokens stand for, which are students' values.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from roster_tui.ledger.clock_trust import is_to_come
from roster_tui.support.help_desk import store
from roster_tui.workspace import Workspace

_REPORTS = "incident-*.txt"


class Forgotten(NamedTuple):
    """What went."""

    tickets: tuple[int, ...]
    """By number; no number is given twice."""
    reports: int


def forget_old(workspace: Workspace) -> Forgotten:
    """Remove closed tickets that nobody has touched for `support.ticket_days`, and reports older than the history.

    Open ones stay, however old. What goes is in the journal before. Raises OSError, `LedgerDamaged`.
    """
    now, tickets = workspace.clock(), store(workspace)
    before = now - timedelta(days=workspace.settings.support.ticket_days)
    for each in tickets.all():
        if is_to_come(each.changed_at, now):
            # Closed while the clock was ahead: its time begins today, not a year from now.
            tickets.change(each.number, partial(replace, changed_at=now.astimezone(UTC)))
    if old := tickets.closed_before(before):
        facts = {"kind": "forget tickets", "tickets": old, **workspace.operator.facts()}
        workspace.journal.append([{**facts, "phase": "intent"}], now)
        gone = [number for number in old if tickets.forget(number, before)]
        results = [{"id": str(number), "verdict": "done"} for number in gone]
        workspace.journal.append([{**facts, "phase": "outcome", "results": results}], workspace.clock())
        old = gone
    oldest = (now - timedelta(days=workspace.settings.history_days)).timestamp()
    for file in workspace.folder.glob(_REPORTS):
        if is_to_come(datetime.fromtimestamp(file.stat().st_mtime, UTC), now):
            os.utime(file, (now.timestamp(), now.timestamp()))
    reports = [file for file in workspace.folder.glob(_REPORTS) if file.stat().st_mtime < oldest]
    for file in reports:
        file.unlink(missing_ok=True)
    return Forgotten(tuple(old), len(reports))
