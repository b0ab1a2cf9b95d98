"""The tickets of the district, newest first: opened, narrowed by words, closed, opened again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from roster_tui.console.columns import Column, Row
from roster_tui.console.dialogs import SearchScreen
from roster_tui.console.failing import EXPECTED
from roster_tui.console.lines import Part
from roster_tui.console.reports import Report
from roster_tui.console.ticket import Face, TicketScreen
from roster_tui.errors import in_one_line
from roster_tui.keymap import keys_of
from roster_tui.present import counted, day_and_time, display_text
from roster_tui.support import help_desk
from roster_tui.support.tickets import State, Ticket, matching
from roster_tui.workspace import Workspace

_STYLES = {State.DRAFT: "accent", State.CHECKED: "good", State.SENT: "warn", State.ANSWERED: "good"}
_STEPS: dict[str, tuple[Callable[[Workspace, int], Ticket], str]] = {
    "answered": (help_desk.note_answered, "is answered"),
    "close": (help_desk.close, "is closed"),
    "reopen": (help_desk.reopen, "is a draft again"),
}


class TicketListScreen(SearchScreen):
    """Every ticket, whatever has become of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "app.pop_screen", show=False),
        Binding("a", "step('answered')", show=False),
        Binding("x", "step('close')", show=False),
        Binding("X", "step('reopen')", show=False),
        Binding("question_mark", "app.page('tickets')", show=False),
    ]
    KEYS = (
        ("enter", "open"),
        ("a", "answered"),
        ("x", "close"),
        ("X", "open again"),
        ("/", "search"),
        ("esc", "leave"),
    )

    def __init__(self, workspace: Workspace, face: Face) -> None:
        super().__init__()
        self._workspace = workspace
        self._face = face
        self._tickets: list[Ticket] = []

    def on_screen_resume(self) -> None:
        """Read the tickets, and again what was written on the screen of one."""
        self._refresh()

    def _refresh(self) -> None:
        self.run_worker(self._read(), group="window", exclusive=True, description="tickets")

    async def _read(self) -> None:
        try:
            self._tickets = await asyncio.to_thread(lambda: help_desk.store(self._workspace).all())
        except EXPECTED as error:
            self._face.tell(in_one_line(error), "error")
        self.show_found()

    def found(self, words: str) -> tuple[str, Report]:
        """Return the tickets that hold all of the words."""
        found = matching(self._tickets, words)
        of = f" of {len(self._tickets)}" if len(found) != len(self._tickets) else ""
        return f"{counted(len(found), 'ticket')}{of}", tickets_report(self._workspace, found)

    def note(self) -> str:
        """Return whose ticket is under the cursor: there is no column for it on a narrow screen."""
        ticket = self._chosen
        return f"Drafted by {display_text(ticket.author)}" if ticket else ""

    def action_open(self) -> None:
        """Open the ticket under the cursor."""
        if ticket := self._chosen:
            self.app.push_screen(TicketScreen(self._workspace, ticket, self._face))

    @property
    def _chosen(self) -> Ticket | None:
        row = self.table.current
        return next((ticket for ticket in self._tickets if row and ticket.number == row.key), None)

    def action_step(self, name: str) -> None:
        """Note what became of the ticket under the cursor."""
        if refusal := self._workspace.settings.refusal:
            self._face.tell(refusal, "warning")
        elif ticket := self._chosen:
            self.run_worker(self._step(name, ticket.number), group="ticket", description=f"ticket {name}")

    async def _step(self, name: str, number: int) -> None:
        step, told = _STEPS[name]
        try:
            await asyncio.to_thread(step, self._workspace, number)
        except EXPECTED as error:
            self._face.tell(in_one_line(error), "warning")
        else:
            self._face.tell(f"Ticket {number} {told}")
        await self._read()


def tickets_report(workspace: Workspace, tickets: Sequence[Ticket]) -> Report:
    """Return tickets as rows."""
    columns = (
        Column("", 5, right=True),
        Column("State", 9),
        Column("Subject", 20, share=4),
        Column("To", 11),
        Column("Changed", 15),
        Column("By", 8, share=1, from_width=90),
    )
    zone = workspace.settings.zone
    rows = [
        Row(
            ticket.number,
            "ticket",
            (
                Part(str(ticket.number)),
                Part("in doubt", "bad")
                if ticket.attempt
                else Part(ticket.state.value, _STYLES.get(ticket.state, "dim")),
                Part(display_text(ticket.subject)),
                Part(ticket.desk.value, "dim"),
                Part(day_and_time(ticket.changed_at.astimezone(zone)), "dim"),
                Part(display_text(ticket.author), "dim"),
            ),
        )
        for ticket in tickets
    ]
    told = keys_of(workspace.settings.console).told("{ticket.new} on a finding, teacher, section or sync drafts one.")
    return Report(columns, rows, f"No tickets.\n{told}", len(rows))
