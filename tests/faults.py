"""What can go wrong with the cache, from the outside: another program's lock, the disk, damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from roster_tui.roster import cache as cache_module


@dataclass(frozen=True)
class Fault:
    """One thing that SQLite may say of the cache."""

    name: str
    code: int
    at: tuple[str, ...]
    """How the statements begin that it says it to."""
    told: str
    """What people are told then."""


LOCKED = Fault("locked", sqlite3.SQLITE_BUSY, (), "is kept locked by another program")
"""Another program really holds the lock; nothing is made up."""
FAULTS = (
    LOCKED,
    Fault("full", sqlite3.SQLITE_FULL, ("COMMIT",), "has no more room on its disk"),
    Fault("read-only", sqlite3.SQLITE_READONLY, ("BEGIN IMMEDIATE",), "cannot be written"),
    Fault("disk fails", sqlite3.SQLITE_IOERR, ("BEGIN IMMEDIATE", "SELECT", "WITH"), "the disk fails"),
    Fault("corrupt", sqlite3.SQLITE_CORRUPT, ("BEGIN IMMEDIATE", "SELECT", "WITH"), "damaged"),
)


class Injector:
    """Says what a fault says, through every connection to the cache that was opened since it was made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._fault: Fault | None = None
        self._file: Path | None = None
        self._node = 0
        self.said = 0
        """How often the fault was met."""
        connect = sqlite3.connect
        injector = self

        class Faulty(sqlite3.Connection):
            def __init__(self, database: Any, *args: Any, **kwargs: Any) -> None:
                super().__init__(database, *args, **kwargs)
                file = Path(str(database).removeprefix("file:").partition("?")[0])
                self._node = file.stat().st_ino if file.name == "roster.sqlite" and file.exists() else -1

            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                injector.meet(self._node, sql)
                return super().execute(sql, *values)

        monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, factory=Faulty, **kwargs))
        # Nobody waits for a lock that the test does not give up.
        monkeypatch.setattr(cache_module, "BUSY_SECONDS", 0.02)
        monkeypatch.setattr("roster_tui.catch_up._ACT_WAITS", 0.02)
        monkeypatch.setattr("roster_tui.catch_up._LOOK_WAITS", 0.02)

    def meet(self, node: int, sql: str) -> None:
        """Raise what the fault says to a statement on a file."""
        fault = self._fault
        if fault is None or node != self._node or not sql.lstrip().upper().startswith(fault.at or ("-",)):
            return
        self.said += 1
        is_damage = fault.code == sqlite3.SQLITE_CORRUPT
        kind = sqlite3.DatabaseError if is_damage else sqlite3.OperationalError
        # What is damaged may be quoted, by the doctor; other causes have words of ours.
        error = kind("database disk image is malformed" if is_damage else "as SQLite says it")
        error.sqlite_errorcode = fault.code
        raise error

    @contextmanager
    def on(self, fault: Fault, file: Path) -> Iterator[None]:
        """Let the cache have a fault while the block runs; damage goes with the file that is moved aside."""
        self._node = file.stat().st_ino
        if fault is LOCKED:
            with closing(sqlite3.connect(file, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                yield
                other.execute("ROLLBACK")
            return
        self._fault = fault
        try:
            yield
        finally:
            self._fault = None
