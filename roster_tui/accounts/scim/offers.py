"""What a platform's SCIM service can do, and what follows for us."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from roster_tui.accounts.changes import Confirm, Mailed, SetPin, SetRights, SetSupportLead, Suspend, Unsuspend
from roster_tui.accounts.directory import Capabilities

_ONE_BY_ONE = 20
_IN_BULK = 100


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """What a service says of itself (RFC 7643, 5 to 7); the defaults hold for one that says nothing."""

    USERS: ClassVar[str] = "/Users"

    users_path: str = USERS
    patch: bool = True
    filter: bool = True
    most_results: int | None = None
    """The most users it puts on a page."""
    etag: bool = False
    """Whether a change can be bound to the version that was read."""
    bulk_operations: int = 0
    """The most operations of one bulk request; 0 without bulk requests."""
    bulk_bytes: int = 0
    cursor: bool = False
    """Whether pages follow one another by cursor (RFC 9865) instead of by number."""
    writable: tuple[str, ...] | None = None
    """Attributes of a user that may be written; None when the service does not tell."""
    role_names: tuple[str, ...] = ()
    """Roles, as the service names them."""

    def takes(self, attribute: str) -> bool:
        """Return whether an attribute of a user may be written, as far as is told.

        PATCH is optional, PUT is not (RFC 7644, 3.5). A PUT replaces the whole user: only where it can be bound to
        the version that was read, nothing that somebody else has changed meanwhile is lost.
        """
        return (self.patch or self.etag) and (self.writable is None or attribute in self.writable)

    def why_not(self, attribute: str) -> str:
        """Return why an attribute may not be written."""
        if not (self.patch or self.etag):
            return "the platform takes no changes over SCIM (no PATCH, no versions for PUT)"
        return f"the platform does not let {attribute!r} of a user be changed over SCIM"

    @property
    def batch(self) -> int:
        """How many accounts are changed at a time."""
        if not self.patch:
            return _ONE_BY_ONE
        return min(self.bulk_operations, _IN_BULK) if self.bulk_operations > 1 else _ONE_BY_ONE


_IN_LEDGER = "Kept in our ledger: the platform has no word for it, and its own sync does not see it"
NOTES = {
    Suspend.kind: "The reason is kept in our ledger; the platform only knows that the account is not active",
    SetPin.kind: _IN_LEDGER,
    SetSupportLead.kind: _IN_LEDGER,
    Mailed.kind: "The mail is ours: the platform sends none over SCIM, nor tells who has activated already",
    Confirm.kind: _IN_LEDGER,
}
"""By kind of change, how it is made on any platform that speaks SCIM."""


def capabilities(offers: Offers) -> Capabilities:
    """Return what the directory can do with what the service offers."""
    cannot = {
        kind: offers.why_not(attribute)
        for kind, attribute in ((Suspend.kind, "active"), (Unsuspend.kind, "active"), (SetRights.kind, "roles"))
        if not offers.takes(attribute)
    }
    return Capabilities(cannot=cannot, notes=NOTES, follows_sync=False, marks_changes=False, batch=offers.batch)
