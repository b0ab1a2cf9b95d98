"""What there is to read, narrowed to what one looks at; enter sends a link to the terminal's clipboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from roster_tui.console.columns import Column, Row
from roster_tui.console.dialogs import SearchScreen
from roster_tui.console.lines import Part
from roster_tui.console.reports import Report
from roster_tui.present import display_text
from roster_tui.support.resources import Resource, matching


class ResourcesScreen(SearchScreen):
    """Articles and courses by words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("H", "app.pop_screen", show=False),
        Binding("question_mark", "app.page('courses')", show=False),
    ]
    KEYS = (("enter", "copy the link"), ("/", "search"), ("esc", "all, or leave"))

    def __init__(self, known: Sequence[Resource], words: str, copy: Callable[[str], None]) -> None:
        super().__init__(words)
        self._known = known
        self._copy = copy

    def found(self, words: str) -> tuple[str, Report]:
        """Return what holds all of the words."""
        return "What there is to read", resources_report(matching(self._known, words))

    def note(self) -> str:
        """Return the link under the cursor."""
        row = self.table.current
        return display_text(row.key if row else "")

    def action_open(self) -> None:
        """Send the link under the cursor to the terminal's clipboard."""
        if row := self.table.current:
            self._copy(str(row.key))


def resources_report(found: Sequence[Resource]) -> Report:
    """Return resources as rows by their links."""
    columns = (Column("Title", 30, share=3), Column("About", 20, share=2))
    rows = [
        Row(each.url, "resource", (Part(display_text(each.title)), Part(display_text(", ".join(each.tags)), "dim")))
        for each in found
    ]
    return Report(columns, rows, "Nothing holds all of these words.", len(rows))
