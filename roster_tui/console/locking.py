"""The blank screen: after a while without a key nothing of the roster is left to be read by whoever walks by."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.events import Key
from textual.screen import ModalScreen

from roster_tui.console.lines import Line, Part
from roster_tui.present import display_text


class LockScreen(ModalScreen[None]):
    """Blank, until a key asks who is there and enter says so."""

    def __init__(self, operator: str) -> None:
        super().__init__(id="lock")
        self._operator = operator
        self._asked = False

    def compose(self) -> ComposeResult:
        """Lay out one line in the middle of nothing."""
        yield Line(id="lock-line")

    def on_key(self, event: Key) -> None:
        """Ask at the first key; then enter opens, and any other key makes the screen blank again."""
        event.stop()
        if self._asked and event.key == "enter":
            self.app.pop_screen()
            return
        self._asked = not self._asked
        who = display_text(self._operator, 40)
        question = [Part(f" Locked. {who}, press "), Part("enter", "key"), Part(" to go on where you were")]
        self.query_one("#lock-line", Line).show(question if self._asked else [])
