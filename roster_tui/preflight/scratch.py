"""A private folder for data that must not outlive the command: removed at its end, or swept by the next one."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

_LOCK = "in-use.lock"
_SETTLING_SECONDS = 60
"""A younger folder without a lock is not taken for left behind: its maker may be just about to lock it."""


@contextmanager
def scratch_folder(parent: Path, name: str) -> Iterator[Path]:
    """Give an empty folder (0700) inside ``parent`` that is removed when the block ends, however it ends.

    A process that is killed cannot remove its own. But the kernel frees its lock then, so the next caller sees
    that the folder is nobody's and removes it first.
    """
    _sweep(parent, name)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    try:
        with FileLock(folder / _LOCK, timeout=0, mode=0o600):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path, name: str) -> None:
    for folder in parent.glob(f"{name}-*"):
        try:
            if not (folder / _LOCK).exists() and time.time() - folder.stat().st_mtime < _SETTLING_SECONDS:
                continue
            with FileLock(folder / _LOCK, timeout=0, mode=0o600):
                shutil.rmtree(folder, ignore_errors=True)
        except (Timeout, OSError):
            # In use, or another user's in a shared temporary folder.
            continue
