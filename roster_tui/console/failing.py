"""Errors as the console meets them: known ones, and those of others' code, are messages; a fault of ours ends it.

Actions and work beside the screen say what they know of an error; whatever they let through comes here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from textual.worker import WorkerFailed

from roster_tui.databases import is_damage
from roster_tui.errors import RosterError, in_one_line
from roster_tui.workspace import Workspace

EXPECTED = (RosterError, OSError)
"""What actions of the console tell with words of their own."""
_OURS = frozenset({"builtins", "roster_tui", "textual", "rich"})
"""Whose errors are faults of ours when nobody expects them: ours, and those of a screen that we drew wrongly."""
_DAMAGED = "The roster cache is damaged. Accounts and journal are untouched. Leave and start again: it is made anew"


class Face(Protocol):
    """What this needs of the console."""

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while."""


class Failing:
    """What one console does with errors that nobody has told."""

    def __init__(self, workspace: Workspace, face: Face) -> None:
        self._workspace = workspace
        self._face = face
        self._told = ""
        """What was told of trouble that is met again and again."""

    def tells(self, error: BaseException) -> bool:
        """Tell an error that the console outlives; False for a fault of ours."""
        said = self._said(error)
        if said:
            self._face.tell(said, "error")
        return bool(said)

    @contextmanager
    def telling(self, *, once: bool = False) -> Iterator[None]:
        """Tell what goes wrong in the block; with ``once`` not again until it has gone well. A fault of ours passes."""
        try:
            yield
        except Exception as error:
            said = self._said(error)
            if not said:
                raise
            if not (once and self._told):
                self._face.tell(said, "error")
            if once:
                self._told = said
        else:
            if once:
                self._told = ""

    def _said(self, error: BaseException) -> str:
        """Return what happened, what was kept and what to do; empty for a fault of ours."""
        if isinstance(error, WorkerFailed):
            error = error.error
        if isinstance(error, sqlite3.Error):
            if is_damage(error):
                return _DAMAGED
            error = self._workspace.cache.error_of(error) or error
        if isinstance(error, RosterError | OSError):
            return in_one_line(error)
        if not is_of_others(error):
            return ""
        from roster_tui.console.crash import reported

        return f"The console goes on; what it was doing failed {reported(error, self._workspace.folder)}"


def is_of_others(error: BaseException) -> bool:
    """Return whether an error was raised by what we build on: a library, or the system."""
    return type(error).__module__.partition(".")[0] not in _OURS
