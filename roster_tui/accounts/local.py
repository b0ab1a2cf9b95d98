"""The embedded directory: accounts are kept by the console itself, as documents in the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from roster_tui.accounts.directory import DirectoryError
from roster_tui.accounts.model import Account, Change, from_document, to_document
from roster_tui.ledger import Documents, LedgerDamaged
from roster_tui.ledger.documents import KeyedTable

_TABLE = "accounts"


class LocalDirectory:
    """Accounts in one file; any number of consoles may use it at once."""

    name = "local"

    def __init__(self, file: Path) -> None:
        self._documents = Documents(file)

    async def list_accounts(self) -> list[Account]:
        """Return all accounts. Raises `LedgerDamaged`."""
        return await asyncio.to_thread(self._list)

    async def accounts(self, ids: Sequence[str]) -> Mapping[str, Account]:
        """Return the accounts with these ids."""
        return await asyncio.to_thread(self._some, ids)

    async def change(self, ids: Sequence[str], change: Change, action: str) -> Mapping[str, Account | DirectoryError]:
        """Change accounts in one transaction; on disk when this returns."""
        return await asyncio.to_thread(self._change, ids, change, action)

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
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerDamaged(self._documents.file, f"account {clever_id}: {error}") from None

    def _change(self, ids: Sequence[str], change: Change, action: str) -> dict[str, Account | DirectoryError]:
        results: dict[str, Account | DirectoryError] = {}
        with self._documents.changing() as database:
            table = database.table(_TABLE)
            known = self._found(table, ids)
            changed = []
            for clever_id in ids:
                account = known.get(clever_id)
                if account is None:
                    results[clever_id] = DirectoryError("there is no such account")
                    continue
                after = account if account.last_action == action else change.applied_to(account)
                if after != account:
                    after = replace(after, last_action=action)
                    changed.append(after)
                results[clever_id] = after
            _store(table, changed)
        return results

    def _write(self, accounts: Sequence[Account]) -> None:
        with self._documents.changing() as database:
            _store(database.table(_TABLE), accounts)


def _store(table: KeyedTable, accounts: Sequence[Account]) -> None:
    table.put({account.id: to_document(account) for account in accounts})
