"""Which actions are under way, in any process: one locked file each, left behind when a process dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class Claim:
    """An action that this process has in hand."""

    settled = True
    """Whether there is nothing left to find out about it; otherwise its mark stays for whoever settles later."""


class Running:
    """The folder of actions under way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def claimed(self, action: str) -> Iterator[Claim]:
        """Mark an action as under way while the block runs; left marked if the process is killed in it."""
        with FileLock(self._folder / action, mode=0o600):
            yield from self._held(action)

    @contextmanager
    def taken_over(self, action: str) -> Iterator[Claim | None]:
        """Claim an action whose process is gone; gives None when somebody has it in hand, or had."""
        lock = FileLock(self._folder / action, timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            yield None
            return
        with lock:
            lock.release()
            yield from self._held(action)

    def abandoned(self) -> list[str]:
        """Return the actions whose process is gone, oldest first."""
        return [action for action, gone in self.states().items() if gone]

    def marked(self) -> list[str]:
        """Return the actions that are under way or abandoned, oldest first."""
        return sorted(file.name for file in self._folder.glob("*-*"))

    def states(self) -> dict[str, bool]:
        """Return the actions that are under way or abandoned, oldest first, with whether their process is gone."""
        return {action: _is_free(self._folder / action) for action in self.marked() if (self._folder / action).exists()}

    def _held(self, action: str) -> Iterator[Claim]:
        claim = Claim()
        yield claim
        if claim.settled:
            (self._folder / action).unlink(missing_ok=True)


def _is_free(file: Path) -> bool:
    try:
        # The kernel lets go of a dead process's lock, so whoever still holds it is alive.
        with FileLock(file, timeout=0):
            return True
    except Timeout:
        return False
