"""A full run's fetch: every list, side by side, of one and the same state of Clever's data."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from roster_tui.clever import Client
from roster_tui.concurrency import in_thread
from roster_tui.roster.stage import Stage
from roster_tui.sync.errors import KeepsMoving
from roster_tui.sync.fetched import MOST_FETCHES, Fetched
from roster_tui.sync.lists import RosterList, clever_counts, lists
from roster_tui.sync.progress import Watch
from roster_tui.workspace import Workspace


async def fetch_everything(workspace: Workspace, client: Client, run: int, watch: Watch) -> Fetched:
    """Stage the whole roster; again when Clever's own sync moved its data meanwhile (reference 2.2).

    The newest event's id is read before the lists, so that an incremental run can go on from it. Raises
    `KeepsMoving`.
    """
    wanted = lists(workspace.settings.clever.students)
    for _ in range(MOST_FETCHES):
        before = await client.district()
        cursor = await client.latest_event_id()
        counted = await clever_counts(client, wanted)
        watch.begin("fetch", sum(counted.values()))
        stage = await _staged(workspace, client, wanted, watch)
        try:
            after = await client.district()
        except BaseException:
            # Also when it is cancelled: a stage that nobody finishes holds students and is closed and deleted.
            stage.abandon()
            raise
        if after.last_sync == before.last_sync:
            stage.note("run", run)
            await in_thread(stage.finish)
            return Fetched(cursor, after.last_sync, counted, tuple(stage.unreadable))
        stage.abandon()
    raise KeepsMoving(MOST_FETCHES)


async def _staged(workspace: Workspace, client: Client, wanted: Sequence[RosterList], watch: Watch) -> Stage:
    """Read every list side by side; four pages of each are held at most."""
    stage = Stage(workspace.cache.staged_file, with_students=workspace.settings.clever.students != "none")
    one_at_a_time = asyncio.Lock()
    read = 0

    async def take(each: RosterList) -> None:
        nonlocal read
        async for page in each.pages(client):
            stage.unreadable += [(each.kind, unreadable) for unreadable in page.unreadable]
            async with one_at_a_time:
                await in_thread(stage.add, each.kind, page.records)
            read += len(page.records) + len(page.unreadable)
            watch.tell(read)

    try:
        async with asyncio.TaskGroup() as group:
            for each in wanted:
                group.create_task(take(each))
    except BaseExceptionGroup as errors:
        stage.abandon()
        # One cause stops the run; the others are its echo.
        raise errors.exceptions[0] from None
    except BaseException:
        # A cancellation comes by itself, in no group.
        stage.abandon()
        raise
    return stage
