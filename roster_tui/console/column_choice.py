"""Choosing which columns a list has, in which order they stand, and by which one it is sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from roster_tui.actions import VIEWS
from roster_tui.console.columns import Column, Row, breadth, placed, wanted
from roster_tui.console.lines import Line, Part, key_parts_of
from roster_tui.console.reports import Report
from roster_tui.console.table import RecordTable
from roster_tui.ledger import ListLook

_KEYS = (
    ("space", "show"),
    ("K J", "move"),
    ("o", "sort"),
    ("r", "usual"),
    ("enter", "keep"),
    ("esc", "cancel"),
)
_COLUMNS = (Column("", 3), Column("Column", 12, share=2), Column("", 24, share=3))


class ColumnsScreen(ModalScreen[ListLook | None]):
    """The columns of one list, for as much room as it has now; nothing changes before Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("enter", "keep", show=False),
        Binding("space", "show_or_hide", show=False),
        Binding("K,shift+up", "move(-1)", show=False),
        Binding("J,shift+down", "move(1)", show=False),
        Binding("o", "sort", show=False),
        Binding("r", "reset", show=False),
    ]

    def __init__(self, view: str, columns: Sequence[Column], room: int, look: ListLook) -> None:
        super().__init__()
        self._view = view
        self._room = room
        self._look = look
        self._usual = tuple(columns)
        self._order, self._descending = look.order, look.descending
        self._arrange(look.columns.get(breadth(room)))

    def _arrange(self, chosen: tuple[str, ...] | None) -> None:
        """Begin with what is shown: where somebody has chosen, first those, then what was left out."""
        shown = [column for _, column in wanted(self._usual, self._room, chosen)]
        self._shown = {column.name for column in shown}
        rest = [column for column in self._usual if column.name not in self._shown]
        self._columns = list(self._usual) if chosen is None else [*shown, *rest]
        self._changed = chosen is not None

    @property
    def _chosen(self) -> tuple[str, ...]:
        return tuple(column.name for column in self._columns[1:] if column.name in self._shown)

    def compose(self) -> ComposeResult:
        """Lay out title, columns and keys."""
        with Vertical(id="dialog"):
            yield Line(id="plan-title")
            yield Line(id="plan-note")
            yield RecordTable(id="plan-items")
            yield Line(id="plan-keys")

    def on_mount(self) -> None:
        """Fill in the lines and the columns."""
        room = breadth(self._room).value
        self.query_one("#plan-title", Line).show([Part(f"{VIEWS[self._view]}: columns of a {room} list", "title")])
        self.query_one("#plan-note", Line).show([Part("Kept for you; narrow and wide lists have their own", "dim")])
        self.query_one("#plan-keys", Line).show(key_parts_of(_KEYS))
        self._show(self._columns[0].name)

    @property
    def _table(self) -> RecordTable:
        return self.query_one(RecordTable)

    def _show(self, name: str) -> None:
        fitting = placed(self._usual, self._room, self._chosen if self._changed else None)
        fits = {each.column.name for each in fitting}
        rows = [Row(column.name, "column", self._cells(column, column.name in fits)) for column in self._columns]
        self._table.show(Report(_COLUMNS, rows, "", len(rows)), name)

    def _cells(self, column: Column, fits: bool) -> tuple[Part, ...]:
        shown = column.name in self._shown
        told = []
        if column is self._columns[0]:
            told.append("always first")
        if column.order and column.order == self._order:
            told.append("sorted, turned round" if self._descending else "sorted")
        if shown and not fits:
            told.append("no room for it here")
        box = Part("[x]", "accent") if shown else Part("[ ]", "dim")
        style = "warn" if shown and not fits else "dim"
        return box, Part(column.name, "" if shown else "dim"), Part(", ".join(told), style)

    @property
    def _at(self) -> int:
        return self._table.cursor

    def action_show_or_hide(self) -> None:
        """Show or hide the column under the cursor."""
        if self._at:
            self._shown ^= {self._columns[self._at].name}
            self._changed = True
        self._show(self._columns[min(self._at + 1, len(self._columns) - 1)].name)

    def action_move(self, steps: int) -> None:
        """Move the column under the cursor up or down; the first stays first."""
        to = self._at + steps
        if self._at and 1 <= to < len(self._columns):
            columns = self._columns
            columns[self._at], columns[to] = columns[to], columns[self._at]
            self._changed = True
            self._show(columns[to].name)

    def action_sort(self) -> None:
        """Sort by the column under the cursor; once more turns the order round."""
        column = self._columns[self._at]
        if column.order:
            self._descending = column.order == self._order and not self._descending
            self._order = column.order
        self._show(column.name)

    def action_reset(self) -> None:
        """Go back to the usual columns and order."""
        self._order, self._descending = "", False
        self._arrange(None)
        self._show(self._columns[0].name)

    def action_keep(self) -> None:
        """End with what was chosen."""
        columns = {name: each for name, each in self._look.columns.items() if name != breadth(self._room)}
        if self._changed:
            columns[breadth(self._room).value] = self._chosen
        self.dismiss(ListLook(columns, self._order, self._descending))

    def action_leave(self) -> None:
        """End and change nothing."""
        self.dismiss(None)
