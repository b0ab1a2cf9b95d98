"""The record of actions: who did what to whom, when and why; each entry sealed to the one before by a hash.

One file a month, and a new one when it has grown, since a file is rewritten at each append; from then on it
can only be read. The ledger's HEAD names the newest entry, and nothing is added to a journal that does not end
there. The hash covers canonical JSON: sorted keys, no blanks, UTF-8 (as in RFC 8785, without floats).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from roster_tui.concurrency import Lock
from roster_tui.ledger.files import SAID, Damage, LedgerDamaged, replace_atomically
from roster_tui.ledger.head import FIRST_HASH, Head, JournalEnd
from roster_tui.ledger.journal_entries import Entry, packed_entries, read_entries, sealed_entry

__all__ = ["Entry", "Journal", "Verification"]

ENTRIES_A_FILE = 2_000
BYTES_A_FILE = 200_000
_LOCK_SECONDS = 30.0


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
    damage: Damage | None = None
    """Of which sort that is."""


class Journal:
    """The journal of one district in a folder."""

    def __init__(self, folder: Path, head: Head) -> None:
        """Use a folder of the ledger whose ``head`` keeps where the journal ends."""
        self.folder = folder
        self._head = head
        self._lock = Lock(folder / ".lock", _LOCK_SECONDS)

    def append(self, facts: Sequence[Mapping[str, Any]], at: datetime) -> list[Entry]:
        """Seal entries onto the end; they are on disk when this returns.

        Raises OSError when they cannot be written (nothing was, then), `LedgerDamaged` when the journal does not
        end where HEAD says, or its end cannot be read.
        """
        with self._lock:
            self._head.begin()
            files = self.files()
            last = read_entries(files[-1]) if files else []
            self._check_end(files, last)
            number, previous = (last[-1].number, last[-1].hash) if last else (0, FIRST_HASH)
            entries: list[Entry] = []
            for fact in facts:
                number += 1
                entry = sealed_entry(number, at.astimezone(UTC), fact, previous)
                previous = entry.hash
                entries.append(entry)
            file = self._file_for(at, files, len(last))
            kept = last if file in files else []
            replace_atomically(file, packed_entries([*kept, *entries]))
            self._head.note_journal(JournalEnd(number, previous))
            if file not in files:
                self._close(files)
        return entries

    def _close(self, full: Sequence[Path]) -> None:
        """Seal files to which nothing is added any more, so that a lost one shows at the next act."""
        sealed = self._head.in_folder(self.folder)
        self._head.reseal({file: file.read_bytes() for file in full if file not in sealed})
        for file in full:
            file.chmod(0o400)

    def end(self) -> JournalEnd:
        """Return number and hash of the last entry as HEAD has them, reading no entry. Raises `LedgerDamaged`."""
        return self._head.journal_end()

    def check_end(self) -> None:
        """Make sure that the journal ends where HEAD says: what acts build on. Raises `LedgerDamaged`."""
        files = self.files()
        self._check_end(files, read_entries(files[-1]) if files else [])

    def _check_end(self, files: Sequence[Path], last: Sequence[Entry]) -> None:
        end = self._head.journal_end()
        for file in self._head.in_folder(self.folder):
            if file not in files:
                raise LedgerDamaged(file, SAID[Damage.MISSING], Damage.MISSING)
        if not self._head.exists() and not end.number and last and last[-1].number > 1:
            raise LedgerDamaged(self._head.file, "is missing, and there is a journal", Damage.MISSING)
        if end.number and not files:
            raise LedgerDamaged(self.folder, f"holds no journal, and it had {end.number} entries", Damage.MISSING)
        if not last or last[-1].number < end.number:
            if end.number:
                told = f"ends at entry {last[-1].number if last else 0} of {end.number}"
                raise LedgerDamaged(files[-1], told, Damage.SHORT)
            return
        self._check_continued(end, files, last)

    def _check_continued(self, end: JournalEnd, files: Sequence[Path], last: Sequence[Entry]) -> None:
        """Check that HEAD's entry is there, and that only what a crash can leave has come after it."""
        index = len(files) - 1
        while last[0].number > end.number + 1 and index:
            index -= 1
            last = [*read_entries(files[index]), *last]
        previous_hash = FIRST_HASH
        for entry in last:
            if entry.number == end.number and not (entry.hash == end.hash and _follows(entry, entry.previous)):
                said = f"holds another entry {entry.number} than was written"
                raise LedgerDamaged(files[index], said, Damage.FOREIGN)
            if entry.number > end.number:
                previous = end.hash if entry.number == end.number + 1 else previous_hash
                if not _follows(entry, previous):
                    raise LedgerDamaged(files[-1], f"goes on with a foreign entry {entry.number}", Damage.FOREIGN)
            previous_hash = entry.hash

    def entries(self) -> Iterator[Entry]:
        """Yield all entries, oldest first. Raises `LedgerDamaged`."""
        for file in self.files():
            yield from read_entries(file)

    def after(self, number: int) -> list[Entry]:
        """Return the entries after a number, oldest first, reading no file before them. Raises `LedgerDamaged`."""
        found: list[Entry] = []
        for file in reversed(self.files()):
            entries = read_entries(file)
            found = [*(entry for entry in entries if entry.number > number), *found]
            if entries and entries[0].number <= number + 1:
                break
        return found

    def newest_first(self, since: datetime | None = None) -> Iterator[Entry]:
        """Yield entries, the newest first, reading no more files than are asked for. Raises `LedgerDamaged`."""
        month = f"{since.astimezone(UTC):%Y-%m}" if since else ""
        for file in reversed(self.files()):
            if file.stem[:7] < month:
                return
            yield from (entry for entry in reversed(read_entries(file)) if since is None or entry.at >= since)

    def latest(self, limit: int) -> list[Entry]:
        """Return the newest entries, newest first."""
        return list(islice(self.newest_first(), limit))

    def version(self) -> object:
        """Return something that is different once an entry has been added."""
        files = self.files()
        return (files[-1].name, files[-1].stat().st_mtime_ns) if files else None

    def since(self, at: datetime) -> Iterator[Entry]:
        """Yield the first entry from a moment on and all that follow it, oldest first, reading no month before it.

        What follows may tell an earlier moment: a clock that goes back moves no entry.
        """
        month, begun = f"{at.astimezone(UTC):%Y-%m}", False
        for file in self.files():
            if file.stem[:7] >= month:
                for entry in read_entries(file):
                    begun = begun or entry.at >= at
                    if begun:
                        yield entry

    def verify(self, kept_head: str | None = None) -> Verification:
        """Check every hash, every number and the end against HEAD.

        ``kept_head`` is a head that was shown before and kept elsewhere: what it proved must still be there, even
        if somebody has written everything here again.
        """
        count, previous = 0, FIRST_HASH

        def bad(problem: str, damage: Damage) -> Verification:
            return Verification(False, count, previous, count + 1, problem, damage)

        seen_kept = kept_head in (None, FIRST_HASH)
        try:
            end = self._head.journal_end()
            seen_end = not end.number
            for entry in self.entries():
                expected = sealed_entry(count + 1, entry.at, dict(entry.facts), previous, entry.version)
                if entry != expected:
                    return bad(_difference(entry, expected), Damage.FOREIGN)
                count, previous = entry.number, entry.hash
                seen_end = seen_end or (count, previous) == end
                seen_kept = seen_kept or previous == kept_head
        except LedgerDamaged as error:
            return bad(str(error), error.damage)
        if not seen_end:
            return self._other_end(end, bad)
        if not self._head.exists() and not end.number and count > 1:
            return bad("HEAD is missing: nothing tells whether this is all", Damage.MISSING)
        if not seen_kept:
            problem = "no entry has the head that was kept: it was written again, or an older copy was put in its place"
            return Verification(False, count, previous, None, problem, Damage.FOREIGN)
        return Verification(True, count, previous, None, None)

    def _other_end(self, end: JournalEnd, bad: Callable[[str, Damage], Verification]) -> Verification:
        files = self.files()
        if not files:
            return bad(f"all {end.number} entries are missing", Damage.MISSING)
        if read_entries(files[-1])[-1].number < end.number:
            return bad(f"the end is missing: HEAD names entry {end.number}", Damage.SHORT)
        return bad(f"entry {end.number} is another than the one HEAD names", Damage.FOREIGN)

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


def _follows(entry: Entry, previous: str) -> bool:
    """Return whether an entry has the hash that it has after another one."""
    return entry == sealed_entry(entry.number, entry.at, dict(entry.facts), previous, entry.version)


def _difference(entry: Entry, expected: Entry) -> str:
    if entry.number != expected.number:
        return f"entry {expected.number} is missing or out of place"
    return f"entry {entry.number} was changed after it was written"
