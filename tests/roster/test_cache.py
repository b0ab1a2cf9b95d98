"""The cache file: private, readable while written, rebuilt when damaged."""

import os
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from roster_tui.databases import DatabaseUnwritable
from roster_tui.roster.cache import Cache, CacheDamaged, get_meta, set_meta
from roster_tui.roster.kinds import TEACHER
from tests.roster.conftest import night, teacher


def test_only_its_owner_can_read_it(cache: Cache) -> None:
    night(cache, {TEACHER: [teacher(1)]})
    for file in cache.file.parent.glob("roster.sqlite*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("rubbish", [b"this is no database" * 99, b"SQLite format 3\0" + b"\xff" * 4080])
def test_a_file_that_is_no_database_is_moved_aside(cache: Cache, rubbish: bytes) -> None:
    cache.file.write_bytes(rubbish)
    with pytest.raises(CacheDamaged) as raised:
        Cache(cache.file).ensure()
    assert raised.value.moved_to.read_bytes() == rubbish
    with cache.reading() as db:
        assert db.execute("SELECT count(*) FROM teacher").fetchone() == (0,)


def test_damage_inside_is_noticed_while_reading(cache: Cache) -> None:
    night(cache, {TEACHER: [teacher(each, title="x" * 500) for each in range(300)]})
    with cache.writing() as db:
        db.execute("SELECT 1")
    sqlite3.connect(cache.file).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = cache.file.stat().st_size
    with cache.file.open("r+b") as file:
        for at in range(8 * 4096, size, 4096):
            file.seek(at)
            file.write(os.urandom(64))
    with pytest.raises(CacheDamaged), cache.reading() as db:
        for table in ("teacher", "record", "change", "account"):
            db.execute(f"SELECT * FROM {table}").fetchall()
    assert list(cache.file.parent.glob("roster.sqlite.damaged-*"))


def test_a_cache_of_another_version_is_fetched_anew(cache: Cache) -> None:
    night(cache, {TEACHER: [teacher(1)]})
    with cache.writing() as db:
        db.execute("PRAGMA user_version = 999")
    Cache(cache.file).ensure()
    with cache.reading() as db:
        assert db.execute("SELECT count(*) FROM teacher").fetchone() == (0,)


def test_readers_see_the_old_roster_until_the_commit(cache: Cache) -> None:
    with cache.writing() as writer:
        set_meta(writer, "here", 1)
        with cache.reading() as reader:
            assert get_meta(reader, "here") is None
    with cache.reading() as reader:
        assert get_meta(reader, "here") == 1


def test_many_may_create_it_at_once(tmp_path: Path) -> None:
    file = tmp_path / "roster.sqlite"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: Cache(file).ensure(), range(16)))
    with Cache(file).reading() as db:
        assert get_meta(db, "nothing") is None


def test_a_reader_cannot_write(cache: Cache) -> None:
    with pytest.raises(DatabaseUnwritable, match="cannot be written"), cache.reading() as db:
        db.execute("DELETE FROM meta")


def test_a_damaged_file_is_kept_for_a_while_only(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "roster.sqlite")
    cache.file.write_bytes(b"no database at all" * 100)
    with pytest.raises(CacheDamaged) as damaged:
        cache.ensure()
    aside = damaged.value.moved_to
    at = datetime.fromtimestamp(aside.stat().st_mtime, UTC)
    cache.discard_moved_aside(at - timedelta(days=1))
    assert aside.exists()
    cache.discard_moved_aside(at + timedelta(days=1))
    assert not aside.exists()
    assert cache.file.exists()
