"""When a sync is too large to be applied without a person looking at it. Pure.

Limits trip only when strictly exceeded (domain: guards that others trust, and their edges).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from roster_tui.roster.compare import Tally


@dataclass(frozen=True)
class Limits:
    """How much may change at once."""

    removed_percent: float
    updated_percent: float
    floor: int
    """Changes of one type up to this number never hold: of eight terms, two are no percentage."""
    suspensions: int
    """Accounts that one sync may suspend."""
    kinds: Mapping[str, Limits] = field(default_factory=dict)
    """Limits of single types, where they differ."""


@dataclass(frozen=True)
class Trip:
    """One limit that is exceeded."""

    what: str
    """``removed``, ``updated`` or ``suspended``."""
    kind: str
    number: int
    of: int
    limit: float

    def __str__(self) -> str:
        if self.what == "suspended":
            return f"{self.number:,} accounts would be suspended; the limit is {self.limit:,.0f}"
        share = 100 * self.number / self.of
        return f"{self.number:,} of {self.of:,} {self.kind}s {self.what} ({share:.0f} %); the limit is {self.limit:g} %"


def trips(tallies: Mapping[str, Tally], suspensions: int, limits: Limits) -> list[Trip]:
    """Return every limit that these changes exceed; none for a district's first sync."""
    found: list[Trip] = []
    for kind, tally in tallies.items():
        if not tally.before:
            continue
        mine = limits.kinds.get(kind, limits)
        if tally.after == 0 or _exceeds(tally.removed, tally.before, mine.removed_percent, mine.floor):
            # An empty answer is never "everybody left", however few there were and whatever the limit.
            found.append(Trip("removed", kind, tally.removed, tally.before, mine.removed_percent))
        if _exceeds(tally.updated, tally.before, mine.updated_percent, mine.floor):
            found.append(Trip("updated", kind, tally.updated, tally.before, mine.updated_percent))
    if suspensions > limits.suspensions:
        found.append(Trip("suspended", "account", suspensions, 0, limits.suspensions))
    return found


def _exceeds(number: int, of: int, percent: float, floor: int) -> bool:
    return number > floor and number * 100 > percent * of
