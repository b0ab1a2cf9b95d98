"""Deciding about a held sync from the console: shown first, then applied or thrown away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from roster_tui.console.failing import EXPECTED
from roster_tui.errors import in_one_line
from roster_tui.sync import HoldChanged, SyncRefused
from roster_tui.sync.hold import Review, approve, discard, review
from roster_tui.workspace import Workspace


class Face(Protocol):
    """What deciding needs of the console."""

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while."""

    def confirm_held(self, review: Review, question: str) -> Awaitable[bool]:
        """Show a held sync and wait for the answer."""


class Holding:
    """The decisions of one console about held syncs."""

    def __init__(self, workspace: Workspace, face: Face, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self._face = face
        self._changed = changed

    async def approve(self) -> None:
        """Show the held sync, and apply exactly what was shown once it is confirmed."""
        await self._decide("approve", self._apply)

    async def discard(self) -> None:
        """Show the held sync, and throw it away once that is confirmed."""
        await self._decide("discard", self._throw_away)

    async def _decide(self, question: str, do: Callable[[Review], Awaitable[str]]) -> None:
        try:
            found = await review(self._workspace)
            if not await self._face.confirm_held(found, question):
                self._face.tell("Nothing was done")
                return
            self._face.tell(await do(found))
        except HoldChanged as error:
            self._face.tell(f"{error}. Look at it again", "warning")
        except SyncRefused as error:
            self._face.tell(in_one_line(error), "warning")
        except EXPECTED as error:
            self._face.tell(f"The decision could not be carried out: {in_one_line(error)}", "error")
        finally:
            self._changed()

    async def _apply(self, found: Review) -> str:
        followed = await approve(self._workspace, found.digest)
        return f"Applied. {followed.told}"

    async def _throw_away(self, found: Review) -> str:
        await discard(self._workspace)
        return f"Run {found.run.id} was discarded; the roster is as before"
