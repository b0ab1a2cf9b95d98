"""The console's lists and the ledger: compared at every look for changes, and brought in step beside the event loop."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Literal, Protocol

from roster_tui.console.reading import Reading
from roster_tui.errors import RosterError
from roster_tui.workspace import Workspace

if TYPE_CHECKING:
    from roster_tui.follow_mark import Lag

_PATIENCE = 5
"""Looks that are passed over after one that came to nothing: a platform that is down is not asked without end."""


class Face(Protocol):
    """What this needs of the console."""

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while."""


class ListLag:
    """How far the lists of one console are behind."""

    def __init__(self, workspace: Workspace, reading: Reading, face: Face, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self._reading = reading
        self._face = face
        self._changed = changed
        self._under_way = False
        self._passed_over = 0
        self.told = ""
        """What the status line says of it; nothing where the lists are in step."""

    def due(self) -> Coroutine[Any, Any, None] | None:
        """Compare, in less than a millisecond; returns what brings the lists in step, where they are not."""
        if self._under_way:
            return None
        if self._passed_over:
            self._passed_over -= 1
            return None
        # The first look comes after the first frame, which waits for no import that it can do without.
        from roster_tui.follow_mark import Lag, lag_of

        try:
            lag = lag_of(self._workspace, self._reading.pages)
        except (RosterError, OSError, sqlite3.OperationalError):
            lag = Lag(None)
        if lag is None:
            if self.told:
                self.told = ""
                self._changed()
            return None
        self._under_way = True
        return self._catch_up(lag)

    async def _catch_up(self, lag: Lag) -> None:
        from roster_tui.catch_up import look

        try:
            said = await look(self._workspace)
        finally:
            self._under_way = False
        # One message for one trouble, however often it is met.
        if said and not self.told:
            self._face.tell(said, "warning")
        self._passed_over = _PATIENCE if said else 0
        self.told = lag.short if said else ""
        self._changed()
