"""The console driven by keys, without a terminal; what is drawn is read back line by line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from roster_tui.console.app import RosterApp
from roster_tui.workspace import Workspace


class Desk:
    """A support lead's hands and eyes."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        app = pilot.app
        assert isinstance(app, RosterApp)
        self.app = app

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until everything they set off has come to rest."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type text."""
        names = {" ": "space", ":": "colon", "-": "minus", ">": "greater_than_sign", '"': "quotation_mark"}
        await self.press(*(names.get(char, char) for char in text))

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

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        update = self.app.screen._compositor.render_update(full=True)
        strips = update.strips if hasattr(update, "strips") else []
        return ["".join(segment.text for segment in line).rstrip() for line in strips]

    @property
    def text(self) -> str:
        """What the screen shows, as one text."""
        return "\n".join(self.lines)

    @property
    def toasts(self) -> list[str]:
        """The messages shown so far."""
        return [str(each.message) for each in self.app._notifications]

    def status(self) -> str:
        """The status line."""
        return self.lines[0]


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
