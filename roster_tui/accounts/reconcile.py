"""What a sync does to accounts: create, suspend, restore. Pure, and the same for preview and run.

Domain rule 5: whose email is blank, or who is no longer in the data, is suspended at the next sync, unless
pinned. It follows from roster and accounts alone, so it can be done again after a crash without harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from roster_tui.accounts.model import Account, Cause, CauseKind
from roster_tui.accounts.verbs import SYNC_CAUSES


@dataclass(frozen=True)
class Person:
    """Somebody who has an account, as Clever's data names them."""

    id: str
    name: str
    email: str | None
    sis_id: str | None


@dataclass(frozen=True)
class Reconciliation:
    """The accounts a sync writes, by what happens to them."""

    created: tuple[Account, ...]
    suspended: tuple[Account, ...]
    restored: tuple[Account, ...]
    renamed: tuple[Account, ...]
    """Name, email or SIS ID follow the data; nothing else changes."""

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All accounts to be written."""
        return (*self.created, *self.suspended, *self.restored, *self.renamed)

    @property
    def told(self) -> dict[str, tuple[Account, ...]]:
        """The accounts that people are told of, by what happens to them; first who loses something."""
        return {"suspended": self.suspended, "restored": self.restored, "created": self.created}


def reconcile(people: Iterable[Person], accounts: Mapping[str, Account], at: datetime) -> Reconciliation:
    """Return what a sync at a moment does to the accounts, given everybody in Clever's data."""
    created: list[Account] = []
    suspended: list[Account] = []
    restored: list[Account] = []
    renamed: list[Account] = []
    present: set[str] = set()
    for person in people:
        present.add(person.id)
        known = accounts.get(person.id)
        account = _following(person, known, at)
        after = _synced(account, person.email, at)
        if known is None:
            created.append(after)
        elif after.cause != account.cause:
            (suspended if after.cause else restored).append(after)
        elif after != known:
            renamed.append(after)
    suspended += [
        replace(account, cause=Cause(CauseKind.NOT_IN_DATA, at, "sync"))
        for account in accounts.values()
        if account.id not in present and account.cause is None and not account.pinned
    ]
    return Reconciliation(tuple(created), tuple(suspended), tuple(restored), tuple(renamed))


def _following(person: Person, account: Account | None, at: datetime) -> Account:
    if account is None:
        return Account(person.id, person.name, at, person.email, person.sis_id)
    if (account.name, account.email, account.sis_id) == (person.name, person.email, person.sis_id):
        return account
    return replace(account, name=person.name, email=person.email, sis_id=person.sis_id)


def _synced(account: Account, email: str | None, at: datetime) -> Account:
    """Return the account of somebody who is in the data, with the cause that the sync gives or takes."""
    if email:
        by_sync = account.cause is not None and account.cause.kind in SYNC_CAUSES
        return replace(account, cause=None) if by_sync else account
    if account.pinned or account.cause is not None:
        return account
    return replace(account, cause=Cause(CauseKind.EMAIL_MISSING, at, "sync"))
