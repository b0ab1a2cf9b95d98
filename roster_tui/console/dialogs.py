"""Two shapes of dialog: a text to be read, and a list that words narrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from roster_tui.console.lines import Line, Pane, Part, Parts, key_parts_of
from roster_tui.console.reports import Report
from roster_tui.console.table import RecordTable


class TextScreen(ModalScreen[None]):
    """A text, as wide as there is room for."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "app.pop_screen", show=False)]
    KEYS: ClassVar[Sequence[tuple[str, str]]] = (("esc", "close"), ("↑ ↓", "scroll"))
    """Keys and what each does, for the last line."""

    def compose(self) -> ComposeResult:
        """Lay out one pane of text."""
        with Vertical(id="dialog"):
            yield Pane(id="text")
            yield Line(id="text-keys")

    def on_mount(self) -> None:
        """Write the line of keys."""
        self.query_one("#text-keys", Line).show(key_parts_of(self.KEYS))

    def on_resize(self) -> None:
        """Write the text as wide as there is room for."""
        self.call_after_refresh(self.write)

    def write(self) -> None:
        """Write the text as it is now."""
        pane = self.query_one("#text", Pane)
        pane.show(self.text_lines(pane.size.width - 1))

    def text_lines(self, width: int) -> list[Parts]:
        """Return the text in lines of at most a width."""
        raise NotImplementedError


class SearchScreen(ModalScreen[None]):
    """A list that is narrowed by words, with a title above and keys below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("q", "app.pop_screen", show=False),
        Binding("enter", "open", show=False),
        Binding("slash", "search", show=False),
    ]
    KEYS: ClassVar[Sequence[tuple[str, str]]]
    """Keys and what each does, for the last line."""

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self._words = words

    def compose(self) -> ComposeResult:
        """Lay out title, words, list, note and keys."""
        with Vertical(id="dialog"):
            yield Line(id="search-title")
            yield Input(self._words, id="search-words", compact=True, placeholder="words", max_length=100)
            yield RecordTable(id="search-list")
            yield Line(id="search-note")
            yield Line(id="search-keys")

    def on_mount(self) -> None:
        """Write what does not change, and the list."""
        self.query_one("#search-keys", Line).show(key_parts_of(self.KEYS))
        self.table.focus()
        self.show_found()

    @property
    def table(self) -> RecordTable:
        """The list."""
        return self.query_one(RecordTable)

    def found(self, words: str) -> tuple[str, Report]:
        """Return a title, and what holds all of the words."""
        raise NotImplementedError

    def note(self) -> str:
        """Return what is said below the list of the row under the cursor."""
        return ""

    def action_open(self) -> None:
        """Open what is under the cursor."""
        raise NotImplementedError

    @on(Input.Changed, "#search-words")
    def show_found(self) -> None:
        """Write the list as it is now; the cursor stays with its row."""
        title, report = self.found(self.query_one("#search-words", Input).value)
        row = self.table.current
        self.query_one("#search-title", Line).show([Part(title, "title")])
        self.table.show(report, row.key if row else None)

    @on(RecordTable.Moved)
    def _show_note(self) -> None:
        self.query_one("#search-note", Line).show([Part(self.note(), "dim")])

    @on(RecordTable.Opened)
    def _opened(self) -> None:
        self.action_open()

    @on(Input.Submitted, "#search-words")
    def _to_the_list(self) -> None:
        self.table.focus()

    def action_search(self) -> None:
        """Type words."""
        self.query_one("#search-words", Input).focus()

    def action_leave(self) -> None:
        """Show all again, or leave."""
        words = self.query_one("#search-words", Input)
        if words.value or words.has_focus:
            words.value = ""
            self.table.focus()
        else:
            self.dismiss(None)
