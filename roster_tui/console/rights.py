"""Choosing a role or a permission, and until when it is given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from roster_tui.accounts.model import ROLES, Permission
from roster_tui.accounts.verbs import Asked
from roster_tui.console.columns import Column, Row
from roster_tui.console.filterline import TextLine
from roster_tui.console.lines import Line, Part
from roster_tui.console.reports import Report
from roster_tui.console.table import RecordTable
from roster_tui.present import display_text

CHOICES = (
    *((str(role), "role", Asked(role=role)) for role in ROLES),
    *((str(permission), "permission beside the role", Asked(permission=permission)) for permission in Permission),
    ("No permission", "beside the role", Asked(no_permission=True)),
)
"""What can be chosen: title, what it is, and what is asked for."""


class RightsScreen(ModalScreen[Asked | None]):
    """One role or permission to be chosen, and a last day to be typed where it is for a time.

    Nothing is done yet: the plan comes next.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("enter", "choose", show=False),
        Binding("question_mark", "app.page('roles')", show=False),
    ]

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today
        self._asked: Asked | None = None

    def compose(self) -> ComposeResult:
        """Lay out title, choices, field and keys."""
        with Vertical(id="dialog"):
            yield Line(id="plan-title")
            yield Line(id="plan-note")
            yield RecordTable(id="plan-items")
            yield TextLine(id="until", compact=True, max_length=10, placeholder="YYYY-MM-DD")
            yield Line(id="plan-keys")

    def on_mount(self) -> None:
        """Fill in the choices."""
        rows = [
            Row(str(place), "choice", (Part(title), Part(what, "dim")))
            for place, (title, what, _) in enumerate(CHOICES)
        ]
        columns = (Column("Role or permission", 40, share=2), Column("", 26, share=1))
        self.query_one("#until", Input).display = False
        self.query_one("#plan-items", RecordTable).show(Report(columns, rows, "", len(rows)), None)
        self._tell("Change role", "The plan is shown before anything is done", "choose")

    def _tell(self, title: str, note: str, enter: str) -> None:
        self.query_one("#plan-title", Line).show([Part(display_text(title), "title")])
        self.query_one("#plan-note", Line).show([Part(display_text(note), "dim")])
        keys = [Part("enter", "key"), Part(f" {enter}   "), Part("esc", "key"), Part(" cancel")]
        self.query_one("#plan-keys", Line).show(keys)

    def action_choose(self) -> None:
        """Take the choice under the cursor, and ask until when."""
        row = self.query_one("#plan-items", RecordTable).current
        if row is None or self._asked is not None:
            return
        title, _, self._asked = CHOICES[int(row.key)]
        field = self.query_one("#until", Input)
        field.display = True
        field.focus()
        self._tell(title, "Last day, as in 2027-06-30; empty gives it for good", "go on to the plan")

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if self._asked is None:
            return
        try:
            until = date.fromisoformat(text) if text else None
        except ValueError:
            self._tell("That is no day", f"{text} is no day such as 2027-06-30; empty gives it for good", "go on")
            return
        if until and until < self._today:
            self._tell("That day is over", f"{text} is before today; empty gives it for good", "go on")
            return
        self.dismiss(replace(self._asked, until=until))

    def action_leave(self) -> None:
        """End without an answer."""
        self.dismiss(None)
