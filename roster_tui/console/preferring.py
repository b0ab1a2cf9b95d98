"""The operator's own columns, orders and filters, as they are kept now: another console of theirs may change them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal, Protocol

import msgspec
from filelock import Timeout

from roster_tui.ledger import LedgerDamaged, ListLook, Preferences, SavedFilter
from roster_tui.ledger.preferences import Signature
from roster_tui.workspace import FolderUnusable, Workspace, private_folder

USUAL_LOOK = ListLook()


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

    @property
    def now(self) -> Preferences:
        """All that is kept. A file that cannot be read is told once, and the usual holds."""
        signature = self._file.signature()
        if signature != self._signature:
            self._signature = signature
            try:
                self._read = self._file.read()
            except (LedgerDamaged, OSError) as error:
                self._read = Preferences()
                self._face.tell(f"Your columns and saved filters: {error}. The usual columns are shown", "warning")
        return self._read

    def look(self, view: str) -> ListLook:
        """Return how a list is to be looked at."""
        return self.now.lists.get(view, USUAL_LOOK)

    async def keep_look(self, view: str, look: ListLook) -> bool:
        """Keep how a list is looked at; False, and told, when that was not possible."""

        def alter(kept: Preferences) -> Preferences:
            lists = {name: each for name, each in kept.lists.items() if name != view}
            return msgspec.structs.replace(kept, lists=lists if look == USUAL_LOOK else {**lists, view: look})

        return await self._keep(alter)

    async def keep_filter(self, name: str, saved: SavedFilter | None) -> bool:
        """Keep a filter under a name, or none any more; False, and told, when that was not possible."""

        def alter(kept: Preferences) -> Preferences:
            filters = {each: known for each, known in kept.filters.items() if each != name}
            return msgspec.structs.replace(kept, filters={**filters, name: saved} if saved else filters)

        return await self._keep(alter)

    async def _keep(self, alter: Callable[[Preferences], Preferences]) -> bool:
        try:
            await asyncio.to_thread(self._write, alter)
        except (Timeout, FolderUnusable, OSError) as error:
            self._face.tell(f"This was not kept for the next time: {error}", "warning")
            self._read = alter(self._read)
            return False
        return True

    def _write(self, alter: Callable[[Preferences], Preferences]) -> None:
        private_folder(self._file.file.parent.parent)
        private_folder(self._file.file.parent)
        self._file.change(alter)
