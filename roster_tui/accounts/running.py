"""Which actions are under way, in any process: one locked file each, left behind when a process dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class Running:
    """The folder of actions under way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def claimed(self, action: str) -> Iterator[None]:
        """Mark an action as under way while the block runs; left marked if the process is killed in it."""
        file = self._folder / action
        with FileLock(file, mode=0o600):
            yield
            file.unlink(missing_ok=True)

    def abandoned(self) -> list[str]:
        """Return the actions whose process is gone, oldest first."""
        return [file.name for file in sorted(self._folder.glob("*-*")) if _is_free(file)]

    def forget(self, action: str) -> None:
        """Take the mark of a settled action away."""
        (self._folder / action).unlink(missing_ok=True)


def _is_free(file: Path) -> bool:
    try:
        # The kernel lets go of a dead process's lock, so whoever still holds it is alive.
        with FileLock(file, timeout=0):
            return True
    except Timeout:
        return False
