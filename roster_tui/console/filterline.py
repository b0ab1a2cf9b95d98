"""The line in which a filter or a place is typed: a mistake is marked where it stands, pasted text is only text."""

from __future__ import annotations

from typing import ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.widgets import Input

from roster_tui.present import display_text


class _Mistake(Highlighter):
    """Marks the part of the text that cannot be understood."""

    def __init__(self) -> None:
        self.place = (0, 0)

    def highlight(self, text: Text) -> None:
        """Underline the mistake, if there is one."""
        start, end = self.place
        if end > start:
            text.stylize("bold reverse", start, end)


class TextLine(Input):
    """A line to type in; what is pasted is text, whatever it holds."""

    def _on_paste(self, event: Paste) -> None:
        # The clipboard may hold what steers a terminal; the line draws what it holds.
        event.prevent_default()
        event.stop()
        first, *_ = event.text.splitlines() or [""]
        self.insert_text_at_cursor(display_text(first))


class FilterLine(TextLine):
    """One line to type in; how it may go on stands dimmed behind the cursor, tab takes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "cursor_right", show=False)]

    def __init__(self, *, id: str) -> None:
        self._mistake = _Mistake()
        # Its opener selects what stands in it: what is typed before the focus comes is not typed over.
        super().__init__(id=id, compact=True, highlighter=self._mistake, select_on_focus=False)

    def mark(self, start: int, end: int) -> None:
        """Mark the part from ``start`` to ``end`` as a mistake; nothing when both are equal."""
        self._mistake.place = (start, end)
        self.refresh()
