"""What there is to read, narrowed to what one looks at; enter sends a link to the terminal's clipboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from roster_tui.console.columns import Column, Row
from roster_tui.console.lines import Line, Part
from roster_tui.console.reports import Report
from roster_tui.console.table import RecordTable
from roster_tui.present import display_text
from roster_tui.support.resources import Resource, matching

_KEYS = (("enter", "copy the link"), ("/", "search"), ("esc", "all, or leave"))


class ResourcesScreen(ModalScreen[None]):
    """Articles and courses by words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("q,H", "app.pop_screen", show=False),
        Binding("enter", "copy", show=False),
        Binding("slash", "search", show=False),
    ]

    def __init__(self, known: Sequence[Resource], words: str, copy: Callable[[str], None]) -> None:
        super().__init__()
        self._known = known
        self._words = words
        self._copy = copy

    def compose(self) -> ComposeResult:
        """Lay out title, words, list, link and keys."""
        with Vertical(id="dialog"):
            yield Line(id="resources-title")
            yield Input(self._words, id="resources-words", compact=True, placeholder="words", max_length=100)
            yield RecordTable(id="resources")
            yield Line(id="resources-link")
            yield Line(id="resources-keys")

    def on_mount(self) -> None:
        """Write what does not change, and the list."""
        self.query_one("#resources-title", Line).show([Part("What there is to read", "title")])
        parts = [part for key, what in _KEYS for part in (Part(key, "key"), Part(f" {what}   "))]
        self.query_one("#resources-keys", Line).show(parts)
        self._table.focus()
        self._show_found()

    @property
    def _table(self) -> RecordTable:
        return self.query_one(RecordTable)

    @on(Input.Changed)
    def _show_found(self) -> None:
        found = matching(self._known, self.query_one(Input).value)
        self._table.show(resources_report(found), None)

    @on(RecordTable.Moved)
    def _show_link(self) -> None:
        row = self._table.current
        self.query_one("#resources-link", Line).show([Part(display_text(row.key if row else ""), "dim")])

    @on(Input.Submitted)
    def _to_the_list(self) -> None:
        self._table.focus()

    def action_search(self) -> None:
        """Type words."""
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        """Show all again, or leave."""
        words = self.query_one(Input)
        if words.value or words.has_focus:
            words.value = ""
            self._table.focus()
        else:
            self.dismiss(None)

    @on(RecordTable.Opened)
    def action_copy(self) -> None:
        """Send the link under the cursor to the terminal's clipboard."""
        if row := self._table.current:
            self._copy(str(row.key))


def resources_report(found: Sequence[Resource]) -> Report:
    """Return resources as rows by their links."""
    columns = (Column("Title", 30, share=3), Column("About", 20, share=2))
    rows = [
        Row(each.url, "resource", (Part(display_text(each.title)), Part(display_text(", ".join(each.tags)), "dim")))
        for each in found
    ]
    return Report(columns, rows, "Nothing holds all of these words.", len(rows))
