"""For each finding a district that raises it, and one much like it that must not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from roster_tui.accounts.model import Account, Cause, CauseKind, Role
from roster_tui.catch_up import point
from roster_tui.clever.records import Name, Roles, StaffRole, Term, User
from roster_tui.roster.kinds import COURSE, SCHOOL, SECTION, STUDENT, TEACHER, TERM
from roster_tui.workspace import DistrictName, Workspace, create_workspace
from tests.conftest import NOW, frozen, settings_for
from tests.roster.conftest import Roster, an_id, course, night, school, section, student, teacher


@dataclass(frozen=True)
class District:
    """Nights of one district, and what was done in it."""

    nights: tuple[Roster, ...]
    accounts: tuple[Account, ...] = ()
    journal: tuple[tuple[Mapping[str, Any], datetime], ...] = ()

    def open(self, folder: Path, **settings: Any) -> Workspace:
        """Return the district's workspace, synced, with its findings worked out."""
        name = DistrictName("d" * 24, "Lincoln Unified")
        workspace = create_workspace(settings_for(folder, **settings), name, frozen)
        for facts, at in self.journal:
            workspace.journal.append([facts], at)
        for roster in self.nights:
            night(workspace.cache, roster)
        workspace.show_accounts(self.accounts)
        with workspace.cache.writing() as db:
            workspace.refresh_findings(db, workspace.clock())
            # As a sync leaves it: whatever is in the journal is shown.
            point(workspace).write(db)
        return workspace


def district(*nights: Roster, accounts: Sequence[Account] = (), **more: Any) -> District:
    """Return a district."""
    return District(nights, tuple(accounts), **more)


def account(number: int, days: int = 9, **fields: Any) -> Account:
    """Return the account of a teacher, some days old."""
    return Account(an_id(TEACHER, number), f"Le{number}, Ann", NOW - timedelta(days=days), **fields)


def active(number: int, **fields: Any) -> Account:
    """Return an account that is in use."""
    return account(number, activated_at=NOW - timedelta(days=8), **fields)


def suspended(number: int, kind: CauseKind = CauseKind.BY_HAND, by: str = "jdoe") -> Account:
    """Return a suspended account."""
    return replace(active(number), cause=Cause(kind, NOW - timedelta(days=2), by))


def staff(number: int, schools: Sequence[int], **fields: Any) -> User:
    """Return a staff member who does not teach."""
    role = StaffRole(staff_id=f"F{number}", schools=[an_id(SCHOOL, each) for each in schools])
    name = Name(first=fields["first"], last=fields["last"])
    return User(id=an_id(TEACHER, number), name=name, email=fields["email"], roles=Roles(staff=role))


def dated(number: int, starts: str, ends: str) -> Term:
    """Return a term with its dates."""
    return Term(id=an_id(TERM, number), name=f"Term {number}", start_date=starts, end_date=ends)


def gone_and_back(clever_id: str, times: int) -> tuple[tuple[Mapping[str, Any], datetime], ...]:
    """Return a journal in which somebody is unsuspended by hand and suspended by the sync, again and again."""
    entries: list[tuple[Mapping[str, Any], datetime]] = []
    for day in range(times):
        at = NOW - timedelta(days=20 - day)
        by_hand = {"kind": "unsuspend", "phase": "outcome", "results": [{"id": clever_id, "verdict": "done"}]}
        by_sync = {
            "kind": "sync",
            "phase": "intent",
            "suspended": [{"id": clever_id, "cause": "no longer in the data"}],
        }
        entries += [(by_hand, at), (by_sync, at + timedelta(hours=12))]
    return tuple(entries)


RUNNING, OVER, TO_COME = (
    dated(1, "2026-08-15", "2027-06-10"),
    dated(2, "2025-08-15", "2026-06-10"),
    dated(3, "2027-01-15", "2027-06-10"),
)
_CLASS = [student(n, first=name) for n, name in enumerate(("Ada", "Ben", "Cho", "Dov"), start=1)]


def in_term(number: int, of: Term, **fields: Any) -> Any:
    """Return a section in a term, with a teacher and a student."""
    return section(number, [1], [1], term_id=of.id, **fields)


def _reused(**kept: Any) -> tuple[Roster, Roster]:
    """Two nights of one section ID; what is kept stays as on the first."""
    first = {"name": "Algebra", "course": an_id(COURSE, 1), "who": [1], "students": [1, 2]}
    second = {"name": "Choir", "course": an_id(COURSE, 2), "who": [2], "students": [3, 4], **kept}
    nights = []
    for each in (first, second):
        sections = [section(1, each["who"], each["students"], name=each["name"], course=each["course"])]
        people = {TEACHER: [teacher(1), teacher(2)], STUDENT: _CLASS, COURSE: [course(1), course(2, "Choir")]}
        nights.append({**people, SECTION: sections})
    return nights[0], nights[1]


_TAUGHT = {TEACHER: [teacher(1), teacher(2)], STUDENT: _CLASS, SECTION: [section(1, [1], [1])]}
_ANN = {"first": "Ann", "last": "Le"}

CASES: Mapping[str, tuple[District, District]] = {
    "sis-id-changed": (
        district({TEACHER: [teacher(1, state_id="7")]}, {TEACHER: [teacher(9, state_id="7")]}),
        district({TEACHER: [teacher(1, state_id="7")]}, {TEACHER: [teacher(9, state_id="8", first="Bo")]}),
    ),
    "sis-id-maybe-changed": (
        district({STUDENT: [student(1, dob="1/2/2015")]}, {STUDENT: [student(9, dob="9/9/2013")]}),
        district({STUDENT: [student(1, dob="1/2/2015")]}, {STUDENT: [student(9, first="Max", dob="9/9/2013")]}),
    ),
    "sis-id-shared": (
        district({TEACHER: [teacher(1, sis_id="T1"), teacher(2, sis_id="T1")]}),
        district({TEACHER: [teacher(1, sis_id="1")], STUDENT: [student(1, sis_id="1")]}),
    ),
    "sis-id-reused": (
        district({STUDENT: [student(1, sis_id="91")]}, {STUDENT: [student(2, sis_id="91", first="Max", last="Ode")]}),
        district({STUDENT: [student(1, sis_id="91")]}, {STUDENT: [student(2, sis_id="91")]}),
    ),
    "person-replaced": (
        district({STUDENT: [student(1, dob="1/2/2015")]}, {STUDENT: [student(1, first="Max", dob="3/4/2014")]}),
        district({STUDENT: [student(1, dob="1/2/2015")]}, {STUDENT: [student(1, dob="2/1/2015")]}),
    ),
    "sis-id-looks-alike": (
        district({TEACHER: [teacher(1, sis_id="T07"), teacher(2, sis_id="tO7 ")]}),
        district({TEACHER: [teacher(1, sis_id="T07"), teacher(2, sis_id="T70")]}),
    ),
    "email-missing": (district({TEACHER: [teacher(1, email="")]}), district({TEACHER: [teacher(1)]})),
    "email-shared": (
        district({TEACHER: [teacher(1, email="a@x.org"), teacher(2, email="A@x.org")]}),
        district({TEACHER: [teacher(1, email="none"), teacher(2, email="none")]}),
    ),
    "email-without-at": (
        district({TEACHER: [teacher(1, email="ann.example.org")]}),
        district({TEACHER: [teacher(1, email="")]}),
    ),
    "email-at-several-schools": (
        district({TEACHER: [teacher(1, [1], email="a@x.org", **_ANN), teacher(2, [2], email="a@x.org", **_ANN)]}),
        district({SCHOOL: [school(1), school(2)], TEACHER: [teacher(1, [1, 2], email="a@x.org")]}),
    ),
    "email-moved": (
        district(
            {TEACHER: [teacher(1, email="a@x.org"), teacher(2, email="b@x.org")]},
            {TEACHER: [teacher(1, email="c@x.org"), teacher(2, email="a@x.org")]},
        ),
        district(
            {TEACHER: [teacher(1, email="a@x.org"), teacher(2, email="a@x.org")]},
            {TEACHER: [teacher(1, email="c@x.org"), teacher(2, email="a@x.org")]},
        ),
    ),
    "teacher-staff-apart": (
        district({TEACHER: [teacher(1, [1], **_ANN), staff(2, [1], email="ann@x.org", **_ANN)]}),
        district({TEACHER: [teacher(1, [1], **_ANN), staff(2, [2], email="ann@x.org", **_ANN)]}),
    ),
    "section-without-valid-teacher": (
        district({**_TAUGHT, SECTION: [section(1, [], [1])]}),
        district({**_TAUGHT, SECTION: [section(1, [8, 2], [1])]}),
    ),
    "section-reused": (district(*_reused()), district(*_reused(who=[1, 2]))),
    "school-without-enrollments": (
        district({**_TAUGHT, SCHOOL: [school(1)], SECTION: [section(n, [1]) for n in range(5)]}),
        district({**_TAUGHT, SCHOOL: [school(1)], SECTION: [section(n, [1], [1] if n else []) for n in range(5)]}),
    ),
    "co-teacher-missing": (
        district({**_TAUGHT, SECTION: [section(1, [1, 8], [1])]}),
        district({**_TAUGHT, SECTION: [section(1, [1, 2], [1])]}),
    ),
    "course-gone": (
        district({**_TAUGHT, COURSE: [course(1)], SECTION: [section(1, [1], [1], course=an_id(COURSE, 2))]}),
        district({**_TAUGHT, SECTION: [section(1, [1], [1], course=an_id(COURSE, 2))]}),
    ),
    "section-teacher-pending": (
        district(_TAUGHT, accounts=[account(1), active(2)]),
        district(_TAUGHT, accounts=[account(1), account(2)]),
    ),
    "section-empty": (district({**_TAUGHT, SECTION: [section(1, [1])]}), district(_TAUGHT)),
    "term-ended": (
        district({**_TAUGHT, TERM: [RUNNING, OVER], SECTION: [in_term(1, RUNNING), in_term(2, OVER)]}),
        district({**_TAUGHT, TERM: [OVER], SECTION: [in_term(2, OVER)]}),
    ),
    "term-not-begun": (
        district({**_TAUGHT, TERM: [RUNNING, TO_COME], SECTION: [in_term(1, RUNNING), in_term(2, TO_COME)]}),
        district({**_TAUGHT, TERM: [RUNNING, TO_COME], SECTION: [in_term(1, RUNNING)]}),
    ),
    "teacher-removed": (
        district({TEACHER: [teacher(1), teacher(2)]}, {TEACHER: [teacher(1)]}),
        district({TEACHER: [teacher(1), teacher(2)]}, {TEACHER: [teacher(1), teacher(2, first="Bo")]}),
    ),
    "suspension-loop": (
        district(
            {TEACHER: [teacher(1), teacher(2)]},
            {TEACHER: [teacher(1)]},
            accounts=[active(1), suspended(2, CauseKind.NOT_IN_DATA, "sync")],
            journal=gone_and_back(an_id(TEACHER, 2), times=2),
        ),
        district(
            {TEACHER: [teacher(1), teacher(2)]},
            {TEACHER: [teacher(1)]},
            accounts=[active(1), suspended(2, CauseKind.NOT_IN_DATA, "sync")],
            journal=gone_and_back(an_id(TEACHER, 2), times=1),
        ),
    ),
    "admin-not-in-data": (
        district({TEACHER: [teacher(1)]}, accounts=[active(5, role=Role.DISTRICT_ADMIN, pinned=True)]),
        district({TEACHER: [teacher(5)]}, accounts=[active(5, role=Role.DISTRICT_ADMIN)]),
    ),
    "pinned-absent": (
        district({TEACHER: [teacher(1)]}, accounts=[account(5, days=20, pinned=True)]),
        district({TEACHER: [teacher(1)]}, accounts=[account(5, days=10, pinned=True)]),
    ),
    "suspended-with-sections": (
        district(_TAUGHT, accounts=[suspended(1), active(2)]),
        district(_TAUGHT, accounts=[active(1), suspended(2)]),
    ),
    "activation-pending": (
        district({TEACHER: [teacher(1)]}, accounts=[account(1)]),
        district({TEACHER: [teacher(1)]}, accounts=[account(1, days=2)]),
    ),
}
