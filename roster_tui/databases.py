"""SQLite's errors as ours: what happened to which file, what was kept, what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from roster_tui.errors import RosterError


class DatabaseUnusable(RosterError):
    """A database that cannot be read or written now."""


class DatabaseBusy(DatabaseUnusable):
    """Another program holds its lock for longer than one waits."""

    fix = "Try again; if it goes on, close whatever else has the file open"


class DatabaseFull(DatabaseUnusable):
    """There is no room for it on the disk."""

    fix = "Make room on the disk, then do it again"


class DatabaseUnwritable(DatabaseUnusable):
    """It cannot be opened or written: rights, or a disk that is mounted read-only."""

    fix = "Check the rights of the file and its folder, and whether the disk is mounted read-only"


class DatabaseUnreadable(DatabaseUnusable):
    """The disk fails while it is read or written."""

    fix = "Check the disk, then do it again"


_CAUSES: dict[int, tuple[type[DatabaseUnusable], str]] = {
    sqlite3.SQLITE_BUSY: (DatabaseBusy, "is kept locked by another program"),
    sqlite3.SQLITE_LOCKED: (DatabaseBusy, "is kept locked by another program"),
    sqlite3.SQLITE_PROTOCOL: (DatabaseBusy, "is kept locked by another program"),
    sqlite3.SQLITE_FULL: (DatabaseFull, "has no more room on its disk"),
    sqlite3.SQLITE_READONLY: (DatabaseUnwritable, "cannot be written"),
    sqlite3.SQLITE_CANTOPEN: (DatabaseUnwritable, "cannot be opened"),
    sqlite3.SQLITE_PERM: (DatabaseUnwritable, "cannot be opened"),
    sqlite3.SQLITE_AUTH: (DatabaseUnwritable, "cannot be opened"),
    sqlite3.SQLITE_IOERR: (DatabaseUnreadable, "cannot be read or written: the disk fails"),
}


def error_of(
    error: sqlite3.Error, file: Path, what: str, kept: str = "The roster is as before"
) -> DatabaseUnusable | None:
    """Return SQLite's error about a file as one of ours; None for damage, and for a fault of ours.

    ``what`` names the file to people, and ``kept`` says what it did not touch.
    """
    code = getattr(error, "sqlite_errorcode", None)
    if code is None or code & 0xFF not in _CAUSES:
        return None
    ours, happened = _CAUSES[code & 0xFF]
    return ours(f"{what} {happened} ({file}). {kept}")


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether SQLite says that a file is no sound database."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def errors_of(file: Path, what: str) -> Iterator[None]:
    """Turn what SQLite raises about a file in the block into an error of ours."""
    try:
        yield
    except sqlite3.Error as error:
        if ours := error_of(error, file, what):
            raise ours from error
        raise
