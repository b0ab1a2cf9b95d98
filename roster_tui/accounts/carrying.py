"""Carrying an action out: batches side by side, each written down as it ends, and an end in good order."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from roster_tui.accounts.changes import Change, Mailed
from roster_tui.accounts.deeds import HowFar, Progress
from roster_tui.accounts.directory import Directory, DirectoryError
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.mailing import STOPPED, Mailing, Outcome, outcome
from roster_tui.accounts.model import Account
from roster_tui.accounts.plan import Item
from roster_tui.accounts.record import Record
from roster_tui.accounts.settling import is_made
from roster_tui.accounts.verbs import Verb
from roster_tui.errors import RosterError

MAILS_A_BATCH = 5
AT_ONCE = 2
"""Batches under way side by side."""


class Unrecorded(RosterError):
    """The effect may have happened, but its outcome could not be written."""

    def __init__(self, why: Exception) -> None:
        super().__init__(
            f"The outcome cannot be written to the journal ({why}). Nothing more was begun; what was done is read "
            "from the accounts and written down at the next start"
        )


class Carrying:
    """One action under way."""

    def __init__(self, action: str, verb: Verb, directory: Directory, mailing: Mailing, record: Record) -> None:
        self._action = action
        self._verb = verb
        self._directory = directory
        self._mailing = mailing
        self._record = record
        self._stopping = False
        self.results: dict[str, Item] = {}
        """What became of each account."""
        self._accounts: dict[str, Account] = {}

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left that another reading would tell; what became of a mail none does."""
        return not any(
            item.verdict is Verdict.IN_DOUBT and not isinstance(item.change, Mailed) for item in self.results.values()
        )

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts as the directory told them afterwards."""
        return tuple(self._accounts.values())

    async def through(self, todo: Sequence[Item], progress: Progress) -> bool:
        """Do all items, and return whether it was stopped: what was in hand has ended then, the rest is not done.

        Raises `Unrecorded`.
        """
        size = MAILS_A_BATCH if self._verb.mail else self._directory.capabilities.batch
        left = deque(_batches(todo, size))

        def tell() -> None:
            progress(HowFar.of(self.results.values(), len(todo)))

        workers = asyncio.gather(*(self._work(left, tell) for _ in range(AT_ONCE)), return_exceptions=True)
        stopped = await self._ended(workers)
        for error in workers.result():
            if error is not None:
                raise error
        rest = [replace(item, verdict=Verdict.FAILED, reason=STOPPED) for batch in left for item in batch]
        await self._ended(asyncio.ensure_future(self._note([(item, None) for item in rest])))
        return stopped

    async def _ended(self, work: asyncio.Future[Any]) -> bool:
        """Wait until work has ended, and return whether one was told to stop meanwhile, however often."""
        told = False
        while not work.done():
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                told = self._stopping = True
        return told

    async def _work(self, left: deque[list[Item]], tell: Callable[[], None]) -> None:
        try:
            while left and not self._stopping:
                await self._note(await self._batch(left.popleft()))
                tell()
        except BaseException:
            # Whatever ended this one, cancelled or at fault: the others beside it take no further batch.
            self._stopping = True
            raise

    async def _batch(self, batch: Sequence[Item]) -> list[Outcome]:
        change = batch[0].change
        assert change is not None
        try:
            if isinstance(change, Mailed):
                return await self._mailing.send(self._action, batch, change, lambda: self._stopping)
            known = [item.account for item in batch if item.account]
            answers = await self._directory.change(known, change, self._action)
        except DirectoryError as error:
            answers = {item.id: error for item in batch}
        return await self._seen([outcome(item, answers.get(item.id)) for item in batch])

    async def _seen(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Look whether what was not answered has come about after all; what is not seen yet stays in doubt."""
        doubts = [item.id for item, _ in outcomes if item.verdict is Verdict.IN_DOUBT]
        if not doubts:
            return outcomes
        try:
            now = await self._directory.accounts(doubts)
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
                await asyncio.to_thread(self._record.outcome, self._action, self._verb.name, items)
            except OSError as error:
                raise Unrecorded(error) from error
        self.results.update((item.id, item) for item in items)
        self._accounts.update((account.id, account) for _, account in outcomes if account)


def _batches(todo: Sequence[Item], size: int) -> list[list[Item]]:
    """Return items in batches of the same change."""
    groups: dict[Change | None, list[Item]] = defaultdict(list)
    for item in todo:
        groups[item.change].append(item)
    return [group[start : start + size] for group in groups.values() for start in range(0, len(group), size)]
