"""What can be done to the tracker of a section, and what is thought of it first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from roster_tui.accounts.judging import WOULD_DO, Judgement, blocked, noop, warned
from roster_tui.accounts.model import MailKind
from roster_tui.accounts.trackers.following import in_step
from roster_tui.accounts.trackers.model import ArchiveCause, Archived, Tracker
from roster_tui.roster.classes import Section, Term


@dataclass(frozen=True)
class Order:
    """What somebody wants done, and when."""

    operator: str
    at: datetime
    today: date
    """In the district's time zone."""
    year: int
    """The school year of today."""
    reason: str = ""


@dataclass(frozen=True)
class TrackerVerb:
    """Something that can be done to the tracker of a section."""

    name: str
    title: str
    done: str
    """What is said afterwards, as in "3 created"."""
    inverse: str
    """The verb that undoes it."""
    judge: Callable[[Section | None, Tracker | None, Order], Judgement]
    change: Callable[[Section | None, Tracker | None, Order], Tracker]
    """What it makes of the section's tracker; only for what would be done."""
    noun: str = "tracker"
    mail: MailKind | None = None


def _judge_create(section: Section | None, tracker: Tracker | None, order: Order) -> Judgement:
    if section is None:
        return blocked("not in Clever's data")
    if tracker and tracker.archived is None and tracker.year == order.year:
        return noop("has a tracker already")
    if problem := _teacher_problem(section) or _term_problem(section.term, order.today):
        return blocked(problem)
    if tracker and tracker.archived and tracker.year == order.year:
        return warned(f"archived, {tracker.archived}: comes back with its data")
    if section.teachers[0].account == "pending":
        return warned("its teacher has never activated the account")
    return WOULD_DO


def _teacher_problem(section: Section) -> str:
    """Return why a section has no valid teacher account (domain rule 3), or nothing."""
    if not section.teachers:
        return "has no teacher in Clever's data"
    teacher = section.teachers[0]
    who = teacher.name or teacher.id
    if not teacher.in_data:
        return f"its teacher {who} is not in Clever's data"
    if teacher.account is None:
        return f"its teacher {who} has no account yet: the next sync makes one"
    return f"its teacher {who} is suspended" if teacher.account == "suspended" else ""


def _term_problem(term: Term | None, today: date) -> str:
    if term is None:
        return "has no term"
    if term.starts and today < term.starts:
        return f"its term {term.name} begins on {term.starts}"
    return f"its term {term.name} ended on {term.ends}" if term.ends and today > term.ends else ""


def _create(section: Section | None, tracker: Tracker | None, order: Order) -> Tracker:
    assert section is not None
    if tracker is None or tracker.year != order.year:
        owner = section.teachers[0].id
        tracker = Tracker(section.id, order.year, section.name, owner, order.at, order.operator)
    return in_step(replace(tracker, archived=None), section, order.at)


def _judge_archive(section: Section | None, tracker: Tracker | None, order: Order) -> Judgement:
    if tracker is None:
        return noop("has no tracker")
    return noop(f"archived already, {tracker.archived}") if tracker.archived else WOULD_DO


def _archive(section: Section | None, tracker: Tracker | None, order: Order) -> Tracker:
    assert tracker is not None
    return replace(tracker, archived=Archived(ArchiveCause.BY_HAND, order.at, order.operator, order.reason))


CREATE, ARCHIVE = "create-tracker", "archive-tracker"
TRACKER_VERBS: Mapping[str, TrackerVerb] = {
    verb.name: verb
    for verb in (
        TrackerVerb(CREATE, "Create tracker", "created", ARCHIVE, _judge_create, _create),
        TrackerVerb(ARCHIVE, "Archive tracker", "archived", CREATE, _judge_archive, _archive),
    )
}
