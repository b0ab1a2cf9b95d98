"""The help pages: a list narrowed to what one looks at, and one page on a screen of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from roster_tui.console.columns import Column, Row
from roster_tui.console.dialogs import SearchScreen, TextScreen
from roster_tui.console.lines import Part, Parts, wrapped
from roster_tui.console.reports import Report
from roster_tui.support.help import Page, filled, matching, page, pages

_COMMAND = "    "


class PagesScreen(SearchScreen):
    """The pages by words, at first those about what is under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("K", "app.pop_screen", show=False),
        Binding("question_mark", "app.page('start')", show=False),
    ]
    KEYS = (("enter", "read"), ("/", "search"), ("esc", "all, or leave"))

    def __init__(self, words: str, read: Callable[[str], None]) -> None:
        super().__init__(words if matching(pages(), words) else "")
        self._read = read

    def found(self, words: str) -> tuple[str, Report]:
        """Return the pages that hold all of the words."""
        return "Help pages", pages_report(matching(pages(), words))

    def action_open(self) -> None:
        """Read the page under the cursor."""
        if row := self.table.current:
            self._read(str(row.key))


class PageScreen(TextScreen):
    """One page."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,f1,K", "app.pop_screen", show=False)]

    def __init__(self, topic: str, keys: Mapping[str, str]) -> None:
        super().__init__()
        self._shown = page(topic)
        self._with = keys

    def text_lines(self, width: int) -> list[Parts]:
        """Return the page."""
        return page_lines(self._shown, self._with, width) if self._shown else []


def page_lines(shown: Page, keys: Mapping[str, str], width: int) -> list[Parts]:
    """Return a page as lines, with the operator's keys by action."""
    lines: list[Parts] = [[Part(shown.title, "title")], []]
    for line in filled(shown.text, keys).splitlines():
        if line.startswith(_COMMAND):
            # One line, also where it is cut: half of a command must not look like a whole one.
            lines.append([Part(line, "accent")])
        elif len(line.replace("`", "")) <= width:
            pieces = enumerate(line.split("`"))
            lines.append([Part(text, "key" if place % 2 else "") for place, text in pieces])
        else:
            lines += wrapped(line.replace("`", ""), width)
    return lines


def pages_report(found: Sequence[Page]) -> Report:
    """Return pages as rows by their topics."""
    columns = (Column("About", 30, share=3), Column("On the command line", 20, share=2))
    rows = [Row(each.topic, "page", (Part(each.title), Part(f"roster-tui help {each.topic}", "dim"))) for each in found]
    return Report(columns, rows, "No page holds all of these words.", len(rows))
