"""Where one is in the console, and where one gets to from there. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from roster_tui.actions import VIEWS
from roster_tui.console.columns import Row
from roster_tui.roster.fields import ORDERS
from roster_tui.roster.filter import EVERYTHING, Filter
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
    order: str = "name"
    descending: bool = False
    set_aside: bool = False
    """Whether dismissed and rejected findings are shown."""
    key: int | str | None = None
    """The record under the cursor."""
    marks: set[int | str] = field(default_factory=set)

    @property
    def kind(self) -> Kind | None:
        """The kind of record it lists, or None for a report."""
        return LISTED.get(self.view)

    @property
    def listing(self) -> Listing:
        """What is listed here; only for places that list records."""
        assert self.kind is not None
        return Listing(self.kind, self.within, self.filter, self.order, self.descending)

    @property
    def crumbs(self) -> tuple[str, ...]:
        """The way to here, for the breadcrumb."""
        return (*self.trail, VIEWS[self.view])

    def next_order(self) -> str:
        """Return the sort order after the present one."""
        assert self.kind is not None
        orders = list(ORDERS[self.kind.name])
        return orders[(orders.index(self.order) + 1) % len(orders)]


def opened(place: Place, row: Row, label: str) -> Place | None:
    """Return the place that opening a row leads to, or None when there is nothing behind it."""
    if place.kind is not None:
        below = _BELOW[place.kind.name]
        assert isinstance(row.key, int)
        return Place(below, (*place.crumbs, label), within=(place.kind.name, row.key))
    return None
