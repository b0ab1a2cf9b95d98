"""The lines of a ledger's HEAD: each carries a checksum over itself and the line before, and is only ever added.

A line that a crash cut short stands at the end, without its line feed: it was never whole, so it is cut off.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import BinaryIO, NamedTuple
from zlib import crc32

import orjson

from roster_tui import __version__
from roster_tui.ledger.files import LedgerDamaged, LedgerNewer, replace_atomically

FIRST_HASH = "0" * 64
_FORMAT = 1
_TAIL_BYTES = 4_096


class JournalEnd(NamedTuple):
    """The last entry of a journal."""

    number: int
    hash: str


NO_ENTRY = JournalEnd(0, FIRST_HASH)


@dataclass
class Sealed:
    """What one file must hold."""

    hash: str | None
    """None when it must not be there."""
    was: str | None
    """What it held before the last write."""
    done: bool = False
    """Whether that write is known to have ended; until then both contents are right."""
    earlier: set[str] = field(default_factory=set)
    """What it held at other times, as far as HEAD remembers."""


@dataclass
class HeadState:
    """What all lines say together."""

    files: dict[str, Sealed] = field(default_factory=dict)
    journal: JournalEnd = NO_ENTRY
    lines: int = 0
    size: int = 0
    """Bytes of the lines that are whole."""
    inode: int = 0
    sum: int = 0
    """Checksum of the last line."""


class HeadLines:
    """The HEAD file; reading goes on where the last reading ended."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._state = HeadState()
        self._guard = RLock()
        """Threads share one reading."""

    def read(self) -> HeadState:
        """Return what the file says now; nothing when it is not there. Raises `LedgerDamaged`, OSError."""
        with self._guard:
            try:
                with self.file.open("rb") as source:
                    self._read_on(source)
            except FileNotFoundError:
                self._state = HeadState()
            return self._state

    def journal_end(self) -> JournalEnd:
        """Return where the journal ends, by the file's last lines alone where they tell: asked at every look.

        A line carries the checksum of itself and the line before, so two lines are enough to trust the second.
        Raises as `read` does.
        """
        with self._guard, suppress(FileNotFoundError), self.file.open("rb") as source:
            found = os.fstat(source.fileno())
            if (found.st_ino, found.st_size) != (self._state.inode, self._state.size):
                source.seek(max(0, found.st_size - _TAIL_BYTES))
                if end := _last_journal_end(source.read()):
                    return end
        return self.read().journal

    def _read_on(self, source: BinaryIO) -> None:
        found = os.fstat(source.fileno())
        if found.st_ino != self._state.inode or found.st_size < self._state.size:
            self._state = HeadState(inode=found.st_ino)
        if found.st_size == self._state.size:
            return
        began_at = self._state.size
        source.seek(began_at)
        try:
            self._take_in(source.read())
        except LedgerDamaged:
            if not began_at:
                raise
            # The file may have been written again under the same inode.
            self._state = HeadState(inode=found.st_ino)
            source.seek(0)
            self._take_in(source.read())

    def create(self, files: Mapping[str, str | None], journal: JournalEnd) -> None:
        """Write the file with what is so at its beginning. Raises OSError."""
        state = HeadState({name: Sealed(hash_, hash_, done=True) for name, hash_ in files.items()}, journal)
        self._rewrite(state)

    def append(self, lines: Iterable[Mapping[str, object]], *, forced: bool) -> HeadState:
        """Add lines, on disk when this returns if ``forced``. The caller holds the lock. Raises OSError."""
        with self._guard:
            return self._append(lines, forced)

    def _append(self, lines: Iterable[Mapping[str, object]], forced: bool) -> HeadState:
        state = self.read()
        added, _ = _encoded(lines, state.sum)
        descriptor = os.open(self.file, os.O_WRONLY)
        try:
            # A line that a crash has cut short goes.
            os.ftruncate(descriptor, state.size)
            os.lseek(descriptor, state.size, os.SEEK_SET)
            _write_whole(descriptor, added)
            if forced:
                os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, state.size)
            raise
        finally:
            os.close(descriptor)
        self._take_in(added)
        return self._state

    def shorten(self) -> None:
        """Write the file again with one line a file; what files held earlier is forgotten. Raises OSError."""
        self._rewrite(self.read())

    def _rewrite(self, state: HeadState) -> None:
        lines: list[Mapping[str, object]] = [
            {"kind": "head", "format": _FORMAT, "by": __version__},
        ]
        for name, each in sorted(state.files.items()):
            if each.hash or not each.done:
                lines.append({"file": name, "hash": each.hash, "was": each.was, "done": each.done})
        # Last, where it is looked for first.
        lines.append({"journal": state.journal.number, "hash": state.journal.hash})
        replace_atomically(self.file, _encoded(lines, 0)[0])
        self.read()

    def _take_in(self, raw: bytes) -> None:
        state = self._state
        whole = raw[: raw.rfind(b"\n") + 1]
        for line in whole.splitlines():
            state.sum, said = self._line(line, state.sum)
            state.lines += 1
            self._apply(state, said)
        state.size += len(whole)

    def _line(self, line: bytes, before: int) -> tuple[int, dict[str, object]]:
        told, _, body = line.partition(b" ")
        found = crc32(body, before)
        if told != b"%08x" % found:
            raise LedgerDamaged(self.file, f"line {self._state.lines + 1} is not as it was written")
        said = orjson.loads(body)
        assert isinstance(said, dict)
        return found, said

    def _apply(self, state: HeadState, said: dict[str, object]) -> None:
        match said:
            case {"journal": int(number), "hash": str(hash_)}:
                state.journal = JournalEnd(number, hash_)
            case {"file": str(name), "hash": str() | None as hash_, "was": str() | None as was}:
                known = state.files.get(name)
                earlier = known.earlier | {each for each in (known.hash, known.was) if each} if known else set()
                state.files[name] = Sealed(hash_, was, bool(said.get("done")), earlier)
            case {"done": str(name)} if name in state.files:
                state.files[name].done = True
            case {"kind": "head", "format": int(found), "by": by}:
                if found > _FORMAT:
                    raise LedgerNewer(self.file, found, _FORMAT, str(by))
            case _:
                raise LedgerDamaged(self.file, f"line {state.lines} is not understood")


def _last_journal_end(tail: bytes) -> JournalEnd | None:
    """Return the journal's end in the last lines of a file; None where they do not tell, or not for certain."""
    lines = tail[: tail.rfind(b"\n") + 1].splitlines()
    for before, line in zip(reversed(lines[:-1]), reversed(lines), strict=False):
        told, _, body = line.partition(b" ")
        if body.startswith(b'{"journal":'):
            try:
                if told != b"%08x" % crc32(body, int(before[:8], 16)):
                    return None
                said = orjson.loads(body)
                return JournalEnd(int(said["journal"]), str(said["hash"]))
            except (ValueError, KeyError):
                return None
    return None


def _encoded(lines: Iterable[Mapping[str, object]], before: int) -> tuple[bytes, int]:
    written = bytearray()
    for line in lines:
        body = orjson.dumps(line)
        before = crc32(body, before)
        written += b"%08x %s\n" % (before, body)
    return bytes(written), before


def _write_whole(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
