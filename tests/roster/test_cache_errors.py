"""What keeps the cache from being read or written is said by cause, with what was kept and what to do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from roster_tui.databases import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseUnreadable,
    DatabaseUnusable,
    DatabaseUnwritable,
    error_of,
    is_damage,
)
from roster_tui.roster import cache as cache_module
from roster_tui.roster.cache import Cache, CacheDamaged, get_meta, set_meta
from roster_tui.roster.stage import Stage


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold the write lock, as another program does."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_lock_that_another_program_keeps_is_said(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "BUSY_SECONDS", 0.05)
    with _locked(cache.file):
        with pytest.raises(DatabaseBusy) as raised, cache.writing() as db:
            set_meta(db, "never", 1)
        with cache.reading() as db:
            assert get_meta(db, "never") is None
    assert "The roster cache is kept locked by another program" in str(raised.value)
    assert "The roster stands as it was" in str(raised.value)
    assert raised.value.fix.startswith("Try again")
    with cache.writing() as db:
        set_meta(db, "later", 1)


def test_a_file_of_no_version_that_is_locked_is_not_moved_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "BUSY_SECONDS", 0.05)
    file = tmp_path / "roster.sqlite"
    sqlite3.connect(file).close()
    with _locked(file), pytest.raises(DatabaseBusy):
        Cache(file).ensure()
    assert not list(tmp_path.glob("*.damaged-*"))
    Cache(file).ensure()


def test_no_room_undoes_the_whole_change(cache: Cache) -> None:
    with pytest.raises(DatabaseFull, match="has no more room on its disk") as raised, cache.writing() as db:
        set_meta(db, "first", 1)
        db.execute("PRAGMA max_page_count = 1")
        set_meta(db, "large", "x" * 1_000_000)
    assert "Make room" in raised.value.fix
    with cache.reading() as db:
        assert get_meta(db, "first") is None


def test_a_cache_that_cannot_be_opened_is_said_and_stays(tmp_path: Path) -> None:
    (tmp_path / "roster.sqlite").mkdir()
    with pytest.raises(DatabaseUnwritable, match="cannot be opened"):
        Cache(tmp_path / "roster.sqlite").ensure()
    assert (tmp_path / "roster.sqlite").is_dir()


def test_damage_is_moved_aside_as_ever(cache: Cache) -> None:
    cache.file.write_bytes(os.urandom(8192))
    for beside in ("-wal", "-shm"):
        cache.file.with_name(cache.file.name + beside).unlink(missing_ok=True)
    with pytest.raises(CacheDamaged), cache.reading() as db:
        db.execute("SELECT * FROM meta").fetchall()
    assert list(cache.file.parent.glob("roster.sqlite.damaged-*"))


def test_a_fault_of_ours_stays_one(cache: Cache) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such column"), cache.reading() as db:
        db.execute("SELECT unheard_of FROM meta")
    assert not list(cache.file.parent.glob("roster.sqlite.damaged-*"))


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        (sqlite3.SQLITE_BUSY, DatabaseBusy),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, DatabaseBusy),
        (sqlite3.SQLITE_LOCKED, DatabaseBusy),
        (sqlite3.SQLITE_FULL, DatabaseFull),
        (sqlite3.SQLITE_READONLY_DBMOVED, DatabaseUnwritable),
        (sqlite3.SQLITE_CANTOPEN, DatabaseUnwritable),
        (sqlite3.SQLITE_IOERR, DatabaseUnreadable),
        (sqlite3.SQLITE_IOERR_SHORT_READ, DatabaseUnreadable),
        (sqlite3.SQLITE_CORRUPT, None),
        (sqlite3.SQLITE_ERROR, None),
        (sqlite3.SQLITE_CONSTRAINT, None),
        (sqlite3.SQLITE_INTERRUPT, None),
    ],
)
def test_each_cause_has_its_error(code: int, ours: type[DatabaseUnusable] | None) -> None:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    said = error_of(error, Path("/data/roster.sqlite"), "The roster cache")
    assert type(said) is (ours or type(None))
    if said:
        assert "/data/roster.sqlite" in str(said)
        assert said.fix
    assert is_damage(error) is (code == sqlite3.SQLITE_CORRUPT)


def test_an_error_without_a_code_is_a_fault_of_ours() -> None:
    error = sqlite3.ProgrammingError("Cannot operate on a closed database.")
    assert error_of(error, Path("/data"), "The roster cache") is None
    assert not is_damage(error)


def test_no_room_for_the_next_roster_is_said(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "staged.sqlite")
    stage._db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(DatabaseFull, match="The next roster has no more room") as raised:
        stage.note("large", "x" * 1_000_000)
    assert "The roster is as before" in str(raised.value)
    stage.abandon()
    assert not list(tmp_path.glob("staged*"))
