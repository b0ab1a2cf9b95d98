"""A thread cannot be stopped: whoever stops a run waits for it, so that nobody closes the file it writes."""

from __future__ import annotations

import asyncio
import time
from threading import Event

import pytest

from roster_tui.concurrency import in_thread


async def _noting(finished: Event, started: Event, seen: list[bool]) -> None:
    def work() -> None:
        started.set()
        time.sleep(0.2)
        finished.set()

    try:
        await in_thread(work)
    finally:
        seen.append(finished.is_set())


async def _begun(finished: Event, seen: list[bool]) -> asyncio.Task[None]:
    started = Event()
    task = asyncio.create_task(_noting(finished, started, seen))
    await asyncio.to_thread(started.wait)
    return task


async def test_stopped_once_and_again_in_a_hurry_the_thread_ends_first() -> None:
    seen: list[bool] = []
    task = await _begun(Event(), seen)
    task.cancel()
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == [True]


def test_a_loop_that_ends_with_everything_in_it_waits_too() -> None:
    """As when the console is left in the middle of a sync: every task of the loop is cancelled."""
    seen: list[bool] = []

    async def console() -> None:
        await _begun(Event(), seen)

    asyncio.run(console())
    assert seen == [True]


async def test_what_the_thread_raises_is_raised() -> None:
    def work() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await in_thread(work)
