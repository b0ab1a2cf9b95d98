"""The doctor in the console: the same checks as on the command line, told as they are done."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from roster_tui.console.lines import Line, Pane, Part, Parts, wrapped
from roster_tui.doctor import Check, State, Terminal, examine
from roster_tui.workspace import Workspace

_SYMBOLS = {State.OK: ("✓", "good"), State.WARNING: ("▲", "warn"), State.FAILED: ("✗", "bad")}
_INDENT = 24


class DoctorScreen(ModalScreen[None]):
    """What keeps, or would keep, the console from working, and what to do about it; nothing is changed or sent."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,D,enter", "app.pop_screen", show=False)]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._checks: list[Check] = []
        self._is_done = False

    def compose(self) -> ComposeResult:
        """Lay out one pane of text."""
        with Vertical(id="dialog"):
            yield Pane(id="help")
            yield Line(id="help-keys")

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one("#help-keys", Line).show(
            [Part("esc", "key"), Part(" close   "), Part("↑ ↓", "key"), Part(" scroll")]
        )
        self.run_worker(self._examine(), group="doctor", description="doctor")

    def on_resize(self) -> None:
        """Write the checks as wide as there is room for."""
        self.call_after_refresh(self._write)

    async def _examine(self) -> None:
        encoding = getattr(sys.__stderr__, "encoding", "") or ""
        terminal = Terminal(True, encoding, *self.app.size)
        async for check in examine(self._workspace.settings, terminal, self._workspace.clock):
            self._checks.append(check)
            self._write()
        self._is_done = True
        self._write()

    def _write(self) -> None:
        pane = self.query_one("#help", Pane)
        pane.show([_title(self._checks, self._is_done), [], *check_lines(self._checks, pane.size.width - 1)])


def _title(checks: Sequence[Check], is_done: bool) -> Parts:
    if not is_done:
        return [Part("Doctor", "title"), Part("   looking ...", "dim")]
    counts = [(state, sum(check.state is state for check in checks)) for state in State]
    said = [Part(f"   {n} {state.value}", _SYMBOLS[state][1]) for state, n in counts if n or state is State.FAILED]
    return [Part("Doctor", "title"), *said]


def check_lines(checks: Sequence[Check], width: int) -> list[Parts]:
    """Return checks as lines: what was found, and below it what to do."""
    lines: list[Parts] = []
    for check in checks:
        symbol, style = _SYMBOLS[check.state]
        first, *rest = wrapped(check.detail, max(20, width - _INDENT))
        lines.append([Part(f"{symbol} {check.state.value:<8}", style), Part(f"{check.name:<{_INDENT - 10}}"), *first])
        rest += wrapped(check.fix, max(20, width - _INDENT), "accent") if check.fix else []
        lines += [[Part(" " * _INDENT), *line] for line in rest]
    return lines
