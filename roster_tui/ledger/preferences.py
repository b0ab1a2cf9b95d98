"""What one operator keeps for the console: columns and order of each list, and filters under names of their own.

A file an operator. Two consoles of one operator are normal: each changes only what was changed in it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import msgspec

from roster_tui.concurrency import Lock
from roster_tui.ledger.files import LedgerDamaged, replace_atomically

_LOCK_SECONDS = 5.0
_LONGEST_NAME = 100


class ListLook(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a list is looked at."""

    columns: dict[str, tuple[str, ...]] = {}
    """By breadth of the list, the columns that are shown after the first, in their order."""
    order: str = ""
    """The column that it is sorted by; empty for its usual order."""
    descending: bool = False


class SavedFilter(msgspec.Struct, frozen=True):
    """A filter under a name."""

    view: str
    text: str


class Preferences(msgspec.Struct, frozen=True):
    """All that an operator keeps."""

    lists: dict[str, ListLook] = {}
    """By view."""
    filters: dict[str, SavedFilter] = {}
    """By name."""


Signature = tuple[int, int, int] | None
"""Tells one state of a file from another; None when there is no file."""


class PreferencesFile:
    """Where an operator's preferences stand."""

    def __init__(self, folder: Path, operator: str) -> None:
        self.file = folder / f"{quote(operator, safe='')[:_LONGEST_NAME]}.json"

    def signature(self) -> Signature:
        """Return what changes whenever somebody has written the file."""
        try:
            stat = self.file.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino, stat.st_size

    def read(self) -> Preferences:
        """Return what is kept; nothing without a file. Raises `LedgerDamaged` or OSError."""
        try:
            raw = self.file.read_bytes()
        except FileNotFoundError:
            return Preferences()
        try:
            return msgspec.json.decode(raw, type=Preferences)
        except msgspec.DecodeError as error:
            raise LedgerDamaged(self.file, str(error)) from None

    def change(self, alter: Callable[[Preferences], Preferences]) -> None:
        """Write what ``alter`` makes of the file as it is on disk now; a damaged one is moved aside first.

        Raises `LockHeld`, or OSError when it cannot be written; the old file stands then.
        """
        with Lock(Path(f"{self.file}.lock"), _LOCK_SECONDS):
            try:
                before = self.read()
            except LedgerDamaged:
                self.file.replace(self.file.with_suffix(".damaged"))
                before = Preferences()
            replace_atomically(self.file, msgspec.json.encode(alter(before)))
