"""The staged roster becomes the present one: one transaction, for a run and for an approval alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from roster_tui.roster import history
from roster_tui.roster.apply import apply
from roster_tui.roster.cache import get_meta, set_meta
from roster_tui.sync import feed
from roster_tui.sync.follow import ACCOUNTS_DUE
from roster_tui.workspace import Workspace


def commit(workspace: Workspace, run: int, *, trust_clock: bool = True, **facts: Any) -> None:
    """Apply the staged roster with everything that must be true with it, or nothing at all.

    Records, changes, the events' cursor, the run's state and the accounts that are due stand in one
    transaction. ``facts`` are columns of the run. Runs older than the settings keep are forgotten,
    unless the clock is not to be trusted.
    """
    at = workspace.clock()
    with workspace.cache.writing(with_staged=True) as db:
        apply(db, run)
        set_meta(db, feed.META, get_meta(db, feed.META, staged=True))
        set_meta(db, ACCOUNTS_DUE, run)
        set_meta(db, "applied_at", at.isoformat())
        history.end_run(db, run, "applied", at, **facts)
        if trust_clock:
            history.prune(db, at - timedelta(days=workspace.settings.history_days))
    workspace.cache.discard_staged()
    if trust_clock:
        workspace.cache.discard_moved_aside(at - timedelta(days=workspace.settings.history_days))
