"""All rules together: one trouble is one finding, the most specific one, and what follows from it says so.

Rules over the roster alone take seconds in a city, and an action on an account changes none of their answers:
`of_roster` is asked after a sync only, `of_accounts` after every action too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from roster_tui.findings import accounts, collisions, emails, rekeys, sections
from roster_tui.findings.catalog import (
    COURSE_GONE,
    EMAIL_AT_SEVERAL_SCHOOLS,
    EMAIL_MOVED,
    EMAIL_SHARED,
    PAIRS,
    PERSON_REPLACED,
    SECTION_REUSED,
    SIS_ID_LOOKS_ALIKE,
    SIS_ID_REUSED,
    SIS_ID_SHARED,
    TEACHER_REMOVED,
    TEACHER_STAFF_APART,
    TERM_ENDED,
    TERM_NOT_BEGUN,
)
from roster_tui.findings.model import Evidence, Finding, Subject
from roster_tui.roster.kinds import TEACHER

if TYPE_CHECKING:
    from roster_tui.ledger.journal import Journal

Rejected = Callable[[Finding], bool]
"""Whether somebody said that the halves of a proposed pair are two people."""

OF_ROSTER = (
    *PAIRS,
    TEACHER_REMOVED,
    PERSON_REPLACED,
    SIS_ID_SHARED,
    SIS_ID_LOOKS_ALIKE,
    SIS_ID_REUSED,
    EMAIL_SHARED,
    EMAIL_AT_SEVERAL_SCHOOLS,
    EMAIL_MOVED,
    TEACHER_STAFF_APART,
    TERM_ENDED,
    TERM_NOT_BEGUN,
    COURSE_GONE,
    SECTION_REUSED,
)
"""What `of_roster` finds."""


def none_rejected(pair: Finding) -> bool:
    """Return that nobody rejected anything."""
    return False


def find_all(
    db: sqlite3.Connection,
    at: datetime,
    pending_patience: timedelta,
    journal: Journal | None = None,
    rejected: Rejected = none_rejected,
) -> Iterator[Finding]:
    """Yield every finding of the roster and accounts as they are.

    Without a journal nothing is said of what was done by hand again and again.
    """
    return of_accounts(db, at, pending_patience, list(of_roster(db, at, rejected)), journal, rejected)


def of_roster(db: sqlite3.Connection, at: datetime, rejected: Rejected = none_rejected) -> Iterator[Finding]:
    """Yield what is wrong with the roster, whatever the state of the accounts."""
    moves = list(rekeys.find(db, at))
    yield from moves
    pairs = [
        (each.subject.key, each.other.key) for each in moves if each.code in PAIRS and each.other and not rejected(each)
    ]
    replaced = list(collisions.replaced(db, at))
    yield from replaced
    exchanged = {each.key for finding in replaced for each in (finding.subject, finding.other) if each}
    yield from collisions.shared_or_alike(db)
    yield from collisions.reused(db, at, set(pairs))
    yield from emails.shared(db)
    yield from (each for each in emails.moved(db, at, set(pairs)) if each.subject.key not in exchanged)
    yield from emails.teacher_and_staff_apart(db)
    yield from sections.terms(db, at)
    yield from sections.course_gone(db)
    yield from sections.reused(db, at)


def of_accounts(
    db: sqlite3.Connection,
    at: datetime,
    patience: timedelta,
    roster: Sequence[Finding],
    journal: Journal | None = None,
    rejected: Rejected = none_rejected,
) -> Iterator[Finding]:
    """Yield the findings of the roster, and what is wrong with accounts and sections given those.

    A rejected pair is yielded like any other, but its halves are two people: a leaver and a newcomer.
    """
    pairs = [each for each in roster if each.code in PAIRS]
    one_person = [each for each in pairs if not rejected(each)]
    halves = {each.key for pair in one_person for each in (pair.subject, pair.other) if each}
    left = {each.subject.key: each for each in roster if each.code is TEACHER_REMOVED}
    left |= {each.subject.key: _left(each.subject) for each in pairs if each.subject.kind == TEACHER.name}
    yield from (each for each in roster if each.code is not TEACHER_REMOVED)

    roots: dict[int, str] = {each.subject.key: each.id for each in one_person}
    leavers = [each for key, each in left.items() if key not in halves]
    for finding in _of_teachers(db, at, patience, journal, leavers, halves):
        roots.setdefault(finding.subject.key, finding.id)
        yield finding
    told: set[int] = set()
    for finding in sections.without_valid_teacher(db, roots):
        told.add(finding.subject.key)
        yield finding
    yield from sections.teacher_pending(db, at, patience, roots)
    yield from sections.co_teacher_missing(db, roots)
    yield from sections.empty(db, told)


def _left(subject: Subject) -> Finding:
    return Finding(TEACHER_REMOVED, subject, evidence=(Evidence("in data", "yes", "no", False),))


def _of_teachers(
    db: sqlite3.Connection,
    at: datetime,
    patience: timedelta,
    journal: Journal | None,
    leavers: Sequence[Finding],
    halves: set[int],
) -> Iterator[Finding]:
    """Yield why a teacher cannot open sections: of several reasons for one teacher, the most specific."""
    told: set[int] = set()
    by_rank = (
        accounts.suspension_loops(db, journal, at) if journal else iter(()),
        accounts.admin_not_in_data(db),
        accounts.pinned_absent(db, at),
        leavers,
        emails.missing(db),
        emails.without_at(db),
        accounts.suspended_with_sections(db),
        # The new half of a re-keyed person waits for the crosswalk: mailing it would invite work on a duplicate.
        (each for each in accounts.activation_pending(db, at, patience) if each.subject.key not in halves),
    )
    for findings in by_rank:
        for finding in findings:
            if finding.subject.key not in told:
                told.add(finding.subject.key)
                yield finding
