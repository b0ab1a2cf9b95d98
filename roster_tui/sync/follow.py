"""What follows a changed roster: accounts and findings. Doing it again changes nothing."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roster_tui.accounts.act import new_action_id
from roster_tui.accounts.reconcile import Reconciliation, reconcile
from roster_tui.roster import history
from roster_tui.roster.account_rows import people, replace_accounts
from roster_tui.roster.cache import get_meta, set_meta
from roster_tui.sync.fetched import in_thread
from roster_tui.sync.judge import persons
from roster_tui.workspace import Workspace, account_row

ACCOUNTS_DUE = "accounts_due"
"""Kept beside the roster from the moment it changes until the accounts have followed."""


@dataclass(frozen=True)
class Followed:
    """What became of the accounts after a sync."""

    done: Mapping[str, int]
    """Accounts ``created, suspended, restored`` by us; empty where the platform's own sync does that."""
    expected: Mapping[str, int] | None = None
    """The same numbers, as the platform's own sync will make them; None where ours does."""
    remarks: tuple[str, ...] = ()
    """What else is to be known of the accounts as they were read."""

    @property
    def told(self) -> str:
        """Return the numbers for people to read."""
        if self.expected is None:
            return ", ".join(f"{count:,} accounts {what}" for what, count in self.done.items())
        numbers = ", ".join(f"{count:,} {what}" for what, count in self.expected.items())
        return f"The platform keeps the accounts; what its own sync will do by this roster: {numbers}"


async def follow(workspace: Workspace) -> Followed:
    """Bring accounts and findings in step with the roster as it is.

    A platform that keeps its accounts itself is only read: what its own sync will do to them follows from the
    same rules, and is told. Raises `DirectoryError` or `LedgerDamaged`; it can be done again then.
    """
    at = workspace.clock()
    directory = workspace.directory
    accounts = {account.id: account for account in await directory.list_accounts()}
    with workspace.cache.reading() as db:
        ahead = reconcile(persons(people(db)), accounts, at)
    ours = directory.capabilities.follows_sync
    if ours and ahead.accounts:
        await _write_accounts(workspace, ahead, at)
        accounts |= {account.id: account for account in ahead.accounts}
    await in_thread(_refresh, workspace, [account_row(account) for account in accounts.values()], at)
    return Followed(_numbers(ahead)) if ours else Followed({}, _numbers(ahead), directory.remarks)


def _numbers(ahead: Reconciliation) -> dict[str, int]:
    return {
        "created": len(ahead.created),
        "suspended": len(ahead.suspended),
        "restored": len(ahead.restored),
    }


async def _write_accounts(workspace: Workspace, ahead: Reconciliation, at: datetime) -> None:
    action = new_action_id(at)
    who = {"action": action, "kind": "sync", "operator": "sync", "host": socket.gethostname()}
    moved = {
        "suspended": [{"id": each.id, "cause": str(each.cause)} for each in ahead.suspended],
        "restored": [each.id for each in ahead.restored],
        "created": len(ahead.created),
    }
    workspace.journal.append([{**who, "phase": "intent", **moved}], at)
    await workspace.directory.write(ahead.accounts)
    workspace.journal.append([{**who, "phase": "outcome", "results": _numbers(ahead)}], workspace.clock())


def _refresh(workspace: Workspace, rows: list[Any], at: datetime) -> None:
    with workspace.cache.writing() as db:
        replace_accounts(db, rows)
        workspace.refresh_findings(db, at)
        set_meta(db, ACCOUNTS_DUE, None)


async def finish_interrupted(workspace: Workspace) -> None:
    """Bring what a killed process left behind to its end; call it with the sync lock held."""
    with workspace.cache.writing() as db:
        for run in history.runs(db, 5, state="running"):
            history.end_run(db, run.id, "failed", workspace.clock(), error="the run was stopped before its end")
        due = get_meta(db, ACCOUNTS_DUE)
    if due is not None:
        await follow(workspace)
