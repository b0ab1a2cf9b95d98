"""The embedded directory: accounts are kept by the console itself, as documents in the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from roster_tui.accounts.changes import Change
from roster_tui.accounts.directory import Capabilities, ChangedMeanwhile, DirectoryError
from roster_tui.accounts.model import Account, from_document, to_document
from roster_tui.ledger import Documents, LedgerDamaged
from roster_tui.ledger.documents import KeyedTable

_TABLE = "accounts"


class LocalDirectory:
    """Accounts in one file; any number of consoles may use it at once."""

    name = "local"
    capabilities = Capabilities(batch=1_000)
    remarks: tuple[str, ...] = ()

    def __init__(self, file: Path) -> None:
        self._documents = Documents(file)

    async def list_accounts(self) -> list[Account]:
        """Return all accounts. Raises `LedgerDamaged`."""
        return await asyncio.to_thread(self._list)

    async def accounts(self, ids: Sequence[str]) -> Mapping[str, Account]:
        """Return the accounts with these ids."""
        return await asyncio.to_thread(self._some, ids)

    async def change(
        self, accounts: Sequence[Account], change: Change, action: str
    ) -> Mapping[str, Account | DirectoryError]:
        """Change accounts in one transaction; on disk when this returns."""
        return await asyncio.to_thread(self._change, accounts, change, action)

    async def write(self, accounts: Iterable[Account]) -> None:
        """Store whole accounts, new or known, in one transaction: what a sync does."""
        await asyncio.to_thread(self._write, list(accounts))

    def _list(self) -> list[Account]:
        table = self._documents.reading().table(_TABLE)
        return [self._account(str(document.doc_id), document) for document in table]

    def _some(self, ids: Sequence[str]) -> dict[str, Account]:
        return self._found(self._documents.reading().table(_TABLE), ids)

    def _found(self, table: KeyedTable, ids: Sequence[str]) -> dict[str, Account]:
        return {clever_id: self._account(clever_id, found) for clever_id, found in table.pick(ids).items()}

    def _account(self, clever_id: str, document: dict[str, object]) -> Account:
        try:
            return from_document(clever_id, document)
        except (msgspec.ValidationError, TypeError) as error:
            raise LedgerDamaged(self._documents.file, f"account {clever_id}: {error}") from None

    def _change(self, accounts: Sequence[Account], change: Change, action: str) -> dict[str, Account | DirectoryError]:
        with self._documents.changing() as database:
            table = database.table(_TABLE)
            now = self._found(table, [account.id for account in accounts])
            results = {account.id: _changed(account, now.get(account.id), change, action) for account in accounts}
            _store(table, [each for each in results.values() if isinstance(each, Account) and each != now[each.id]])
        return results

    def _write(self, accounts: Sequence[Account]) -> None:
        with self._documents.changing() as database:
            _store(database.table(_TABLE), accounts)


def _changed(read: Account, now: Account | None, change: Change, action: str) -> Account | DirectoryError:
    if now is None:
        return DirectoryError("there is no such account")
    if now.last_action == action:
        return now
    if now != read:
        return ChangedMeanwhile()
    after = change.applied_to(now)
    return after if after == now else replace(after, last_action=action)


def _store(table: KeyedTable, accounts: Sequence[Account]) -> None:
    table.put({account.id: to_document(account) for account in accounts})
