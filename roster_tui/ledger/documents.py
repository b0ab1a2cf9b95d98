"""TinyDB documents in one file: written beside, fsynced and replaced, under one lock over read-modify-write.

TinyDB's own storage truncates the file before it writes: killed in between, or on a full disk, the file is
lost. Ours leaves either the old file or the new one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document, Table

from roster_tui.concurrency import Lock
from roster_tui.ledger.envelope import Kind, Tables, packed, unpacked
from roster_tui.ledger.files import SAID, LedgerDamaged
from roster_tui.ledger.head import Head

_LOCK_SECONDS = 30.0
_LOOKS = 3
"""At a file that others may be writing, before its lock is taken."""


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
    """One file of documents, shared by any number of processes and sealed in the HEAD of its ledger."""

    def __init__(self, file: Path, kind: Kind, head: Head) -> None:
        """Use a file of the ledger that ``head`` seals."""
        self.file = file
        self.kind = kind
        self._head = head
        self._lock = Lock(Path(f"{file}.lock"), _LOCK_SECONDS)

    def reading(self) -> Database:
        """Return the documents as they are on disk now. Raises `LedgerDamaged`."""
        for _ in range(_LOOKS):
            raw = self._raw()
            if self._head.damage(self.file, raw) is None:
                return self._database(raw)
        # Somebody writes all the time, or the file is not what was written: with the lock one knows.
        with self._lock:
            return self._database(self._checked())

    def check(self) -> None:
        """Make sure that the file holds what was written last. Raises `LedgerDamaged`."""
        for _ in range(_LOOKS):
            if self._head.damage(self.file, self._raw()) is None:
                return
        with self._lock:
            self._checked()

    @contextmanager
    def changing(self) -> Iterator[Database]:
        """Give the documents to be changed; written when the block ends well, and only then.

        Everybody else's `changing` waits meanwhile. Raises `LedgerDamaged`, `LockHeld`, or OSError
        when the file cannot be written; the old file stands then.
        """
        with self._lock:
            raw = self._checked()
            database = self._database(raw)
            yield database
            held = database.storage
            if isinstance(held, _Held) and held.changed:
                self._head.write(self.file, packed(self.kind, held.tables), raw)

    def remove(self, agreed: Callable[[Database], bool]) -> bool:
        """Remove the file if ``agreed`` says so of what it holds; nobody else changes it meanwhile.

        Raises as `changing` does; the file stands then.
        """
        with self._lock:
            raw = self._checked()
            if not agreed(self._database(raw)):
                return False
            self._head.write(self.file, None, raw)
        return True

    def _database(self, raw: bytes | None) -> Database:
        return Database(None if raw is None else unpacked(self.file, self.kind, raw), storage=_Held)

    def _checked(self) -> bytes | None:
        """Return the content, which HEAD must know; the caller holds the lock."""
        raw = self._raw()
        if damage := self._head.damage(self.file, raw):
            if raw is not None:
                # What cannot be read at all says more than that it is not what was written.
                unpacked(self.file, self.kind, raw)
            raise LedgerDamaged(self.file, SAID[damage], damage)
        return raw

    def _raw(self) -> bytes | None:
        try:
            return self.file.read_bytes()
        except FileNotFoundError:
            return None
