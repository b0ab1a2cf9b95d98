"""Which columns a list has, and how they share the width of the terminal. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from roster_tui.console.lines import Part

_WIDE = 100
"""From so many columns on there is room for air."""
USUAL_ORDER = ""
"""The order that a list has by itself."""


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
    called: str = ""
    """What it is called where there is room, and kept as; its title by default."""
    extra: bool = False
    """Whether it is shown only where somebody has chosen it."""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.called or self.title


class Breadth(StrEnum):
    """How much room a list has: columns are chosen for each by itself."""

    NARROW = "narrow"
    WIDE = "wide"


Chosen = Mapping[str, tuple[str, ...]]
"""By breadth, the columns that an operator wants after the first, by name and in their order."""


def breadth(width: int) -> Breadth:
    """Return how much room so many columns are."""
    return Breadth.WIDE if width >= _WIDE else Breadth.NARROW


def sortable(*columns: Column) -> tuple[Column, ...]:
    """Return columns of a report, each of which can be sorted by."""
    return tuple(replace(column, order=column.name) for column in columns)


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
    sorts: Mapping[str, Any] | None = None
    """What it is sorted by, by the column's order, where the cell's text does not say."""


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
def placed(columns: tuple[Column, ...], width: int, chosen: tuple[str, ...] | None = None) -> tuple[Placed, ...]:
    """Return every column that is shown in so many terminal columns: those that were chosen, or the usual ones."""
    laid_out, between = _laid_out(columns, width, chosen), " " * gap(width)
    last = len(laid_out) - 1
    return tuple(Placed(*each, between if place < last else "") for place, each in enumerate(laid_out))


def wanted(columns: Sequence[Column], width: int, chosen: Sequence[str] | None) -> list[tuple[int, Column]]:
    """Return index and column of what is to be shown; the first is always, and unknown names are passed over."""
    numbered = list(enumerate(columns))
    if chosen is None:
        return [(index, column) for index, column in numbered if width >= column.from_width and not column.extra]
    by_name = {column.name: (index, column) for index, column in numbered[1:]}
    return [*numbered[:1], *(by_name[name] for name in dict.fromkeys(chosen) if name in by_name)]


def _laid_out(columns: Sequence[Column], width: int, chosen: Sequence[str] | None) -> list[tuple[int, Column, int]]:
    """Return index, column and width of every column that is shown in so many terminal columns."""
    shown = wanted(columns, width, chosen)
    while chosen is not None and len(shown) > 1 and _least(shown) + gap(width) * (len(shown) - 1) > width:
        # More were chosen than there is room for: better fewer than all cut.
        shown.pop()
    spare = width - sum(column.width for _, column in shown) - gap(width) * (len(shown) - 1)
    shares = sum(column.share for _, column in shown) or 1
    sized = [(index, column, column.width + max(0, spare) * column.share // shares) for index, column in shown]
    return sized if spare >= 0 else _squeezed(sized, -spare)


_LEAST = 8
"""Terminal columns below which a column that can shrink is not worth showing."""


def _least(shown: Sequence[tuple[int, Column]]) -> int:
    return sum(min(column.width, _LEAST) if column.share else column.width for _, column in shown)


def _squeezed(sized: list[tuple[int, Column, int]], missing: int) -> list[tuple[int, Column, int]]:
    """Take what is missing from the columns that can grow, the widest first."""
    widths = [width for _, _, width in sized]
    elastic = [place for place, (_, column, _) in enumerate(sized) if column.share]
    while missing > 0 and elastic and max(widths[place] for place in elastic) > 4:
        widest = max(elastic, key=widths.__getitem__)
        widths[widest] -= 1
        missing -= 1
    return [(index, column, width) for (index, column, _), width in zip(sized, widths, strict=True)]
