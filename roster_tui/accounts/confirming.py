"""What a mailed link does when it is followed: the account becomes active, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from roster_tui.accounts.act import Performer, new_action_id
from roster_tui.accounts.directory import DirectoryError
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.mail.links import Link, LinkRefused, LinkUsed
from roster_tui.accounts.model import Account, MailKind, State


class NoSuchAccount(LinkRefused):
    """The account is gone since the mail was sent."""

    code = "unknown"

    def __init__(self) -> None:
        super().__init__("There is no account any more that this link is for")


class AccountSuspended(LinkRefused):
    """Nobody signs in to a suspended account by an old link."""

    code = "suspended"

    def __init__(self, account: Account) -> None:
        super().__init__(f"The account is suspended ({account.cause}). The link does nothing until it is unsuspended")


@dataclass(frozen=True)
class Confirmed:
    """What following a link came to."""

    link: Link
    account: Account
    """As it is now."""
    action: str
    """What the journal has it under."""

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The account, as an action tells of all that it changed."""
        return (self.account,)


async def confirm(performer: Performer, token: str) -> Confirmed:
    """Do what a mailed link is for: mark the account as active, and the link as used.

    The platform's page calls this once the person has chosen a password. Raises a `LinkRefused` by cause,
    `DirectoryError`, OSError when it cannot be written down: the link is still good then.
    """
    links, now = performer.letters.links, performer.clock()
    link = links.read(token, now)
    with links.one_at_a_time():
        if at := links.used_at(link):
            raise LinkUsed(at)
        account = (await performer.directory.accounts([link.account])).get(link.account)
        if account is None:
            raise NoSuchAccount
        if account.state is State.SUSPENDED:
            raise AccountSuspended(account)
        if account.activated_at is not None and link.kind == MailKind.ACTIVATION:
            raise LinkUsed(account.activated_at)
        confirmed = await _confirmed(performer, link, account, now)
        links.note_used(link, now)
    return confirmed


async def _confirmed(performer: Performer, link: Link, account: Account, now: datetime) -> Confirmed:
    plan = await performer.plan("confirm", [account.id], f"{link.kind} link")
    if not plan.todo:
        # A new password for an active account: nothing changes here, but it is known that it was chosen.
        action, item = new_action_id(now), replace(plan.items[0], verdict=Verdict.DONE, reason=plan.order.reason)
        performer.record.outcome(action, plan.verb.name, [item])
        return Confirmed(link, account, action)
    report = await performer.perform(plan)
    (item,) = report.items
    if item.verdict is not Verdict.DONE or report.action is None:
        raise DirectoryError(item.reason)
    return Confirmed(link, report.accounts[0], report.action)
