"""Deciding about findings from the console: a reason asked for, the decision made, told, and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar, Literal, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from roster_tui import decisions
from roster_tui.catch_up import show_done
from roster_tui.console.failing import EXPECTED
from roster_tui.console.filterline import TextLine
from roster_tui.console.lines import Line, Part, key_parts_of
from roster_tui.console.reports import label_of
from roster_tui.errors import in_one_line
from roster_tui.findings.desk import ACCEPTED, REJECTED
from roster_tui.findings.store import Known
from roster_tui.keymap import keys_of
from roster_tui.present import display_text
from roster_tui.workspace import Workspace


class Face(Protocol):
    """What deciding needs of the console."""

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while."""

    def ask(self, title: str, question: str) -> Awaitable[str | None]:
        """Ask for a line of text and wait for it; None when it is left."""


class Deciding:
    """The decisions of one console."""

    def __init__(self, workspace: Workspace, face: Face, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self._keys = keys_of(workspace.settings.console)
        self._face = face
        self._changed = changed

    async def decide(self, action_id: str, known: Known) -> None:
        """Do what an action says about a finding, and tell it."""
        named = f"{known.finding.code.title}, {label_of(known.finding)}"
        try:
            told = await self._done(action_id, known.finding.id, named)
            later = await show_done(self._workspace)
        except EXPECTED as error:
            self._face.tell(f"Nothing was changed: {in_one_line(error)}", "error")
        else:
            self._face.tell(f"{named}: {told}")
            if later:
                self._face.tell(later, "warning")
        finally:
            self._changed()

    async def reveal(self, known: Known) -> None:
        """Note in the journal who looks at a student's values, and only then let them be shown."""
        try:
            await asyncio.to_thread(decisions.reveal, self._workspace, known.finding.id)
        except EXPECTED as error:
            self._face.tell(f"Nothing was shown: {in_one_line(error)}", "error")
        else:
            self._face.tell("Shown until the cursor moves; the journal notes who looked")
            self._changed()

    async def _done(self, action_id: str, finding_id: str, named: str) -> str:
        workspace = self._workspace
        if action_id == "finding.dismiss":
            reason = await self._face.ask(f"Dismiss: {named}", "Why does it need nobody? Kept in the journal")
            if reason is None:
                return "nothing was changed"
            await asyncio.to_thread(decisions.dismiss, workspace, finding_id, reason)
            told = "dismissed until its evidence changes. {finding.set_aside} shows it, {finding.reopen} opens it again"
            return self._keys.told(told)
        if action_id == "finding.reopen":
            await asyncio.to_thread(decisions.reopen, workspace, finding_id)
            return "open again"
        verdict = ACCEPTED if action_id == "pair.accept" else REJECTED
        await asyncio.to_thread(decisions.decide, workspace, finding_id, verdict)
        export = ". roster-tui crosswalk export FILE writes it" if verdict == ACCEPTED else ""
        return f"{verdict}{export}. {self._keys.told('{finding.reopen} leaves it open')}"


class ReasonScreen(ModalScreen[str | None]):
    """One line to be typed. Enter ends it when there is something in it, Esc leaves everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, title: str, question: str, enter: str, longest: int = 300) -> None:
        super().__init__()
        self._title = title
        self._question = question
        self._enter = enter
        self._longest = longest

    def compose(self) -> ComposeResult:
        """Lay out title, question and field."""
        with Vertical(id="question"):
            yield Line(id="question-title")
            yield Line(id="question-text")
            yield TextLine(id="reason", compact=True, max_length=self._longest)
            yield Line(id="question-keys")

    def on_mount(self) -> None:
        """Fill in the lines."""
        self.query_one("#question-title", Line).show([Part(display_text(self._title), "title")])
        self.query_one("#question-text", Line).show([Part(display_text(self._question), "dim")])
        self.query_one("#question-keys", Line).show(key_parts_of((("enter", self._enter), ("esc", "cancel"))))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """End without an answer."""
        self.dismiss(None)
