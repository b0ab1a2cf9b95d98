"""Who else may read or change what only its owner should. Looks at modes, changes none."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

OTHERS = 0o077
OTHERS_WRITE = 0o022
_MOST = 200_000
"""Files that are looked at; a Maildir may hold many."""


def mode_of(path: Path) -> int | None:
    """Return a file's permission bits; None when it cannot be looked at."""
    try:
        return stat.S_IMODE(path.stat(follow_symlinks=False).st_mode)
    except OSError:
        return None


def open_to_others(folder: Path) -> list[Path]:
    """Return the folder, and what is in it, as far as others than the owner have any right to it."""
    return [path for path in _within(folder) if (mode_of(path) or 0) & OTHERS]


def _within(folder: Path) -> Iterator[Path]:
    yield folder
    seen = 0
    for where, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(where, name)
            if not path.is_symlink():
                yield path
            seen += 1
        if seen > _MOST:
            return
