"""What would block: locks between processes, and work that must come to its end in a thread.

A wait for a lock ends in words, and where it may take long, at once when it is cancelled.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, TypeVar

from roster_tui.errors import RosterError

P = ParamSpec("P")
T = TypeVar("T")

_LOOK_EVERY_SECONDS = 0.2
_LONGEST_NAME = 200


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


@asynccontextmanager
async def in_turn(
    file: Path, holder: str, wait_seconds: float, waiting: Callable[[str], None] = lambda _: None
) -> AsyncIterator[None]:
    """Hold a file's lock for what may take minutes; a wait for it does not block, and ends when it is cancelled.

    ``holder`` says who holds it, and ``waiting`` gets that of the process it waits for. Raises `LockHeld`,
    OSError.
    """
    from filelock import FileLock, Timeout

    lock, note = FileLock(file, timeout=0, mode=0o600, thread_local=False), Path(f"{file}.holder")
    clock = asyncio.get_running_loop().time
    until, told = clock() + wait_seconds, ""
    while True:
        try:
            lock.acquire()
            break
        except Timeout:
            who = _holder(note)
            if clock() >= until:
                raise LockHeld(file, wait_seconds, who) from None
            if who != told:
                waiting(told := who)
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
    try:
        await asyncio.to_thread(_leave_note, note, holder)
        yield
    finally:
        _remove(note)
        lock.release()


def _leave_note(note: Path, holder: str) -> None:
    # Only a kindness to those who wait: without it they hear of another process.
    with suppress(OSError):
        note.touch(0o600)
        note.write_text(holder, encoding="utf-8")


def _remove(note: Path) -> None:
    with suppress(OSError):
        note.unlink(missing_ok=True)


def _holder(note: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return note.read_text(encoding="utf-8")[:_LONGEST_NAME] or "another process"
    return "another process"


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function in a thread, and wait for its end even when cancelled: nobody may close its files."""
    # No task of its own: a loop that ends cancels every task, and would take this one for ended.
    work = asyncio.get_running_loop().run_in_executor(None, partial(function, *args, **kwargs))
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
    return work.result()
