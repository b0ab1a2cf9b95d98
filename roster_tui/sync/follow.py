"""What follows a changed roster: accounts, findings and trackers. Doing it again changes nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roster_tui.accounts.act import new_action_id
from roster_tui.accounts.model import Account
from roster_tui.accounts.reconcile import Reconciliation, reconcile
from roster_tui.accounts.running import Running
from roster_tui.catch_up import catch_up, mark_shown, point
from roster_tui.concurrency import in_thread
from roster_tui.follow_mark import Mark, check_followed
from roster_tui.ledger import Operator
from roster_tui.ledger.files import remove_leftovers
from roster_tui.roster import history
from roster_tui.roster.account_rows import people, replace_accounts
from roster_tui.roster.cache import get_meta, set_meta
from roster_tui.sync.judge import persons
from roster_tui.sync.trackers import follow_trackers
from roster_tui.workspace import Workspace, account_row, private_folder

ACCOUNTS_DUE = "accounts_due"
"""Kept beside the roster from the moment it changes until the accounts have followed."""


_NAMES = 5
"""People whom a note names."""


@dataclass(frozen=True)
class Followed:
    """What has followed a sync."""

    done: Mapping[str, int]
    """Accounts ``created, suspended, restored`` by us; empty where the platform's own sync does that."""
    expected: Mapping[str, int] | None = None
    """The same numbers, as the platform's own sync will make them; None where ours does."""
    remarks: tuple[str, ...] = ()
    """What else is to be known of the accounts as they were read."""
    trackers: Mapping[str, int] = field(default_factory=dict)
    """Trackers ``archived, restored, updated``, as far as there are any."""
    ahead: Reconciliation | None = None
    """What the platform's own sync will do, account by account; None where ours does."""

    @property
    def told(self) -> str:
        """Return the numbers for people to read."""
        if self.expected is None:
            accounts = [f"{count:,} accounts {what}" for what, count in self.done.items()]
            return ", ".join([*accounts, *(f"{count:,} trackers {what}" for what, count in self.trackers.items())])
        numbers = ", ".join(f"{count:,} {what}{self._named(what)}" for what, count in self.expected.items())
        return f"The platform keeps the accounts; what its own sync will do by this roster: {numbers}"

    def _named(self, what: str) -> str:
        """Return the first names of those who lose something, in brackets."""
        if self.ahead is None or what != "suspended" or not self.ahead.suspended:
            return ""
        names = [account.name for account in self.ahead.suspended]
        more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
        return f" ({'; '.join(names[:_NAMES])}{more})"


async def follow(workspace: Workspace, *, trust_clock: bool = True) -> Followed:
    """Bring accounts, findings and trackers in step with the roster as it is.

    A platform that keeps its accounts itself is only read: what its own sync will do to them follows from the
    same rules, and is told. Rights given for a time end only by a clock that can be trusted. Raises
    `DirectoryError` or `LedgerDamaged`; it can be done again then.
    """
    at = workspace.clock()
    # What the lists lack from before would be passed over otherwise: only what the roster changes is shown below.
    await catch_up(workspace, unless_new=True)
    directory = workspace.directory
    ours = directory.capabilities.follows_sync
    mark, accounts = await (_with_rights_of_today(workspace, at) if trust_clock else _accounts(workspace))
    done: Counter[str] = Counter()
    own: list[str] = []
    while True:
        ahead = await in_thread(_ahead, workspace, accounts, at)
        left_out: Sequence[str] = ()
        if ours and ahead.accounts:
            own.append(new_action_id(at))
            left_out = await _write_accounts(workspace, own[-1], ahead, accounts, at)
        done.update(_numbers(ahead, left_out))
        if not left_out:
            break
        # Somebody has acted on them since they were read.
        mark, accounts = await _accounts(workspace)
    if ours:
        accounts |= {account.id: account for account in ahead.accounts}
    rows = [account_row(account) for account in accounts.values()]
    await in_thread(_refresh, workspace, rows, at, mark, own)
    trackers = await in_thread(follow_trackers, workspace, at)
    await in_thread(_note_followed, workspace)
    if ours:
        return Followed(dict(done), trackers=trackers)
    return Followed({}, dict(done), directory.remarks, trackers, ahead)


def _ahead(workspace: Workspace, accounts: Mapping[str, Account], at: datetime) -> Reconciliation:
    with workspace.cache.reading() as db:
        return reconcile(persons(people(db)), accounts, at)


def _note_followed(workspace: Workspace) -> None:
    with workspace.cache.writing() as db:
        set_meta(db, ACCOUNTS_DUE, None)


async def _accounts(workspace: Workspace) -> tuple[Mark, dict[str, Account]]:
    """Return all accounts, and the mark of lists that show them."""
    mark = await in_thread(point, workspace)
    return mark, {account.id: account for account in await workspace.directory.list_accounts()}


async def _with_rights_of_today(workspace: Workspace, at: datetime) -> tuple[Mark, dict[str, Account]]:
    """Return all accounts, rights that were given until a day before today being given back first."""
    today = at.astimezone(workspace.settings.zone).date()
    mark, accounts = await _accounts(workspace)
    over = [account.id for account in accounts.values() if account.temporary and account.temporary.until < today]
    if not over:
        return mark, accounts
    performer = workspace.performer(Operator("sync", workspace.operator.host))
    await performer.perform(await performer.plan("end-role", over, "given until a day that is over"))
    return await _accounts(workspace)


def _numbers(ahead: Reconciliation, left_out: Sequence[str]) -> dict[str, int]:
    groups = {"created": ahead.created, "suspended": ahead.suspended, "restored": ahead.restored}
    return {name: sum(account.id not in left_out for account in group) for name, group in groups.items()}


async def _write_accounts(
    workspace: Workspace, action: str, ahead: Reconciliation, read: Mapping[str, Account], at: datetime
) -> Sequence[str]:
    """Write what the sync does to accounts; returns those that somebody else has changed meanwhile."""
    who = {"action": action, "kind": "sync", "operator": "sync", "host": workspace.operator.host}
    moved = {
        "suspended": [{"id": each.id, "cause": str(each.cause)} for each in ahead.suspended],
        "restored": [each.id for each in ahead.restored],
        "created": len(ahead.created),
    }
    # Marked as under way: killed in the middle, it has changed accounts without an outcome to tell it.
    with Running(private_folder(workspace.folder / "ledger" / "running")).claimed(action):
        await in_thread(workspace.journal.append, [{**who, "phase": "intent", **moved}], at)
        left_out = await workspace.directory.write(ahead.accounts, read)
        done: dict[str, Any] = {"results": _numbers(ahead, left_out), **({"left_out": left_out} if left_out else {})}
        await in_thread(workspace.journal.append, [{**who, "phase": "outcome", **done}], workspace.clock())
    return left_out


def _refresh(workspace: Workspace, rows: list[Any], at: datetime, mark: Mark, own: Sequence[str]) -> None:
    with workspace.cache.writing() as db:
        replace_accounts(db, rows)
        workspace.refresh_findings(db, at)
        mark_shown(workspace, db, mark, own)


async def finish_interrupted(workspace: Workspace) -> None:
    """Bring what a killed process left behind to its end; call it with the sync lock held.

    Raises `LedgerReplaced` where this is not the ledger that the lists have followed: nothing is changed then.
    """
    await in_thread(check_followed, workspace)
    with suppress(OSError):
        await in_thread(remove_leftovers, workspace.folder, time.time())
    if await in_thread(_end_stopped_runs, workspace):
        await follow(workspace)


def _end_stopped_runs(workspace: Workspace) -> bool:
    """Note that runs which a process left behind have failed; returns whether accounts have yet to follow."""
    with workspace.cache.writing() as db:
        for run in history.runs(db, 5, state="running"):
            history.end_run(db, run.id, "failed", workspace.clock(), error="the run was stopped before its end")
        return get_meta(db, ACCOUNTS_DUE) is not None
