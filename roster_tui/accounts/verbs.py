"""The verbs: what can be done to accounts, what each makes of one, and what is thought of it first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from roster_tui.accounts.changes import (
    Change,
    Confirm,
    Mailed,
    SetPin,
    SetRights,
    SetSupportLead,
    Suspend,
    Unsuspend,
)
from roster_tui.accounts.judging import WOULD_DO, Judgement, Situation, Verdict, blocked, noop, warned
from roster_tui.accounts.model import (
    Account,
    Cause,
    CauseKind,
    MailKind,
    Permission,
    Rights,
    Role,
    State,
    Temporary,
)
from roster_tui.ledger.clock_trust import is_to_come


@dataclass(frozen=True)
class Asked:
    """The rights that somebody asks for; what is None is left as it is."""

    role: Role | None = None
    permission: Permission | None = None
    no_permission: bool = False
    """Whether the permission is to be taken away."""
    until: date | None = None
    """The last day of rights that are given for a time."""


ALL_AS_IS = Asked()


@dataclass(frozen=True)
class Order:
    """What somebody wants done, besides the verb and the accounts."""

    operator: str
    at: datetime
    reason: str = ""
    asked: Asked = ALL_AS_IS


@dataclass(frozen=True)
class Verb:
    """Something that can be done to accounts."""

    name: str
    title: str
    done: str
    """What is said afterwards, as in "3 suspended"."""
    change: Callable[[Account, Order], Change]
    """What it makes of an account."""
    judge: Callable[[Account, Any, Situation], Judgement]
    """What is thought of making that change of the account."""
    makes: str
    """The kind of change it makes, as directories name it."""
    inverse: str | None = None
    """The verb that undoes it."""
    mail: MailKind | None = None
    """The mail that goes with it."""
    spares_oneself: bool = False
    """Whether nobody does it to the account of their own."""
    for_admins: bool = False
    """Whether only operators who are admins may do it."""
    noun: str = "account"


def _suspended(account: Account, order: Order) -> Change:
    return Suspend(Cause(CauseKind.BY_HAND, order.at, order.operator, order.reason))


def _suspend(account: Account, change: Suspend, situation: Situation) -> Judgement:
    if account.cause is not None:
        return noop(f"suspended already, {account.cause}")
    if situation.sections and situation.in_data:
        many = "1 section" if situation.sections == 1 else f"{situation.sections} sections"
        return warned(f"teaches {many} in tonight's roster")
    return WOULD_DO


def _unsuspend(account: Account, change: Unsuspend, situation: Situation) -> Judgement:
    if account.cause is None:
        return noop(f"not suspended, {account.state}")
    if account.pinned:
        return WOULD_DO
    if not situation.in_data:
        return warned("not in Clever's data: suspended again tonight unless pinned")
    if not account.email:
        return warned("email is blank: suspended again tonight unless pinned")
    return WOULD_DO


def _activate(account: Account, change: Mailed, situation: Situation) -> Judgement:
    if account.activated_at is not None and account.state is State.ACTIVE:
        return noop("active already")
    judgement = _may_be_mailed(account, change, situation)
    if judgement is WOULD_DO and account.activation_untold:
        return warned("the platform does not tell whether this person has activated already")
    return judgement


def _reset_password(account: Account, change: Mailed, situation: Situation) -> Judgement:
    if account.state is State.PENDING:
        return blocked("never activated: send the activation email instead")
    return _may_be_mailed(account, change, situation)


def _may_be_mailed(account: Account, change: Mailed, situation: Situation) -> Judgement:
    if account.state is State.SUSPENDED:
        return blocked("suspended: no mail is sent to suspended accounts")
    if not account.email or "@" not in account.email:
        return blocked("no email address to send to" if not account.email else "email without @")
    mailed_at = account.mailed_at(change.mail)
    if mailed_at is None or situation.now >= mailed_at + situation.cooldown:
        return WOULD_DO
    if is_to_come(mailed_at, situation.now):
        when = f"{mailed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return warned(f"the clock was wrong when this person was mailed last, or is now: {when} is still to come")
    return noop(f"mailed already, {_ago(situation.now - mailed_at)} ago")


def _confirm(account: Account, change: Confirm, situation: Situation) -> Judgement:
    if account.activated_at is not None:
        return noop("activated already")
    if account.state is State.SUSPENDED:
        return warned("stays suspended, as an account that was activated")
    return WOULD_DO


def _rights(account: Account, order: Order) -> Change:
    asked = order.asked
    permission = None if asked.no_permission else asked.permission or account.permission
    rights = Rights(asked.role or account.role, permission)
    if asked.until is None:
        return SetRights(rights)
    # A second loan does not make the first one's rights those to come back to.
    return SetRights(rights, Temporary(asked.until, account.temporary.then if account.temporary else account.rights))


_NO_AUTHORS = frozenset({Role.LIMITED_DISTRICT_ADMIN, Role.LIMITED_SCHOOL_ADMIN})


def _set_rights(account: Account, change: SetRights, situation: Situation) -> Judgement:
    rights, temporary = change.rights, change.temporary
    if change.applied_to(account) == account:
        return noop(f"{rights} already")
    if rights.permission and rights.role is Role.DISTRICT_ADMIN:
        return blocked(f"a {rights.role} has every permission: {rights.permission} does not go with it")
    if rights.permission is Permission.BENCHMARK_AUTHOR and rights.role in _NO_AUTHORS:
        return blocked(f"{rights.permission} does not go with {rights.role}")
    if temporary and temporary.until < situation.now.date():
        return blocked(f"{temporary.until} is over")
    until = f" until {temporary.until}" if temporary else ""
    return Judgement(
        Verdict.WOULD_DO, f"{account.rights}, then {rights}{until}", _of_rights(account, rights, situation)
    )


def _of_rights(account: Account, rights: Rights, situation: Situation) -> str:
    """Return what matters about rights that may be given."""
    if account.state is State.SUSPENDED:
        return "suspended: the role shows once the account is unsuspended"
    if not situation.in_data and "Administrator" in rights.role and not account.pinned:
        return "not in Clever's data: suspended tonight unless pinned"
    return ""


def _ended(account: Account, order: Order) -> Change:
    return SetRights(account.temporary.then if account.temporary else account.rights)


def _end_rights(account: Account, change: SetRights, situation: Situation) -> Judgement:
    if account.temporary is None:
        return noop("not given for a time")
    return Judgement(Verdict.WOULD_DO, f"{account.rights}, then {change.rights} again")


def _pin(account: Account, change: SetPin, situation: Situation) -> Judgement:
    if account.pinned:
        return noop("pinned already")
    if not situation.in_data:
        return warned("not in Clever's data: the pin keeps the account of somebody who may have left")
    return warned("pinned: the sync will not suspend the account when the person leaves")


def _unpin(account: Account, change: SetPin, situation: Situation) -> Judgement:
    if not account.pinned:
        return noop("not pinned")
    if account.cause is None and not situation.in_data:
        return warned("not in Clever's data: suspended tonight without the pin")
    if account.cause is None and not account.email:
        return warned("email is blank: suspended tonight without the pin")
    return WOULD_DO


def _make_lead(account: Account, change: SetSupportLead, situation: Situation) -> Judgement:
    if account.support_lead:
        return noop("support lead already")
    if account.state is State.SUSPENDED:
        return blocked("suspended: teachers could not turn to this person")
    if not account.email:
        return warned("email is blank: teachers see no contact")
    return WOULD_DO


def _unmake_lead(account: Account, change: SetSupportLead, situation: Situation) -> Judgement:
    return WOULD_DO if account.support_lead else noop("not a support lead")


VERBS: Mapping[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("suspend", "Suspend", "suspended", _suspended, _suspend, Suspend.kind, "unsuspend", spares_oneself=True),
        Verb("unsuspend", "Unsuspend", "unsuspended", lambda account, order: Unsuspend(), _unsuspend, Unsuspend.kind,
             "suspend", spares_oneself=True),
        Verb("activate", "Send activation email", "mailed",
             lambda account, order: Mailed(MailKind.ACTIVATION, order.at), _activate, Mailed.kind,
             mail=MailKind.ACTIVATION),
        Verb("reset-password", "Send password email", "mailed",
             lambda account, order: Mailed(MailKind.PASSWORD, order.at), _reset_password, Mailed.kind,
             mail=MailKind.PASSWORD),
        Verb("confirm", "Mark as activated", "activated", lambda account, order: Confirm(order.at), _confirm,
             Confirm.kind),
        Verb("role", "Change role", "changed", _rights, _set_rights, SetRights.kind, "role", spares_oneself=True,
             for_admins=True),
        Verb("end-role", "End temporary role", "given back the old role", _ended, _end_rights, SetRights.kind, "role"),
        Verb("pin", "Pin", "pinned", lambda account, order: SetPin(True), _pin, SetPin.kind, "unpin",
             spares_oneself=True),
        Verb("unpin", "Unpin", "unpinned", lambda account, order: SetPin(False), _unpin, SetPin.kind, "pin",
             spares_oneself=True),
        Verb("support-lead", "Make support lead", "made support lead", lambda account, order: SetSupportLead(True),
             _make_lead, SetSupportLead.kind, "not-support-lead"),
        Verb("not-support-lead", "No longer support lead", "no longer support lead",
             lambda account, order: SetSupportLead(False), _unmake_lead, SetSupportLead.kind, "support-lead"),
    )
}  # fmt: skip

SYNC_CAUSES = (CauseKind.EMAIL_MISSING, CauseKind.NOT_IN_DATA)
"""Causes that the sync gives and takes back by itself."""


def _ago(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"
