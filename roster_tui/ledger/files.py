"""Files that cannot be fetched again: written whole or not at all, and never taken for something else."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from roster_tui.errors import RosterError

_LEFTOVER = re.compile(r"\.\d+\.tmp$")
_STALE_SECONDS = 3_600


class Damage(StrEnum):
    """What is wrong with a ledger file."""

    UNREADABLE = "unreadable"
    MISSING = "missing"
    """It was written, and is not there."""
    SHORT = "short"
    """The journal ends before the entry that was written last."""
    OLDER = "older"
    """It holds what it held once: an older copy was put in its place."""
    FOREIGN = "foreign"
    """It holds what was never written here: it was changed, or a bit flipped."""
    NEW = "new"
    """It was not written here, and is there."""


SAID: Mapping[Damage, str] = {
    Damage.MISSING: "is missing, and it was written",
    Damage.SHORT: "ends before the entry that was written last",
    Damage.OLDER: "is an older copy of itself",
    Damage.FOREIGN: "does not hold what was written last: it was changed, or damaged",
    Damage.NEW: "was not written by this ledger",
}
"""How each is told of a file."""


class LedgerDamaged(RosterError):
    """A ledger file that is not what we wrote; it is left as it is."""

    fix = "Run: roster-tui ledger verify. It names every file that is damaged, and what can be done"

    def __init__(self, file: Path, why: str, damage: Damage = Damage.UNREADABLE) -> None:
        self.file = file
        self.why = why
        self.damage = damage
        super().__init__(f"{file} {self.said}. It was left untouched: restore it from a backup")

    @property
    def said(self) -> str:
        """What is wrong, as the end of a sentence that begins with the file."""
        return f"cannot be read ({self.why})" if self.damage is Damage.UNREADABLE else self.why


class LedgerNewer(LedgerDamaged):
    """A ledger file of a later release; this one must not write over it."""

    fix = "Use that release, or a later one, on this data folder"

    def __init__(self, file: Path, found: int, known: int, by: str) -> None:
        super().__init__(
            file,
            f"it is of format {found}, written by roster-tui {by or 'of a later release'}; "
            f"this release reads up to format {known}",
        )


def replace_atomically(file: Path, content: bytes) -> None:
    """Write a file so that after a crash at any moment either the old or the new content stands.

    Raises OSError when there is no room or no right to write; the old content stands then.
    """
    beside = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        # A link that somebody planted under that name leads nowhere: what it points to is not ours to cut.
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    except BaseException:
        # Also when it is interrupted: half a file beside the old one is of use to nobody.
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(file.parent)


def remove_leftovers(folder: Path, now: float) -> list[Path]:
    """Remove the files of writes that were cut off an hour before a moment, in seconds since 1970; return them.

    Only those that we name so, and none that a process may still be writing. Raises OSError.
    """
    removed = []
    for file in folder.rglob("*.tmp"):
        if _LEFTOVER.search(file.name) and now - file.stat(follow_symlinks=False).st_mtime > _STALE_SECONDS:
            file.unlink(missing_ok=True)
            removed.append(file)
    return removed


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
