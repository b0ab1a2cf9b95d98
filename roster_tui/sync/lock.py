"""One sync a district at a time; who holds the lock is written beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from filelock import FileLock, Timeout

from roster_tui.sync.errors import SyncRunning
from roster_tui.workspace import Workspace

_LOOK_EVERY_SECONDS = 0.5


@asynccontextmanager
async def locked(workspace: Workspace, wait_seconds: float = 0.0) -> AsyncIterator[None]:
    """Hold the district's sync lock, waiting for it so long. Raises `SyncRunning` saying who has it."""
    note = workspace.sync_lock.with_suffix(".json")
    lock = FileLock(workspace.sync_lock, mode=0o600)
    until = asyncio.get_running_loop().time() + wait_seconds
    while True:
        try:
            lock.acquire(timeout=0)
            break
        except Timeout:
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                raise SyncRunning(_holder(note.read_bytes() if note.exists() else b"{}")) from None
            await asyncio.sleep(min(left, _LOOK_EVERY_SECONDS))
    try:
        operator = workspace.settings.operator_name
        since = workspace.clock().isoformat(timespec="seconds")
        note.write_bytes(orjson.dumps({"operator": operator, "since": since}))
        note.chmod(0o600)
        yield
    finally:
        lock.release()


def _holder(note: bytes) -> str:
    try:
        said = orjson.loads(note)
        return f"{said['operator']}, since {said['since']}"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "by somebody unknown"
