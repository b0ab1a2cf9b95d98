"""How fast mail leaves: so many messages a minute, counted over every console on one data folder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from roster_tui.concurrency import Lock

_LOCK_SECONDS = 30.0
_LONGEST_QUEUE_SECONDS = 3_600.0
"""Whoever would stand further behind has a clock that was changed."""


class Pace:
    """Hands out turns, evenly spread; the next free moment stands in a file that all processes share."""

    def __init__(self, file: Path, per_minute: int, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._step = 60.0 / per_minute
        self._clock = clock

    async def turn(self) -> None:
        """Wait until the next message may leave. Raises OSError."""
        await asyncio.sleep(await asyncio.to_thread(self.take))

    def take(self) -> float:
        """Take the next free moment for oneself and return the seconds until then."""
        with Lock(Path(f"{self._file}.lock"), _LOCK_SECONDS):
            now = self._clock()
            free = self._read(now)
            # It need not survive a crash: at worst one minute has a few messages more.
            self._file.touch(mode=0o600)
            self._file.write_text(f"{free + self._step:.3f}", encoding="ascii")
        return free - now

    def _read(self, now: float) -> float:
        try:
            free = float(self._file.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return now
        return max(now, free) if free - now <= _LONGEST_QUEUE_SECONDS else now
