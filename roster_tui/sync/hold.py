"""A held run: looked at, approved or discarded.

An approval names the digest of what was shown, so that nothing else can be applied by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roster_tui.accounts.act import new_action_id
from roster_tui.accounts.model import Account
from roster_tui.accounts.reconcile import reconcile
from roster_tui.catch_up import catch_up
from roster_tui.concurrency import in_thread
from roster_tui.roster import history
from roster_tui.roster.account_rows import people
from roster_tui.roster.cache import get_meta
from roster_tui.roster.compare import Tally
from roster_tui.roster.kinds import BY_NAME
from roster_tui.sync.affected import Departures, departures
from roster_tui.sync.commit import commit
from roster_tui.sync.errors import HoldChanged, NothingHeld
from roster_tui.sync.follow import Followed, finish_interrupted, follow
from roster_tui.sync.judge import digest, persons
from roster_tui.sync.lock import locked
from roster_tui.sync.trackers import Archiving, trackers_archiving
from roster_tui.workspace import Workspace


@dataclass(frozen=True)
class Review:
    """What a person looks at before deciding about a held run."""

    run: history.Run
    digest: str
    """What an approval must name."""
    reasons: tuple[str, ...]
    departures: tuple[Departures, ...]
    suspended: tuple[Account, ...]
    """Accounts that would be suspended, with the cause they would get."""
    archiving: tuple[Archiving, ...]
    """Trackers that would be archived."""


async def review(workspace: Workspace) -> Review:
    """Return what the held run would do. Raises `NothingHeld`."""
    accounts = {account.id: account for account in await workspace.directory.list_accounts()}
    return await asyncio.to_thread(_reviewed, workspace, accounts)


def _reviewed(workspace: Workspace, accounts: Mapping[str, Account]) -> Review:
    run = _waiting(workspace)
    with workspace.cache.with_staged() as db:
        # A sync that is just running may have replaced what this run had staged.
        if get_meta(db, "run", staged=True) != run.id:
            raise NothingHeld
        ahead = reconcile(persons(people(db, staged=True)), accounts, workspace.clock())
        archiving = trackers_archiving(workspace, db, workspace.clock())
        return Review(
            run,
            digest(db, ahead, archiving),
            tuple(run.hold["reasons"] if run.hold else ()),
            tuple(departures(db, _tallies(run))),
            ahead.suspended,
            archiving,
        )


def _waiting(workspace: Workspace) -> history.Run:
    with workspace.cache.reading() as db:
        run = history.waiting(db)
    if run is None or not workspace.cache.staged_file.exists():
        raise NothingHeld
    return run


def _tallies(run: history.Run) -> dict[str, Tally]:
    return {
        name: Tally(tally["before"], tally["fetched"], tally["added"], tally["updated"], tally["removed"])
        for name in BY_NAME
        for tally in (run.counts[f"{name}s"],)
    }


async def approve(workspace: Workspace, shown: str) -> Followed:
    """Apply the held run if it still is what was shown; returns what became of the accounts.

    Raises `NothingHeld`, `HoldChanged` when the digest is another by now, `SyncRunning`.
    """
    async with locked(workspace):
        await finish_interrupted(workspace)
        await catch_up(workspace, unless_new=True)
        found = await review(workspace)
        if found.digest != shown:
            raise HoldChanged
        action = await in_thread(_write_intent, workspace, "approve", found)
        await in_thread(commit, workspace, found.run.id)
        followed = await follow(workspace)
        await in_thread(_write, workspace, action, "approve", "outcome", results=followed.done)
        return followed


async def discard(workspace: Workspace) -> history.Run:
    """Throw the held run's data away; the roster stays, and the next sync is judged anew. Raises `NothingHeld`."""
    async with locked(workspace):
        return await in_thread(_discard, workspace)


def _discard(workspace: Workspace) -> history.Run:
    run = _waiting(workspace)
    action = new_action_id(workspace.clock())
    _write(workspace, action, "discard", "intent", run=run.id)
    with workspace.cache.writing() as db:
        history.end_run(db, run.id, "discarded", workspace.clock())
    workspace.cache.discard_staged()
    _write(workspace, action, "discard", "outcome", run=run.id)
    return run


def _write_intent(workspace: Workspace, decision: str, found: Review) -> str:
    action = new_action_id(workspace.clock())
    _write(workspace, action, decision, "intent", run=found.run.id, digest=found.digest, reason=_why(found))
    return action


def _why(found: Review) -> str:
    return "; ".join(found.reasons)


def _write(workspace: Workspace, action: str, decision: str, phase: str, **facts: Any) -> None:
    who = workspace.operator.facts()
    entry = {"action": action, "kind": f"hold {decision}", "phase": phase, **who, **facts}
    workspace.journal.append([entry], workspace.clock())
