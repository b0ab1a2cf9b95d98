"""The lists catch up with the ledger: what the journal names since the follow mark is read again and shown.

After an action, at every look and at the console's start it is the same function, so that it makes no difference
which process did something, and whether it lived to show it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from roster_tui.accounts.directory import DirectoryError
from roster_tui.accounts.model import Account
from roster_tui.errors import RosterError, in_one_line
from roster_tui.findings.store import refresh_opinions
from roster_tui.follow_mark import (
    LedgerReplaced,
    Mark,
    checked_end,
    decisions_signature,
    is_synced,
    lag_of,
    under_way,
)
from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger.head import NO_ENTRY, JournalEnd
from roster_tui.ledger.journal import Entry
from roster_tui.named_records import EVERYTHING, Ids, Named, named_by, named_by_all
from roster_tui.roster.account_rows import put_accounts, replace_accounts
from roster_tui.roster.tracker_rows import put_trackers
from roster_tui.tracking import tracker_row
from roster_tui.workspace import Workspace, account_row

_READ_SECONDS = 3.0
"""How long a look waits for a platform that keeps the accounts."""
_ACT_WAITS, _LOOK_WAITS = 2.0, 0.5
"""Seconds for which another program's transaction on the cache is waited for."""
_TRIES = 5
"""So often somebody else may have caught up at the same moment."""


class Told(Protocol):
    """What an action reports of the accounts that it changed."""

    @property
    def action(self) -> str | None:
        """Its id in the journal."""

    @property
    def accounts(self) -> Sequence[Account]:
        """Accounts as the directory told them afterwards."""


class StillBehind(DirectoryError):
    """The accounts are kept by a platform, and reading them takes longer than a look may."""


@dataclass(frozen=True)
class _Due:
    """What has to be read again, and the mark that stands once it is shown."""

    before: Mark | None
    mark: Mark
    named: Named
    actions: Mapping[str, Collection[str]]
    """By account, the actions that named it."""


async def catch_up(
    workspace: Workspace, told: Told | None = None, *, looking: bool = False, unless_new: bool = False
) -> bool:
    """Show in the lists what the ledger holds by now; returns whether anything had to be done.

    ``told`` is what an action has just reported, so that a platform need not be asked again. ``looking`` waits
    for nobody long; ``unless_new`` leaves lists alone that have followed nothing yet. Raises `DirectoryError`,
    `LedgerReplaced`, `LedgerDamaged`, `DatabaseUnusable`, OSError: the lists are as before then, and the next look
    tries again.
    """
    for _ in range(_TRIES):
        due = await asyncio.to_thread(_due, workspace)
        if due is None or (unless_new and due.before is None):
            return False
        accounts = await _accounts(workspace, due, told, looking)
        if await asyncio.to_thread(_write, workspace, due, accounts, _LOOK_WAITS if looking else _ACT_WAITS):
            return True
    raise StillBehind("other programs kept writing to the lists")


async def show_done(workspace: Workspace, told: Told | None = None) -> str:
    """Show what an action did; returns what to say where that cannot be done now, which undoes nothing."""
    try:
        await catch_up(workspace, told)
    except LedgerReplaced as error:
        return in_one_line(error)
    except _CAUSES as error:
        return f"What was done is done; the list shows it later: {in_one_line(error)}"
    return ""


async def look(workspace: Workspace) -> str:
    """Bring the lists in step before they are read; returns what to say where that cannot be done now."""
    try:
        await catch_up(workspace, looking=True)
    except LedgerReplaced as error:
        return in_one_line(error)
    except _CAUSES as error:
        return f"{await asyncio.to_thread(_lag, workspace)}: {in_one_line(error)}"
    return ""


_CAUSES = (RosterError, OSError)


def _lag(workspace: Workspace) -> str:
    try:
        with workspace.cache.reading() as db:
            return str(lag_of(workspace, db) or "The list may be older than the journal")
    except _CAUSES:
        return "The list may be older than the journal"


# -- what is due ------------------------------------------------------------------------------------


def _due(workspace: Workspace) -> _Due | None:
    """Return what has to be read again; None where the lists are in step, or there is no roster to show."""
    with workspace.cache.reading() as db:
        before = Mark.of(db)
        if before is None and not is_synced(db):
            return None
        if before is not None and lag_of(workspace, db) is None:
            return None
    # In this order: an action whose intent was read and that is not under way any more has ended, so that reading
    # its accounts from now on shows all that it did.
    decisions = decisions_signature(workspace)
    if before is None:
        end = workspace.head.journal_end()
        return _Due(None, Mark(end, under_way(workspace), decisions), EVERYTHING, {})
    end = checked_end(workspace, before)
    entries = _entries(workspace, before.end, end)
    now = under_way(workspace)
    again = [action for action, read in before.under_way.items() if action not in now or now[action] > read]
    intents = {action: _intent(workspace, action) for action in again}
    seen = {*again, *before.under_way, *(entry.facts.get("action") for entry in entries)}
    mark = Mark(end, {action: gone and action in seen for action, gone in now.items()}, decisions)
    named = named_by_all([*entries, *(intent for intent in intents.values() if intent)])
    if decisions != before.decisions:
        named |= Named(decisions=True, pairs=True)
    return _Due(before, mark, named, _actions_by_account([*entries, *filter(None, intents.values())]))


def _entries(workspace: Workspace, followed: JournalEnd, end: JournalEnd) -> list[Entry]:
    """Return the entries from one end of the journal to another. Raises `LedgerReplaced`, `LedgerDamaged`."""
    entries = [entry for entry in workspace.journal.after(followed.number) if entry.number <= end.number]
    folder = workspace.journal.folder
    if len(entries) != end.number - followed.number:
        raise LedgerDamaged(folder, f"it lacks entries between {followed.number} and {end.number}")
    if entries and entries[0].previous != followed.hash and followed != NO_ENTRY:
        why = f"entry {followed.number:,} is not the one that the lists have followed: the ledger was replaced"
        raise LedgerReplaced(folder, f"{why} by another")
    return entries


def _intent(workspace: Workspace, action: str) -> Entry | None:
    """Return the intent of an action; None when it was never written, so that nothing was done."""
    try:
        # An id tells its moment to the minute, in some time zone.
        begun = datetime.strptime(action[:11], "%y%m%d-%H%M").replace(tzinfo=UTC) - timedelta(days=1)
    except ValueError:
        begun = None
    entries = workspace.journal.newest_first(begun)
    return next((each for each in entries if each.facts.get("action") == action and _is_intent(each)), None)


def _is_intent(entry: Entry) -> bool:
    return entry.facts.get("phase") == "intent"


def _actions_by_account(entries: Iterable[Entry]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in entries:
        for clever_id in named_by(entry.facts).accounts or ():
            found.setdefault(clever_id, set()).add(str(entry.facts.get("action")))
    return found


# -- reading and showing it -------------------------------------------------------------------------


async def _accounts(workspace: Workspace, due: _Due, told: Told | None, looking: bool) -> Iterable[Account]:
    """Return the accounts to be shown, as the directory has them now."""
    wanted = due.named.accounts
    if wanted is not None and not wanted:
        return ()
    known = {
        account.id: account
        for account in (told.accounts if told else ())
        # What somebody else has named as well may be otherwise by now.
        if due.actions.get(account.id) == {told.action if told else None}
    }
    if wanted is not None and wanted <= known.keys():
        return [known[clever_id] for clever_id in wanted]
    reading = _read(workspace, wanted, known)
    if not (looking and workspace.on_platform):
        return await reading
    try:
        return await asyncio.wait_for(reading, _READ_SECONDS)
    except TimeoutError:
        raise StillBehind("the platform that keeps the accounts did not answer in time. Try again") from None


async def _read(workspace: Workspace, wanted: Ids, known: Mapping[str, Account]) -> Iterable[Account]:
    if wanted is None:
        return await workspace.directory.list_accounts()
    read = await workspace.directory.accounts(sorted(wanted - known.keys()))
    return [*(known[clever_id] for clever_id in wanted & known.keys()), *read.values()]


def _write(workspace: Workspace, due: _Due, accounts: Iterable[Account], wait_seconds: float) -> bool:
    """Show what was read, unless somebody else has caught up meanwhile: what they read may be newer."""
    with workspace.cache.writing(wait_seconds=wait_seconds) as db:
        if Mark.of(db) != due.before:
            return False
        rows = list(map(account_row, accounts))
        if due.named.accounts is None:
            replace_accounts(db, rows)
        elif rows:
            put_accounts(db, rows)
        for trackers in _trackers(workspace, due.named.trackers):
            put_trackers(db, map(tracker_row, trackers))
        if rows or due.named.pairs:
            workspace.refresh_findings(db, workspace.clock(), same_roster=True)
        elif due.named.decisions:
            refresh_opinions(db, workspace.desk.opinions())
        due.mark.write(db)
    return True


def _trackers(workspace: Workspace, wanted: Ids) -> Iterator[Iterable[Any]]:
    if (wanted is None or wanted) and workspace.trackers_folder.is_dir():
        yield from (known.values() for known in workspace.trackers.each(wanted))


# -- the sync, which shows all accounts at once -----------------------------------------------------


def point(workspace: Workspace) -> Mark:
    """Return the mark of lists that are made of what is read from now on. Raises `LedgerDamaged`, OSError."""
    decisions, end = decisions_signature(workspace), workspace.head.journal_end()
    return Mark(end, under_way(workspace), decisions)


def mark_shown(workspace: Workspace, db: sqlite3.Connection, mark: Mark, own: Collection[str]) -> None:
    """Set the mark in the caller's transaction, moved past what followed it and is shown too: actions of ours.

    It may lie before a mark that another process has set meanwhile: the lists are what was read at ``mark``, and
    what they lack is taken in again.
    """
    end = mark.end
    for entry in workspace.journal.after(end.number):
        if entry.facts.get("action") not in own:
            break
        end = JournalEnd(entry.number, entry.hash)
    Mark(end, mark.under_way, mark.decisions).write(db)
