"""Text as the console draws it: parts with the name of a style, painted by one function.

No widget here parses markup, and what reaches a strip has passed `display_text`: a name can draw nothing but
itself. Parts of one style are joined, since every change of style costs bytes on a slow line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from roster_tui.present import ascii_symbols, cell_width, display_text, fitted

STYLES = frozenset({"title", "dim", "good", "warn", "bad", "key", "accent"})
"""Style names; the stylesheet says what they look like."""


class Part(NamedTuple):
    """A piece of a line."""

    text: str
    style: str = ""
    """One of `STYLES`, or plain."""


Parts = Sequence[Part]


def paint(widget: Widget, parts: Iterable[Part], width: int, base: Style) -> Strip:
    """Return one line of exactly ``width`` columns."""
    segments: list[Segment] = []
    left, plain = width, getattr(widget.app, "ascii_only", False)
    for text, name in _joined(parts):
        if left <= 0:
            break
        wide = cell_width(text)
        shown = text if wide <= left else fitted(text, left)
        style = base + widget.get_component_rich_style(name) if name else base
        segments.append(Segment(ascii_symbols(shown) if plain else shown, style))
        left -= min(wide, left)
    if left > 0:
        segments.append(Segment(" " * left, base))
    return Strip(segments, width)


def _joined(parts: Iterable[Part]) -> list[Part]:
    joined: list[Part] = []
    for part in parts:
        text = part.text if part.text.isascii() and part.text.isprintable() else _checked(part.text)
        if joined and joined[-1].style == part.style:
            joined[-1] = Part(joined[-1].text + text, part.style)
        elif text:
            joined.append(Part(text, part.style))
    return joined


def _checked(text: str) -> str:
    """Return text that certainly draws nothing but itself, even if somebody forgot `display_text`."""
    return text if text.isprintable() else display_text(text, len(text) + 1)


def spread(left: Parts, right: Parts, width: int) -> list[Part]:
    """Return parts with ``right`` at the right edge; ``left`` is cut when both do not fit."""
    room = width - sum(cell_width(part.text) for part in right)
    parts, used = [], 0
    for part in left:
        if used + cell_width(part.text) > room - 1:
            part = Part(fitted(part.text, max(0, room - 1 - used)), part.style)
        parts.append(part)
        used += cell_width(part.text)
        if used >= room - 1:
            break
    return [*parts, Part(" " * max(0, room - used)), *right]


def key_parts_of(keys: Iterable[tuple[str, str]]) -> list[Part]:
    """Return the line of keys of a dialog: each key with what it does."""
    return [part for key, does in keys for part in (Part(key, "key"), Part(f" {does}   "))]


class Line(Widget):
    """One line of text."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(STYLES)
    ALLOW_SELECT = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._left: Parts = ()
        self._right: Parts = ()

    def show(self, left: Parts, right: Parts = ()) -> None:
        """Draw these parts; nothing is sent to the terminal when they are the same as before."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    @property
    def text(self) -> str:
        """What the line says."""
        return "".join(part.text for part in (*self._left, *self._right))

    def render_line(self, y: int) -> Strip:
        """Return the line, or a blank one below it."""
        width = self.size.width
        parts = spread(self._left, self._right, width) if y == 0 else ()
        return paint(self, parts, width, self.rich_style)


class Pane(ScrollView, can_focus=True):
    """Lines of text that scroll."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(STYLES)
    ALLOW_SELECT = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: list[Parts] = []

    def show(self, lines: list[Parts], *, anew: bool = True) -> None:
        """Draw these lines: from the top, or where one had scrolled to when they are about the same as before."""
        self._lines = lines
        self.virtual_size = Size(self.size.width, len(lines))
        if anew:
            self.scroll_to(y=0, animate=False, immediate=True)
        self.refresh()

    @property
    def text(self) -> str:
        """What the pane says."""
        return "\n".join("".join(part.text for part in line) for line in self._lines)

    def render_line(self, y: int) -> Strip:
        """Return one visible line."""
        at = y + self.scroll_offset.y
        parts = self._lines[at] if at < len(self._lines) else ()
        return paint(self, parts, self.size.width, self.rich_style)


def wrapped(text: str, width: int, style: str = "") -> list[Parts]:
    """Return display text broken into lines at blanks."""
    lines: list[Parts] = []
    line = ""
    for word in display_text(text, 2_000).split(" "):
        if line and cell_width(line) + 1 + cell_width(word) > width:
            lines.append([Part(line, style)])
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, [Part(line, style)]]
