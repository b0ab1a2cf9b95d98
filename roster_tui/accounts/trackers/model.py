"""A tracker; values only, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec


class ArchiveCause(StrEnum):
    """What archived a tracker."""

    BY_HAND = "by_hand"
    SECTION_GONE = "section_gone"
    ROLLOVER = "rollover"

    @property
    def told(self) -> str:
        """What people are told of a sync's cause; nothing of a person's."""
        return {
            ArchiveCause.BY_HAND: "",
            ArchiveCause.SECTION_GONE: "its section is no longer in Clever's data",
            ArchiveCause.ROLLOVER: "its school year is over",
        }[self]


@dataclass(frozen=True)
class Archived:
    """Why a tracker is hidden, since when and by whom; its data is kept."""

    cause: ArchiveCause
    at: datetime
    by: str
    """The operator, or ``sync``."""
    reason: str = ""
    """The operator's own words."""

    def __str__(self) -> str:
        what = self.cause.told or f"by {self.by}"
        return f"{what}: {self.reason}" if self.reason else what


class Former(NamedTuple):
    """A student who has left the section; what the tracker holds of the student stays."""

    student: str
    left: date


@dataclass(frozen=True)
class Tracker:
    """One class gradebook. People in it are Clever IDs."""

    section: str
    year: int
    """Its school year, by the calendar year in which that begins."""
    name: str
    """The section's name, as it last was."""
    teacher: str
    created_at: datetime
    created_by: str
    collaborators: tuple[str, ...] = ()
    """The section's other teachers."""
    students: tuple[str, ...] = ()
    former: tuple[Former, ...] = ()
    archived: Archived | None = None
    last_action: str | None = None
    """The action that changed it last; tells after a crash whether it came that far."""

    @property
    def id(self) -> str:
        """What it is stored and found under: a section has one tracker a school year."""
        return f"{self.section}-{self.year}"

    @property
    def state(self) -> str:
        """``live`` or ``archived``."""
        return "archived" if self.archived else "live"


def to_document(tracker: Tracker) -> dict[str, Any]:
    """Return a tracker as it is stored: JSON values, a class list in one text, without what is not set."""
    values = {name: value for name, value in msgspec.to_builtins(tracker).items() if value}
    for name in ("collaborators", "students"):
        if name in values:
            values[name] = " ".join(values[name])
    return values


def from_document(document: dict[str, Any]) -> Tracker:
    """Return the tracker that was stored. Raises `msgspec.ValidationError` if it is none."""
    fields = dict(document)
    for name in ("collaborators", "students"):
        fields[name] = str(document.get(name, "")).split()
    return msgspec.convert(fields, Tracker)


def school_year(day: date, rollover: tuple[int, int]) -> int:
    """Return the school year of a day, by the calendar year it begins in; it ends on a month and day."""
    return day.year if (day.month, day.day) >= rollover else day.year - 1
