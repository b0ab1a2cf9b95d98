"""Questions are answered beside the event loop: the newest wins, and closing waits for none that is still asked."""

import asyncio
import sqlite3
import threading

import pytest

from roster_tui.console import reading as module
from roster_tui.console.reading import Reading, Superseded
from roster_tui.roster.kinds import SECTION
from roster_tui.roster.listing import Listing, Window
from roster_tui.roster.listing import first_window as plain_first_window
from roster_tui.workspace import Workspace

ALL, TURNED = Listing(SECTION), Listing(SECTION, descending=True)
FOREVER = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The list in its usual order becomes a question that SQLite never finishes; set once it is at work."""
    at_work = threading.Event()

    def first_window(db: sqlite3.Connection, listing: Listing) -> Window:
        if listing == ALL:
            at_work.set()
            db.execute(FOREVER).fetchone()
        return plain_first_window(db, listing)

    monkeypatch.setattr(module, "first_window", first_window)
    return at_work


async def test_a_newer_question_stops_the_one_at_work_and_is_answered_itself(
    demo: Workspace, endless: threading.Event
) -> None:
    reading = Reading(demo.cache)
    old = asyncio.create_task(reading.first(ALL))
    await asyncio.to_thread(endless.wait)
    window = await reading.first(TURNED)
    assert window.listing == TURNED
    assert len(window.keys) > 0
    with pytest.raises(Superseded):
        await old
    reading.close()


async def test_closing_stops_the_question_at_work_before_its_connection_goes(
    demo: Workspace, endless: threading.Event
) -> None:
    reading = Reading(demo.cache)
    asked = asyncio.create_task(reading.first(ALL))
    await asyncio.to_thread(endless.wait)
    reading.close()
    with pytest.raises(Superseded):
        await asked
