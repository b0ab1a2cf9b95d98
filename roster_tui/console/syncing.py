"""A sync from the console: in the background, with its progress in the status line."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Literal, Protocol

from roster_tui.access import NoToken, clever_access
from roster_tui.clever import CleverError
from roster_tui.console.failing import EXPECTED
from roster_tui.errors import in_one_line
from roster_tui.keymap import keys_of
from roster_tui.present import counted
from roster_tui.settings import SettingsError
from roster_tui.support.retention import forget_old
from roster_tui.sync import Step, SyncRefused, SyncResult, sync
from roster_tui.workspace import Workspace


class Face(Protocol):
    """What a sync needs of the console."""

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while."""

    def refresh_status(self) -> None:
        """Write the status line again."""


class Syncing:
    """The syncs of one console, one at a time."""

    def __init__(self, workspace: Workspace, face: Face, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self._face = face
        self._changed = changed
        self.running = False
        self.told = ""
        """How far it is, for the status line."""

    async def run(self) -> None:
        """Run one sync and tell how it ended."""
        self.running, self.told = True, "sync: asking Clever"
        self._face.refresh_status()
        settings = self._workspace.settings
        try:
            with contextlib.ExitStack() as stack:
                access = stack.enter_context(clever_access(settings))
                clock = self._workspace.clock
                _, result = await sync(settings, access.token, access.base_url, progress=self._progress, clock=clock)
        except (CleverError, SyncRefused, NoToken, SettingsError) as error:
            self._face.tell(f"The sync failed; the roster is as before. {in_one_line(error)}", "error")
        except EXPECTED as error:
            self._face.tell(f"The sync failed. {in_one_line(error)}", "error")
        else:
            self._tell(result)
            if not result.hold and result.clock_trusted:
                await self._forget_old()
        finally:
            self.running = False
            self._changed()

    async def _forget_old(self) -> None:
        try:
            await asyncio.to_thread(forget_old, self._workspace)
        except EXPECTED as error:
            self._face.tell(f"Old tickets and reports could not be removed: {in_one_line(error)}", "warning")

    def _progress(self, step: Step) -> None:
        told = f"sync: {step.describe()}"
        if told != self.told:
            self.told = told
            self._face.refresh_status()

    def _tell(self, result: SyncResult) -> None:
        if result.hold:
            reasons = "; ".join(result.hold["reasons"])
            keys = keys_of(self._workspace.settings.console)
            held = keys.told("The sync is held for review ({view.sync}, then {hold.approve})")
            self._face.tell(f"{held}: {reasons}", "warning")
            return
        changes = sum(tally.added + tally.updated + tally.removed for tally in result.counts.values())
        said = [f"Synced in {result.seconds:.1f} s: {counted(changes, 'change')}", *result.notes]
        self._face.tell(". ".join(said), "warning" if result.notes else "information")
