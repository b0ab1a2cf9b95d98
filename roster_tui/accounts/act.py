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
from itertools import islice

from roster_tui.accounts.directory import Directory, DirectoryError, InDoubt
from roster_tui.accounts.mail import Delivery, Fate, Letters, MailKind, MailUnavailable, Outbox, Send
from roster_tui.accounts.model import Account, Cause, CauseKind, Change, Invite, Suspend, Uninvite, Unsuspend
from roster_tui.accounts.plan import VERBS, Item, Plan, Situation, Verb, Verdict, plan
from roster_tui.accounts.running import Running
from roster_tui.ledger import Journal

BATCH = {"activate": 10}
BATCH_OTHERWISE = 100
Progress = Callable[[int, int], None]
"""Called with the number of accounts done and in all."""


@dataclass(frozen=True)
class Operator:
    """Who acts."""

    name: str
    host: str


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

    def tally(self) -> Counter[Verdict]:
        """Return how many items came to each verdict."""
        return Counter(item.verdict for item in self.items)


class PlanChanged(Exception):
    """The accounts are not as they were when the plan was shown."""

    def __init__(self, fresh: Plan) -> None:
        self.fresh = fresh
        super().__init__("The accounts have changed since this plan was made. Look at it again")


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
    situation: Callable[[Account, datetime], Situation]

    async def plan(self, verb: str, ids: Sequence[str], reason: str = "") -> Plan:
        """Return what would happen now. Raises `DirectoryError`."""
        accounts = await self.directory.accounts(ids)
        now = self.clock()
        return plan(VERBS[verb], ids, accounts, lambda account: self.situation(account, now), reason)

    async def perform(self, shown: Plan, progress: Progress = lambda done, total: None) -> Report:
        """Do what the plan says, and nothing else.

        Raises `PlanChanged` when it would do something else by now, OSError when the intent cannot be
        written: nothing has been done then. Cancelled, it finishes the batch in hand and reports the rest as
        not done.
        """
        fresh = await self.plan(shown.verb.name, [item.id for item in shown.items], shown.reason)
        if fresh.digest != shown.digest:
            raise PlanChanged(fresh)
        if not fresh.todo:
            return Report(None, fresh.verb, fresh.items, fresh.digest)
        action = new_action_id(self.clock())
        with self.running.claimed(action):
            self._write(action, fresh.verb, "intent", ids=list(fresh.todo), reason=fresh.reason, digest=fresh.digest)
            return await self._carry_out(action, fresh, progress)

    async def _carry_out(self, action: str, fresh: Plan, progress: Progress) -> Report:
        known = await self.directory.accounts(fresh.todo)
        results: dict[str, Item] = {}
        accounts: dict[str, Account] = {}
        todo = iter(item for item in fresh.items if item.verdict is Verdict.WOULD_DO)
        try:
            while batch := list(islice(todo, BATCH.get(fresh.verb.name, BATCH_OTHERWISE))):
                work = asyncio.ensure_future(self._batch(action, fresh, batch, known))
                try:
                    outcome = await asyncio.shield(work)
                except asyncio.CancelledError:
                    self._note(action, fresh.verb, await work, results, accounts)
                    raise
                self._note(action, fresh.verb, outcome, results, accounts)
                progress(len(results), len(fresh.todo))
        except asyncio.CancelledError:
            rest = [replace(item, verdict=Verdict.FAILED, reason="stopped before its turn") for item in todo]
            self._note(action, fresh.verb, [(item, None) for item in rest], results, accounts)
            raise
        items = tuple(results.get(item.id, item) for item in fresh.items)
        return Report(action, fresh.verb, items, fresh.digest, tuple(accounts.values()))

    def _note(
        self,
        action: str,
        verb: Verb,
        outcome: Sequence[tuple[Item, Account | None]],
        results: dict[str, Item],
        accounts: dict[str, Account],
    ) -> None:
        if outcome:
            self._write_outcome(action, verb, "outcome", [item for item, _ in outcome])
        results.update((item.id, item) for item, _ in outcome)
        accounts.update((account.id, account) for _, account in outcome if account)

    async def _batch(
        self, action: str, fresh: Plan, batch: Sequence[Item], known: Mapping[str, Account]
    ) -> list[tuple[Item, Account | None]]:
        try:
            if fresh.verb.name == "activate":
                return await self._invite(action, batch, known)
            answers = await self.directory.change([item.id for item in batch], self._change(fresh), action)
        except DirectoryError as error:
            answers = {item.id: error for item in batch}
        return [_outcome(item, answers.get(item.id)) for item in batch]

    def _change(self, fresh: Plan) -> Change:
        if fresh.verb.name == "suspend":
            return Suspend(Cause(CauseKind.BY_HAND, self.clock(), self.operator.name, fresh.reason))
        return Unsuspend()

    async def _invite(
        self, action: str, batch: Sequence[Item], known: Mapping[str, Account]
    ) -> list[tuple[Item, Account | None]]:
        """Mark the batch as mailed, mail it, and take back the mark of whom the server refused."""
        at = self.clock()
        try:
            async with self.outbox.opened() as send:
                marked = await self.directory.change([item.id for item in batch], Invite(at), action)
                outcomes = []
                for item in batch:
                    answer = marked.get(item.id)
                    if not isinstance(answer, Account):
                        outcomes.append(_outcome(item, answer))
                        continue
                    delivery = await self._send(send, action, answer, at)
                    outcomes.append(await self._after_delivery(action, item, answer, delivery, at))
                return outcomes
        except MailUnavailable as error:
            return [(replace(item, verdict=Verdict.FAILED, reason=str(error)), known.get(item.id)) for item in batch]

    async def _send(self, send: Send, action: str, account: Account, at: datetime) -> Delivery:
        try:
            message = self.letters.mail_for(MailKind.ACTIVATION, account, action, at)
        except ValueError as error:
            return Delivery(Fate.REFUSED, f"the address cannot be used: {error}")
        return await send(message)

    async def _after_delivery(
        self, action: str, item: Item, account: Account, delivery: Delivery, at: datetime
    ) -> tuple[Item, Account]:
        if delivery.fate in (Fate.ACCEPTED, Fate.KEPT):
            return replace(item, verdict=Verdict.DONE), account
        if delivery.fate is Fate.UNKNOWN:
            said = f"the mail may or may not have left ({delivery.said}); not sent again by itself"
            return replace(item, verdict=Verdict.IN_DOUBT, reason=said), account
        restored = await self.directory.change([item.id], Uninvite(at), f"{action}/refused")
        after = restored.get(item.id)
        refused = replace(item, verdict=Verdict.FAILED, reason=f"the mail server refused: {delivery.said}")
        return refused, after if isinstance(after, Account) else account

    async def settle(self) -> list[Report]:
        """Bring actions to an end whose process died: read what became of them, write it down.

        Nothing is done again: what is found undone is reported as not done.
        """
        return [await self._settle(action) for action in self.running.abandoned()]

    async def _settle(self, action: str) -> Report:
        intent, settled = None, set()
        for entry in self.journal.entries():
            if entry.facts.get("action") == action:
                if entry.facts["phase"] == "intent":
                    intent = entry.facts
                else:
                    settled |= {result["id"] for result in entry.facts["results"]}
        verb = VERBS[intent["kind"]] if intent else VERBS["suspend"]
        left = [clever_id for clever_id in (intent["ids"] if intent else ()) if clever_id not in settled]
        accounts = await self.directory.accounts(left)
        items = tuple(_settled(verb, action, clever_id, accounts.get(clever_id)) for clever_id in left)
        if items:
            self._write_outcome(action, verb, "settled", items)
        self.running.forget(action)
        return Report(action, verb, items, "", tuple(accounts.values()))

    def _write_outcome(self, action: str, verb: Verb, phase: str, items: Sequence[Item]) -> None:
        results = [
            {"id": item.id, "verdict": item.verdict.value, **({"reason": item.reason} if item.reason else {})}
            for item in items
        ]
        self._write(action, verb, phase, results=results)

    def _write(self, action: str, verb: Verb, phase: str, **facts: object) -> None:
        who = {"operator": self.operator.name, "host": self.operator.host}
        self.journal.append([{"action": action, "kind": verb.name, "phase": phase, **who, **facts}], self.clock())


def new_action_id(at: datetime) -> str:
    """Return a new id for an action; ids sort by time (``261124-0104-7F3A``)."""
    return f"{at:%y%m%d-%H%M}-{secrets.token_hex(3).upper()}"


def _outcome(item: Item, answer: Account | DirectoryError | None) -> tuple[Item, Account | None]:
    if isinstance(answer, Account):
        return replace(item, verdict=Verdict.DONE), answer
    verdict = Verdict.IN_DOUBT if isinstance(answer, InDoubt) else Verdict.FAILED
    return replace(item, verdict=verdict, reason=str(answer or "no answer for this account")), None


def _settled(verb: Verb, action: str, clever_id: str, account: Account | None) -> Item:
    label = account.name if account else clever_id
    if account is None or account.last_action != action:
        return Item(clever_id, label, Verdict.FAILED, "not done: the console was stopped before")
    if verb.name == "activate":
        said = "the console was stopped while mailing: it may or may not have left; not sent again by itself"
        return Item(clever_id, label, Verdict.IN_DOUBT, said)
    return Item(clever_id, label, Verdict.DONE, "found done after the console was stopped")
