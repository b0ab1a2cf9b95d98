"""Doing what a plan says: intent on disk, then the effect in small batches, then its outcome.

A batch is the most that can be in doubt after a crash, and an action is never sent again to find out.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from roster_tui.accounts.carrying import Carrying
from roster_tui.accounts.deeds import Deed, HowFar, Interrupted, Progress, no_progress
from roster_tui.accounts.directory import Directory
from roster_tui.accounts.guards import Guards, administers, dethrones
from roster_tui.accounts.judging import Situation, Verdict
from roster_tui.accounts.mail import Letters, Outbox, Preview
from roster_tui.accounts.mailing import Mailing, noted
from roster_tui.accounts.model import Account, LatestMail, MailState
from roster_tui.accounts.plan import Item, Knowledge, Plan, plan
from roster_tui.accounts.record import Record
from roster_tui.accounts.running import Running
from roster_tui.accounts.settling import SETTLED_SYNC, Since, doubtful_mails, settled
from roster_tui.accounts.undo import MAIL_IS_GONE, CannotUndo, latest_undoable, undo_plan
from roster_tui.accounts.verbs import ALL_AS_IS, VERBS, Asked, Order
from roster_tui.ledger import Operator
from roster_tui.ledger.journal import Journal
from roster_tui.refusals import CHANGED_MEANWHILE

_UNDO_REACHES = 500
"""Entries of the journal in which the latest action is looked for."""


@dataclass(frozen=True)
class Report:
    """What an action did, item by item."""

    action: str | None
    """Its id in the journal; None when nothing was to be done."""
    verb: Deed
    items: tuple[Item, ...]
    digest: str
    accounts: tuple[Account, ...] = ()
    """The accounts as the directory told them afterwards."""
    again: Plan | None = None
    """What would now be done to accounts that changed since the plan was shown: to be asked about again."""
    first: tuple[Report, ...] = ()
    """What had to be settled first: what became of actions whose process died."""

    def tally(self) -> Counter[Verdict]:
        """Return how many items came to each verdict."""
        return Counter(item.verdict for item in self.items)

    def then(self, later: Report) -> Report:
        """Return both reports in one, where some accounts were asked about again."""
        told = {item.id: item for item in later.items}
        items = tuple(told.get(item.id, item) for item in self.items)
        return replace(later, action=self.action or later.action, items=items, digest=self.digest, first=self.first)


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
    guards: Guards

    async def plan(self, verb: str, ids: Sequence[str], reason: str = "", asked: Asked = ALL_AS_IS) -> Plan:
        """Return what would happen now.

        Raises `DirectoryError`; `LinkKeyDamaged` or SettingsError when a mail cannot be written.
        """
        if (kind := VERBS[verb].mail) is not None:
            await asyncio.to_thread(self.letters.check, kind)
        accounts = await self.directory.accounts(ids)
        order = Order(self.operator.name, self.clock(), reason, asked)
        return plan(VERBS[verb], order, ids, accounts, await self._knowledge(accounts, order.at))

    async def undo_plan(self, action: str, reason: str = "", ids: Sequence[str] | None = None) -> Plan:
        """Return what taking an action back would do now, to all its accounts or to some.

        Raises `CannotUndo` when nothing takes it back or the journal does not know it, `DirectoryError`,
        `LedgerDamaged`.
        """
        recorded = await asyncio.to_thread(self.record.read, action)
        if recorded is None:
            raise CannotUndo(f"The journal knows no action {action}. List them: roster-tui journal show")
        accounts = await self.directory.accounts(recorded.done() if ids is None else ids)
        order = Order(self.operator.name, self.clock(), reason)
        knowledge = await self._knowledge(accounts, order.at)
        return undo_plan(recorded, order, recorded.done() if ids is None else ids, accounts, knowledge)

    async def undoable(self) -> str | None:
        """Return this operator's latest action that can be taken back and was not. Raises `LedgerDamaged`."""
        return await asyncio.to_thread(lambda: latest_undoable(self.journal.latest(_UNDO_REACHES), self.operator.name))

    def note(self, plan: Plan) -> str:
        """Return what is to be known of how a plan is carried out, before it is; empty where nothing is."""
        mail = f"{self.outbox.describe()}. {MAIL_IS_GONE}" if plan.verb.mail else ""
        return ". ".join(filter(None, (mail, self.directory.capabilities.notes.get(plan.verb.makes))))

    def preview(self, plan: Plan) -> Preview | None:
        """Return the first mail that would leave, its link left out; None when there is none."""
        first = next((item.account for item in plan.todo if item.account), None)
        return self.letters.preview(plan.verb.mail, first, self.clock()) if plan.verb.mail and first else None

    async def perform(self, shown: Plan, progress: Progress = no_progress) -> Report:
        """Do what the plan says, and nothing else.

        Accounts that are not as they were shown are left alone; the report holds the plan to ask about them
        again. What a dead process left is settled first: once an account is changed again, nothing tells any more
        what became of it. Raises `NotJournaled` when the intent cannot be written: nothing has been done then;
        `Unrecorded` when an outcome cannot; `Interrupted` when it is cancelled: what was in hand has ended then.
        """
        first = tuple(await self.settle())
        if any(item.account and item.change and dethrones(item.change, item.account) for item in shown.todo):
            who = f"{self.operator.name} on {self.operator.host}"
            count = len(shown.todo)
            async with self.guards.dethroning(who, lambda holder: progress(HowFar(0, 0, count, waits_for=holder))):
                return replace(await self._performed(shown, progress), first=first)
        return replace(await self._performed(shown, progress), first=first)

    async def _performed(self, shown: Plan, progress: Progress) -> Report:
        fresh = await self._planned_again(shown, [item.id for item in shown.items])
        items = [_as_shown(*both) for both in zip(shown.items, fresh.items, strict=True)]
        todo = [item for item in items if item.verdict is Verdict.WOULD_DO]
        if not todo:
            return await self._report(None, fresh, items, ())
        action = new_action_id(self.clock())
        with self.running.claimed(action) as claim:
            await asyncio.to_thread(self.record.intend, action, fresh, todo)
            carrying = Carrying(action, fresh.verb, self.directory, self._mailing, self.record)
            stopped = await carrying.through(todo, progress)
            claim.settled = carrying.is_settled
        items = [carrying.results.get(item.id, item) for item in items]
        if stopped:
            raise Interrupted(Report(action, fresh.verb, tuple(items), fresh.digest, carrying.accounts))
        return await self._report(action, fresh, items, carrying.accounts)

    async def settle(self) -> list[Report]:
        """Bring actions to an end whose process died: read what became of them, write it down.

        Nothing is done again: what is found undone is reported as not done, what cannot be known as in doubt.
        Raises `DirectoryError`, `LedgerDamaged`, OSError: it can be done again then.
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

    @property
    def _mailing(self) -> Mailing:
        return Mailing(self.directory, self.outbox, self.letters)

    async def _knowledge(self, accounts: Mapping[str, Account], at: datetime) -> Knowledge:
        administrators: Mapping[str, Account] = {}
        if any(map(administers, accounts.values())):
            # Who they are is known from the last reading; whether they still are, the directory says.
            others = [each for each in self.guards.administrators() if each not in accounts]
            administrators = {**await self.directory.accounts(others), **accounts}
        watch = self.guards.watch(administrators.values())
        return Knowledge(self.situations(list(accounts.values()), at), watch, self.directory.capabilities.cannot)

    async def _planned_again(self, shown: Plan, ids: Sequence[str]) -> Plan:
        if shown.undoes:
            return await self.undo_plan(shown.undoes, shown.order.reason, ids)
        return await self.plan(shown.verb.name, ids, shown.order.reason, shown.order.asked)

    async def _report(
        self, action: str | None, fresh: Plan, items: Sequence[Item], accounts: tuple[Account, ...]
    ) -> Report:
        moved = [item.id for item in items if item.reason == CHANGED_MEANWHILE]
        again = await self._planned_again(fresh, moved) if moved else None
        return Report(action, fresh.verb, tuple(items), fresh.digest, accounts, again)

    async def _settle(self, action: str) -> Report | None:
        recorded = await asyncio.to_thread(self.record.read, action)
        left = recorded.unsettled() if recorded else []
        if recorded is None or (recorded.has_ended and not left):
            return None
        verb: Deed = VERBS.get(recorded.kind, SETTLED_SYNC)
        accounts = await self.directory.accounts(left)
        # In this order: who had changed an account by then is under way, or has written its outcome.
        under_way = [each for each in self.running.marked() if each != action]
        later = await asyncio.to_thread(self.record.later, recorded)
        marked = self.directory.capabilities.marks_changes
        items = tuple(
            settled(recorded, each, accounts.get(each), Since(later.get(each, ()), under_way, marked)) for each in left
        )
        await asyncio.to_thread(self.record.outcome, action, verb.name, items, "settled")
        after = dict(accounts)
        for mark, doubtful in doubtful_mails(items).items():
            latest = LatestMail(mark.mail, mark.at, MailState.UNKNOWN, "the console was stopped while mailing")
            after |= await noted(self.directory, doubtful, latest, action)
        return Report(action, verb, items, "", tuple(after.values()))


def _as_shown(shown: Item, fresh: Item) -> Item:
    """Return an item as it is now, left alone if it would be done to another account than the one shown."""
    if fresh.verdict is Verdict.WOULD_DO and fresh.fingerprint != shown.fingerprint:
        return replace(fresh, verdict=Verdict.FAILED, reason=CHANGED_MEANWHILE)
    return fresh


def new_action_id(at: datetime) -> str:
    """Return a new id for an action; ids sort by time (``261124-0104-7F3A``)."""
    return f"{at:%y%m%d-%H%M}-{secrets.token_hex(3).upper()}"
