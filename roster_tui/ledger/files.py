"""Files that cannot be fetched again: written whole or not at all, and never taken for something else."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from roster_tui.errors import RosterError


class LedgerDamaged(RosterError):
    """A ledger file that is not what we wrote; it is left as it is."""

    def __init__(self, file: Path, why: str) -> None:
        self.file = file
        super().__init__(f"{file} cannot be read ({why}). It was left untouched: restore it from a backup")


def replace_atomically(file: Path, content: bytes) -> None:
    """Write a file so that after a crash at any moment either the old or the new content stands.

    Raises OSError when there is no room or no right to write; the old content stands then.
    """
    beside = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
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


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
