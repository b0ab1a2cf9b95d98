"""Questions are answered beside the event loop: the newest wins, and closing waits for none that is still asked."""

import asyncio
import sqlite3
import threading
from typing import Any

import pytest

from roster_tui.console import reading as module
from roster_tui.console.reading import Reading, Superseded
from roster_tui.roster.kinds import SECTION
from roster_tui.roster.listing import Listing
from roster_tui.roster.window import Window
from roster_tui.roster.window import first_window as plain_first_window
from roster_tui.roster.window import full_window as plain_full_window
from roster_tui.workspace import Workspace

ALL, TURNED = Listing(SECTION), Listing(SECTION, descending=True)
FOREVER = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


class Endless:
    """The list in its usual order becomes a question that SQLite never finishes: its first rows, or all of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at_work = threading.Event()
        self.walking = True
        monkeypatch.setattr(module, "first_window", self._first_window)
        monkeypatch.setattr(module, "full_window", self._full_window)

    def _first_window(self, db: sqlite3.Connection, listing: Listing, **options: Any) -> Window:
        if listing == ALL and self.walking:
            self.at_work.set()
            db.execute(FOREVER).fetchone()
        return plain_first_window(db, listing, **options)

    def _full_window(self, db: sqlite3.Connection, listing: Listing) -> Window:
        if listing == ALL:
            self.at_work.set()
            db.execute(FOREVER).fetchone()
        return plain_full_window(db, listing)


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Endless:
    return Endless(monkeypatch)


async def test_a_newer_question_stops_the_one_at_work_and_is_answered_itself(demo: Workspace, endless: Endless) -> None:
    reading = Reading(demo.cache)
    shown: list[Window] = []
    old = asyncio.create_task(reading.ask(ALL, shown.append))
    await asyncio.to_thread(endless.at_work.wait)
    await reading.ask(TURNED, shown.append)
    assert {window.listing for window in shown} == {TURNED}
    assert shown[-1].complete
    assert len(shown[-1].keys) > 0
    with pytest.raises(Superseded):
        await old
    reading.close()


async def test_the_first_rows_stand_while_all_of_them_are_still_looked_for(
    demo: Workspace, endless: Endless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roster_tui.roster.walk._STEPS", 5)
    endless.walking = False
    reading = Reading(demo.cache)
    shown: list[Window] = []
    asked = asyncio.create_task(reading.ask(ALL, shown.append))
    await asyncio.to_thread(endless.at_work.wait)
    while not shown:
        await asyncio.sleep(0.01)
    assert [(len(window.keys), window.complete) for window in shown] == [(5, False)]
    reading.close()
    with pytest.raises(Superseded):
        await asked


async def test_closing_stops_the_question_at_work_before_its_connection_goes(demo: Workspace, endless: Endless) -> None:
    reading = Reading(demo.cache)
    asked = asyncio.create_task(reading.ask(ALL, lambda window: None))
    await asyncio.to_thread(endless.at_work.wait)
    reading.close()
    with pytest.raises(Superseded):
        await asked
