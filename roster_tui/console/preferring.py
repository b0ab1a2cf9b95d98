"""The operator's own columns, orders and filters, as they are kept now: another console of theirs may change them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Literal, Protocol

import msgspec

from roster_tui.console.failing import EXPECTED
from roster_tui.errors import in_one_line
from roster_tui.ledger import ListLook, Preferences, SavedFilter
from roster_tui.ledger.preferences import Signature
from roster_tui.workspace import Workspace, private_folder

USUAL_LOOK = ListLook()
_Alter = Callable[[Preferences], Preferences]


class Face(Protocol):
    """What this needs of the console."""

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while."""


class Preferring:
    """What one operator keeps."""

    def __init__(self, workspace: Workspace, face: Face) -> None:
        self._file = workspace.preferences
        self._face = face
        self._read = Preferences()
        self._signature: Signature = None
        self._one_by_one = asyncio.Lock()

    @property
    def now(self) -> Preferences:
        """All that is kept. A file that cannot be read is told once, and the usual holds."""
        signature = self._file.signature()
        if signature != self._signature:
            self._signature = signature
            try:
                self._read = self._file.read()
            except EXPECTED as error:
                self._read = Preferences()
                self._face.tell(
                    f"Your columns and saved filters: {in_one_line(error)}. The usual columns are shown", "warning"
                )
        return self._read

    def look(self, view: str) -> ListLook:
        """Return how a list is to be looked at."""
        return self.now.lists.get(view, USUAL_LOOK)

    def keep_look(self, view: str, look: ListLook) -> Coroutine[Any, Any, bool]:
        """Let a list be looked at so from now on; what is returned keeps it, see `_kept`."""

        def alter(kept: Preferences) -> Preferences:
            lists = {name: each for name, each in kept.lists.items() if name != view}
            return msgspec.structs.replace(kept, lists=lists if look == USUAL_LOOK else {**lists, view: look})

        return self._keep(alter)

    def keep_filter(self, name: str, saved: SavedFilter | None) -> Coroutine[Any, Any, bool]:
        """Let a name stand for a filter, or for none any more; what is returned keeps it, see `_kept`."""

        def alter(kept: Preferences) -> Preferences:
            filters = {each: known for each, known in kept.filters.items() if each != name}
            return msgspec.structs.replace(kept, filters={**filters, name: saved} if saved else filters)

        return self._keep(alter)

    def _keep(self, alter: _Alter) -> Coroutine[Any, Any, bool]:
        # It holds here at once, whatever the disk says later.
        self._read = alter(self.now)
        return self._kept(alter)

    async def _kept(self, alter: _Alter) -> bool:
        """Write a change for the next time; False, and told, when that was not possible."""
        try:
            async with self._one_by_one:
                await asyncio.to_thread(self._write, alter)
        except EXPECTED as error:
            self._face.tell(f"This was not kept for the next time: {in_one_line(error)}", "warning")
            return False
        return True

    def _write(self, alter: _Alter) -> None:
        private_folder(self._file.file.parent.parent)
        private_folder(self._file.file.parent)
        self._file.change(alter)
