"""The record of actions: who did what to whom, when and why; each entry sealed to the one before by a hash.

One file a month, and a new one when it has grown, since a file is rewritten at each append; from then on it
can only be read. `HEAD` beside them names the newest entry, so that a shortened journal shows. The hash covers
canonical JSON: sorted keys, no blanks, UTF-8 (as in RFC 8785, without floats).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from roster_tui.concurrency import Lock
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.files import LedgerDamaged, replace_atomically

ENTRIES_A_FILE = 2_000
BYTES_A_FILE = 200_000
_FIRST_HASH = "0" * 64
_LOCK_SECONDS = 30.0
_TABLE = "entries"


@dataclass(frozen=True)
class Entry:
    """One sealed line of the journal."""

    number: int
    """Counts from 1 without gaps."""
    at: datetime
    facts: Mapping[str, Any]
    """What happened, as given to `Journal.append`."""
    previous: str
    hash: str

    def document(self) -> dict[str, Any]:
        """Return the entry as it is stored and shown."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            **self.facts,
            "previous": self.previous,
            "hash": self.hash,
        }


@dataclass(frozen=True)
class Verification:
    """The outcome of a check of the whole journal."""

    ok: bool
    entries: int
    head: str
    """Hash of the last good entry; kept elsewhere, it proves that nothing before it was changed."""
    first_bad: int | None
    """Number of the first entry that is changed, missing or out of place."""
    problem: str | None


class Journal:
    """The journal of one district in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._head_file = folder / "HEAD"
        self._lock = Lock(folder / ".lock", _LOCK_SECONDS)

    def append(self, facts: Sequence[Mapping[str, Any]], at: datetime) -> list[Entry]:
        """Seal entries onto the end; they are on disk when this returns.

        Raises OSError when they cannot be written (nothing was, then), `LedgerDamaged` when the end of the
        journal cannot be read.
        """
        with self._lock:
            files = self.files()
            last = _read(files[-1]) if files else []
            number, previous = (last[-1].number, last[-1].hash) if last else (0, _FIRST_HASH)
            entries: list[Entry] = []
            for fact in facts:
                number += 1
                entry = _sealed(number, at.astimezone(UTC), fact, previous)
                previous = entry.hash
                entries.append(entry)
            file = self._file_for(at, files, len(last))
            with Documents(file).changing() as database:
                database.table(_TABLE).put({str(entry.number): entry.document() for entry in entries})
            self._write_head(number, previous)
            if file not in files:
                for full in files:
                    full.chmod(0o400)
        return entries

    def entries(self) -> Iterator[Entry]:
        """Yield all entries, oldest first. Raises `LedgerDamaged`."""
        for file in self.files():
            yield from _read(file)

    def newest_first(self, since: datetime | None = None) -> Iterator[Entry]:
        """Yield entries, the newest first, reading no more files than are asked for. Raises `LedgerDamaged`."""
        month = f"{since.astimezone(UTC):%Y-%m}" if since else ""
        for file in reversed(self.files()):
            if file.stem[:7] < month:
                return
            yield from (entry for entry in reversed(_read(file)) if since is None or entry.at >= since)

    def latest(self, limit: int) -> list[Entry]:
        """Return the newest entries, newest first."""
        return list(islice(self.newest_first(), limit))

    def version(self) -> object:
        """Return something that is different once an entry has been added."""
        files = self.files()
        return (files[-1].name, files[-1].stat().st_mtime_ns) if files else None

    def since(self, at: datetime) -> Iterator[Entry]:
        """Yield the entries from a moment on, oldest first, reading no month before it."""
        month = f"{at.astimezone(UTC):%Y-%m}"
        for file in self.files():
            if file.stem[:7] >= month:
                yield from (entry for entry in _read(file) if entry.at >= at)

    def verify(self, kept_head: str | None = None) -> Verification:
        """Check every hash, every number and the end against `HEAD`.

        ``kept_head`` is a head that was told before and kept elsewhere: what it proved must still be there, even
        if somebody has written everything here anew.
        """
        count, previous = 0, _FIRST_HASH
        head = self._read_head()
        seen_head, seen_kept = head is None, kept_head in (None, _FIRST_HASH)
        try:
            for entry in self.entries():
                facts = dict(entry.facts)
                expected = _sealed(count + 1, entry.at, facts, previous)
                if entry != expected:
                    return Verification(False, count, previous, count + 1, _difference(entry, expected))
                count, previous = entry.number, entry.hash
                seen_head = seen_head or (count, previous) == head
                seen_kept = seen_kept or previous == kept_head
        except LedgerDamaged as error:
            return Verification(False, count, previous, count + 1, str(error))
        if not seen_head:
            return Verification(False, count, previous, count + 1, "the end is missing: HEAD names a later entry")
        if head is None and count > 1:
            return Verification(False, count, previous, count + 1, "HEAD is missing: nothing tells whether this is all")
        if not seen_kept:
            return Verification(
                False, count, previous, None, "no entry has the head that was kept: it was written anew"
            )
        return Verification(True, count, previous, None, None)

    def files(self) -> list[Path]:
        """Return the files of the journal, oldest first."""
        return sorted(self.folder.glob("[0-9]*.json"))

    def _file_for(self, at: datetime, files: Sequence[Path], entries: int) -> Path:
        """Return the file for the next entry, given how many the newest file holds."""
        month = f"{at.astimezone(UTC):%Y-%m}"
        # A clock that goes back must not put entries before those that are there.
        newest = files[-1] if files else None
        if newest is None or newest.stem[:7] < month:
            return self.folder / f"{month}-001.json"
        if entries < ENTRIES_A_FILE and newest.stat().st_size < BYTES_A_FILE:
            return newest
        return self.folder / f"{newest.stem[:7]}-{int(newest.stem[8:]) + 1:03d}.json"

    def _write_head(self, number: int, head: str) -> None:
        replace_atomically(self._head_file, orjson.dumps({"number": number, "hash": head}))

    def _read_head(self) -> tuple[int, str] | None:
        try:
            head = orjson.loads(self._head_file.read_bytes())
            return head["number"], head["hash"]
        except FileNotFoundError:
            return None
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return -1, ""


def _sealed(number: int, at: datetime, facts: Mapping[str, Any], previous: str) -> Entry:
    sealed = {"number": number, "at": at.isoformat(), "previous": previous, "facts": facts}
    digest = sha256(orjson.dumps(sealed, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Entry(number, at, facts, previous, digest)


def _difference(entry: Entry, expected: Entry) -> str:
    if entry.number != expected.number:
        return f"entry {expected.number} is missing or out of place"
    return f"entry {entry.number} was changed after it was written"


def _read(file: Path) -> list[Entry]:
    entries = []
    for document in Documents(file).reading().table(_TABLE):
        fields = dict(document)
        try:
            at = datetime.fromisoformat(fields.pop("at"))
            number, previous, seal = fields.pop("number"), fields.pop("previous"), fields.pop("hash")
        except (KeyError, ValueError, TypeError) as error:
            raise LedgerDamaged(file, f"an entry lacks or garbles {error}") from None
        entries.append(Entry(number, at, fields, previous, seal))
    return entries
