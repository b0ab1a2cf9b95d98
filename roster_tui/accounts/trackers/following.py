"""How trackers follow their sections: the same for preview and run, and done twice it changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from roster_tui.accounts.trackers.model import ArchiveCause, Archived, Former, Tracker
from roster_tui.accounts.trackers.store import Trackers, TrackerStore
from roster_tui.roster.classes import Section

SYNC = "sync"
SectionsOf = Callable[[Iterable[str]], Iterable[Section]]
"""Returns the sections with some Clever IDs, as far as they are in the data."""


@dataclass(frozen=True)
class Night:
    """What trackers follow: the sections as a sync has left them, or would leave them."""

    sections: SectionsOf
    at: datetime
    year: int
    """The school year that it falls into."""

    def moved(self, known: Trackers) -> Iterator[tuple[Tracker, Tracker]]:
        """Yield the trackers that become others, as they were and as they become."""
        found = {section.id: section for section in self.sections(known)}
        for before in known.values():
            after = followed(before, found.get(before.section), self.at, self.year)
            if after != before:
                yield before, after


@dataclass(frozen=True)
class Ahead:
    """What a night does to trackers."""

    sections: tuple[str, ...]
    """Whose trackers become others."""
    tally: Counter[str]
    """How many are ``archived, restored`` and ``updated``."""


def ahead(store: TrackerStore, sections: Iterable[str] | None, night: Night) -> Ahead:
    """Return what a night does to the trackers of some sections, or to all; nothing is written.

    Raises `LedgerDamaged`.
    """
    moved: list[str] = []
    tally: Counter[str] = Counter()
    for known in store.each(sections):
        for before, after in night.moved(known):
            moved.append(before.section)
            tally[_what(before, after)] += 1
    return Ahead(tuple(moved), tally)


def carry_out(store: TrackerStore, foreseen: Ahead, night: Night) -> Iterator[list[Tracker]]:
    """Write what was foreseen, a shard at a time, and yield what was written. Done again, it changes nothing."""
    return store.rewrite(foreseen.sections, lambda ids, known: [after for _, after in night.moved(known)])


def _what(before: Tracker, after: Tracker) -> str:
    if before.state == after.state:
        return "updated"
    return "archived" if after.archived else "restored"


def followed(tracker: Tracker, section: Section | None, at: datetime, year: int) -> Tracker:
    """Return a tracker after a sync, given its section in Clever's data and the school year of the sync.

    Domain rule 4: it follows the section's roster, and archives at rollover. It also archives when the section
    goes, and comes back with it in the same school year. What a person archived stays archived.
    """
    if tracker.archived is not None:
        returns = tracker.archived.cause is ArchiveCause.SECTION_GONE and tracker.year == year
        return in_step(replace(tracker, archived=None), section, at) if returns and section else tracker
    cause = archives(tracker.year, section is not None, year)
    after = in_step(tracker, section, at) if section else tracker
    return replace(after, archived=Archived(cause, at, SYNC)) if cause else after


def archives(made_in: int, in_data: bool, year: int) -> ArchiveCause | None:
    """Return why a sync archives a live tracker, given both school years and whether its section is sent; or None."""
    if not in_data:
        return ArchiveCause.SECTION_GONE
    return ArchiveCause.ROLLOVER if made_in < year else None


def in_step(tracker: Tracker, section: Section, at: datetime) -> Tracker:
    """Return a tracker with the section's name, teachers and students; whoever left is former, data kept."""
    present = set(section.students)
    left = [Former(student, at.date()) for student in tracker.students if student not in present]
    teachers = [each.id for each in section.teachers]
    return replace(
        tracker,
        name=section.name,
        # A section that has lost its teacher leaves the gradebook with whom it was.
        teacher=teachers[0] if teachers else tracker.teacher,
        collaborators=tuple(teachers[1:]),
        students=section.students,
        former=(*(each for each in tracker.former if each.student not in present), *left),
    )
