"""Sending text to the terminal's clipboard: masked for the screen already, and checked by the guard once more."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Literal, Protocol

from roster_tui.console.browser import Browser
from roster_tui.console.clipboard import TooLong, sequence, tabbed
from roster_tui.console.failing import EXPECTED
from roster_tui.console.sources import MOST_COPIED
from roster_tui.errors import in_one_line
from roster_tui.present import counted
from roster_tui.workspace import Workspace

_FEWER = "Mark fewer rows, or take --csv on the command line"


class Face(Protocol):
    """What copying needs of the console."""

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while."""


class Copying:
    """The clipboard of one console."""

    def __init__(self, workspace: Workspace, browser: Browser, write: Callable[[str], None], face: Face) -> None:
        self._workspace = workspace
        self._browser = browser
        self._write = write
        self._face = face

    async def rows(self) -> None:
        """Send the marked rows, or the one under the cursor, as lines of tab-separated values."""
        marked = len(self._browser.place.marks)
        if marked > MOST_COPIED:
            self._refuse(f"{counted(marked, 'row')} are too many, {MOST_COPIED} fit. {_FEWER}")
            return
        rows = self._browser.chosen_rows()
        await self.text(tabbed(rows), counted(len(rows), "row"), lists_staff=True)

    async def clever_id(self) -> None:
        """Send the Clever ID of the record under the cursor."""
        if self._browser.row and self._browser.row.clever_id:
            await self.text(self._browser.row.clever_id, "the Clever ID", lists_staff=True)

    async def text(self, text: str, what: str, *, lists_staff: bool = False) -> None:
        """Send text, once the guard has masked what gives a student away in it; nothing when it cannot be checked."""
        from roster_tui.support.guard import check
        from roster_tui.support.guard.stand import masked

        try:
            sequence(text, os.environ)
            hits = await asyncio.to_thread(check, self._workspace, text, lists_staff=lists_staff)
            told = sequence(masked(text, hits), os.environ)
        except TooLong as error:
            self._refuse(f"{error}. {_FEWER}")
        except EXPECTED as error:
            self._refuse(in_one_line(error))
            return
        self._write(told)
        places = f"; {counted(len(hits), 'place')} that may give a student away masked" if hits else ""
        self._face.tell(f"Sent {what} to the terminal's clipboard{places}")

    def _refuse(self, why: str) -> None:
        self._face.tell(f"Nothing was copied: {why}", "warning")
