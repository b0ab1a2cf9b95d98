"""The platform's accounts behind one protocol, whoever keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from roster_tui.accounts.changes import Change
from roster_tui.accounts.model import Account
from roster_tui.errors import UNREACHABLE, RosterError
from roster_tui.refusals import CHANGED_MEANWHILE


class DirectoryError(RosterError):
    """The directory did not do what was asked; nothing was changed for this account."""

    exit_code = UNREACHABLE


class InDoubt(DirectoryError):
    """The directory may or may not have done it; only reading the account tells."""


class ChangedMeanwhile(DirectoryError):
    """The account is no longer as it was read; nothing was changed, and it is to be looked at again."""

    def __init__(self) -> None:
        super().__init__(CHANGED_MEANWHILE)


@dataclass(frozen=True)
class Capabilities:
    """What a directory can do, and how."""

    cannot: Mapping[str, str] = field(default_factory=dict)
    """By kind of change (`Change.kind`), why the directory cannot make it."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """By kind of change, what one should know of how it is made: that only our ledger holds it, for one."""
    follows_sync: bool = True
    """Whether our sync creates, suspends and restores its accounts; otherwise the platform's own does, and ours
    says what that will do."""
    marks_changes: bool = True
    """Whether `Account.last_action` is written with the change itself. Where it is written before the platform is
    asked, it only says that somebody meant to."""
    batch: int = 100
    """The most accounts that one call of `change` should be given."""


class Directory(Protocol):
    """Where accounts live. Every method may raise `DirectoryError` as a whole."""

    name: str
    """As settings and messages call it."""

    remarks: tuple[str, ...]
    """What is to be known of the accounts that were listed last, and of those that were not."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    async def list_accounts(self) -> list[Account]:
        """Return all accounts."""

    async def accounts(self, ids: Sequence[str]) -> Mapping[str, Account]:
        """Return the accounts with these ids; unknown ids are left out."""

    async def change(
        self, accounts: Sequence[Account], change: Change, action: str
    ) -> Mapping[str, Account | DirectoryError]:
        """Change accounts, and return by id each as it is now, or why it was not changed.

        The accounts are given as they were read: one that is different by now is `ChangedMeanwhile`. ``action``
        identifies the act: doing it again changes nothing.
        """

    async def write(self, accounts: Iterable[Account], read: Mapping[str, Account] | None = None) -> Sequence[str]:
        """Store whole accounts, new or known: what a sync does where `Capabilities.follows_sync`.

        Given the accounts as they were read, it leaves out those that are different by now, and returns their ids.
        """
