"""How a tracker follows its section: pure, the same for preview and run, and done twice it changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from roster_tui.accounts.trackers.model import ArchiveCause, Archived, Former, Tracker
from roster_tui.roster.classes import Section

SYNC = "sync"


def followed(tracker: Tracker, section: Section | None, at: datetime, year: int) -> Tracker:
    """Return a tracker after a sync, given its section in Clever's data and the school year of the sync.

    Domain rule 4: it follows the section's roster, and archives at rollover. It also archives when the section
    goes, and comes back with it in the same school year. What a person archived stays archived.
    """
    if tracker.archived is not None:
        returns = tracker.archived.cause is ArchiveCause.SECTION_GONE and tracker.year == year
        return in_step(replace(tracker, archived=None), section, at) if returns and section else tracker
    if section is None:
        return replace(tracker, archived=Archived(ArchiveCause.SECTION_GONE, at, SYNC))
    after = in_step(tracker, section, at)
    return replace(after, archived=Archived(ArchiveCause.ROLLOVER, at, SYNC)) if tracker.year < year else after


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
