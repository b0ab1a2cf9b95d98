"""The platform's accounts behind one protocol, whoever keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from roster_tui.accounts.model import Account, Change


class DirectoryError(Exception):
    """The directory did not do what was asked; nothing was changed for this account."""


class InDoubt(DirectoryError):
    """The directory may or may not have done it; only reading the account tells."""


class Directory(Protocol):
    """Where accounts live. Every method may raise `DirectoryError` as a whole."""

    name: str
    """As settings and messages call it."""

    async def list_accounts(self) -> list[Account]:
        """Return all accounts."""

    async def accounts(self, ids: Sequence[str]) -> Mapping[str, Account]:
        """Return the accounts with these ids; unknown ids are left out."""

    async def change(self, ids: Sequence[str], change: Change, action: str) -> Mapping[str, Account | DirectoryError]:
        """Change some accounts and return each as it is now, or why it was not changed.

        ``action`` identifies the act: doing it again changes nothing.
        """
