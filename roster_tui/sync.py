"""One run: fetch, stage, compare, hold or apply, then bring accounts and findings in step.

Killed at any moment, the roster is the old one or the new one; what must follow it (accounts, findings) is
worked out from what is on disk, so the next start can finish it.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import orjson
from filelock import FileLock, Timeout

from roster_tui.accounts.act import new_action_id
from roster_tui.accounts.model import Account
from roster_tui.accounts.reconcile import Person, Reconciliation, reconcile
from roster_tui.clever import CleverError, Client, TokenSource, Unreadable
from roster_tui.clever.client import Page
from roster_tui.clever.records import Record
from roster_tui.findings import store
from roster_tui.roster import compare, history
from roster_tui.roster.account_rows import people, replace_accounts
from roster_tui.roster.apply import apply
from roster_tui.roster.cache import get_meta, set_meta
from roster_tui.roster.hold import Limits, trips
from roster_tui.roster.kinds import COURSE, SCHOOL, SECTION, STUDENT, TEACHER, TERM, Kind
from roster_tui.roster.stage import Stage
from roster_tui.settings import Settings
from roster_tui.workspace import Clock, DistrictName, Workspace, account_row, create_workspace, now

_ACCOUNTS_DUE = "accounts_due"
"""Kept beside the roster from the moment it changes until the accounts have followed."""
_T = TypeVar("_T")
_SHOWN = 50
"""Unreadable records that a run names."""


class SyncRunning(Exception):
    """Another sync holds the lock."""

    def __init__(self, who: str) -> None:
        super().__init__(f"Another sync is running ({who}). Nothing was done")


class WrongDistrict(Exception):
    """The token belongs to another district than the one asked for."""


@dataclass(frozen=True)
class Step:
    """How far a run is."""

    what: str
    """``fetch``, ``compare``, ``apply`` or ``accounts``."""
    fetched: int = 0
    """Records so far."""


Progress = Callable[[Step], None]


@dataclass(frozen=True)
class SyncResult:
    """How a run ended."""

    run: int
    state: str
    """``applied`` or ``held``; a failed run raises."""
    counts: Mapping[str, compare.Tally]
    hold: Mapping[str, Any] | None
    seconds: float
    accounts: Mapping[str, int]
    """Accounts ``created, suspended, restored``."""
    unreadable: int
    """Records that were left out since they are not as Clever documents them."""

    def document(self) -> dict[str, Any]:
        """Return the result as ``sync --json`` prints it."""
        return {
            "state": self.state,
            "counts": counts_document(self.counts),
            "hold": self.hold,
            "seconds": round(self.seconds, 2),
            "run": self.run,
            "accounts": dict(self.accounts),
            "unreadable": self.unreadable,
        }


def counts_document(tallies: Mapping[str, compare.Tally]) -> dict[str, dict[str, int]]:
    """Return what changed by type, as commands print it."""
    return {
        f"{kind}s": {
            "fetched": tally.fetched,
            "added": tally.added,
            "removed": tally.removed,
            "updated": tally.updated,
        }
        for kind, tally in tallies.items()
    }


async def sync(
    settings: Settings,
    token: str | TokenSource,
    base_url: str,
    *,
    progress: Progress = lambda step: None,
    clock: Clock = now,
) -> tuple[Workspace, SyncResult]:
    """Fetch the district of a token and bring its workspace up to date.

    Raises a `CleverError` by cause, `SyncRunning`, `WrongDistrict`, `FolderUnusable` or `CacheDamaged`; the
    roster is as before then.
    """
    clever = settings.clever
    async with Client(token, base_url, version=clever.version, page_size=clever.page_size) as client:
        district = await client.district()
        name = DistrictName(district.id, district.name or district.id)
        if settings.district and settings.district.lower() not in (name.id, name.name.lower()):
            raise WrongDistrict(f"The token is for {name.name}, not for {settings.district}")
        workspace = create_workspace(settings, name, clock)
        with _locked(workspace):
            return workspace, await _run(workspace, client, progress)


@contextmanager
def _locked(workspace: Workspace) -> Iterator[None]:
    """Hold the district's sync lock; the file says who does."""
    note = workspace.sync_lock.with_suffix(".json")
    try:
        with FileLock(workspace.sync_lock, timeout=0, mode=0o600):
            operator = workspace.settings.operator_name
            since = workspace.clock().isoformat(timespec="seconds")
            note.write_bytes(orjson.dumps({"operator": operator, "since": since}))
            note.chmod(0o600)
            yield
    except Timeout:
        raise SyncRunning(_holder(note.read_bytes() if note.exists() else b"{}")) from None


def _holder(note: bytes) -> str:
    try:
        said = orjson.loads(note)
        return f"{said['operator']}, since {said['since']}"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "by somebody unknown"


async def _run(workspace: Workspace, client: Client, progress: Progress) -> SyncResult:
    began = time.monotonic()
    await finish_interrupted(workspace)
    with workspace.cache.writing() as db:
        run = history.start_run(db, "full", workspace.clock())
    try:
        stage = await _fetched(workspace, client, progress)
        progress(Step("compare", sum(stage.fetched.values())))
        known = {account.id: account for account in await workspace.directory.list_accounts()}
        tallies, hold = await _to_its_end(_compared, workspace, known)
        accounts: Mapping[str, int] = {}
        if hold is None:
            progress(Step("apply"))
            await _to_its_end(_apply, workspace, run)
            progress(Step("accounts"))
            accounts = await follow(workspace)
    except BaseException as error:
        _note_failure(workspace, run, client, error)
        raise
    seconds = time.monotonic() - began
    state = "applied" if hold is None else "held"
    unreadable = [_named(kind, each) for kind, each in stage.unreadable]
    with workspace.cache.writing() as db:
        facts = {"counts": counts_document(tallies), "hold": hold, "seconds": seconds, **_traffic(client)}
        history.end_run(db, run, state, workspace.clock(), **facts)
        set_meta(db, "unreadable", unreadable[:_SHOWN])
    return SyncResult(run, state, tallies, hold, seconds, accounts, len(unreadable))


def _named(kind: Kind, unreadable: Unreadable) -> dict[str, str]:
    return {"type": kind.name, "clever_id": unreadable.id, "problem": unreadable.problem}


def _traffic(client: Client) -> dict[str, int]:
    return {"requests": client.traffic.requests, "retries": client.traffic.retries}


def _note_failure(workspace: Workspace, run: int, client: Client, error: BaseException) -> None:
    said = str(error) if isinstance(error, CleverError) else type(error).__name__
    with workspace.cache.writing() as db:
        history.end_run(db, run, "failed", workspace.clock(), error=said, **_traffic(client))


async def _fetched(workspace: Workspace, client: Client, progress: Progress) -> Stage:
    """Fetch every resource side by side into the staged roster; two pages of each are held at most."""
    with_students = workspace.settings.clever.students != "none"
    stage = Stage(workspace.cache.staged_file, with_students=with_students)
    one_at_a_time = asyncio.Lock()

    async def take(kind: Kind, pages: AsyncIterator[Page[Any]]) -> None:
        async for page in pages:
            stage.unreadable += [(kind, each) for each in page.unreadable]
            records: list[Record] = page.records
            async with one_at_a_time:
                await _to_its_end(stage.add, kind, records)
            progress(Step("fetch", sum(stage.fetched.values())))

    resources: list[tuple[Kind, AsyncIterator[Page[Any]]]] = [
        (SCHOOL, client.schools()),
        (TERM, client.terms()),
        (COURSE, client.courses()),
        (SECTION, client.sections()),
        *((TEACHER, client.users(role)) for role in ("teacher", "staff", "district_admin")),
    ]
    if with_students:
        resources.append((STUDENT, client.users("student")))
    try:
        async with asyncio.TaskGroup() as group:
            for kind, pages in resources:
                group.create_task(take(kind, pages))
    except BaseExceptionGroup as errors:
        stage.abandon()
        # One cause stops the run; the others are its echo.
        raise errors.exceptions[0] from None
    except BaseException:
        stage.abandon()
        raise
    await _to_its_end(stage.finish)
    return stage


async def _to_its_end(function: Callable[..., _T], *arguments: object) -> _T:
    """Run a function beside the event loop; cancelled, wait for its end first.

    A thread cannot be stopped: whoever went on would close the file it writes, and let go of the sync lock.
    """
    work = asyncio.get_running_loop().run_in_executor(None, function, *arguments)
    cancelled = False
    while not work.done():
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
    return work.result()


def _compared(
    workspace: Workspace, accounts: Mapping[str, Account]
) -> tuple[Mapping[str, compare.Tally], dict[str, Any] | None]:
    """Compare, and judge whether a person must look first."""
    with workspace.cache.with_staged() as db:
        tallies = compare.compare(db)
        ahead = reconcile(_people(people(db, staged=True)), accounts, workspace.clock())
        settings = workspace.settings.hold
        limits = Limits(settings.removed_percent, settings.updated_percent, settings.floor, settings.suspensions)
        tripped = trips(tallies, len(ahead.suspended), limits)
        if not tripped:
            return tallies, None
        return tallies, {"digest": compare.digest(db), "reasons": [str(trip) for trip in tripped]}


def _apply(workspace: Workspace, run: int) -> None:
    with workspace.cache.writing(with_staged=True) as db:
        apply(db, run)
        set_meta(db, _ACCOUNTS_DUE, run)
        set_meta(db, "applied_at", workspace.clock().isoformat())
    workspace.cache.discard_staged()


def _people(rows: Any) -> Iterator[Person]:
    return (Person(*row) for row in rows)


async def follow(workspace: Workspace) -> dict[str, int]:
    """Bring accounts and findings in step with the roster as it is; doing it again changes nothing."""
    at = workspace.clock()
    accounts = {account.id: account for account in await workspace.directory.list_accounts()}
    with workspace.cache.reading() as db:
        ahead = reconcile(_people(people(db)), accounts, at)
    if ahead.accounts:
        await _write_accounts(workspace, ahead, at)
    accounts |= {account.id: account for account in ahead.accounts}
    await _to_its_end(_refresh, workspace, [account_row(account) for account in accounts.values()], at)
    return _numbers(ahead)


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
        store.refresh(db, at, workspace.pending_patience)
        set_meta(db, _ACCOUNTS_DUE, None)


async def finish_interrupted(workspace: Workspace) -> None:
    """Bring what a killed process left behind to its end; call it with the sync lock held."""
    with workspace.cache.writing() as db:
        for run in history.runs(db, 5, state="running"):
            history.end_run(db, run.id, "failed", workspace.clock(), error="the run was stopped before its end")
        due = get_meta(db, _ACCOUNTS_DUE)
    if due is not None:
        await follow(workspace)
