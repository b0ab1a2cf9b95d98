"""An account, why it is suspended, and the changes it can go through; values only, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class State(StrEnum):
    """What an account can do. Follows from the account's facts, so it never disagrees with them."""

    PENDING = "pending"
    """Never activated."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Cannot sign in, keeps all data."""


class Role(StrEnum):
    """The platform's roles (reference 9); they do not come from Clever."""

    DISTRICT_ADMIN = "District Administrator"
    LIMITED_DISTRICT_ADMIN = "Limited District Administrator"
    DISTRICT_REPORTS = "District Administrator Reports"
    SCHOOL_ADMIN = "School Administrator"
    LIMITED_SCHOOL_ADMIN = "Limited School Administrator"
    SCHOOL_REPORTS = "School Administrator Reports"
    COACH_ADMIN = "Instructional Coach Administrator"
    COACH = "Instructional Coach"
    TEACHER = "Teacher"


class CauseKind(StrEnum):
    """What suspended an account."""

    BY_HAND = "by_hand"
    EMAIL_MISSING = "email_missing"
    NOT_IN_DATA = "not_in_data"


@dataclass(frozen=True)
class Cause:
    """Why an account is suspended, since when and by whom."""

    kind: CauseKind
    since: datetime
    by: str
    """The operator, or ``sync``."""
    reason: str = ""
    """The operator's own words."""

    def __str__(self) -> str:
        what = {
            CauseKind.BY_HAND: f"by {self.by}",
            CauseKind.EMAIL_MISSING: "email blank in the SIS",
            CauseKind.NOT_IN_DATA: "no longer in Clever's data",
        }[self.kind]
        return f"{what}: {self.reason}" if self.reason else what


@dataclass(frozen=True)
class Account:
    """A teacher account: whoever is not a student. Its id is the person's Clever ID."""

    id: str
    name: str
    """As lists show it: ``Glover, Braeden L``."""
    created_at: datetime
    email: str | None = None
    sis_id: str | None = None
    role: Role = Role.TEACHER
    pinned: bool = False
    activated_at: datetime | None = None
    invited_at: datetime | None = None
    """When the latest activation mail was sent, or was about to be."""
    invited_before: datetime | None = None
    """The one before it."""
    cause: Cause | None = None
    last_action: str | None = None
    """The action that changed the account last; tells after a crash whether it came that far."""

    @property
    def state(self) -> State:
        """Pending, active or suspended."""
        if self.cause is not None:
            return State.SUSPENDED
        return State.ACTIVE if self.activated_at is not None else State.PENDING

    @property
    def since(self) -> datetime:
        """Since when the account is in its state."""
        if self.cause is not None:
            return self.cause.since
        return self.activated_at or self.created_at


class Change(Protocol):
    """One thing that can happen to an account."""

    def applied_to(self, account: Account) -> Account:
        """Return the account after the change; the same one when there is nothing to change."""


@dataclass(frozen=True)
class Suspend:
    """Take the right to sign in away."""

    cause: Cause

    def applied_to(self, account: Account) -> Account:
        """Return the account suspended; an earlier cause stays."""
        return account if account.cause else replace(account, cause=self.cause)


@dataclass(frozen=True)
class Unsuspend:
    """Give the right to sign in back."""

    def applied_to(self, account: Account) -> Account:
        """Return the account as it was before it was suspended."""
        return replace(account, cause=None)


@dataclass(frozen=True)
class Invite:
    """Note that an activation mail leaves; written before it does, so that it never leaves twice."""

    at: datetime

    def applied_to(self, account: Account) -> Account:
        """Return the account with this invitation."""
        return replace(account, invited_at=self.at, invited_before=account.invited_at)


@dataclass(frozen=True)
class Uninvite:
    """Take an invitation back that the mail server refused."""

    at: datetime

    def applied_to(self, account: Account) -> Account:
        """Return the account without the invitation of that moment."""
        if account.invited_at != self.at:
            return account
        return replace(account, invited_at=account.invited_before, invited_before=None)


@dataclass(frozen=True)
class Confirm:
    """The person has followed the link and chosen a password."""

    at: datetime

    def applied_to(self, account: Account) -> Account:
        """Return the account activated; the first time counts."""
        return account if account.activated_at else replace(account, activated_at=self.at)


def to_document(account: Account) -> dict[str, Any]:
    """Return an account as it is stored."""
    document = {name: value for name, value in account.__dict__.items() if name != "id" and value is not None}
    if account.cause:
        document["cause"] = {name: value for name, value in account.cause.__dict__.items() if value != ""}
    return document


def from_document(clever_id: str, document: dict[str, Any]) -> Account:
    """Return the account that was stored under an id. Raises ValueError, KeyError or TypeError if it is none."""
    fields = dict(document)
    for name in ("created_at", "activated_at", "invited_at", "invited_before"):
        if fields.get(name):
            fields[name] = datetime.fromisoformat(fields[name])
    fields["role"] = Role(fields.get("role", Role.TEACHER))
    if cause := fields.get("cause"):
        kind, since = CauseKind(cause["kind"]), datetime.fromisoformat(cause["since"])
        fields["cause"] = Cause(kind, since, cause["by"], cause.get("reason", ""))
    return Account(clever_id, **fields)
