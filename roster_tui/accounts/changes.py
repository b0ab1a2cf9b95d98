"""What can happen to an account: values that say what becomes of it, and how it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol

import msgspec

from roster_tui.accounts.model import (
    Account,
    Cause,
    LatestMail,
    MailKind,
    MailState,
    Rights,
    Temporary,
    from_document,
    to_document,
)


class Change(Protocol):
    """One thing that can happen to an account."""

    kind: ClassVar[str]
    """Its name in the journal and among a directory's capabilities."""
    touches: ClassVar[tuple[str, ...]]
    """The fields of an account that it may alter."""

    def applied_to(self, account: Account) -> Account:
        """Return the account after the change; an equal one when there is nothing to change."""

    def taken_back(self, before: Account) -> Change | None:
        """Return the change that leads back to the account as it was before; None when nothing does."""


@dataclass(frozen=True)
class Suspend:
    """Take the right to sign in away."""

    kind: ClassVar[str] = "suspend"
    touches: ClassVar[tuple[str, ...]] = ("cause",)
    cause: Cause

    def applied_to(self, account: Account) -> Account:
        """Return the account suspended; an earlier cause stays."""
        return account if account.cause else replace(account, cause=self.cause)

    def taken_back(self, before: Account) -> Change:
        """Return what gives the right back."""
        return Unsuspend()


@dataclass(frozen=True)
class Unsuspend:
    """Give the right to sign in back."""

    kind: ClassVar[str] = "unsuspend"
    touches: ClassVar[tuple[str, ...]] = ("cause",)

    def applied_to(self, account: Account) -> Account:
        """Return the account as it was before it was suspended."""
        return replace(account, cause=None)

    def taken_back(self, before: Account) -> Change | None:
        """Return what suspends the account for the cause it had."""
        return Suspend(before.cause) if before.cause else None


@dataclass(frozen=True)
class SetRights:
    """Give an account a role and at most one permission, for good or for a time."""

    kind: ClassVar[str] = "rights"
    touches: ClassVar[tuple[str, ...]] = ("role", "permission", "temporary")
    rights: Rights
    temporary: Temporary | None = None

    def applied_to(self, account: Account) -> Account:
        """Return the account with these rights."""
        return replace(account, role=self.rights.role, permission=self.rights.permission, temporary=self.temporary)

    def taken_back(self, before: Account) -> Change:
        """Return what gives the earlier rights back."""
        return SetRights(before.rights, before.temporary)


@dataclass(frozen=True)
class SetPin:
    """Shield an account from the sync, or lay it open again."""

    kind: ClassVar[str] = "pin"
    touches: ClassVar[tuple[str, ...]] = ("pinned",)
    pinned: bool

    def applied_to(self, account: Account) -> Account:
        """Return the account pinned, or not."""
        return replace(account, pinned=self.pinned)

    def taken_back(self, before: Account) -> Change:
        """Return what pins as it was."""
        return SetPin(before.pinned)


@dataclass(frozen=True)
class SetSupportLead:
    """Make somebody whom teachers turn to, or no longer."""

    kind: ClassVar[str] = "support_lead"
    touches: ClassVar[tuple[str, ...]] = ("support_lead",)
    support_lead: bool

    def applied_to(self, account: Account) -> Account:
        """Return the account of a support lead, or of nobody's."""
        return replace(account, support_lead=self.support_lead)

    def taken_back(self, before: Account) -> Change:
        """Return what marks as it was."""
        return SetSupportLead(before.support_lead)


_MARKS = {MailKind.ACTIVATION: ("invited_at", "invited_before"), MailKind.PASSWORD: ("reset_at", "reset_before")}


@dataclass(frozen=True)
class Mailed:
    """Note that a mail leaves; written before it does, so that it never leaves twice."""

    kind: ClassVar[str] = "mailed"
    touches: ClassVar[tuple[str, ...]] = ("invited_at", "invited_before", "reset_at", "reset_before", "mail")
    mail: MailKind
    at: datetime

    def applied_to(self, account: Account) -> Account:
        """Return the account with this mark."""
        last, before = _MARKS[self.mail]
        earlier = getattr(account, last)
        if earlier == self.at:
            return account
        queued = LatestMail(self.mail, self.at, MailState.QUEUED)
        return replace(_with(account, {last: self.at, before: earlier}), mail=queued)

    def taken_back(self, before: Account) -> None:
        """Return None: a mail that has left cannot be taken back."""


@dataclass(frozen=True)
class Unmailed:
    """Take the mark of a mail back that did not leave."""

    kind: ClassVar[str] = "unmailed"
    touches: ClassVar[tuple[str, ...]] = Mailed.touches
    mail: MailKind
    at: datetime
    refused: str = ""
    """In whose words the server refused it; empty when it was never asked."""

    def applied_to(self, account: Account) -> Account:
        """Return the account without the mark of that moment."""
        last, before = _MARKS[self.mail]
        if getattr(account, last) != self.at:
            return account
        latest = LatestMail(self.mail, self.at, MailState.REFUSED, self.refused) if self.refused else None
        return replace(_with(account, {last: getattr(account, before), before: None}), mail=latest)

    def taken_back(self, before: Account) -> None:
        """Return None: there was nothing."""


@dataclass(frozen=True)
class Delivered:
    """Note what became of a mail that has left, or may have."""

    kind: ClassVar[str] = "delivered"
    touches: ClassVar[tuple[str, ...]] = ("mail",)
    latest: LatestMail

    def applied_to(self, account: Account) -> Account:
        """Return the account with this, unless a later mail has been sent meanwhile."""
        known, told = account.mail, self.latest
        if known is None or (known.kind, known.at) != (told.kind, told.at):
            return account
        return replace(account, mail=told)

    def taken_back(self, before: Account) -> None:
        """Return None: it is only what is known."""


@dataclass(frozen=True)
class Confirm:
    """The person has followed the link and chosen a password."""

    kind: ClassVar[str] = "confirm"
    touches: ClassVar[tuple[str, ...]] = ("activated_at",)
    at: datetime

    def applied_to(self, account: Account) -> Account:
        """Return the account activated; the first time counts."""
        return account if account.activated_at else replace(account, activated_at=self.at, activation_untold=False)

    def taken_back(self, before: Account) -> None:
        """Return None: a person's own act."""


_KINDS: Mapping[str, type[Any]] = {
    each.kind: each
    for each in (Suspend, Unsuspend, SetRights, SetPin, SetSupportLead, Mailed, Unmailed, Delivered, Confirm)
}


def change_document(change: Change) -> dict[str, Any]:
    """Return a change as the journal keeps it."""
    return {"kind": change.kind, **msgspec.to_builtins(change)}


def change_from(document: Mapping[str, Any]) -> Change:
    """Return the change that the journal kept. Raises KeyError or `msgspec.ValidationError` if it is none."""
    fields = dict(document)
    change: Change = msgspec.convert(fields, _KINDS[fields.pop("kind")])
    return change


def touched(change: Change, account: Account) -> dict[str, Any]:
    """Return the fields that a change may alter, as they are stored now; what is not set is left out."""
    return {name: value for name, value in to_document(account).items() if name in change.touches}


def before(change: Change, account: Account, fields: Mapping[str, Any]) -> Account:
    """Return an account as it was, given the stored fields that the change may have altered since."""
    rest = {name: value for name, value in to_document(account).items() if name not in change.touches}
    return from_document(account.id, {**rest, **fields})


def _with(account: Account, fields: Mapping[str, datetime | None]) -> Account:
    return replace(account, **fields)  # type: ignore[arg-type]  # the names are those of `_MARKS`
