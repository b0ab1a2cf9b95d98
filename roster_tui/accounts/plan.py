"""What an action would do to each account, before anything is done: pure rules, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from roster_tui.accounts.model import Account, CauseKind, State


class Verdict(StrEnum):
    """What becomes, or became, of one account in an action."""

    WOULD_DO = "would_do"
    NOOP = "noop"
    """It is so already."""
    BLOCKED = "blocked"
    DONE = "done"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    """It may have happened; reading the account will tell, or nobody can."""


@dataclass(frozen=True)
class Situation:
    """What a rule must know besides the account itself."""

    now: datetime
    cooldown: timedelta
    """How long one person is not mailed again."""
    sections: int = 0
    """Sections the person teaches tonight."""
    in_data: bool = True
    """Whether Clever still sends the person."""


@dataclass(frozen=True)
class Judgement:
    """A verdict before the act, its reason, and what matters even though it would be done."""

    verdict: Verdict
    reason: str = ""
    warning: str = ""


@dataclass(frozen=True)
class Item:
    """One account of a plan or a report."""

    id: str
    label: str
    verdict: Verdict
    reason: str = ""
    warning: str = ""


@dataclass(frozen=True)
class Verb:
    """Something that can be done to accounts."""

    name: str
    title: str
    done: str
    """What is said afterwards, as in "3 suspended"."""
    judge: Callable[[Account, Situation], Judgement]
    inverse: str | None = None
    """The verb that undoes it."""


@dataclass(frozen=True)
class Plan:
    """What a verb would do, item by item, and a fingerprint of exactly that."""

    verb: Verb
    reason: str
    items: tuple[Item, ...]
    digest: str

    @property
    def todo(self) -> tuple[str, ...]:
        """The ids of accounts that would change."""
        return tuple(item.id for item in self.items if item.verdict is Verdict.WOULD_DO)


def _suspend(account: Account, situation: Situation) -> Judgement:
    if account.cause is not None:
        return Judgement(Verdict.NOOP, f"suspended already, {account.cause}")
    if situation.sections and situation.in_data:
        many = "1 section" if situation.sections == 1 else f"{situation.sections} sections"
        return Judgement(Verdict.WOULD_DO, warning=f"teaches {many} in tonight's roster")
    return Judgement(Verdict.WOULD_DO)


def _unsuspend(account: Account, situation: Situation) -> Judgement:
    if account.cause is None:
        return Judgement(Verdict.NOOP, f"not suspended, {account.state}")
    if account.pinned:
        return Judgement(Verdict.WOULD_DO)
    if not situation.in_data:
        return Judgement(Verdict.WOULD_DO, warning="not in Clever's data: suspended again tonight unless pinned")
    if not account.email:
        return Judgement(Verdict.WOULD_DO, warning="email is blank: suspended again tonight unless pinned")
    return Judgement(Verdict.WOULD_DO)


def _activate(account: Account, situation: Situation) -> Judgement:
    if account.state is State.SUSPENDED:
        return Judgement(Verdict.BLOCKED, "suspended: no mail is sent to suspended accounts")
    if account.state is State.ACTIVE:
        return Judgement(Verdict.NOOP, "active already")
    if not account.email or "@" not in account.email:
        return Judgement(Verdict.BLOCKED, "no email address to send to" if not account.email else "email without @")
    if account.invited_at and situation.now < account.invited_at + situation.cooldown:
        return Judgement(Verdict.NOOP, f"mailed already, {_ago(situation.now - account.invited_at)} ago")
    return Judgement(Verdict.WOULD_DO)


VERBS: Mapping[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("suspend", "Suspend", "suspended", _suspend, inverse="unsuspend"),
        Verb("unsuspend", "Unsuspend", "unsuspended", _unsuspend, inverse="suspend"),
        Verb("activate", "Send activation email", "mailed", _activate),
    )
}

SYNC_CAUSES = (CauseKind.EMAIL_MISSING, CauseKind.NOT_IN_DATA)
"""Causes that the sync gives and takes back by itself."""


def plan(
    verb: Verb,
    wanted: Iterable[str],
    accounts: Mapping[str, Account],
    situations: Callable[[Account], Situation],
    reason: str = "",
) -> Plan:
    """Return what ``verb`` would do to the accounts with the wanted ids, in their order, each once."""
    items = []
    fingerprint = blake2b(verb.name.encode(), digest_size=8)
    for clever_id in dict.fromkeys(wanted):
        account = accounts.get(clever_id)
        if account is None:
            items.append(Item(clever_id, clever_id, Verdict.BLOCKED, "there is no such account"))
            continue
        judgement = verb.judge(account, situations(account))
        items.append(Item(account.id, account.name, judgement.verdict, judgement.reason, judgement.warning))
        fingerprint.update(repr((account.id, account.state, account.last_action, judgement.verdict)).encode())
    return Plan(verb, reason, tuple(items), fingerprint.hexdigest())


def _ago(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"
