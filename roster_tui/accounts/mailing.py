"""Mailing a batch of accounts: marked first, so that it leaves once; unmarked if it did not leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from roster_tui.accounts.changes import Delivered, Mailed, Unmailed
from roster_tui.accounts.directory import Directory, DirectoryError, InDoubt
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.mail import Delivery, Fate, Letters, MailUnavailable, Outbox, Send
from roster_tui.accounts.model import Account, LatestMail, MailState
from roster_tui.accounts.plan import Item
from roster_tui.settings import SettingsError

Outcome = tuple[Item, Account | None]
"""What became of an item, and its account as the directory told it afterwards."""

STOPPED = "stopped before its turn"


@dataclass(frozen=True)
class Mailing:
    """Mail to the people of one district."""

    directory: Directory
    outbox: Outbox
    letters: Letters

    async def send(
        self, action: str, batch: Sequence[Item], mark: Mailed, stopping: Callable[[], bool]
    ) -> list[Outcome]:
        """Mail everybody of a batch; told to stop, it ends the mail in hand and unmarks the rest.

        Raises `DirectoryError` when nobody could be marked: nothing was sent then.
        """
        known = [item.account for item in batch if item.account]
        try:
            async with self.outbox.opened() as send:
                marked = await self.directory.change(known, mark, action)
                outcomes: list[Outcome] = []
                for item in batch:
                    answer = marked.get(item.id)
                    if not isinstance(answer, Account):
                        outcomes.append(outcome(item, answer))
                    elif stopping():
                        outcomes.append(await self._unmark(action, item, answer, mark, STOPPED))
                    else:
                        outcomes.append(await self._deliver(send, action, item, answer, mark))
                return await self._told(action, outcomes, mark)
        except MailUnavailable as error:
            return [(replace(item, verdict=Verdict.FAILED, reason=str(error)), item.account) for item in batch]

    async def _deliver(self, send: Send, action: str, item: Item, account: Account, mark: Mailed) -> Outcome:
        delivery = await self._sent(send, action, account, mark)
        if delivery.fate in (Fate.ACCEPTED, Fate.KEPT):
            return replace(item, verdict=Verdict.DONE), account
        if delivery.fate is Fate.UNKNOWN:
            said = f"the mail may or may not have left ({delivery.said}); not sent again by itself"
            return replace(item, verdict=Verdict.IN_DOUBT, reason=said), account
        why = f"the mail did not leave: {delivery.said}"
        return await self._unmark(action, item, account, mark, why, refused=delivery.said)

    async def _sent(self, send: Send, action: str, account: Account, mark: Mailed) -> Delivery:
        try:
            message = self.letters.mail_for(mark.mail, account, action, mark.at)
        except (ValueError, SettingsError, OSError) as error:
            return Delivery(Fate.REFUSED, f"it cannot be written: {error}")
        return await send(message)

    async def _told(self, action: str, outcomes: Sequence[Outcome], mark: Mailed) -> list[Outcome]:
        """Note with the accounts what became of their mail; in a folder it is still queued."""
        after: dict[str, Account] = {}
        for verdict, state in _LEFT.items():
            if state is MailState.ACCEPTED and not self.outbox.sends:
                continue
            left = [account for item, account in outcomes if account and item.verdict is verdict]
            after |= await noted(self.directory, left, LatestMail(mark.mail, mark.at, state), action)
        return [(item, after.get(item.id, account)) for item, account in outcomes]

    async def _unmark(
        self, action: str, item: Item, account: Account, mark: Mailed, why: str, refused: str = ""
    ) -> Outcome:
        unmark = Unmailed(mark.mail, mark.at, refused)
        restored = await self.directory.change([account], unmark, f"{action}/unmailed")
        after = restored.get(item.id)
        return replace(item, verdict=Verdict.FAILED, reason=why), after if isinstance(after, Account) else account


_LEFT = {Verdict.DONE: MailState.ACCEPTED, Verdict.IN_DOUBT: MailState.UNKNOWN}
"""What is known of a mail by the verdict on it."""


async def noted(
    directory: Directory, accounts: Sequence[Account], latest: LatestMail, action: str
) -> dict[str, Account]:
    """Note with accounts what became of their latest mail; returns those where that could be noted.

    The mail has left or not whatever comes of this, so that a failure changes no verdict.
    """
    if not accounts:
        return {}
    try:
        answers = await directory.change(accounts, Delivered(latest), f"{action}/{latest.state}")
    except DirectoryError:
        return {}
    return {clever_id: answer for clever_id, answer in answers.items() if isinstance(answer, Account)}


def outcome(item: Item, answer: Account | DirectoryError | None) -> Outcome:
    """Return what a directory's answer means for an item."""
    if isinstance(answer, Account):
        return replace(item, verdict=Verdict.DONE), answer
    verdict = Verdict.IN_DOUBT if isinstance(answer, InDoubt) else Verdict.FAILED
    return replace(item, verdict=verdict, reason=str(answer or "no answer for this account")), None
