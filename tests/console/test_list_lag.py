"""The console's lists catch up with what another process did and could not show; where they can't, a line says so."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from roster_tui.workspace import Workspace
from tests.console.conftest import Desk, Open


async def suspend_elsewhere(desk: Desk, demo: Workspace) -> str:
    """Suspend whoever is under the cursor as a process does that is killed before it shows it."""
    performer, who = demo.performer(), desk.who
    report = await performer.perform(await performer.plan("suspend", desk.app.doing.chosen()))
    assert report.accounts
    return who


def row_of(desk: Desk, who: str) -> str:
    return next(line for line in desk.rows if who in line)


async def test_an_open_console_shows_what_a_killed_process_did(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("3")
        who = await suspend_elsewhere(desk, demo)
        await desk.until(lambda: "■ suspended" in row_of(desk, who))
        assert "behind" not in desk.status
        assert desk.toasts == []


async def test_a_console_that_starts_shows_what_a_killed_process_did(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("3")
        who = await suspend_elsewhere(desk, demo)
    async with open_console() as desk:
        await desk.press("3")
        await desk.until(lambda: "■ suspended" in row_of(desk, who))


async def test_while_the_cache_is_locked_the_status_line_says_how_far_the_lists_are_behind(
    open_console: Open, demo: Workspace
) -> None:
    async with open_console() as desk:
        await desk.press("3")
        with closing(sqlite3.connect(demo.cache.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            who = await suspend_elsewhere(desk, demo)
            await desk.until(lambda: "list 2 entries behind" in desk.status)
            assert "■ suspended" not in row_of(desk, who)
            # Once, however often it is looked.
            assert [each.split(":")[0] for each in desk.toasts] == ["The list is 2 entries behind the journal"]
        await desk.until(lambda: "■ suspended" in row_of(desk, who))
        await desk.until(lambda: "behind" not in desk.status)
