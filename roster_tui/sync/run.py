"""One run from its lock to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from roster_tui.accounts.reconcile import Reconciliation
from roster_tui.clever import CleverError, Client, TokenSource
from roster_tui.clever.records import District
from roster_tui.concurrency import in_thread
from roster_tui.errors import RosterError
from roster_tui.integrity import LedgerNotWhole, examine
from roster_tui.roster import compare, history
from roster_tui.roster.cache import get_meta, set_meta
from roster_tui.settings import Settings
from roster_tui.sync import clock_skew, feed
from roster_tui.sync.commit import commit
from roster_tui.sync.errors import DistrictNotReady, SyncRefused, WrongDistrict
from roster_tui.sync.feed import Feed
from roster_tui.sync.fetched import Fetched
from roster_tui.sync.follow import Followed, finish_interrupted, follow
from roster_tui.sync.full import fetch_everything
from roster_tui.sync.incremental import EventsDoubtful, fetch_events
from roster_tui.sync.judge import Judged, judge
from roster_tui.sync.lock import locked
from roster_tui.sync.progress import Progress, Watch
from roster_tui.workspace import Clock, DistrictName, NoDistrict, Workspace, create_workspace, now, open_workspace

_SHOWN = 50
"""Unreadable records that a run names."""
MOST_EXPECTED = 1_000
"""Accounts of each sort that ``sync --json`` names."""


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
    mode: str = "full"
    reason: str | None = None
    """Why everything was fetched; None for an incremental run."""
    notes: tuple[str, ...] = ()
    """What else a person should know."""
    expected: Mapping[str, int] | None = None
    """Accounts that the platform's own sync will create, suspend and restore; None where ours does."""
    trackers: Mapping[str, int] = field(default_factory=dict)
    """Trackers ``archived, restored, updated``, as far as there are any."""
    ahead: Reconciliation | None = None
    """What the platform's own sync will do, account by account; None where ours does."""
    clock_trusted: bool = True
    """Whether what is kept for a time only may go by this machine's clock."""

    def document(self) -> dict[str, Any]:
        """Return the result as ``sync --json`` prints it."""
        return {
            "state": self.state,
            "counts": counts_document(self.counts),
            "hold": self.hold,
            "seconds": round(self.seconds, 2),
            "run": self.run,
            "mode": self.mode,
            "reason": self.reason,
            "notes": list(self.notes),
            "accounts": dict(self.accounts),
            "accounts_expected": None if self.expected is None else dict(self.expected),
            "accounts_expected_rows": [] if self.ahead is None else _rows(self.ahead),
            "trackers": dict(self.trackers),
            "unreadable": self.unreadable,
        }


def _rows(ahead: Reconciliation) -> list[dict[str, str | None]]:
    return [
        {"id": each.id, "label": each.name, "what": what, "cause": str(each.cause) if each.cause else None}
        for what, accounts in ahead.told.items()
        for each in accounts[:MOST_EXPECTED]
    ]


def counts_document(tallies: Mapping[str, compare.Tally]) -> dict[str, dict[str, int]]:
    """Return what changed by type, as commands print it."""
    return {
        f"{kind}s": {
            "before": tally.before,
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
    full: bool = False,
    wait_seconds: float = 0.0,
    progress: Progress = lambda step: None,
    clock: Clock = now,
) -> tuple[Workspace, SyncResult]:
    """Bring the workspace of a token's district up to date, from events or, with ``full``, from everything.

    Raises a `CleverError` by cause, a `SyncRefused` such as `SyncRunning`, `FolderUnusable` or `CacheDamaged`;
    the roster is as before then, unless only the accounts could not follow: then they do so at the next run.
    """
    clever = settings.clever
    watch = Watch(progress)
    async with Client(token, base_url, version=clever.version, page_size=clever.page_size) as client:
        try:
            district = await client.district()
        except CleverError as error:
            await in_thread(_note_unreached, settings, clock, error)
            raise
        name = DistrictName(district.id, district.name or district.id)
        if settings.district and settings.district.lower() not in (name.id, name.name.lower()):
            raise WrongDistrict(f"The token is for {name.name}, not for {settings.district}")
        workspace = await in_thread(create_workspace, settings, name, clock)
        watch.begin("wait")
        async with locked(workspace, wait_seconds):
            examined = await in_thread(examine, workspace)
            if examined.faults:
                damaged = LedgerNotWhole(examined)
                await in_thread(_note_unreached, settings, clock, damaged)
                raise damaged
            await finish_interrupted(workspace)
            return workspace, await _Run(workspace, client, watch, full, notes=list(examined.problems)).carry_out()


def _note_unreached(settings: Settings, clock: Clock, error: RosterError) -> None:
    """Note in the history of the district, where it is known, that this night's run came to nothing."""
    try:
        workspace = open_workspace(settings, clock)
    except NoDistrict:
        return
    with workspace.cache.writing() as db:
        run = history.start_run(db, "full", clock())
        history.end_run(db, run, "failed", clock(), error=str(error))


@dataclass
class _Run:
    """A run under way; it holds the sync lock."""

    workspace: Workspace
    client: Client
    watch: Watch
    asked_full: bool
    number: int = 0
    mode: str = "full"
    reason: str | None = None
    notes: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    async def carry_out(self) -> SyncResult:
        """Fetch, judge, and apply or hold."""
        known = await in_thread(self._begin)
        try:
            self._look_at(await self.client.district())
            fetched, judged = await self._judged(known)
            if judged.hold is None:
                self.watch.begin("apply")
                trust = self._clock_trusted
                await in_thread(commit, self.workspace, self.number, trust_clock=trust, **self._facts(judged))
            else:
                await in_thread(self._note_held, judged)
        except BaseException as error:
            await in_thread(self._note_failure, error)
            raise
        followed = await self._follow() if judged.hold is None else Followed({})
        if followed.expected is not None:
            self.notes += (followed.told, *followed.remarks)
        self.watch.end()
        await in_thread(self._note_end, fetched)
        return self._result(fetched, judged, followed)

    def _begin(self) -> Feed | None:
        """Note that the run has begun; returns where its events go on, or None when everything is fetched."""
        workspace = self.workspace
        with workspace.cache.writing() as db:
            known = Feed.of(get_meta(db, feed.META))
            at = workspace.clock()
            self.reason = feed.why_full(known, workspace.settings.clever, at, asked=self.asked_full)
            self.mode = "full" if self.reason else "incremental"
            self.number = history.start_run(db, self.mode, at, self.reason)
        return None if self.reason else known

    def _look_at(self, district: District) -> None:
        """Tell how Clever's own sync of the district stands. Raises `DistrictNotReady`."""
        self.notes += filter(None, [clock_skew.told(self.client.skew)])
        if district.state == "error":
            raise DistrictNotReady("Clever's own sync of this district is in error", district.error or "")
        if district.state == "pending":
            raise DistrictNotReady("Clever is still setting this district up", district.error or "")
        if district.state == "paused":
            since = f" since {district.last_sync:%Y-%m-%d}" if district.last_sync else ""
            until = f", until {district.pause_end:%Y-%m-%d}" if district.pause_end else ""
            self.notes.append(f"The district is paused in Clever{until}: its data has been frozen{since}")

    @property
    def _clock_trusted(self) -> bool:
        return clock_skew.is_trusted(self.client.skew)

    async def _judged(self, known: Feed | None) -> tuple[Fetched, Judged]:
        """Fetch and judge, from events where they will do, otherwise from everything."""
        if known is not None:
            try:
                fetched = await fetch_events(self.workspace, self.client, known, self.number, self.watch)
                return fetched, await self._judge(fetched, known)
            except EventsDoubtful as doubt:
                self.mode, self.reason = "full", str(doubt)
                await in_thread(self._note, mode=self.mode, reason=self.reason)
        fetched = await fetch_everything(self.workspace, self.client, self.number, self.watch)
        return fetched, await self._judge(fetched, None)

    async def _judge(self, fetched: Fetched, known: Feed | None) -> Judged:
        self.watch.begin("compare")
        accounts = {account.id: account for account in await self.workspace.directory.list_accounts()}
        judged = await in_thread(judge, self.workspace, fetched, accounts, known)
        self.notes += judged.notes
        return judged

    async def _follow(self) -> Followed:
        self.watch.begin("accounts")
        try:
            return await follow(self.workspace, trust_clock=self._clock_trusted)
        except BaseException as error:
            said = f"the roster was applied; accounts follow at the next run ({type(error).__name__})"
            await in_thread(self._note, error=said)
            raise

    # -- the run's row --------------------------------------------------------------------------------

    def _facts(self, judged: Judged | None = None) -> dict[str, Any]:
        traffic = self.client.traffic
        facts: dict[str, Any] = {"requests": traffic.requests, "retries": traffic.retries, "notes": self.notes}
        if judged is not None:
            facts |= {"counts": counts_document(judged.tallies), "hold": judged.hold}
        return facts

    def _note(self, **facts: Any) -> None:
        with self.workspace.cache.writing() as db:
            history.note_run(db, self.number, **facts)

    def _note_held(self, judged: Judged) -> None:
        with self.workspace.cache.writing() as db:
            history.end_run(db, self.number, "held", self.workspace.clock(), **self._facts(judged))

    def _note_failure(self, error: BaseException) -> None:
        if isinstance(error, CleverError | SyncRefused):
            said = str(error)
        elif isinstance(error, asyncio.CancelledError | KeyboardInterrupt):
            said = "interrupted"
        else:
            said = type(error).__name__
        with self.workspace.cache.writing() as db:
            run = history.find_run(db, self.number)
            # Interrupted while the last step was being written, it may have come to its end all the same.
            if run and run.state == "running":
                history.end_run(db, self.number, "failed", self.workspace.clock(), error=said, **self._facts())

    def _note_end(self, fetched: Fetched) -> None:
        unreadable = [
            {"type": kind.name, "clever_id": each.id, "problem": each.problem} for kind, each in fetched.unreadable
        ]
        with self.workspace.cache.writing() as db:
            seconds = round(time.monotonic() - self.began, 3)
            history.note_run(db, self.number, seconds=seconds, durations=self.watch.durations, notes=self.notes)
            set_meta(db, "unreadable", unreadable[:_SHOWN])

    def _result(self, fetched: Fetched, judged: Judged, followed: Followed) -> SyncResult:
        return SyncResult(
            self.number,
            "applied" if judged.hold is None else "held",
            judged.tallies,
            judged.hold,
            time.monotonic() - self.began,
            followed.done,
            len(fetched.unreadable),
            self.mode,
            self.reason,
            tuple(self.notes),
            followed.expected,
            followed.trackers,
            followed.ahead,
            self._clock_trusted,
        )
