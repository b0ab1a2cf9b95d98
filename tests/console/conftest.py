"""The console driven by keys, without a terminal; what is drawn is read back line by line."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any, cast

import pytest
from rich.segment import Segment
from textual._compositor import LayoutUpdate
from textual.events import Paste
from textual.keys import _character_to_key
from textual.pilot import Pilot

from roster_tui.console.app import RosterApp
from roster_tui.console.start import StartApp
from roster_tui.console.table import RecordTable
from roster_tui.workspace import Workspace


class Desk:
    """A support lead's hands and eyes."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        app = pilot.app
        assert isinstance(app, RosterApp | StartApp)
        # The first run is looked at and typed into like the console; it has no browser.
        self.app = cast(RosterApp, app)
        self.toasts = [str(each.message) for each in app._notifications]
        """The messages shown so far."""
        notify = app.notify

        def noted(message: str, **options: Any) -> None:
            self.toasts.append(message)
            notify(message, **options)

        app.notify = noted  # type: ignore[method-assign]

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until everything they set off has come to rest."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type text."""
        await self.press(*(_character_to_key(char) for char in text))

    async def paste(self, text: str) -> None:
        """Paste text, as a terminal hands it over."""
        self.app.post_message(Paste(text))
        await self.settle()

    async def settle(self) -> None:
        """Wait for workers and for the screen."""
        await self.pilot.pause()
        groups = [worker for worker in self.app.workers if worker.group in ("window", "sync")]
        if groups:
            await self.app.workers.wait_for_complete(groups)
        await self.pilot.pause()

    async def finish(self) -> None:
        """Wait for actions too; none of them may be waiting for an answer."""
        await self.app.workers.wait_for_complete()
        await self.settle()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds on the screen; fails after a generous while."""
        for _ in range(1_000):
            await self.pilot.pause(0.01)
            if holds():
                return
        raise AssertionError(f"it did not come about:\n{self.text}")

    @property
    def table(self) -> RecordTable:
        """The list."""
        return self.app.browser.table

    @property
    def who(self) -> str:
        """The row under the cursor, by its first cell."""
        assert self.app.browser.row is not None
        return self.app.browser.row.cells[0].text

    @property
    def crumb(self) -> str:
        """The breadcrumb line."""
        return self.lines[1].strip()

    @property
    def rows(self) -> list[str]:
        """The lines of the list that hold rows."""
        inside = self.table.region
        shown = self.lines[inside.y + 1 : inside.bottom]
        return [line[: inside.width].rstrip() for line in shown if line[: inside.width].strip()]

    @property
    def strips(self) -> list[list[Segment]]:
        """What goes to the terminal, line by line."""
        update = self.app.screen._compositor.render_update(full=True)
        assert isinstance(update, LayoutUpdate)
        return [[segment for strip in line for segment in strip] for line in update.strips]

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        return ["".join(segment.text for segment in line).rstrip() for line in self.strips]

    @property
    def text(self) -> str:
        """What the screen shows, as one text."""
        return "\n".join(self.lines)

    @property
    def status(self) -> str:
        """The status line."""
        return self.lines[0]


class Writers:
    """Which threads have asked for the cache's write lock, from whenever this was made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.threads: set[int] = set()
        threads, connect = self.threads, sqlite3.connect

        class Noting(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                if sql == "BEGIN IMMEDIATE":
                    threads.add(threading.get_ident())
                return super().execute(sql, *values)

        monkeypatch.setattr(sqlite3, "connect", partial(connect, factory=Noting))


@pytest.fixture
def writers(monkeypatch: pytest.MonkeyPatch) -> Writers:
    """The threads that write to the cache."""
    return Writers(monkeypatch)


Open = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def open_console(demo: Workspace) -> Open:
    """Open the console on the demo district, or on another."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (120, 40), workspace: Workspace | None = None, **options: Any
    ) -> AsyncIterator[Desk]:
        app = RosterApp(workspace or demo)
        async with app.run_test(size=size, notifications=True, **options) as pilot:
            desk = Desk(pilot)
            await desk.settle()
            yield desk

    return opened
