"""Why a teacher or section can, or can't, be seen: the chain on a screen of its own."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from roster_tui.console.dialogs import TextScreen
from roster_tui.console.lines import Part, Parts, wrapped
from roster_tui.findings.chain.model import Link, State
from roster_tui.present import clock_time, display_text
from roster_tui.why import Why
from roster_tui.workspace import Workspace

_SYMBOLS = {State.OK: ("✓", "good"), State.BROKEN: ("✗", "bad"), State.UNKNOWN: ("?", "dim")}
_INDENT = 31


class WhyScreen(TextScreen):
    """The chain from the SIS to the screen, link by link; the first broken one is the one to mend."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "app.pop_screen", show=False),
        Binding("question_mark", "app.page('sections')", show=False),
    ]

    def __init__(self, workspace: Workspace, why: Why) -> None:
        super().__init__()
        self._workspace = workspace
        self._told = why

    def text_lines(self, width: int) -> list[Parts]:
        """Return the chain."""
        return why_lines(self._workspace, self._told, width)


def why_lines(workspace: Workspace, why: Why, width: int) -> list[Parts]:
    """Return an explanation as lines: the headline, the chain, and for each different fix who, how and when."""
    explanation = why.explanation
    lines: list[Parts] = [[Part(display_text(why.label), "title"), Part("   "), _headline(why)], []]
    for label, text in (("Account  ", explanation.account), ("Tonight  ", explanation.tonight)):
        if text:
            first, *rest = wrapped(text, width - len(label))
            lines += [[Part(label, "dim"), *first], *([Part(" " * len(label)), *line] for line in rest)]
    lines += [[]] if len(lines) > 2 else []
    for link in explanation.chain:
        lines += _link(link, width)
    for broken in explanation.to_mend:
        lines += _fix(workspace, broken, width)
    return lines


def _headline(why: Why) -> Part:
    if why.explanation.broken:
        return Part(f"not visible: broken at {why.explanation.broken.name}", "bad")
    return Part("visible", "good")


def _link(link: Link, width: int) -> list[Parts]:
    symbol, style = _SYMBOLS[link.state]
    first, *rest = wrapped(link.detail, max(10, width - _INDENT)) or [[]]
    head = [Part(f"{symbol} {link.state.value:<8}", style), Part(f"{link.name:<{_INDENT - 10}}")]
    return [[*head, *first], *([Part(" " * _INDENT), *line] for line in rest)]


def _fix(workspace: Workspace, link: Link, width: int) -> list[Parts]:
    if link.owner is None or link.fix is None or link.effect is None:
        return []
    at = workspace.effect_at(link.effect).astimezone(workspace.settings.zone)
    return [
        [],
        [Part(f"To mend {link.name}: ", "title"), Part(link.owner.value, "accent")],
        *wrapped(link.fix, width),
        [Part("Shows ", "dim"), Part(f"{link.effect.value}, {at:%A} {clock_time(at)}")],
    ]
