"""Doing what a plan says: intent on disk, then the effect in small batches, then its outcome.

A batch is the most that can be in doubt after a crash, and an action is never sent again to find out.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from roster_tui.accounts.changes import Change, Mailed
from roster_tui.accounts.directory import ChangedMeanwhile, Directory, DirectoryError
from roster_tui.accounts.judging import Situation, Verdict
from roster_tui.accounts.mail import Letters, Outbox
from roster_tui.accounts.mailing import STOPPED, Mailing, Outcome, noted, outcome
from roster_tui.accounts.model import Account, LatestMail, MailState
from roster_tui.accounts.plan import Item, Knowledge, Plan, plan
from roster_tui.accounts.record import Operator, Record
from roster_tui.accounts.running import Running
from roster_tui.accounts.settling import doubtful_mails, is_made, settled
from roster_tui.accounts.verbs import ALL_AS_IS, VERBS, Asked, Order, Verb
from roster_tui.ledger import Journal

MAILS_A_BATCH = 5
AT_ONCE = 2
"""Batches under way side by side."""
Progress = Callable[[int, int], None]
"""Called with the number of accounts done and in all."""


@dataclass(frozen=True)
class Report:
    """What an action did, item by item."""

    action: str | None
    """Its id in the journal; None when nothing was to be done."""
    verb: Verb
    items: tuple[Item, ...]
    digest: str
    accounts: tuple[Account, ...] = ()
    """The accounts as the directory told them afterwards."""
    again: Plan | None = None
    """What would now be done to accounts that changed since the plan was shown: to be asked about again."""

    def tally(self) -> Counter[Verdict]:
        """Return how many items came to each verdict."""
        return Counter(item.verdict for item in self.items)

    def then(self, later: Report) -> Report:
        """Return both reports in one, where some accounts were asked about again."""
        told = {item.id: item for item in later.items}
        items = tuple(told.get(item.id, item) for item in self.items)
        return replace(later, action=self.action or later.action, items=items, digest=self.digest)


class Unrecorded(Exception):
    """The effect may have happened, but its outcome could not be written."""

    def __init__(self, why: Exception) -> None:
        super().__init__(
            f"The outcome cannot be written to the journal ({why}). Nothing more was begun; what was done is read "
            "from the accounts and written down at the next start"
        )


@dataclass(frozen=True)
class Performer:
    """Plans and performs actions for one operator."""

    directory: Directory
    outbox: Outbox
    journal: Journal
    running: Running
    operator: Operator
    letters: Letters
    clock: Callable[[], datetime]
    situations: Callable[[Sequence[Account], datetime], Callable[[Account], Situation]]

    async def plan(self, verb: str, ids: Sequence[str], reason: str = "", asked: Asked = ALL_AS_IS) -> Plan:
        """Return what would happen now. Raises `DirectoryError`, and SettingsError when a mail cannot be written."""
        if (kind := VERBS[verb].mail) is not None:
            self.letters.check(kind)
        accounts = await self.directory.accounts(ids)
        order = Order(self.operator.name, self.clock(), reason, asked)
        return plan(VERBS[verb], order, ids, accounts, self._knowledge(accounts, order.at))

    async def perform(self, shown: Plan, progress: Progress = lambda done, total: None) -> Report:
        """Do what the plan says, and nothing else.

        Accounts that are not as they were shown are left alone; the report holds the plan to ask about them
        again. Raises OSError when the intent cannot be written: nothing has been done then; `Unrecorded` when
        an outcome cannot. Cancelled, it finishes what is in hand and reports the rest as not done.
        """
        fresh = await self._planned_again(shown, [item.id for item in shown.items])
        items = [_as_shown(*both) for both in zip(shown.items, fresh.items, strict=True)]
        todo = [item for item in items if item.verdict is Verdict.WOULD_DO]
        if not todo:
            return await self._report(None, fresh, items, {})
        action = new_action_id(self.clock())
        with self.running.claimed(action) as claim:
            await asyncio.to_thread(self.record.intend, action, fresh, todo)
            done, accounts = await _Carrying(self, action, fresh.verb, progress, len(todo)).through(todo)
            claim.settled = not any(map(_to_be_read_again, done.values()))
        return await self._report(action, fresh, [done.get(item.id, item) for item in items], accounts)

    async def settle(self) -> list[Report]:
        """Bring actions to an end whose process died: read what became of them, write it down.

        Nothing is done again: what is found undone is reported as not done.
        """
        reports = []
        for action in self.running.abandoned():
            with self.running.taken_over(action) as claim:
                if claim and (report := await self._settle(action)):
                    reports.append(report)
        return reports

    @property
    def record(self) -> Record:
        """The journal, as actions use it."""
        return Record(self.journal, self.operator, self.clock)

    def _knowledge(self, accounts: Mapping[str, Account], at: datetime) -> Knowledge:
        return Knowledge(self.situations(list(accounts.values()), at), self.directory.capabilities.cannot)

    async def _planned_again(self, shown: Plan, ids: Sequence[str]) -> Plan:
        return await self.plan(shown.verb.name, ids, shown.order.reason, shown.order.asked)

    async def _report(
        self, action: str | None, fresh: Plan, items: Sequence[Item], accounts: Mapping[str, Account]
    ) -> Report:
        moved = [item.id for item in items if item.reason == _MOVED]
        again = await self._planned_again(fresh, moved) if moved else None
        return Report(action, fresh.verb, tuple(items), fresh.digest, tuple(accounts.values()), again)

    async def _settle(self, action: str) -> Report | None:
        recorded = await asyncio.to_thread(self.record.read, action)
        left = recorded.unsettled() if recorded else []
        if recorded is None or not left:
            return None
        verb = VERBS[recorded.kind]
        accounts = await self.directory.accounts(left)
        items = tuple(settled(recorded, clever_id, accounts.get(clever_id)) for clever_id in left)
        await asyncio.to_thread(self.record.outcome, action, verb.name, items, "settled")
        after = dict(accounts)
        for mark, doubtful in doubtful_mails(items).items():
            latest = LatestMail(mark.mail, mark.at, MailState.UNKNOWN, "the console was stopped while mailing")
            after |= await noted(self.directory, doubtful, latest, action)
        return Report(action, verb, items, "", tuple(after.values()))


class _Carrying:
    """One action under way: batches side by side, each written down as it ends."""

    def __init__(self, performer: Performer, action: str, verb: Verb, progress: Progress, total: int) -> None:
        self._performer = performer
        self._action = action
        self._verb = verb
        self._progress = progress
        self._total = total
        self._stopping = False
        self._results: dict[str, Item] = {}
        self._accounts: dict[str, Account] = {}

    async def through(self, todo: Sequence[Item]) -> tuple[dict[str, Item], dict[str, Account]]:
        """Do all items; returns what became of each, and the accounts afterwards."""
        size = MAILS_A_BATCH if self._verb.mail else self._performer.directory.capabilities.batch
        left = deque(_batches(todo, size))
        workers = asyncio.gather(*(self._work(left) for _ in range(AT_ONCE)), return_exceptions=True)
        try:
            ended = await asyncio.shield(workers)
        except asyncio.CancelledError:
            self._stopping = True
            await _ended(workers)
            rest = [replace(item, verdict=Verdict.FAILED, reason=STOPPED) for batch in left for item in batch]
            await _ended(asyncio.ensure_future(self._note([(item, None) for item in rest])))
            raise
        for error in filter(None, ended):
            raise error
        return self._results, self._accounts

    async def _work(self, left: deque[list[Item]]) -> None:
        try:
            while left and not self._stopping:
                await self._note(await self._batch(left.popleft()))
                self._progress(len(self._results), self._total)
        except BaseException:
            self._stopping = True
            raise

    async def _batch(self, batch: Sequence[Item]) -> list[Outcome]:
        performer, change = self._performer, batch[0].change
        assert change is not None
        try:
            if isinstance(change, Mailed):
                mailing = Mailing(performer.directory, performer.outbox, performer.letters)
                return await mailing.send(self._action, batch, change, lambda: self._stopping)
            known = [item.account for item in batch if item.account]
            answers = await performer.directory.change(known, change, self._action)
        except DirectoryError as error:
            answers = {item.id: error for item in batch}
        return await self._seen([outcome(item, answers.get(item.id)) for item in batch])

    async def _seen(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Look whether what was not answered has come about after all; what is not seen yet stays in doubt."""
        doubts = [item.id for item, _ in outcomes if item.verdict is Verdict.IN_DOUBT]
        if not doubts:
            return outcomes
        try:
            now = await self._performer.directory.accounts(doubts)
        except DirectoryError:
            return outcomes
        return [
            (replace(item, verdict=Verdict.DONE, reason="found done, though not answered"), now[item.id])
            if item.verdict is Verdict.IN_DOUBT and item.id in now and is_made(item.change, now[item.id])
            else (item, account)
            for item, account in outcomes
        ]

    async def _note(self, outcomes: Sequence[Outcome]) -> None:
        items = [item for item, _ in outcomes]
        if items:
            try:
                await asyncio.to_thread(self._performer.record.outcome, self._action, self._verb.name, items)
            except OSError as error:
                raise Unrecorded(error) from error
        self._results.update((item.id, item) for item in items)
        self._accounts.update((account.id, account) for _, account in outcomes if account)


def _to_be_read_again(item: Item) -> bool:
    # Whether a mail left cannot be read anywhere.
    return item.verdict is Verdict.IN_DOUBT and not isinstance(item.change, Mailed)


def _batches(todo: Sequence[Item], size: int) -> list[list[Item]]:
    """Return items in batches of the same change."""
    groups: dict[Change | None, list[Item]] = defaultdict(list)
    for item in todo:
        groups[item.change].append(item)
    return [group[start : start + size] for group in groups.values() for start in range(0, len(group), size)]


async def _ended(work: asyncio.Future[Any]) -> None:
    """Wait for work to end, however often one is told to stop."""
    while not work.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(work)


_MOVED = str(ChangedMeanwhile())


def _as_shown(shown: Item, fresh: Item) -> Item:
    """Return an item as it is now, left alone if it would be done to another account than the one shown."""
    if fresh.verdict is Verdict.WOULD_DO and fresh.fingerprint != shown.fingerprint:
        return replace(fresh, verdict=Verdict.FAILED, reason=_MOVED)
    return fresh


def new_action_id(at: datetime) -> str:
    """Return a new id for an action; ids sort by time (``261124-0104-7F3A``)."""
    return f"{at:%y%m%d-%H%M}-{secrets.token_hex(3).upper()}"
