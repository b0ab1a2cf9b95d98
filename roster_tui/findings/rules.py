"""All rules together: one trouble is one finding, the most specific one, and what follows from it says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from roster_tui.findings import accounts, collisions, emails, rekeys, sections
from roster_tui.findings.catalog import PAIRS, TEACHER_REMOVED
from roster_tui.findings.model import Evidence, Finding, Subject
from roster_tui.roster.kinds import TEACHER

if TYPE_CHECKING:
    from roster_tui.ledger import Journal


def find_all(
    db: sqlite3.Connection,
    at: datetime,
    pending_patience: timedelta,
    journal: Journal | None = None,
    rejected: Callable[[Finding], bool] = lambda pair: False,
) -> Iterator[Finding]:
    """Yield every finding of the roster and accounts as they are.

    Without a journal nothing is said of what was done by hand again and again. A proposed pair that somebody
    ``rejected`` is still yielded, but its halves are two people: a leaver and a newcomer.
    """
    proposed = list(rekeys.find(db, at))
    apart = [each for each in proposed if each.code in PAIRS and rejected(each)]
    separate = {each.id for each in apart}
    yield from apart
    moves = [each for each in proposed if each.id not in separate]
    moves += [_left(each.subject) for each in apart if each.subject.kind == TEACHER.name]
    pairs = [(each.subject.key, each.other.key) for each in moves if each.code in PAIRS and each.other]
    rekeyed = {key for pair in pairs for key in pair}
    yield from (each for each in moves if each.code is not TEACHER_REMOVED)

    replaced = list(collisions.replaced(db, at))
    yield from replaced
    exchanged = {each.key for finding in replaced for each in (finding.subject, finding.other) if each}
    yield from collisions.shared_or_alike(db)
    yield from collisions.reused(db, at, pairs)

    roots: dict[int, str] = {each.subject.key: each.id for each in moves if each.subject.kind == TEACHER.name}
    for finding in _of_teachers(db, at, pending_patience, journal, moves, rekeyed):
        roots.setdefault(finding.subject.key, finding.id)
        yield finding
    yield from emails.shared(db)
    yield from (each for each in emails.moved(db, at, pairs) if each.subject.key not in exchanged)
    yield from emails.teacher_and_staff_apart(db)
    yield from _of_sections(db, at, pending_patience, roots)


def _left(subject: Subject) -> Finding:
    return Finding(TEACHER_REMOVED, subject, evidence=(Evidence("in data", "yes", "no", False),))


def _of_teachers(
    db: sqlite3.Connection,
    at: datetime,
    patience: timedelta,
    journal: Journal | None,
    moves: list[Finding],
    rekeyed: set[int],
) -> Iterator[Finding]:
    """Yield why a teacher cannot open sections: of several reasons for one teacher, the most specific."""
    told: set[int] = set()
    by_rank = (
        accounts.suspension_loops(db, journal, at) if journal else iter(()),
        accounts.admin_not_in_data(db),
        accounts.pinned_absent(db, at),
        (each for each in moves if each.code is TEACHER_REMOVED),
        emails.missing(db),
        emails.without_at(db),
        accounts.suspended_with_sections(db),
        # The new half of a re-keyed person waits for the crosswalk: mailing it would invite work on a duplicate.
        (each for each in accounts.activation_pending(db, at, patience) if each.subject.key not in rekeyed),
    )
    for findings in by_rank:
        for finding in findings:
            if finding.subject.key not in told:
                told.add(finding.subject.key)
                yield finding


def _of_sections(db: sqlite3.Connection, at: datetime, patience: timedelta, roots: dict[int, str]) -> Iterator[Finding]:
    told: set[int] = set()
    for finding in sections.without_valid_teacher(db, roots):
        told.add(finding.subject.key)
        yield finding
    yield from sections.teacher_pending(db, at, patience, roots)
    yield from sections.co_teacher_missing(db, roots)
    yield from sections.empty(db, told)
    yield from sections.terms(db, at)
    yield from sections.course_gone(db)
    yield from sections.reused(db, at)
