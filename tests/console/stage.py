"""A console under a scenario's hands and eyes; it may be closed and opened again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from textual.app import App
from textual.events import Paste

from roster_tui.console.app import RosterApp
from roster_tui.console.start import StartApp
from roster_tui.workspace import Workspace
from tests.console.conftest import Desk

_PAUSES = 250
"""How often it is looked whether something has come about: a generous while."""


class Stage:
    """One console, and what came to it from outside."""

    def __init__(self, workspace: Workspace, size: tuple[int, int], mails: Sequence[object]) -> None:
        self._workspace = workspace
        self._size = size
        self._app = AsyncExitStack()
        self._seen = 0
        self.mails = mails
        """What has reached the district's mail server."""

    async def open(self) -> None:
        """Open the console, or where there is no district the first run."""
        there = self._workspace.folder.exists()
        app: App[Any] = RosterApp(self._workspace) if there else StartApp(self._workspace.settings)
        pilot = await self._app.enter_async_context(app.run_test(size=self._size, notifications=True))
        self.desk = Desk(pilot)
        self._seen = 0
        await self.rest()

    async def close(self) -> None:
        """Leave the console."""
        await self._app.aclose()

    async def press(self, keys: Sequence[str], rest: bool = True) -> None:
        """Press keys; messages from now on are the new ones."""
        self._seen = len(self.desk.toasts)
        for key in keys:
            await self.desk.pilot.press(key)
            if rest:
                await self.rest()

    async def line(self, key: str, text: str) -> None:
        """Open a line to type in, put a text there in one go, and enter it."""
        self._seen = len(self.desk.toasts)
        await self.desk.pilot.press(key)
        self.desk.app.post_message(Paste(text))
        await self.desk.pilot.pause()
        await self.desk.pilot.press("enter")
        await self.rest()

    async def rest(self) -> None:
        """Wait until all that was set off has come to rest, or waits for an answer."""
        app = self.desk.app
        while app.is_running:
            await self.desk.pilot.pause()
            asking = len(app.screen_stack) > 1
            if all(each.is_finished or (asking and each.group == "acting") for each in app.workers):
                break
        if app.is_running:
            await self.desk.pilot.pause()

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait until something holds; fails after a generous while."""
        for _ in range(_PAUSES):
            if holds():
                return
            await self.desk.pilot.pause(0.02)
        raise AssertionError(f"{what} did not come about")

    @property
    def news(self) -> list[str]:
        """The messages since the last key."""
        return [plain(each) for each in self.desk.toasts[self._seen :]]

    @property
    def rows(self) -> list[str]:
        """All rows of the list, also those that do not fit on the screen."""
        source = self.desk.table._source
        found = [source.row(place) for place in range(source.count)] if source else []
        return [plain(" ".join(part.text for part in row.cells)) for row in found if row]

    @property
    def lines(self) -> list[str]:
        """What the screen shows, blanks run together."""
        return [plain(line) for line in self.desk.lines]

    def sees(self, text: str) -> bool:
        """Return whether a line of the screen holds a text, or a dialog or detail in which it is wrapped."""
        return any(text in shown for shown in (*self.lines, *self._wrapped()))

    def _wrapped(self) -> Iterator[str]:
        lines = self.desk.lines
        for box in self.desk.app.screen.query("#dialog, #question, #detail, #mistake"):
            inside = box.content_region
            if box.display:
                yield plain(" ".join(line[inside.x : inside.right] for line in lines[inside.y : inside.bottom]))

    @property
    def crumb(self) -> list[str]:
        """The breadcrumb's parts: the way, perhaps a filter or a mistake, the counts."""
        return [plain(part) for part in re.split(" {2,}", self.desk.crumb) if part]


def plain(text: str) -> str:
    """Return a text with its blanks run together."""
    return " ".join(text.split())


@asynccontextmanager
async def staged(workspace: Workspace, size: tuple[int, int], mails: Sequence[object] = ()) -> AsyncIterator[Stage]:
    """Open a console for a scenario's steps."""
    stage = Stage(workspace, size, mails)
    await stage.open()
    try:
        yield stage
    finally:
        await stage.close()
