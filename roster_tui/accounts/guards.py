"""What nobody may do with accounts, whoever asks: lock oneself out, lock everybody out, or go beyond one's role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from roster_tui.accounts.changes import Change
from roster_tui.accounts.model import Account, Role, State
from roster_tui.accounts.verbs import Verb
from roster_tui.concurrency import in_turn
from roster_tui.refusals import LAST_ADMINISTRATOR, ONLY_ADMINS, OWN_ACCOUNT

_LOCK_SECONDS = 600.0


def administers(account: Account) -> bool:
    """Return whether an account can administer the whole district today."""
    return account.role is Role.DISTRICT_ADMIN and account.state is State.ACTIVE


def dethrones(change: Change, account: Account) -> bool:
    """Return whether a change takes the administration of the district away from an account."""
    return administers(account) and not administers(change.applied_to(account))


@dataclass
class Watch:
    """The guards over one plan, asked item by item: each item may leave fewer administrators."""

    own_email: str
    is_admin: bool
    """Whether the operator may do what is kept for admins."""
    administrators: set[str]
    """Ids of the accounts that administer the district now."""

    def refusal(self, verb: Verb, account: Account, change: Change) -> str | None:
        """Return why a change must not be made, or None."""
        if verb.for_admins and not self.is_admin:
            return ONLY_ADMINS
        if verb.spares_oneself and self.own_email and (account.email or "").lower() == self.own_email.lower():
            return OWN_ACCOUNT
        if dethrones(change, account):
            if self.administrators <= {account.id}:
                return LAST_ADMINISTRATOR
            self.administrators.discard(account.id)
        return None


@dataclass(frozen=True)
class Guards:
    """What the guards of one operator need to know."""

    lock: Path
    """Held while administrators are taken away, so that two consoles do not each leave the other's."""
    own_email: str = ""
    is_admin: bool = True
    administrators: Callable[[], Sequence[str]] = field(default=lambda: ())
    """Returns the ids of all who may be District Administrators, from the accounts as last read."""

    def watch(self, accounts: Iterable[Account]) -> Watch:
        """Return the guards over a plan, given the accounts of all who may be District Administrators."""
        return Watch(self.own_email, self.is_admin, {account.id for account in accounts if administers(account)})

    def dethroning(self, who: str, waiting: Callable[[str], None]) -> AbstractAsyncContextManager[None]:
        """Let one console at a time take administrators away; ``waiting`` gets who does. Raises `LockHeld`."""
        return in_turn(self.lock, who, _LOCK_SECONDS, waiting)
