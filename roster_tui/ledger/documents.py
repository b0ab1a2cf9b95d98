"""TinyDB documents in one file: written beside, fsynced and replaced, under one lock over read-modify-write.

TinyDB's own storage truncates the file before it writes: killed in between, or on a full disk, the file is
lost. Ours leaves either the old file or the new one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import orjson
from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document, Table

from roster_tui.concurrency import Lock
from roster_tui.ledger.files import LedgerDamaged, replace_atomically

Tables = dict[str, dict[str, Any]]
"""What TinyDB gives a storage: documents by id, by table."""

_LOCK_SECONDS = 30.0


class _Held(Storage):
    """The tables of one transaction, in memory; `Documents` reads and writes the file around it."""

    def __init__(self, tables: Tables | None) -> None:
        self.tables = tables
        self.changed = False

    def read(self) -> Tables | None:
        return self.tables

    def write(self, data: Tables) -> None:
        # TinyDB may go on to change what it handed over; a shallow copy of the tables is enough.
        self.tables = copy.copy(data)
        self.changed = True


class KeyedTable(Table):
    """A table whose documents are found by a key of ours instead of a number of TinyDB's."""

    document_id_class = str  # type: ignore[assignment]  # TinyDB allows any class, its stubs only numbers

    def put(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """Store documents under their keys in one step, replacing those that are there."""

        def store(table: dict[Any, Mapping[str, Any]]) -> None:
            table.update(documents)

        if documents:
            self._update_table(store)

    def drop(self, keys: Iterable[str]) -> None:
        """Delete the documents with these keys in one step; unknown keys are passed over."""

        def delete(table: dict[Any, Mapping[str, Any]]) -> None:
            for key in keys:
                table.pop(key, None)

        self._update_table(delete)

    def pick(self, keys: Sequence[str]) -> dict[str, Document]:
        """Return the documents with these keys; unknown keys are left out."""
        found = self.get(doc_ids=list(keys)) or []
        return {str(document.doc_id): document for document in found}


class Database(TinyDB):
    """A TinyDB of keyed tables."""

    table_class = KeyedTable

    def table(self, name: str, **options: Any) -> KeyedTable:
        """Return a table; it need not exist yet."""
        return cast(KeyedTable, super().table(name, **options))


class Documents:
    """One file of documents, shared by any number of processes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = Lock(Path(f"{file}.lock"), _LOCK_SECONDS)

    def reading(self) -> Database:
        """Return the documents as they are on disk now. Raises `LedgerDamaged`."""
        return Database(self._load(), storage=_Held)

    @contextmanager
    def changing(self) -> Iterator[Database]:
        """Give the documents to be changed; written when the block ends well, and only then.

        Everybody else's `changing` waits meanwhile. Raises `LedgerDamaged`, `LockHeld`, or OSError
        when the file cannot be written; the old file stands then.
        """
        with self._lock:
            database = Database(self._load(), storage=_Held)
            yield database
            held = database.storage
            if isinstance(held, _Held) and held.changed:
                replace_atomically(self.file, orjson.dumps(held.tables))

    def _load(self) -> Tables | None:
        try:
            raw = self.file.read_bytes()
        except FileNotFoundError:
            return None
        try:
            tables = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise LedgerDamaged(self.file, str(error)) from None
        if not isinstance(tables, dict):
            raise LedgerDamaged(self.file, "not a set of tables")
        return tables
