"""Acting on accounts from the console: plan, confirm where the danger asks for it, perform, report, undo."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol

from roster_tui.accounts.act import Report, Unrecorded
from roster_tui.accounts.directory import DirectoryError
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.plan import Plan
from roster_tui.accounts.verbs import VERBS
from roster_tui.actions import Action, Danger
from roster_tui.ledger import LedgerDamaged
from roster_tui.present import counted, display_text
from roster_tui.settings import SettingsError
from roster_tui.workspace import Workspace


class Face(Protocol):
    """What acting needs of the console."""

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while."""

    def confirm(self, plan: Plan, note: str) -> Awaitable[bool]:
        """Show a plan and wait for the answer."""


class Acting:
    """The actions of one console, one at a time."""

    def __init__(self, workspace: Workspace, face: Face, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self._face = face
        self._changed = changed
        self._last: Report | None = None
        self.busy = False

    @property
    def can_undo(self) -> bool:
        """Whether the last action can be taken back."""
        return self._last is not None and self._last.verb.inverse is not None

    async def settle(self) -> None:
        """Bring to an end what a killed console left behind, and tell it."""
        for report in await self._workspace.performer().settle():
            await asyncio.to_thread(self._workspace.show_accounts, report.accounts)
            if report.items:
                tally = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in report.tally().items())
                self._face.tell(f"Left from before: {report.verb.title}: {tally}. See activity (6)", "warning")
            self._changed()

    async def act(self, action: Action, ids: Sequence[str]) -> None:
        """Perform an action's verb on accounts."""
        await self._perform(action.verb or "", ids, ask=action.danger >= Danger.BULK or len(ids) > 1)

    async def undo(self) -> None:
        """Take the last action back, with a plan of its own."""
        last = self._last
        if last is None or last.verb.inverse is None:
            return
        done = [item.id for item in last.items if item.verdict is Verdict.DONE]
        await self._perform(last.verb.inverse, done, ask=len(done) > 1)

    async def _perform(self, verb: str, ids: Sequence[str], ask: bool) -> None:
        if self.busy:
            self._face.tell("An action is under way already", "warning")
            return
        self.busy = True
        performer = self._workspace.performer()
        try:
            plan: Plan | None = await performer.plan(verb, ids)
            while plan:
                if ask and not await self._face.confirm(plan, self._note(verb)):
                    self._face.tell("Nothing was done")
                    return
                report = await performer.perform(plan)
                await self._follow(report)
                # Who changed while the plan was looked at is asked about again, and only they.
                plan, ask = report.again, True
        except Unrecorded as error:
            self._face.tell(str(error), "error")
        except (DirectoryError, LedgerDamaged, OSError, SettingsError) as error:
            self._face.tell(f"Nothing was done: {error}", "error")
        finally:
            self.busy = False
            self._changed()

    async def _follow(self, report: Report) -> None:
        self._last = report if report.action else self._last
        await asyncio.to_thread(self._workspace.show_accounts, report.accounts)
        self._tell(report)

    def _note(self, verb: str) -> str:
        return self._workspace.performer().outbox.describe() if verb == "activate" else ""

    def _tell(self, report: Report) -> None:
        tally = report.tally()
        done = [item for item in report.items if item.verdict is Verdict.DONE]
        parts = []
        if len(done) == 1:
            parts.append(f"{display_text(done[0].label)} {report.verb.done}")
        elif done:
            parts.append(f"{counted(len(done), 'account')} {report.verb.done}")
        for verdict in (Verdict.NOOP, Verdict.BLOCKED, Verdict.FAILED, Verdict.IN_DOUBT):
            if tally[verdict]:
                why = next(item.reason for item in report.items if item.verdict is verdict)
                many = f" and {tally[verdict] - 1} more" if tally[verdict] > 1 else ""
                label = next(item.label for item in report.items if item.verdict is verdict)
                parts.append(f"{display_text(label)}{many}: {verdict.replace('_', ' ')}, {display_text(why)}")
        undo = " z undoes." if done and VERBS[report.verb.name].inverse else ""
        bad = tally[Verdict.FAILED] + tally[Verdict.IN_DOUBT]
        self._face.tell(". ".join(parts) + "." + undo, "error" if bad else "information")
