"""Which columns a list has, and how they share the width of the terminal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from roster_tui.console.lines import Part

_WIDE = 100
"""From so many columns on there is room for air."""


def gap(width: int) -> int:
    """Return how many blanks stand between columns."""
    return 2 if width >= _WIDE else 1


@dataclass(frozen=True)
class Column:
    """One column of a list."""

    title: str
    width: int
    """Columns it needs at least."""
    share: int = 0
    """Its part of the room that is left over."""
    right: bool = False
    """Whether it holds numbers."""
    from_width: int = 0
    """It is left out on terminals narrower than this."""
    order: str = ""
    """The sort order that belongs to it."""


@dataclass(frozen=True)
class Row:
    """One row as a list draws it."""

    key: int | str
    """Of the record: cursor and marks belong to it, whatever its place."""
    kind: str
    cells: tuple[Part, ...]
    account_state: str | None = None
    clever_id: str | None = None
    tracker_state: str | None = None
    heading: bool = False
    """A line between groups; the cursor passes over it."""


@dataclass(frozen=True)
class Placed:
    """A column as it is drawn."""

    index: int
    """Of its cell in a row."""
    column: Column
    width: int
    behind: str
    """The blanks between it and the next."""


@lru_cache(maxsize=32)
def placed(columns: tuple[Column, ...], width: int) -> tuple[Placed, ...]:
    """Return every column that is shown in so many terminal columns; asked for once a row, worked out once."""
    laid_out, between = _laid_out(columns, width), " " * gap(width)
    last = len(laid_out) - 1
    return tuple(Placed(*each, between if place < last else "") for place, each in enumerate(laid_out))


def _laid_out(columns: Sequence[Column], width: int) -> list[tuple[int, Column, int]]:
    """Return index, column and width of every column that is shown in so many terminal columns."""
    shown = [(index, column) for index, column in enumerate(columns) if width >= column.from_width]
    spare = width - sum(column.width for _, column in shown) - gap(width) * (len(shown) - 1)
    shares = sum(column.share for _, column in shown) or 1
    sized = [(index, column, column.width + max(0, spare) * column.share // shares) for index, column in shown]
    return sized if spare >= 0 else _squeezed(sized, -spare)


def _squeezed(sized: list[tuple[int, Column, int]], missing: int) -> list[tuple[int, Column, int]]:
    """Take what is missing from the columns that can grow, the widest first."""
    widths = [width for _, _, width in sized]
    elastic = [place for place, (_, column, _) in enumerate(sized) if column.share]
    while missing > 0 and elastic and max(widths[place] for place in elastic) > 4:
        widest = max(elastic, key=widths.__getitem__)
        widths[widest] -= 1
        missing -= 1
    return [(index, column, width) for (index, column, _), width in zip(sized, widths, strict=True)]
