"""The cache file of one district: opened, configured, and moved aside when it is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from roster_tui.concurrency import Lock
from roster_tui.databases import DatabaseUnusable, error_of, errors_of, is_damage
from roster_tui.errors import RosterError
from roster_tui.roster.schema import VERSION, roster_schema

BUSY_SECONDS = 10.0
_WRITING_CACHE_KIB = 32_000
_KEPT = "The roster stands as it was, and accounts and journal are untouched by this"


class CacheDamaged(RosterError):
    """The cache file is no usable database; it has been moved aside and the next sync rebuilds it."""

    def __init__(self, moved_to: Path) -> None:
        self.moved_to = moved_to
        super().__init__(
            f"The roster cache was damaged. It was moved to {moved_to}; accounts and journal are untouched. "
            "Run a sync to fetch the roster again"
        )


class Cache:
    """The roster of one district as last synced.

    Readers see the last committed roster while a sync writes (WAL). Connections are cheap and belong to one
    thread at a time; `reading` and `writing` give them out.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.staged_file = file.with_name("staged.sqlite")

    def ensure(self) -> None:
        """Create the file when it is not there or of another version.

        Raises `CacheDamaged` when it is not a database, which has been moved aside then; `DatabaseUnusable` by cause,
        OSError.
        """
        try:
            with closing(self._connect()) as db:
                version = db.execute("PRAGMA user_version").fetchone()[0]
                if version == VERSION:
                    db.execute("SELECT 1 FROM meta LIMIT 1").fetchone()
                    return
        except sqlite3.Error as error:
            if ours := self.error_of(error):
                raise ours from error
            raise self.moved_aside() from error
        if version:
            discard(self.file)
        self._create()

    def moved_aside(self) -> CacheDamaged:
        """Move the damaged file out of the way, make an empty one, and return the error to raise."""
        target = self.file.with_name(f"{self.file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        self.file.replace(target)
        discard(self.file)
        self._create()
        return CacheDamaged(target)

    def _create(self) -> None:
        with errors_of(self.file, "The roster cache"):
            self._write_schema()

    def _write_schema(self) -> None:
        # SQLite refuses a second process that turns the journal to WAL at the same moment.
        with Lock(Path(f"{self.file}.lock"), BUSY_SECONDS), closing(self._connect()) as db:
            if db.execute("PRAGMA user_version").fetchone()[0] == VERSION:
                return
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("BEGIN IMMEDIATE")
            for statement in roster_schema().split(";\n"):
                db.execute(statement)
            db.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a read-only connection. Raises `DatabaseUnusable` by cause, `CacheDamaged` when the file is broken."""
        with self.telling_errors(), closing(self.reader()) as db:
            yield db

    @contextmanager
    def with_staged(self) -> Iterator[sqlite3.Connection]:
        """Give a connection with the next roster attached as ``staged``, to compare the two."""
        with self.telling_errors(), closing(self._connect()) as db:
            self._attach(db)
            yield db

    @contextmanager
    def writing(self, *, with_staged: bool = False, wait_seconds: float | None = None) -> Iterator[sqlite3.Connection]:
        """Give a connection inside one transaction: committed at the end, undone on any error.

        Waits up to ``wait_seconds``, else `BUSY_SECONDS`, for another writer. Raises `DatabaseUnusable` by cause,
        `CacheDamaged`.
        """
        with self.telling_errors(), closing(self._connect(wait_seconds)) as db:
            if with_staged:
                self._attach(db)
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                # Also when it is cancelled or interrupted: what is not whole is not kept.
                if db.in_transaction:
                    # On a full disk SQLite has undone it by itself.
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def reader(self) -> sqlite3.Connection:
        """Return a read-only connection for the caller to close; it may move from thread to thread."""
        db = self._connect()
        db.execute("PRAGMA query_only = 1")
        return db

    def discard_staged(self) -> None:
        """Delete the next roster."""
        discard(self.staged_file)

    def discard_moved_aside(self, before: datetime) -> None:
        """Delete damaged files that were moved aside before a moment: they hold students like the one in use."""
        for file in self.file.parent.glob(f"{self.file.name}.damaged-*"):
            if file.stat().st_mtime < before.timestamp():
                file.unlink(missing_ok=True)

    def _attach(self, db: sqlite3.Connection) -> None:
        db.execute("ATTACH ? AS staged", (str(self.staged_file),))
        # Comparing and writing a city's rows reads all over both files.
        db.execute(f"PRAGMA cache_size = {-_WRITING_CACHE_KIB}")

    def error_of(self, error: sqlite3.Error) -> DatabaseUnusable | None:
        """Return what SQLite says of the file as an error of ours; None for damage, and for a fault of ours."""
        return error_of(error, self.file, "The roster cache", _KEPT)

    @contextmanager
    def telling_errors(self) -> Iterator[None]:
        """Turn what SQLite raises in the block into errors of ours; a damaged file is moved aside.

        Raises `DatabaseUnusable` by cause, `CacheDamaged`.
        """
        try:
            yield
        except sqlite3.Error as error:
            if ours := self.error_of(error):
                raise ours from error
            if is_damage(error):
                raise self.moved_aside() from error
            raise

    def _connect(self, wait_seconds: float | None = None) -> sqlite3.Connection:
        db = sqlite3.connect(
            self.file,
            timeout=BUSY_SECONDS if wait_seconds is None else wait_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        if self.file.stat().st_mode & 0o077:
            self.file.chmod(0o600)
        db.execute("PRAGMA synchronous = NORMAL")
        # Sorting 400,000 rows must not grow the console: large sorts go to a temporary file.
        db.execute("PRAGMA temp_store = FILE")
        return db


def discard(file: Path) -> None:
    """Delete a database file and what SQLite keeps beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def get_meta(db: sqlite3.Connection, name: str, *, staged: bool = False) -> Any:
    """Return a value kept beside the roster, or beside the staged one; None when there is none."""
    row = db.execute(f"SELECT value FROM {_meta(staged)} WHERE name = ?", (name,)).fetchone()
    return orjson.loads(row[0]) if row else None


def set_meta(db: sqlite3.Connection, name: str, value: Any, *, staged: bool = False) -> None:
    """Keep a small JSON value beside the roster, or beside the staged one."""
    db.execute(
        f"INSERT INTO {_meta(staged)} VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, orjson.dumps(value).decode()),
    )


def _meta(staged: bool) -> str:
    return "staged.meta" if staged else "main.meta"
