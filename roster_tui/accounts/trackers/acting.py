"""Creating and archiving trackers: planned, intent on disk before the effect, outcome after, settled after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime

from roster_tui.accounts.act import new_action_id
from roster_tui.accounts.deeds import HowFar, Interrupted, Progress, no_progress
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.mailing import STOPPED
from roster_tui.accounts.record import Record
from roster_tui.accounts.running import Running
from roster_tui.accounts.settling import Since
from roster_tui.accounts.trackers.model import Tracker, school_year
from roster_tui.accounts.trackers.plan import TrackerItem, TrackerPlan, TrackerReport
from roster_tui.accounts.trackers.settling import FOLLOW, FOLLOWING_STOPPED, became
from roster_tui.accounts.trackers.store import Trackers, TrackerStore
from roster_tui.accounts.trackers.verbs import TRACKER_VERBS, Order, TrackerVerb
from roster_tui.accounts.undo import CannotUndo
from roster_tui.ledger.shards import shard_of
from roster_tui.refusals import CHANGED_MEANWHILE
from roster_tui.roster.classes import Section

_AT_ONCE = 2_000
"""Sections between two outcomes in the journal: the most that can be in doubt after a crash."""

ReadSections = Callable[[Iterable[str], bool], AbstractContextManager[Iterator[Section]]]
"""Gives the sections with some Clever IDs, with their class lists or without."""


@dataclass(frozen=True)
class TrackerPerformer:
    """Plans and performs actions on trackers for one operator."""

    store: TrackerStore
    sections: ReadSections
    record: Record
    running: Running
    clock: Callable[[], datetime]
    today: Callable[[datetime], date]
    """The day of a moment in the district's time zone."""
    rollover: tuple[int, int]
    """Month and day on which a school year begins."""

    async def plan(self, verb: str, ids: Sequence[str], reason: str = "") -> TrackerPlan:
        """Return what would happen now. Raises `LedgerDamaged`."""
        order = self._order(reason)
        items = await asyncio.to_thread(self._items, TRACKER_VERBS[verb], order, list(dict.fromkeys(ids)))
        return TrackerPlan(TRACKER_VERBS[verb], order, items)

    async def undo_plan(self, action: str, reason: str = "", ids: Sequence[str] | None = None) -> TrackerPlan:
        """Return what taking an action back would do. Raises `CannotUndo`, `LedgerDamaged`."""
        recorded = await asyncio.to_thread(self.record.read, action)
        if recorded is None or recorded.kind not in TRACKER_VERBS:
            raise CannotUndo(f"{action} is no action on trackers")
        done = [each for each, verdict in recorded.results.items() if verdict is Verdict.DONE]
        verb, wanted = TRACKER_VERBS[recorded.kind].inverse, done if ids is None else list(ids)
        plan = await self.plan(verb, wanted, reason or f"takes {action} back")
        known = await asyncio.to_thread(self.store.latest, wanted)
        items = tuple(_unless_changed(item, known.get(item.id), action) for item in plan.items)
        return replace(plan, items=items, undoes=action)

    async def perform(self, shown: TrackerPlan, progress: Progress = no_progress) -> TrackerReport:
        """Do what the plan says, and nothing else; what is not as it was shown is left alone.

        What a dead process left is settled first: once a tracker is changed again, nothing tells any more what
        became of it. Raises OSError when intent or outcome cannot be written; `Interrupted` when it is cancelled:
        what was in hand has ended then.
        """
        first = tuple(await self.settle())
        return replace(await self._performed(shown, progress), first=first)

    async def _performed(self, shown: TrackerPlan, progress: Progress) -> TrackerReport:
        fresh = await self._planned_again(shown, [item.id for item in shown.items])
        items = [_as_shown(*both) for both in zip(shown.items, fresh.items, strict=True)]
        todo = [item for item in items if item.verdict is Verdict.WOULD_DO]
        if not todo:
            return await self._report(None, fresh, items)
        action = new_action_id(self.clock())
        results: dict[str, TrackerItem] = {}
        with self.running.claimed(action):
            await asyncio.to_thread(self._intend, action, fresh, todo)
            left = list(_batches(todo))
            while left:
                work = asyncio.ensure_future(asyncio.to_thread(self._carry_out, action, fresh, left.pop(0)))
                try:
                    results |= await asyncio.shield(work)
                except asyncio.CancelledError:
                    results |= await work
                    rest = [replace(item, verdict=Verdict.FAILED, reason=STOPPED) for batch in left for item in batch]
                    self.record.outcome(action, fresh.verb.name, rest)
                    results |= {item.id: item for item in rest}
                    told = tuple(results.get(item.id, item) for item in items)
                    raise Interrupted(TrackerReport(action, fresh.verb, told, fresh.digest)) from None
                progress(HowFar.of(results.values(), len(todo)))
        return await self._report(action, fresh, [results.get(item.id, item) for item in items])

    def note(self, plan: TrackerPlan) -> str:
        """Return nothing: a plan says all about trackers."""
        return ""

    def preview(self, plan: TrackerPlan) -> None:
        """Return None: nobody is mailed about a tracker."""

    async def settle(self) -> list[TrackerReport]:
        """Bring actions to an end whose process died: read what became of them, write it down. Nothing is redone.

        What cannot be known is in doubt. Raises `LedgerDamaged`, OSError: it can be done again then.
        """
        reports = []
        for action in self.running.abandoned():
            with self.running.taken_over(action) as claim:
                if claim and (report := await asyncio.to_thread(self._settle, action)):
                    reports.append(report)
        return reports

    def _order(self, reason: str) -> Order:
        at = self.clock()
        today = self.today(at)
        return Order(self.record.operator.name, at, today, school_year(today, self.rollover), reason)

    def _items(self, verb: TrackerVerb, order: Order, ids: Sequence[str]) -> tuple[TrackerItem, ...]:
        known = self.store.latest(filter(is_clever_id, ids))
        items: dict[str, TrackerItem] = {}
        with self.sections(filter(is_clever_id, ids), False) as found:
            for section in found:
                items[section.id] = _judged(verb, order, section.id, section, known.get(section.id))
        return tuple(items.get(each) or _judged(verb, order, each, None, known.get(each)) for each in ids)

    async def _planned_again(self, shown: TrackerPlan, ids: Sequence[str]) -> TrackerPlan:
        if shown.undoes:
            return await self.undo_plan(shown.undoes, shown.order.reason, ids)
        return await self.plan(shown.verb.name, ids, shown.order.reason)

    async def _report(self, action: str | None, fresh: TrackerPlan, items: Sequence[TrackerItem]) -> TrackerReport:
        moved = [item.id for item in items if item.reason == CHANGED_MEANWHILE]
        again = await self._planned_again(fresh, moved) if moved else None
        return TrackerReport(action, fresh.verb, tuple(items), fresh.digest, again)

    def _intend(self, action: str, plan: TrackerPlan, todo: Sequence[TrackerItem]) -> None:
        undoes = {"undoes": plan.undoes} if plan.undoes else {}
        ids = [item.id for item in todo]
        facts = {"reason": plan.order.reason, "digest": plan.digest, "on": "section", "ids": ids, **undoes}
        self.record.write(action, plan.verb.name, "intent", **facts)

    def _carry_out(self, action: str, plan: TrackerPlan, batch: Sequence[TrackerItem]) -> dict[str, TrackerItem]:
        wanted = {item.id: item for item in batch}
        results: dict[str, TrackerItem] = {}
        with self.sections(wanted, True) as found:
            sections = {section.id: section for section in found}

        def rewrite(ids: Sequence[str], known: Trackers) -> Iterator[Tracker]:
            for each in ids:
                section, tracker = sections.get(each), known.get(each)
                now = _judged(plan.verb, plan.order, each, section, tracker)
                if now.seen != wanted[each].seen or now.verdict is not Verdict.WOULD_DO:
                    results[each] = replace(wanted[each], verdict=Verdict.FAILED, reason=CHANGED_MEANWHILE)
                    continue
                results[each] = replace(wanted[each], verdict=Verdict.DONE)
                yield replace(plan.verb.change(section, tracker, plan.order), last_action=action)

        try:
            for _ in self.store.rewrite(wanted, rewrite):
                pass
        except OSError as error:
            written_so_far = self.store.latest(wanted)
            for each, item in wanted.items():
                tracker = written_so_far.get(each)
                if tracker is None or tracker.last_action != action:
                    results[each] = replace(item, verdict=Verdict.FAILED, reason=f"cannot be written: {error.strerror}")
        self.record.outcome(action, plan.verb.name, list(results.values()))
        return results

    def _settle(self, action: str) -> TrackerReport | None:
        recorded = self.record.read(action)
        left = recorded.unsettled() if recorded else []
        if recorded is None or (recorded.has_ended and not left):
            return None
        if recorded.kind == FOLLOW:
            self.record.write(action, FOLLOW, "settled", results=[], reason=FOLLOWING_STOPPED)
            return None
        verb = TRACKER_VERBS[recorded.kind]
        known = self.store.latest(left)
        # In this order: who had changed a tracker by then is under way, or has written its outcome.
        under_way = [each for each in self.running.marked() if each != action]
        later = self.record.later(recorded)
        items = tuple(
            TrackerItem(
                each,
                known[each].name if each in known else each,
                *became(recorded, known.get(each), Since(later.get(each, ()), under_way)),
            )
            for each in left
        )
        self.record.outcome(action, verb.name, items, "settled")
        return TrackerReport(action, verb, items, "")


def is_clever_id(text: str) -> bool:
    """Return whether a text can be a Clever ID: 24 hexadecimal digits, as Clever writes them."""
    return len(text) == 24 and all(char in "0123456789abcdef" for char in text)


def _judged(
    verb: TrackerVerb, order: Order, section_id: str, section: Section | None, tracker: Tracker | None
) -> TrackerItem:
    judgement = verb.judge(section, tracker, order)
    label = section.name if section else tracker.name if tracker else section_id
    seen = f"{tracker.year} {tracker.archived} {tracker.last_action}" if tracker else ""
    return TrackerItem(section_id, label, judgement.verdict, judgement.reason, judgement.warning, seen=seen)


def _as_shown(shown: TrackerItem, fresh: TrackerItem) -> TrackerItem:
    """Return an item as it is now, left alone if it would be done to another tracker than the one shown."""
    if fresh.verdict is Verdict.WOULD_DO and fresh.fingerprint != shown.fingerprint:
        return replace(fresh, verdict=Verdict.FAILED, reason=CHANGED_MEANWHILE)
    return fresh


def _unless_changed(item: TrackerItem, tracker: Tracker | None, action: str) -> TrackerItem:
    if item.verdict is Verdict.WOULD_DO and (tracker is None or tracker.last_action != action):
        return replace(item, verdict=Verdict.BLOCKED, reason="changed since then", warning="")
    return item


def _batches(todo: Sequence[TrackerItem]) -> Iterator[list[TrackerItem]]:
    """Yield items so that each batch touches few files of the ledger."""
    ordered = sorted(todo, key=lambda item: (shard_of(item.id), item.id))
    return (ordered[at : at + _AT_ONCE] for at in range(0, len(ordered), _AT_ONCE))
