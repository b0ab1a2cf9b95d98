"""Filters under names of the operator's own: chosen from a list with their texts, deleted, brought back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from roster_tui.actions import VIEWS
from roster_tui.console.columns import Column, Row
from roster_tui.console.going import SINGULAR, saved_place
from roster_tui.console.lines import Line, Pane, Part, Parts, key_parts_of, wrapped
from roster_tui.console.reports import Report
from roster_tui.console.table import RecordTable
from roster_tui.present import counted, display_text
from roster_tui.roster.filter import FilterError

if TYPE_CHECKING:
    from roster_tui.console.preferring import Preferring
    from roster_tui.ledger import SavedFilter

LONGEST_NAME = 40
_KEYS = (("enter", "go there"), ("x", "delete"), ("z", "bring back"), ("esc", "leave"))
_COLUMNS = (Column("Name", 12, share=2), Column("List", 9), Column("Filter", 20, share=3))


def refused_name(name: str) -> str:
    """Return why a filter cannot be called so; empty when it can."""
    if len(name) > LONGEST_NAME:
        return f"A name has at most {LONGEST_NAME} characters"
    word = name.split(" ")[0].lower()
    return f"{word} goes to a view; call the filter otherwise" if word in {*VIEWS, *SINGULAR} else ""


def mistake_in(saved: SavedFilter) -> str:
    """Return why a saved filter cannot be used any more; empty when it can."""
    try:
        saved_place(saved)
    except FilterError as error:
        return error.message
    return ""


class FiltersScreen(ModalScreen[str | None]):
    """The saved filters; it ends with the name of the one to go to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("enter", "choose", show=False),
        Binding("x", "delete", show=False),
        Binding("z", "bring_back", show=False),
    ]

    def __init__(self, preferring: Preferring, how_to_save: str) -> None:
        super().__init__()
        self._preferring = preferring
        self._how_to_save = how_to_save
        self._deleted: list[tuple[str, SavedFilter]] = []

    def compose(self) -> ComposeResult:
        """Lay out title, filters, the whole of the one under the cursor, and keys."""
        with Vertical(id="dialog"):
            yield Line(id="plan-title")
            yield RecordTable(id="plan-items")
            yield Pane(id="plan-whole")
            yield Line(id="plan-keys")

    def on_mount(self) -> None:
        """Write keys and filters."""
        self.query_one("#plan-keys", Line).show(key_parts_of(_KEYS))
        self._table.focus()
        self._show()

    @property
    def _table(self) -> RecordTable:
        return self.query_one(RecordTable)

    @property
    def _filters(self) -> Mapping[str, SavedFilter]:
        return self._preferring.now.filters

    @property
    def _chosen(self) -> str | None:
        row = self._table.current
        return str(row.key) if row and row.key in self._filters else None

    def _show(self, name: str | None = None) -> None:
        filters = self._filters
        rows = [_row(name, filters[name]) for name in sorted(filters, key=str.casefold)]
        self._table.show(Report(_COLUMNS, rows, f"No filter is saved yet.\n{self._how_to_save}", len(rows)), name)
        self.query_one("#plan-title", Line).show([Part(counted(len(rows), "saved filter"), "title")])

    @on(RecordTable.Moved)
    def _show_whole(self) -> None:
        pane, name = self.query_one("#plan-whole", Pane), self._chosen
        pane.show(_whole(self._filters[name], pane.size.width) if name else [])

    def on_resize(self) -> None:
        """Wrap the text anew."""
        self.call_after_refresh(self._show_whole)

    @on(RecordTable.Opened)
    def action_choose(self) -> None:
        """End with the filter under the cursor."""
        if (name := self._chosen) is not None:
            self.dismiss(name)

    def action_delete(self) -> None:
        """Delete the filter under the cursor; it can be brought back while this is open."""
        if (name := self._chosen) is not None:
            self._deleted.append((name, self._filters[name]))
            self._keep(name, None)

    def action_bring_back(self) -> None:
        """Bring back the filter that was deleted last."""
        if self._deleted:
            self._keep(*self._deleted.pop())

    def _keep(self, name: str, saved: SavedFilter | None) -> None:
        keeping = self._preferring.keep_filter(name, saved)
        self.app.run_worker(keeping, group="preferring", description="keep a filter")
        self._show(name if saved else None)

    def action_leave(self) -> None:
        """End without going anywhere."""
        self.dismiss(None)


def _row(name: str, saved: SavedFilter) -> Row:
    mistake = mistake_in(saved)
    text = Part(f"! {mistake}", "bad") if mistake else Part(display_text(saved.text))
    return Row(name, "filter", (Part(display_text(name)), Part(display_text(saved.view), "dim"), text))


def _whole(saved: SavedFilter, width: int) -> list[Parts]:
    mistake = mistake_in(saved)
    return [*wrapped(saved.text, width), *(wrapped(f"! {mistake}", width, "bad") if mistake else [])]
