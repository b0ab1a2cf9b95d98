"""The sealed root of a ledger: what each of its files must hold, and where its journal ends.

`HEAD` is a file of lines, added to and now and then rewritten in short. A line goes to disk before the file it
speaks of is replaced, and a second one after, so that a crash in between leaves a file that is either as before or
as meant. Anything else shows: a lost file, an older copy, a flipped bit, a file that somebody put there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import orjson

from roster_tui.concurrency import Lock
from roster_tui.ledger.files import Damage, LedgerDamaged, replace_atomically
from roster_tui.ledger.head_lines import FIRST_HASH, NO_ENTRY, HeadLines, JournalEnd, Sealed
from roster_tui.ledger.kinds import PATTERNS

__all__ = ["FIRST_HASH", "NO_ENTRY", "Head", "JournalEnd"]

_LOCK_SECONDS = 30.0
_LINES_A_FILE = 2
_SPARE_LINES = 300
_UNJOURNALED = ("tickets/", "scim/")
"""Those that could be there before the first entry of its journal."""


class Head:
    """What the HEAD of one ledger folder says; any number of processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "HEAD"
        self._lines = HeadLines(self.file)
        self._lock = Lock(folder / ".HEAD.lock", _LOCK_SECONDS)

    # -- asking ---------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Return whether the ledger was ever sealed."""
        return self.file.exists()

    def is_lost(self) -> bool:
        """Return whether there are ledger files that HEAD must have sealed, and it is not there."""
        if self.exists() or self._journal_end_of_before().number:
            return False
        return not self._is_of_before() or any((self.folder / "journal").glob("[0-9]*.json"))

    def journal_end(self) -> JournalEnd:
        """Return number and hash of the journal's last entry; 0 before the first. Raises `LedgerDamaged`."""
        if self.exists():
            return self._lines.journal_end()
        return self._journal_end_of_before()

    def files(self) -> Mapping[str, Sealed]:
        """Return what each file must hold, by its name in the ledger. Raises `LedgerDamaged`."""
        return {name: each for name, each in dict(self._lines.read().files).items() if each.hash or not each.done}

    def in_folder(self, folder: Path) -> list[Path]:
        """Return the files of a folder that must be there. Raises `LedgerDamaged`."""
        there = (self.folder / name for name, each in self.files().items() if each.hash)
        return [file for file in there if file.parent == folder]

    def damage(self, file: Path, content: bytes | None) -> Damage | None:
        """Return what is wrong with a file that holds this now, or is not there; None when it is right.

        Raises `LedgerDamaged` when HEAD itself is damaged or lost.
        """
        if not self.exists():
            if content is not None and self._name(file) not in map(self._name, self._files_of_before()):
                return Damage.NEW
            if content is not None and not self._is_of_before():
                raise LedgerDamaged(self.file, "is missing, and there are ledger files beside it", Damage.MISSING)
            return None
        known = self._lines.read().files.get(self._name(file))
        found = digest(content)
        if known is None:
            return None if content is None else Damage.NEW
        if found == known.hash or (not known.done and found == known.was):
            return None
        if content is None:
            return Damage.MISSING
        if known.hash is None:
            return Damage.NEW
        return Damage.OLDER if found in known.earlier else Damage.FOREIGN

    def root(self) -> str:
        """Return one hash that stands for the whole ledger. Raises `LedgerDamaged`."""
        state = self._lines.read()
        sealed = {name: each.hash for name, each in self.files().items()}
        told = [state.journal.number, state.journal.hash, sealed]
        return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()

    # -- writing --------------------------------------------------------------------------------------

    def write(self, file: Path, content: bytes | None, before: bytes | None) -> None:
        """Replace a file that holds ``before``, or remove it, and seal what it holds now.

        The caller keeps everybody else from writing the same file. Raises OSError: the file is as before then;
        `LedgerDamaged`.
        """
        name, new, was = self._name(file), digest(content), digest(before)
        self._append([{"file": name, "hash": new, "was": was}])
        try:
            if content is None:
                file.unlink(missing_ok=True)
            else:
                replace_atomically(file, content)
        except OSError:
            with suppress(OSError):
                self._append([{"file": name, "hash": was, "was": was}, {"done": name}])
            raise
        # Not forced to disk: without this line either content is taken for right, and the next write says more.
        self._append([{"done": name}], forced=False)

    def note_journal(self, end: JournalEnd) -> None:
        """Note where the journal ends now. Raises OSError, `LedgerDamaged`."""
        self._append([{"journal": end.number, "hash": end.hash}])

    def reseal(self, files: Mapping[Path, bytes | None], end: JournalEnd | None = None) -> None:
        """Take files with what they hold now, and the journal's end, for right. Raises OSError, `LedgerDamaged`."""
        lines: list[Mapping[str, object]] = []
        for file, content in files.items():
            name, hash_ = self._name(file), digest(content)
            lines += [{"file": name, "hash": hash_, "was": hash_}, {"done": name}]
        if end is not None:
            lines.append({"journal": end.number, "hash": end.hash})
        if lines:
            self._append(lines)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nobody seal anything meanwhile: what is in the ledger fits together."""
        with self._lock:
            yield

    def begin(self) -> None:
        """Make HEAD where there is none yet. Raises OSError; `LedgerDamaged` when it was lost."""
        if not self.exists():
            with self._lock:
                self._begin()

    def _append(self, lines: list[Mapping[str, object]], *, forced: bool = True) -> None:
        with self._lock:
            self._begin()
            state = self._lines.append(lines, forced=forced)
            if state.lines > _LINES_A_FILE * len(state.files) + _SPARE_LINES:
                self._lines.shorten()

    def _begin(self) -> None:
        if self.exists():
            return
        old = self._files_of_before()
        if old and not self._is_of_before():
            raise LedgerDamaged(self.file, "is missing, and there are ledger files beside it", Damage.MISSING)
        closed = sorted((self.folder / "journal").glob("[0-9]*.json"))[:-1]
        sealed = {self._name(file): digest(file.read_bytes()) for file in [*old, *closed]}
        self._lines.create(sealed, self._journal_end_of_before())
        (self.folder / "journal" / "HEAD").unlink(missing_ok=True)

    def _name(self, file: Path) -> str:
        return file.relative_to(self.folder).as_posix()

    # -- ledgers of release 0.1.0 -----------------------------------------------------------------------

    def _is_of_before(self) -> bool:
        """Return whether release 0.1.0 wrote this ledger: its journal had a HEAD, or nothing was journaled yet."""
        if self._journal_end_of_before().number:
            return True
        return all(self._name(file).startswith(_UNJOURNALED) for file in self._files_of_before())

    def _files_of_before(self) -> list[Path]:
        return sorted(file for pattern in PATTERNS for file in self.folder.glob(pattern))

    def _journal_end_of_before(self) -> JournalEnd:
        try:
            told = orjson.loads((self.folder / "journal" / "HEAD").read_bytes())
            return JournalEnd(int(told["number"]), str(told["hash"]))
        except FileNotFoundError:
            return NO_ENTRY
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            raise LedgerDamaged(self.folder / "journal" / "HEAD", "it is no head") from None


def digest(content: bytes | None) -> str | None:
    """Return what HEAD keeps of a content; None stands for no file."""
    return None if content is None else sha256(content).hexdigest()
