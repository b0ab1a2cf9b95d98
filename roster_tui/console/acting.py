"""Acting on accounts from the console: plan, confirm where the danger asks for it, perform, report, undo."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from roster_tui.accounts.carrying import Unrecorded
from roster_tui.accounts.deeds import HowFar, P, Performs, Planned, Progress, Reported
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.record import NotJournaled
from roster_tui.accounts.verbs import ALL_AS_IS, VERBS, Asked
from roster_tui.actions import Action, Danger
from roster_tui.catch_up import show_done
from roster_tui.console.failing import EXPECTED
from roster_tui.errors import in_one_line
from roster_tui.follow_mark import check_followed
from roster_tui.keymap import keys_of
from roster_tui.present import counted, display_text
from roster_tui.tracking import performer_of, tracker_performer
from roster_tui.workspace import Workspace

if TYPE_CHECKING:
    from roster_tui.accounts.mail import Preview


class Face(Protocol):
    """What acting needs of the console."""

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while."""

    def refresh_status(self) -> None:
        """Write the status line again."""

    def confirm(self, plan: Planned, note: str, mail: Preview | None) -> Awaitable[str | None]:
        """Show a plan, with the mail that would leave, and wait for the answer: the reason, or None for no."""

    def ask_rights(self) -> Awaitable[Asked | None]:
        """Ask which rights to give and wait for the answer; None when it is left."""


class Acting:
    """The actions of one console, one at a time."""

    def __init__(self, workspace: Workspace, face: Face, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self._keys = keys_of(workspace.settings.console)
        self._face = face
        self._changed = changed
        self._undoable: str | None = None
        self._own: set[str] = set()
        """Actions of this console."""
        self.busy = False
        self.told = ""
        """How far the action under way has come."""

    @property
    def can_undo(self) -> bool:
        """Whether there is an action that can be taken back."""
        return self._undoable is not None

    @property
    def cannot(self) -> Mapping[str, str]:
        """By verb, why the directory cannot do it."""
        cannot = self._workspace.directory.capabilities.cannot
        told = {verb: why[:1].upper() + why[1:] for verb, why in cannot.items()}
        return {name: told[verb.makes] for name, verb in VERBS.items() if verb.makes in told}

    async def settle(self) -> None:
        """Bring to an end what a killed console left behind, and tell it."""
        performer = self._workspace.performer()
        try:
            left: list[Reported] = [*await performer.settle(), *await tracker_performer(self._workspace).settle()]
            await self._tell_settled(left)
            self._undoable = await performer.undoable()
        except EXPECTED as error:
            self._face.tell(f"What was done before could not be looked at: {in_one_line(error)}", "error")

    async def _tell_settled(self, left: Sequence[Reported]) -> None:
        for report in left:
            await self._show(report)
            if report.items:
                tally = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in report.tally().items())
                where = self._keys.told("See activity ({view.activity})")
                self._face.tell(f"Left from before: {report.verb.title}: {tally}. {where}", "warning")
            self._changed()

    async def _latest_undoable(self) -> str | None:
        """Return the action that would be taken back; none while the journal cannot be read, which was told."""
        try:
            return await self._workspace.performer().undoable()
        except EXPECTED:
            return None

    async def act(self, action: Action, ids: Sequence[str], ask: bool = False) -> None:
        """Perform an action's verb on accounts; ``ask`` has the plan shown even for one."""
        asked: Asked | None = ALL_AS_IS
        if action.verb == "role":
            asked = await self._face.ask_rights()
        if asked is None:
            self._face.tell("Nothing was done")
            return
        performer = self._workspace.performer()
        plan = performer.plan(action.verb or "", ids, asked=asked)
        await self._perform(performer, plan, ask or action.danger >= Danger.BULK or len(ids) > 1)

    async def act_on_trackers(self, verb: str, sections: Sequence[str], ask: bool = False) -> None:
        """Perform a verb on the trackers of sections; ``ask`` has the plan shown even for one."""
        performer = tracker_performer(self._workspace)
        await self._perform(performer, performer.plan(verb, sections), ask or len(sections) > 1)

    async def undo(self, ask: bool = False) -> None:
        """Take the last action back that can be, with a plan of its own; one of an earlier session is shown first."""
        if self._undoable is None:
            return
        performer = await asyncio.to_thread(performer_of, self._workspace, self._undoable)
        await self._perform(performer, performer.undo_plan(self._undoable), ask or self._undoable not in self._own)

    async def _perform(self, performer: Performs[P], planned: Coroutine[Any, Any, P], ask: bool) -> None:
        if self.busy:
            planned.close()
            self._face.tell("An action is under way already", "warning")
            return
        self.busy = True
        try:
            plan: P | None = await self._checked(planned)
            while plan:
                if ask or len(plan.todo) > 1:
                    note, mail = self._note(performer, plan), performer.preview(plan)
                    reason = await self._face.confirm(plan, note, mail)
                    if reason is None:
                        self._face.tell("Nothing was done")
                        return
                    plan = plan.because(reason)
                report = await performer.perform(plan, self._progress(plan))
                await self._follow(report)
                # Who changed while the plan was looked at is asked about again, and only they.
                plan, ask = report.again, True
        except (NotJournaled, Unrecorded) as error:
            self._face.tell(in_one_line(error), "error")
        except EXPECTED as error:
            self._face.tell(f"Nothing was done: {in_one_line(error)}", "error")
        finally:
            self.busy, self.told = False, ""
            self._undoable = await self._latest_undoable()
            self._changed()

    async def _checked(self, planned: Coroutine[Any, Any, P]) -> P:
        """Return a plan, once it is known that the ledger is the one that the lists have followed."""
        try:
            await asyncio.to_thread(check_followed, self._workspace)
        except BaseException:
            # Whatever it was, nobody plans any more.
            planned.close()
            raise
        return await planned

    def _progress(self, plan: Planned) -> Progress:
        def progress(how_far: HowFar) -> None:
            shown = how_far.total > 1 or how_far.waits_for
            self.told = display_text(how_far.told(plan.verb.done)) if shown else ""
            self._face.refresh_status()

        return progress

    async def _follow(self, report: Reported) -> None:
        if report.action:
            self._own.add(report.action)
        await self._tell_settled(report.first)
        await self._show(report)
        self._tell(report)

    async def _show(self, report: Reported) -> None:
        if later := await show_done(self._workspace, report):
            self._face.tell(later, "warning")

    def _note(self, performer: Performs[P], plan: P) -> str:
        if plan.undoes:
            return f"takes {plan.undoes} back"
        return performer.note(plan)

    def _tell(self, report: Reported) -> None:
        tally = report.tally()
        done = [item for item in report.items if item.verdict is Verdict.DONE]
        parts = []
        if len(done) == 1:
            # One account is acted on without its plan being shown: what the plan would have warned of is said here.
            but = f"; {display_text(done[0].warning)}" if done[0].warning else ""
            whose = "" if report.verb.noun == "account" else f": {report.verb.noun}"
            parts.append(f"{display_text(done[0].label)}{whose} {report.verb.done}{but}")
        elif done:
            parts.append(f"{counted(len(done), report.verb.noun)} {report.verb.done}")
        for verdict in (Verdict.NOOP, Verdict.BLOCKED, Verdict.FAILED, Verdict.IN_DOUBT):
            if tally[verdict]:
                why = next(item.reason for item in report.items if item.verdict is verdict)
                many = f" and {tally[verdict] - 1} more" if tally[verdict] > 1 else ""
                label = next(item.label for item in report.items if item.verdict is verdict)
                parts.append(f"{display_text(label)}{many}: {verdict.replace('_', ' ')}, {display_text(why)}")
        undo = self._keys.told(" {action.undo} undoes.") if done and report.verb.inverse else ""
        bad = tally[Verdict.FAILED] + tally[Verdict.IN_DOUBT]
        told = ". ".join(parts) or "There was nothing to do"
        self._face.tell(f"{told}.{undo}", "error" if bad else "information")
