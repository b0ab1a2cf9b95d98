"""Locks between processes that end a wait in words, and threads that are awaited to their end."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from roster_tui.errors import RosterError


class LockHeld(RosterError, TimeoutError):
    """Another process held a lock for longer than one may wait; nothing was done."""

    fix = "Try again; if it goes on, look for another roster-tui that hangs"

    def __init__(self, file: Path, seconds: float, who: str = "another process") -> None:
        self.file = file
        super().__init__(f"{file} has been held by {who} for {seconds:g} s. Nothing was done")


class Lock:
    """A file that one process at a time holds; the kernel lets go of it when that process dies.

    Waiting blocks the thread: for what takes moments, and beside the event loop.
    """

    def __init__(self, file: Path, wait_seconds: float) -> None:
        from filelock import FileLock

        self._file = file
        self._wait_seconds = wait_seconds
        self._lock = FileLock(file, timeout=wait_seconds, mode=0o600)

    def __enter__(self) -> None:
        """Take the lock. Raises `LockHeld`, or OSError when the file cannot be made."""
        from filelock import Timeout

        try:
            self._lock.acquire()
        except Timeout:
            raise LockHeld(self._file, self._wait_seconds) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._lock.release()
