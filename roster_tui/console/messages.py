"""The messages of this session, newest first: a toast that went by can be read again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from roster_tui.console.lines import Line, Pane, Part, Parts, wrapped

if TYPE_CHECKING:
    from roster_tui.console.app import Told

_STYLES = {"warning": "warn", "error": "bad"}
_TIME_ROOM = 10


class MessagesScreen(ModalScreen[None]):
    """What was said, with its time."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,M,enter", "app.pop_screen", show=False)]

    def __init__(self, told: Iterable[Told], zone: tzinfo | None) -> None:
        super().__init__()
        self._told_lately = list(told)[::-1]
        self._zone = zone

    def compose(self) -> ComposeResult:
        """Lay out one pane of text."""
        with Vertical(id="dialog"):
            yield Pane(id="help")
            yield Line(id="help-keys")

    def on_mount(self) -> None:
        """Write the line of keys."""
        self.query_one("#help-keys", Line).show(
            [Part("esc", "key"), Part(" close   "), Part("↑ ↓", "key"), Part(" scroll")]
        )

    def on_resize(self) -> None:
        """Write the messages as wide as there is room for."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        pane = self.query_one("#help", Pane)
        pane.show(self._lines(pane.size.width - 1))

    def _lines(self, width: int) -> list[Parts]:
        lines: list[Parts] = [[Part("Messages of this session", "title")], []]
        for each in self._told_lately:
            first, *rest = wrapped(each.text, width - _TIME_ROOM, _STYLES.get(each.severity, ""))
            at = each.at.astimezone(self._zone)
            lines.append([Part(f"{at:%H:%M:%S}  ", "dim"), *first])
            lines += [[Part(" " * _TIME_ROOM), *line] for line in rest]
        return lines if self._told_lately else [*lines, [Part("Nothing was said yet.", "dim")]]
