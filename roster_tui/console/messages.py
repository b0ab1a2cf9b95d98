"""The messages of this session, newest first: a toast that went by can be read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from roster_tui.console.dialogs import TextScreen
from roster_tui.console.lines import Part, Parts, wrapped

if TYPE_CHECKING:
    from roster_tui.console.app import Told

_STYLES = {"warning": "warn", "error": "bad"}
_TIME_ROOM = 10


class MessagesScreen(TextScreen):
    """What was said, with its time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("M", "app.pop_screen", show=False),
        Binding("t", "ticket", show=False),
        Binding("question_mark", "app.page('trouble')", show=False),
    ]
    KEYS = (*TextScreen.KEYS, ("t", "ask for help with them"))

    def __init__(self, told: Iterable[Told], zone: tzinfo | None, draft_ticket: Callable[[], None]) -> None:
        super().__init__()
        self._draft_ticket = draft_ticket
        self._told_lately = list(told)[::-1]
        self._zone = zone

    def action_ticket(self) -> None:
        """Draft a ticket about what was said."""
        self.app.pop_screen()
        self._draft_ticket()

    def text_lines(self, width: int) -> list[Parts]:
        """Return the messages, each with its time."""
        lines: list[Parts] = [[Part("Messages of this session", "title")], []]
        for each in self._told_lately:
            first, *rest = wrapped(each.text, width - _TIME_ROOM, _STYLES.get(each.severity, ""))
            at = each.at.astimezone(self._zone)
            lines.append([Part(f"{at:%H:%M:%S}  ", "dim"), *first])
            lines += [[Part(" " * _TIME_ROOM), *line] for line in rest]
        return lines if self._told_lately else [*lines, [Part("Nothing was said yet.", "dim")]]
