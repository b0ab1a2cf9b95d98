"""The doctor in the console: the same checks as on the command line, told as they are done."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from roster_tui.console.dialogs import TextScreen
from roster_tui.console.lines import Part, Parts, wrapped
from roster_tui.doctor import Check, State, Terminal, examine
from roster_tui.workspace import Workspace

_SYMBOLS = {State.OK: ("✓", "good"), State.WARNING: ("▲", "warn"), State.FAILED: ("✗", "bad")}
_INDENT = 24


class DoctorScreen(TextScreen):
    """What keeps, or would keep, the console from working, and what to do about it; nothing is changed or sent."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("D", "app.pop_screen", show=False)]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._checks: list[Check] = []
        self._is_done = False

    def on_mount(self) -> None:
        """Begin to look."""
        super().on_mount()
        self.run_worker(self._examine(), group="doctor", description="doctor")

    async def _examine(self) -> None:
        encoding = getattr(sys.__stderr__, "encoding", "") or ""
        terminal = Terminal(True, encoding, *self.app.size)
        async for check in examine(self._workspace.settings, terminal, self._workspace.clock):
            self._checks.append(check)
            self.write()
        self._is_done = True
        self.write()

    def text_lines(self, width: int) -> list[Parts]:
        """Return what was found so far."""
        return [_title(self._checks, self._is_done), [], *check_lines(self._checks, width)]


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
