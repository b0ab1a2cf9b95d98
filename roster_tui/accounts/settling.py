"""What became of an account whose action was cut off, as far as reading it tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from roster_tui.accounts.changes import Change, Mailed, Suspend
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.model import Account, CauseKind, LatestMail, MailState
from roster_tui.accounts.plan import Item
from roster_tui.accounts.record import Recorded


def settled(recorded: Recorded, clever_id: str, account: Account | None) -> Item:
    """Return the verdict on one account of an action that was cut off."""
    label = account.name if account else clever_id
    change = recorded.changes.get(clever_id)
    if account is None or not is_made(change, account):
        return Item(clever_id, label, Verdict.FAILED, "not done: the console was stopped before", change=change)
    if isinstance(change, Mailed) and not _is_accepted(change, account):
        said = "the console was stopped while mailing: it may or may not have left; not sent again by itself"
        return Item(clever_id, label, Verdict.IN_DOUBT, said, change=change, account=account)
    return Item(clever_id, label, Verdict.DONE, "found done after the console was stopped", change=change)


def doubtful_mails(items: Iterable[Item]) -> Mapping[Mailed, list[Account]]:
    """Return by mark the accounts whose mail may or may not have left."""
    found: dict[Mailed, list[Account]] = defaultdict(list)
    for item in items:
        if item.verdict is Verdict.IN_DOUBT and isinstance(item.change, Mailed) and item.account:
            found[item.change].append(item.account)
    return found


def _is_accepted(mark: Mailed, account: Account) -> bool:
    """Return whether the server's answer to this mail was noted before the console was stopped."""
    return account.mail == LatestMail(mark.mail, mark.at, MailState.ACCEPTED)


def is_made(change: Change | None, account: Account) -> bool:
    """Return whether an account is as a change would make it, and not because somebody else suspended it."""
    if change is None or change.applied_to(account) != account:
        return False
    if isinstance(change, Suspend) and account.cause is not None:
        # A platform keeps no causes; what it suspended without a word may well have been this.
        return account.cause == change.cause or account.cause.kind is CauseKind.ON_PLATFORM
    return True
