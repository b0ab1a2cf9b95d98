"""The embedded directory: accounts are kept by the console itself, as documents in the ledger."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from roster_tui.accounts.changes import Change
from roster_tui.accounts.directory import Capabilities, ChangedMeanwhile, DirectoryError
from roster_tui.accounts.model import Account, from_document, to_document
from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger.documents import KeyedTable
from roster_tui.ledger.head import Head
from roster_tui.ledger.kinds import ACCOUNTS
from roster_tui.ledger.shards import Shards

_TABLE = "accounts"
_CLEVER_ID = re.compile("[0-9a-f]{24}")


class LocalDirectory:
    """Accounts in a folder of small files; any number of consoles may use it at once."""

    name = "local"
    # A file is written once a batch, however many of its accounts change.
    capabilities = Capabilities(batch=5_000)
    remarks: tuple[str, ...] = ()

    def __init__(self, folder: Path, head: Head) -> None:
        """Use a folder of the ledger that ``head`` seals."""
        self._shards = Shards(folder, ACCOUNTS, head)
        if (whole := folder.with_suffix(".json")).exists():
            self._shards.take_over(whole, _TABLE)

    async def list_accounts(self) -> list[Account]:
        """Return all accounts. Raises `LedgerDamaged`."""
        return await asyncio.to_thread(self.all)

    async def accounts(self, ids: Sequence[str]) -> Mapping[str, Account]:
        """Return the accounts with these ids. Raises `LedgerDamaged`."""
        return await asyncio.to_thread(self._some, ids)

    async def change(
        self, accounts: Sequence[Account], change: Change, action: str
    ) -> Mapping[str, Account | DirectoryError]:
        """Change accounts, those of a file in one transaction; on disk when this returns."""
        return await asyncio.to_thread(self._change, accounts, change, action)

    async def write(self, accounts: Iterable[Account], read: Mapping[str, Account] | None = None) -> Sequence[str]:
        """Store whole accounts, new or known, those of a file in one transaction; returns whom it left out."""
        return await asyncio.to_thread(self._write, list(accounts), read)

    def all(self) -> list[Account]:
        """Return all accounts; blocks the thread. Raises `LedgerDamaged`."""
        found: list[Account] = []
        for shard in self._shards.all():
            documents = self._shards.documents(shard)
            table = documents.reading().table(_TABLE)
            found += (_account(documents.file, str(document.doc_id), document) for document in table)
        return found

    def _some(self, ids: Sequence[str]) -> dict[str, Account]:
        found: dict[str, Account] = {}
        for shard, some in self._shards.of(filter(_CLEVER_ID.fullmatch, dict.fromkeys(ids))).items():
            documents = self._shards.documents(shard)
            found |= _found(documents.file, documents.reading().table(_TABLE), some)
        return found

    def _change(self, accounts: Sequence[Account], change: Change, action: str) -> dict[str, Account | DirectoryError]:
        read = {account.id: account for account in accounts}
        results: dict[str, Account | DirectoryError] = {}
        for shard, ids in self._shards.of(read).items():
            documents = self._shards.documents(shard)
            with documents.changing() as database:
                table = database.table(_TABLE)
                now = _found(documents.file, table, ids)
                changed = {each: _changed(read[each], now.get(each), change, action) for each in ids}
                _store(table, [each for each in changed.values() if isinstance(each, Account) and each != now[each.id]])
            results |= changed
        return results

    def _write(self, accounts: Sequence[Account], read: Mapping[str, Account] | None = None) -> list[str]:
        given = {account.id: account for account in accounts}
        left_out: list[str] = []
        for shard, ids in self._shards.of(given).items():
            documents = self._shards.documents(shard)
            with documents.changing() as database:
                table = database.table(_TABLE)
                if read is not None:
                    now = _found(documents.file, table, ids)
                    left_out += (each for each in ids if now.get(each) != read.get(each))
                    ids = [each for each in ids if now.get(each) == read.get(each)]
                _store(table, [given[each] for each in ids])
        return left_out


def _found(file: Path, table: KeyedTable, ids: Sequence[str]) -> dict[str, Account]:
    return {clever_id: _account(file, clever_id, found) for clever_id, found in table.pick(ids).items()}


def _account(file: Path, clever_id: str, document: Mapping[str, object]) -> Account:
    try:
        return from_document(clever_id, dict(document))
    except (msgspec.ValidationError, TypeError) as error:
        raise LedgerDamaged(file, f"account {clever_id}: {error}") from None


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
