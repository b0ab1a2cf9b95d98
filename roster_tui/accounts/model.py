"""An account, what it may do, and why it is suspended; values only, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec


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
    OTHER = "Other"
    """Some role of the platform that is none of these; never given by us."""


ROLES = tuple(role for role in Role if role is not Role.OTHER)
"""The roles that can be given."""


class Permission(StrEnum):
    """What an account may do beside its role; one at most (reference 9)."""

    BENCHMARK_FACILITATOR = "Benchmark Facilitator"
    BENCHMARK_AUTHOR = "Benchmark Author"
    ITEM_AUTHOR = "Item Author"


@dataclass(frozen=True)
class Rights:
    """One role, and at most one permission beside it."""

    role: Role = Role.TEACHER
    permission: Permission | None = None

    def __str__(self) -> str:
        return f"{self.role} with {self.permission}" if self.permission else str(self.role)


@dataclass(frozen=True)
class Temporary:
    """That rights end after a day, and which come back then."""

    until: date
    then: Rights


class MailKind(StrEnum):
    """What a mail to the person of an account is for; also the name of its templates."""

    ACTIVATION = "activation"
    """Welcome: activate the account and choose a password."""
    PASSWORD = "password"
    """Choose a new password."""


class MailState(StrEnum):
    """What has become of a mail, as far as it is known."""

    QUEUED = "queued"
    """About to be sent; or kept in a folder, where nobody has sent it yet."""
    ACCEPTED = "accepted"
    """The mail server took it."""
    REFUSED = "refused"
    """The mail server did not."""
    UNKNOWN = "unknown"
    """It may have left: the server did not answer, or the console was stopped."""


@dataclass(frozen=True)
class LatestMail:
    """The last mail to a person."""

    kind: MailKind
    at: datetime
    state: MailState
    said: str = ""
    """What the server said, where it matters."""


class CauseKind(StrEnum):
    """What suspended an account."""

    BY_HAND = "by_hand"
    EMAIL_MISSING = "email_missing"
    NOT_IN_DATA = "not_in_data"
    ON_PLATFORM = "on_platform"
    """By somebody or something on the platform, which does not tell why."""


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
            CauseKind.ON_PLATFORM: "on the platform, reason not known",
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
    permission: Permission | None = None
    temporary: Temporary | None = None
    """When role and permission are held for a time only."""
    pinned: bool = False
    support_lead: bool = False
    """Whether the person is whom teachers of the district turn to (domain rule 9)."""
    activated_at: datetime | None = None
    activation_untold: bool = False
    """Whether the directory cannot tell if the person ever activated; the account is taken for active then."""
    invited_at: datetime | None = None
    """When the latest activation mail was sent, or was about to be."""
    invited_before: datetime | None = None
    """The one before it."""
    reset_at: datetime | None = None
    """When the latest password mail was sent, or was about to be."""
    reset_before: datetime | None = None
    """The one before it."""
    mail: LatestMail | None = None
    """What became of the last mail."""
    cause: Cause | None = None
    last_action: str | None = None
    """The action that changed the account last; tells after a crash whether it came that far."""

    @property
    def state(self) -> State:
        """Pending, active or suspended."""
        if self.cause is not None:
            return State.SUSPENDED
        return State.ACTIVE if self.activated_at or self.activation_untold else State.PENDING

    @property
    def since(self) -> datetime:
        """Since when the account is in its state."""
        if self.cause is not None:
            return self.cause.since
        return self.activated_at or self.created_at

    @property
    def rights(self) -> Rights:
        """Role and permission together."""
        return Rights(self.role, self.permission)

    def mailed_at(self, mail: MailKind) -> datetime | None:
        """Return when a mail of a kind last left, or was about to."""
        return self.invited_at if mail is MailKind.ACTIVATION else self.reset_at


def to_document(account: Account) -> dict[str, Any]:
    """Return an account as it is stored: JSON values, without its id and what is not set."""
    values = msgspec.to_builtins(account)
    return {name: value for name, value in values.items() if name != "id" and value not in (None, False)}


def from_document(clever_id: str, document: dict[str, Any]) -> Account:
    """Return the account that was stored under an id. Raises `msgspec.ValidationError` if it is none."""
    return msgspec.convert({**document, "id": clever_id}, Account)
