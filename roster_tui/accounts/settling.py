"""What became of an account whose action was cut off: by what the account says, and by the journal's own order.

"Not done" is said only where nothing else can be: what has been changed since stays in doubt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from roster_tui.accounts.changes import Change, Mailed, Suspend, touched
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.model import Account, CauseKind, MailKind, MailState
from roster_tui.accounts.plan import Item
from roster_tui.accounts.record import SYNC, Recorded

FOUND_DONE = "found done after the console was stopped"
NOT_DONE = "not done: the console was stopped before"
CHANGED_SINCE = "changed since the console was stopped, so that nothing tells whether this was done"
GONE_SINCE = "gone since the console was stopped, so that nothing tells whether this was done"
MAIL_MAY_HAVE_LEFT = "the console was stopped while mailing: it may or may not have left; not sent again by itself"
MAIL_DID_NOT_LEAVE = "the mail did not leave, found after the console was stopped"


@dataclass(frozen=True)
class _OfSync:
    """What a sync does to accounts, as people read of it; no verb of theirs."""

    name: str = SYNC
    title: str = "Sync"
    done: str = "followed"
    noun: str = "account"
    inverse: str | None = None
    mail: MailKind | None = None


SETTLED_SYNC = _OfSync()


@dataclass(frozen=True)
class Since:
    """What may have happened to an account since an action on it was cut off."""

    later: Collection[str] = ()
    """Other actions that have touched it since, by the journal's order."""
    under_way: Collection[str] = ()
    """Actions of which nobody knows yet what they come to."""
    is_marked: bool = True
    """Whether the account names the action that changed it last for certain (`Capabilities.marks_changes`)."""

    def reaches(self, action: str) -> bool:
        """Return whether an action may have taken effect since."""
        return action in self.later or action in self.under_way


def settled(recorded: Recorded, clever_id: str, account: Account | None, since: Since) -> Item:
    """Return the verdict on one account of an action that was cut off."""
    change = recorded.changes.get(clever_id)
    if account is None:
        return Item(clever_id, clever_id, Verdict.IN_DOUBT, GONE_SINCE, change=change)
    if isinstance(change, Mailed):
        verdict, reason = _of_mail(recorded.action, change, account, since)
    elif recorded.kind == SYNC:
        verdict, reason = _of_sync(change, account, since)
    else:
        verdict, reason = _of_change(recorded, change, account, since)
    return Item(clever_id, account.name, verdict, reason, change=change, account=account)


def _of_change(recorded: Recorded, change: Change | None, account: Account, since: Since) -> tuple[Verdict, str]:
    last, _ = _last(account)
    if last == recorded.action:
        if since.is_marked or is_made(change, account):
            return Verdict.DONE, FOUND_DONE
        if since.later or change is None or touched(change, account) != recorded.before.get(account.id, {}):
            return Verdict.IN_DOUBT, CHANGED_SINCE
        return Verdict.FAILED, NOT_DONE
    return (Verdict.IN_DOUBT, CHANGED_SINCE) if since.reaches(last) else (Verdict.FAILED, NOT_DONE)


def _of_mail(action: str, mark: Mailed, account: Account, since: Since) -> tuple[Verdict, str]:
    last, step = _last(account)
    if last == action and step == "unmailed":
        return Verdict.FAILED, MAIL_DID_NOT_LEAVE
    latest = account.mail
    if latest and (latest.kind, latest.at) == (mark.mail, mark.at):
        if latest.state is MailState.ACCEPTED:
            return Verdict.DONE, FOUND_DONE
        if latest.state is MailState.REFUSED:
            return Verdict.FAILED, MAIL_DID_NOT_LEAVE
    if last == action or mark.applied_to(account) == account:
        return Verdict.IN_DOUBT, MAIL_MAY_HAVE_LEFT
    return (Verdict.IN_DOUBT, CHANGED_SINCE) if since.reaches(last) else (Verdict.FAILED, NOT_DONE)


def _of_sync(change: Change | None, account: Account, since: Since) -> tuple[Verdict, str]:
    """Return what became of what a sync did, which leaves no mark but the cause that it wrote."""
    if isinstance(change, Suspend) and account.cause == change.cause:
        return Verdict.DONE, FOUND_DONE
    if since.later or change is None:
        return Verdict.IN_DOUBT, CHANGED_SINCE
    return (Verdict.DONE, FOUND_DONE) if is_made(change, account) else (Verdict.FAILED, NOT_DONE)


def _last(account: Account) -> tuple[str, str]:
    """Return the action that changed an account last, and which step of it: noting a mail's fate is one."""
    action, _, step = (account.last_action or "").partition("/")
    return action, step


def doubtful_mails(items: Iterable[Item]) -> Mapping[Mailed, list[Account]]:
    """Return by mark the accounts whose mail may or may not have left."""
    found: dict[Mailed, list[Account]] = defaultdict(list)
    for item in items:
        if item.verdict is Verdict.IN_DOUBT and isinstance(item.change, Mailed) and item.account:
            found[item.change].append(item.account)
    return found


def is_made(change: Change | None, account: Account) -> bool:
    """Return whether an account is as a change would make it, and not because somebody else suspended it."""
    if change is None or change.applied_to(account) != account:
        return False
    if isinstance(change, Suspend) and account.cause is not None:
        # A platform keeps no causes; what it suspended without a word may well have been this.
        return account.cause == change.cause or account.cause.kind is CauseKind.ON_PLATFORM
    return True
