"""What is said between us and a platform, as far as we keep it; values only, so that nobody needs the wire types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from roster_tui.errors import RosterError


@dataclass(frozen=True)
class Label:
    """One of a user's roles or entitlements, as the platform wrote it."""

    value: str | None
    display: str | None = None
    type: str | None = None
    primary: bool | None = None


@dataclass(frozen=True)
class User:
    """One user of the platform."""

    id: str
    """The platform's own, by which it is read and changed."""
    external_id: str | None
    name: str
    """As lists show it: ``Glover, Braeden L``."""
    email: str | None
    active: bool
    roles: tuple[Label, ...] = ()
    entitlements: tuple[Label, ...] = ()
    created: datetime | None = None
    changed: datetime | None = None
    version: str | None = None
    """What the platform calls this state of the user; a change can be bound to it."""


@dataclass(frozen=True)
class Replacement:
    """An attribute of a user, and what takes its place."""

    attribute: str
    """``active``, ``roles`` or ``entitlements``."""
    value: bool | tuple[Label, ...]


@dataclass(frozen=True)
class Page:
    """One page of a list of users."""

    users: list[User]
    unreadable: int
    """Users that are not as SCIM documents them."""
    total: int | None
    next_cursor: str | None

    @property
    def length(self) -> int:
        """How many users the platform counted on this page."""
        return len(self.users) + self.unreadable


@dataclass(frozen=True)
class Problem:
    """What an error's body says."""

    scim_type: str = ""
    """SCIM's word for the cause (RFC 7644, 3.12)."""
    detail: str = ""


@dataclass(frozen=True)
class Done:
    """What became of one operation of a bulk request."""

    user: str
    """The user's id."""
    status: int
    problem: Problem


class Unreadable(RosterError, ValueError):
    """A message that is not as SCIM documents it; says where, never what stands there."""
