"""Where one is in the console, and where one gets to from there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from roster_tui.actions import VIEWS
from roster_tui.console.columns import USUAL_ORDER, Column, Row
from roster_tui.roster.changes import FIELDS as CHANGE_FIELDS
from roster_tui.roster.fields import ORDERS, field_types
from roster_tui.roster.filter import EVERYTHING, FieldType, Filter
from roster_tui.roster.kinds import SCHOOL, SECTION, TEACHER, Kind
from roster_tui.roster.listing import Listing

LISTED: dict[str, Kind] = {"schools": SCHOOL, "teachers": TEACHER, "sections": SECTION}
"""The views that list records."""

_BELOW = {SCHOOL.name: "teachers", TEACHER.name: "sections", SECTION.name: "teachers"}
"""What opening a record shows: a school's teachers, a teacher's sections, a section's teachers."""


@dataclass
class Place:
    """A view with everything one has set in it; going back restores all of it."""

    view: str
    trail: tuple[str, ...] = ()
    """What one came through: ``Schools``, ``City High School``."""
    within: tuple[str, int] | None = None
    filter_text: str = ""
    filter: Filter = EVERYTHING
    order: str = USUAL_ORDER
    """The order of the column that it is sorted by."""
    descending: bool = False
    narrowed: str = ""
    """Only findings of this severity, or whose codes begin so; only trackers that hold these words."""
    finding: str = ""
    """The finding whose two records are shown side by side."""
    among: tuple[str, ...] = ()
    """The findings that come before and after it."""
    set_aside: bool = False
    """Whether dismissed and rejected findings are shown."""
    key: int | str | None = None
    """The record under the cursor."""
    top: int = 0
    """The row at the top of the list."""
    marks: set[int | str] = field(default_factory=set)

    @property
    def kind(self) -> Kind | None:
        """The kind of record it lists, or None for a report."""
        return LISTED.get(self.view)

    @property
    def fields(self) -> Mapping[str, FieldType] | None:
        """What it can be filtered by; None where it cannot."""
        if self.view == "changes":
            return CHANGE_FIELDS
        return field_types(self.kind) if self.kind else None

    @property
    def listing(self) -> Listing:
        """What is listed here; only for places that list records."""
        assert self.kind is not None
        return Listing(self.kind, self.within, self.filter, self.sorted_by, self.descending)

    @property
    def sorted_by(self) -> str:
        """The order that its rows have; records are listed by name unless asked otherwise."""
        known = ORDERS[self.kind.name] if self.kind else {self.order}
        return self.order if self.order in known else "name"

    @property
    def crumbs(self) -> tuple[str, ...]:
        """The way to here, for the breadcrumb."""
        return (*self.trail, VIEWS[self.view], *([self.narrowed] if self.narrowed else []))

    def next_order(self, shown: Iterable[Column]) -> str:
        """Return the sort order after the present one, among those of the columns that are shown."""
        orders = [column.order for column in shown if column.order]
        if self.kind is None:
            orders = [USUAL_ORDER, *orders]
        at = orders.index(self.sorted_by) if self.sorted_by in orders else -1
        return orders[(at + 1) % len(orders)] if orders else USUAL_ORDER


def opened(place: Place, row: Row, label: str) -> Place | None:
    """Return the place that opening a row leads to, or None when there is nothing behind it."""
    if place.kind is not None:
        below = _BELOW[place.kind.name]
        assert isinstance(row.key, int)
        return Place(below, (*place.crumbs, label), within=(place.kind.name, row.key))
    if row.kind == "run" and isinstance(row.key, int):
        return Place("changes", (*place.crumbs, label), within=(row.kind, row.key))
    return None


class Visited:
    """The places one has been to, in their order, and which of them one is at."""

    MOST = 50
    """Places that are remembered."""

    def __init__(self, place: Place) -> None:
        self._places = [place]
        self._at = 0

    def add(self, place: Place) -> None:
        """Go to another place; what lay ahead is forgotten."""
        self._places = [*self._places[: self._at + 1], place][-self.MOST :]
        self._at = len(self._places) - 1

    def step(self, steps: int) -> Place | None:
        """Go back or forward, and return the place one is at then; None beyond either end."""
        at = self._at + steps
        if not 0 <= at < len(self._places):
            return None
        self._at = at
        return self._places[at]
