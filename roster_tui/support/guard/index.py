"""The roster's values as sorted 64-bit hashes in a file beside the cache, read where they lie.

Hashes are salted with a key in the same folder: names and nine-digit IDs are few enough to be guessed, so a file of
plain hashes that got into other hands would tell who is in it. Without the key it tells nothing.

No library does this: an automaton (pyahocorasick) or a trie (marisa-trie) holds the values themselves, and the first
takes gigabytes for a city; a Bloom filter (datasketch) is wrong once in so many words. Bisecting a sorted array is what
`bisect` and `mmap` of the standard library do.
"""

from __future__ import annotations

import mmap
import os
import secrets
import sqlite3
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from roster_tui.concurrency import Lock
from roster_tui.ledger.files import replace_atomically
from roster_tui.roster.kinds import STUDENT, TEACHER
from roster_tui.support.guard.spellings import staff_keys, student_keys
from roster_tui.workspace import Workspace, private_folder

FOLDER = "guard"
"""In the district's folder; it can be deleted at any time, the next check makes it anew."""

_KEY_BYTES, _HASH_BYTES = 16, 8
_HEADER = struct.Struct("<8sqQQ")
_FORMAT = b"guard 01"
_MOST_CHANGES = 20_000
"""Changed people that are noted beside the index; with more of them it is made anew."""
_LOCK_SECONDS = 600.0

_STUDENTS = "SELECT first, middle, last, email, sis_id, number, state_id, born FROM student"
_STAFF = "SELECT first, middle, last, email, sis_id, staff_id, number, state_id FROM teacher"
_PRINCIPALS = "SELECT principal, email FROM school WHERE principal IS NOT NULL OR email IS NOT NULL"


class Version(NamedTuple):
    """Which roster an index knows: that of a run."""

    run: int
    finished: int
    """Hash of the moment at which it ended: after a cache is made anew, its runs are counted from 1 again."""


State = tuple[Version, tuple[tuple[int, int] | None, ...]]
"""Which roster there is, and which files know it: inode and time of each."""


class RosterIndex:
    """Whether a key is one of the roster's; nothing is in memory but what was looked at."""

    def __init__(self, salt: bytes, parts: Iterable[memoryview]) -> None:
        self._salt = salt
        self._parts = tuple(parts)

    def __contains__(self, key: object) -> bool:
        digest = blake2b(self._salt + str(key).encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()
        wanted = int.from_bytes(digest, "little")
        for part in self._parts:
            at = bisect_left(part, wanted)
            if at < len(part) and part[at] == wanted:
                return True
        return False


class IndexFiles:
    """The index of one district: made when it is first asked for, kept up with the roster."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder = workspace.folder / FOLDER

    def version(self) -> Version:
        """Return which roster is there now."""
        with self._workspace.cache.reading() as db:
            return _version(db)

    def state(self) -> State:
        """Return what an opened index must be opened again for when it is another."""
        return self.version(), tuple(_stamp(self._folder / name) for name in ("salt", "roster.idx", "changes.idx"))

    def is_ready(self) -> bool:
        """Return whether the index knows the present roster without anything to be made."""
        wanted = self.version()
        base, beside = self._base(), self._beside()
        return wanted == base or (beside == wanted and base is not None)

    def open(self) -> RosterIndex:
        """Return the index of the roster as it is, made or brought up to date first.

        Raises OSError or `FolderUnusable` when it cannot be written.
        """
        with self._workspace.cache.reading() as db:
            wanted = _version(db)
            if not self.is_ready():
                self._make(db, wanted)
        files = [self._folder / "roster.idx"]
        if self._base() != wanted:
            files.append(self._folder / "changes.idx")
        return RosterIndex(self._salt(), [_mapped(file) for file in files])

    def _base(self) -> Version | None:
        return _header(self._folder / "roster.idx") if (self._folder / "salt").exists() else None

    def _beside(self) -> Version | None:
        return _header(self._folder / "changes.idx")

    def _make(self, db: sqlite3.Connection, wanted: Version) -> None:
        private_folder(self._folder)
        with Lock(self._folder / "lock", _LOCK_SECONDS):
            if self.is_ready():
                # Somebody else has made it meanwhile.
                return
            # In this order: with a new salt nothing that is there is known.
            base, salt = self._base(), self._salt()
            if base is not None and (changed := _changed_since(db, base)) is not None:
                _write(self._folder / "changes.idx", wanted, salt, changed)
            else:
                _write(self._folder / "roster.idx", wanted, salt, _everybody(db))

    def _salt(self) -> bytes:
        file = self._folder / "salt"
        try:
            salt = file.read_bytes()
        except FileNotFoundError:
            salt = b""
        if len(salt) != _KEY_BYTES:
            salt = secrets.token_bytes(_KEY_BYTES)
            replace_atomically(file, salt)
        return salt


def _version(db: sqlite3.Connection) -> Version:
    row = db.execute("SELECT id, finished_at FROM run WHERE state = 'applied' ORDER BY id DESC LIMIT 1").fetchone()
    return Version(row[0], _moment(row[1])) if row else Version(0, 0)


def _moment(at: str) -> int:
    return int.from_bytes(blake2b(at.encode(), digest_size=_HASH_BYTES).digest(), "little")


def _everybody(db: sqlite3.Connection) -> Iterator[str]:
    """Yield the keys of all students and staff."""
    for row in db.execute(_STUDENTS):
        yield from student_keys(row)
    for row in db.execute(_STAFF):
        yield from staff_keys(row)
    for principal, email in db.execute(_PRINCIPALS):
        *given, last = (principal or "").split() or [""]
        yield from staff_keys((" ".join(given), None, last, email))


def _changed_since(db: sqlite3.Connection, known: Version) -> Iterator[str] | None:
    """Return the keys of all who changed since a version; None where that is not known, or are too many.

    Whoever left stays in the index until it is made anew: a leaver is a student all the same.
    """
    row = db.execute("SELECT finished_at FROM run WHERE id = ? AND state = 'applied'", (known.run,)).fetchone()
    if row is None or _moment(row[0]) != known.finished:
        return None
    since = "SELECT key FROM change WHERE run > ? AND kind = ?"
    number = db.execute(
        "SELECT count(*) FROM change WHERE run > ? AND kind IN (?, ?)", (known.run, STUDENT.code, TEACHER.code)
    ).fetchone()[0]
    if number > _MOST_CHANGES:
        return None
    return _of_changed(db, known, since)


def _of_changed(db: sqlite3.Connection, known: Version, since: str) -> Iterator[str]:
    for row in db.execute(f"{_STUDENTS} WHERE key IN ({since})", (known.run, STUDENT.code)):
        yield from student_keys(row)
    for row in db.execute(f"{_STAFF} WHERE key IN ({since})", (known.run, TEACHER.code)):
        yield from staff_keys(row)


def _write(file: Path, version: Version, salt: bytes, keys: Iterable[str]) -> None:
    """Write the hashes of keys, sorted; they are sorted a bucket at a time, since a list of them all is large."""
    buckets = [bytearray() for _ in range(256)]
    for key in keys:
        digest = blake2b(salt + key.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()
        buckets[digest[-1]] += digest
    number = 0
    beside = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(bytes(_HEADER.size))
            for place, bucket in enumerate(buckets):
                hashes = array("Q", sorted(set(memoryview(bucket).cast("Q"))))
                buckets[place] = bytearray()
                number += len(hashes)
                hashes.tofile(out)
            out.seek(0)
            out.write(_HEADER.pack(_FORMAT, version.run, version.finished, number))
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _header(file: Path) -> Version | None:
    """Return the version of an index file; None where there is none, or it is not as we write them."""
    try:
        with file.open("rb") as source:
            kind, run, finished, number = _HEADER.unpack(source.read(_HEADER.size))
            size = os.fstat(source.fileno()).st_size
    except (OSError, struct.error):
        return None
    whole = size == _HEADER.size + number * _HASH_BYTES
    return Version(run, finished) if kind == _FORMAT and whole else None


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _mapped(file: Path) -> memoryview:
    with file.open("rb") as source:
        return memoryview(mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ))[_HEADER.size :].cast("Q")
