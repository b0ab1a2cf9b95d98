"""The virtual table: it draws the lines that are visible, from rows that are read as they are shown.

No maintained widget starts at the speed of an empty app with 400,000 rows; this one holds none of them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Protocol

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from roster_tui.console.columns import Chosen, Column, Placed, Row, breadth, placed, wanted
from roster_tui.console.lines import STYLES, Part, paint, wrapped
from roster_tui.present import fitted

_MARK, _NO_MARK = "* ", "  "
_HEADER_LINES = 1
_LONGEST_COUNT = 7
_ALL_USUAL = 1_000
"""A width at which every usual column is shown."""
NONE_CHOSEN: Chosen = {}
"""The usual columns everywhere."""


class Source(Protocol):
    """Where a table gets its rows from."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What each row shows."""

    @property
    def count(self) -> int:
        """How many rows can be scrolled to now."""

    def row(self, position: int) -> Row | None:
        """Return a row by place; None while it is on its way."""

    def position(self, key: int | str) -> int | None:
        """Return the place of a record, or None when it is not among the rows."""

    def empty(self) -> str:
        """Say why there is nothing, and what to do."""


class RecordTable(ScrollView, can_focus=True):
    """A list of records with a cursor and marks."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*STYLES, "table--header", "table--row", "table--cursor", "table--heading"}
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("pagedown,ctrl+f", "page(1)", show=False),
        Binding("home,g", "end(-1)", show=False),
        Binding("end,G", "end(1)", show=False),
    ]

    class Moved(Message):
        """The cursor is on another row."""

    class Opened(Message):
        """A row was clicked that the cursor is on already."""

    class Counted(Message):
        """A count before a motion is being typed, or is no more."""

    class Wanted(Message):
        """A row was to be drawn that the source does not have yet."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._source: Source | None = None
        self._sorted_by = ""
        self._descending = False
        self._chosen: Chosen = {}
        self._laid_out: tuple[Placed, ...] = ()
        self._laid_out_in = 0
        self.cursor = 0
        """Place of the cursor."""
        self.counted = ""
        """The count that was typed for the next motion."""
        self.marks: Collection[int | str] = frozenset()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._source.count if self._source else 0

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._source.row(self.cursor) if self._source and self.cursor < self.count else None

    def position(self, key: int | str | None) -> int | None:
        """Return the place of a record, or None when it is not among the rows."""
        return self._source.position(key) if self._source and key is not None else None

    def show(
        self,
        source: Source,
        key: int | str | None,
        top: int | None = None,
        *,
        sorted_by: str = "",
        descending: bool = False,
        chosen: Chosen = NONE_CHOSEN,
    ) -> None:
        """Show other rows; the cursor goes to ``key`` where it is among them, or stays at its place.

        Row ``top`` is the first that is seen, if the cursor is in sight then.
        """
        self._source = source
        self._sorted_by, self._descending = sorted_by, descending
        self._chosen, self._laid_out_in = chosen, 0
        place = source.position(key) if key is not None else None
        self.cursor = self._selectable(place if place is not None else min(self.cursor, max(0, self.count - 1)), 1)
        self.virtual_size = Size(self.size.width, self.count + _HEADER_LINES)
        if top is not None and top <= self.cursor < top + self._visible:
            self._scroll_to_row(top)
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def forget(self) -> None:
        """Show nothing, with the cursor at the top: the rows of another place are on their way."""
        self._source = None
        self.cursor = 0
        self.marks = frozenset()
        self._scroll_to_row(0)

    def show_marks(self, marks: Collection[int | str]) -> None:
        """Draw these marks."""
        self.marks = marks
        self.refresh()

    # -- moving -------------------------------------------------------------------------------------

    def action_move(self, steps: int) -> None:
        """Move the cursor by rows, as many times as was typed before."""
        self.move_by(steps * self._times())

    def action_page(self, direction: int) -> None:
        """Move the cursor by what is visible, as many times as was typed before."""
        self.move_by(direction * max(1, self._visible - 1) * self._times())

    def action_end(self, direction: int) -> None:
        """Move the cursor to the first or last row, or to the row whose number was typed before."""
        if wanted := self.forget_count():
            self.move_to(max(0, int(wanted) - 1))
        else:
            self.move_to(self.count - 1 if direction > 0 else 0, -direction)

    def count_digit(self, digit: str) -> None:
        """Go on with the count before a motion."""
        self.counted = (self.counted + digit)[-_LONGEST_COUNT:]
        self.post_message(self.Counted())

    def forget_count(self) -> str:
        """Return the count that was typed, and begin anew."""
        counted, self.counted = self.counted, ""
        if counted:
            self.post_message(self.Counted())
        return counted

    def _times(self) -> int:
        return max(1, int(self.forget_count() or "1"))

    def move_by(self, steps: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self.cursor + steps, 1 if steps > 0 else -1)

    def move_to(self, place: int, direction: int = 1) -> None:
        """Put the cursor on a row; beyond the ends it stops, and headings are passed over."""
        if not self.count:
            return
        before = self.cursor
        self.cursor = self._selectable(max(0, min(place, self.count - 1)), direction)
        if self.cursor == before:
            return
        if not self._reveal():
            # Two lines change, so two lines are sent.
            self._refresh_row(before)
            self._refresh_row(self.cursor)
        self.post_message(self.Moved())

    def _selectable(self, place: int, direction: int) -> int:
        """Return the nearest place that is no heading, looking ahead first."""
        if self._source is None:
            return place
        for step in (direction, -direction):
            at = place
            while 0 <= at < self.count:
                row = self._source.row(at)
                if row is None or not row.heading:
                    return at
                at += step
        return place

    @property
    def _visible(self) -> int:
        return max(1, self.size.height - _HEADER_LINES)

    def _reveal(self) -> bool:
        """Scroll until the cursor is visible; by half pages, since every scroll repaints the page."""
        top, visible = self.scroll_offset.y, self._visible
        if not self.size.height:
            # It has no place on the screen yet; once it has, `on_resize` comes back to this.
            return False
        if top <= self.cursor < top + visible:
            return False
        half = visible // 2
        wanted = self.cursor - half if self.cursor < top or self.cursor >= top + 2 * visible else top + half
        wanted = max(wanted, self.cursor - visible + 1)
        self._scroll_to_row(max(0, min(wanted, self.count - visible)))
        return True

    def _scroll_to_row(self, top: int) -> None:
        # By force: until the next layout Textual takes a list that was short just now for one that does not scroll.
        self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def _refresh_row(self, place: int) -> None:
        y = place - self.scroll_offset.y + _HEADER_LINES
        self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor visible on a terminal of another size."""
        self.virtual_size = Size(self.size.width, self.count + _HEADER_LINES)
        self._reveal()

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse is; a second click opens the row."""
        place = self.scroll_offset.y + event.y - _HEADER_LINES
        if event.y < _HEADER_LINES or place >= self.count:
            return
        if place == self.cursor:
            self.post_message(self.Opened())
        else:
            self.move_to(place)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Move the cursor with the wheel, so that it is always in sight."""
        event.stop()
        self.move_by(3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Move the cursor with the wheel."""
        event.stop()
        self.move_by(-3)

    # -- drawing ------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Return one visible line: the header, a row, or why there is none."""
        # A component's style is worked out once a frame; the widget's own anew for every line, from all its ancestors.
        width, base = self.size.width, self.get_component_rich_style("table--row")
        if self._source is None:
            return paint(self, (), width, base)
        if not self.count:
            return self._empty_line(y, width, base)
        if y < _HEADER_LINES:
            style = self.get_component_rich_style("table--header")
            return paint(self, self._header(width), width, style)
        place = self.scroll_offset.y + y - _HEADER_LINES
        if place >= self.count:
            return paint(self, (), width, base)
        row = self._source.row(place)
        if row is None:
            self.post_message(self.Wanted())
            return paint(self, [Part("  …", "dim")], width, base)
        if row.heading:
            style = self.get_component_rich_style("table--heading")
            return paint(self, [Part(row.cells[0].text)], width, style)
        parts = self._parts(row, width)
        if place == self.cursor:
            # The cursor line is one style from edge to edge: readable, and few bytes.
            plain = [Part(part.text) for part in parts]
            return paint(self, plain, width, self.get_component_rich_style("table--cursor"))
        return paint(self, parts, width, base)

    def _empty_line(self, y: int, width: int, base: Style) -> Strip:
        said = self._source.empty().split("\n") if self._source else []
        styles = ("", *["dim"] * len(said))
        lines = [line for text, style in zip(said, styles, strict=False) for line in wrapped(text, width - 4, style)]
        at = y - max(1, self.size.height // 3)
        return paint(self, [Part("  "), *(lines[at] if 0 <= at < len(lines) else [])], width, base)

    def _header(self, width: int) -> list[Part]:
        parts = [Part(_NO_MARK)]
        for each in self._placed(width):
            column = each.column
            # Numbers begin with the largest, so for them the usual order is the one that goes down.
            arrow = "▼" if self._descending != column.right else "▲"
            arrow = arrow if column.order and column.order == self._sorted_by else ""
            parts.append(Part(_aligned(column.title + arrow, each) + each.behind))
        return parts

    def _parts(self, row: Row, width: int) -> list[Part]:
        parts = [Part(_MARK, "accent") if row.key in self.marks else Part(_NO_MARK)]
        for each in self._placed(width):
            cell = row.cells[each.index]
            parts += [Part(_aligned(cell.text, each), cell.style), Part(each.behind)]
        return parts

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns that the rows have."""
        return tuple(self._source.columns) if self._source else ()

    @property
    def columns_room(self) -> int:
        """How many terminal columns there are for columns."""
        return self.size.width - len(_NO_MARK)

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns that are shown, in their order."""
        return tuple(each.column for each in self._placed(self.size.width))

    @property
    def copied_columns(self) -> list[int]:
        """The places of the columns that were chosen, or of all usual ones: also of those that find no room."""
        room = self.columns_room
        chosen = self._chosen.get(breadth(room))
        return [index for index, _ in wanted(self.columns, room if chosen else _ALL_USUAL, chosen)]

    def _placed(self, width: int) -> tuple[Placed, ...]:
        # Asked for once a row, worked out once a list and width.
        if self._source is not None and self._laid_out_in != width:
            room = width - len(_NO_MARK)
            self._laid_out = placed(tuple(self._source.columns), room, self._chosen.get(breadth(room)))
            self._laid_out_in = width
        return self._laid_out


def _aligned(text: str, placed: Placed) -> str:
    cut = fitted(text, placed.width)
    if not placed.column.right:
        return cut
    stripped = cut.rstrip(" ")
    return " " * (len(cut) - len(stripped)) + stripped
