"""Where a rule of findings ends: what lies just inside is found, and what lies just outside is not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from roster_tui.findings import rules
from roster_tui.findings.collisions import RECENT, REMEMBERED
from roster_tui.roster.kinds import SCHOOL, STUDENT, TEACHER
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.findings.cases import district
from tests.roster.conftest import Roster, school, student, teacher

ANN = {"first": "Ann", "last": "Le"}


def opened(folder: Path, *nights: Roster) -> Workspace:
    return district(*nights).open(folder)


def codes(workspace: Workspace) -> list[tuple[str, str | None]]:
    """Return what is found, each with the SIS ID of its subject."""
    with workspace.cache.reading() as db:
        return [(each.code.code, each.subject.sis_id) for each in rules.of_roster(db, NOW)]


def runs_began(workspace: Workspace, before: timedelta) -> Workspace:
    """Move all runs to a time before now."""
    with workspace.cache.writing() as db:
        db.execute("UPDATE run SET started_at = ?", ((NOW - before).isoformat(),))
    return workspace


# -- how long something is remembered ---------------------------------------------------------------------

REUSED = (
    {STUDENT: [student(1, sis_id="91")]},
    {STUDENT: [student(2, sis_id="91", first="Max", last="Ode")]},
)
REPLACED = (
    {STUDENT: [student(1, dob="1/2/2015")]},
    {STUDENT: [student(1, first="Max", dob="3/4/2014")]},
)
MOVED = (
    {TEACHER: [teacher(1, email="a@x.org"), teacher(2, email="b@x.org")]},
    {TEACHER: [teacher(1, email="c@x.org"), teacher(2, email="a@x.org")]},
)


@pytest.mark.parametrize(
    ("nights", "code", "span", "days"),
    [
        (REUSED, "sis-id-reused", REMEMBERED, 62),
        (REPLACED, "person-replaced", RECENT, 30),
        (MOVED, "email-moved", RECENT, 30),
    ],
    ids=["reused", "replaced", "moved"],
)
def test_a_change_is_remembered_for_so_many_days_and_no_longer(
    tmp_path: Path, nights: tuple[Roster, Roster], code: str, span: timedelta, days: int
) -> None:
    assert span == timedelta(days=days)
    workspace = opened(tmp_path, *nights)
    for before, expected in (
        (timedelta(days=days - 1, hours=12), True),
        (timedelta(days=days), True),
        (timedelta(days=days, seconds=1), False),
    ):
        found = [each for each, _ in codes(runs_began(workspace, before))]
        assert (code in found) == expected, before


# -- two people, or one -----------------------------------------------------------------------------------


def test_two_who_were_swapped_are_one_finding_and_their_emails_none(tmp_path: Path) -> None:
    before = {TEACHER: [teacher(1, first="Ann", last="Le", email="ann@x.org"),
                        teacher(2, first="Max", last="Ode", email="max@x.org")]}  # fmt: skip
    after = {TEACHER: [teacher(1, first="Max", last="Ode", email="max@x.org"),
                       teacher(2, first="Ann", last="Le", email="ann@x.org")]}  # fmt: skip
    assert codes(opened(tmp_path, before, after)) == [("person-replaced", "T1")]


def test_an_email_moved_beside_a_swap_is_found(tmp_path: Path) -> None:
    """The swap excuses those who were swapped, and nobody else."""
    swapped_before = [teacher(1, first="Ann", last="Le", email="ann@x.org"),
                      teacher(2, first="Max", last="Ode", email="max@x.org")]  # fmt: skip
    swapped_after = [teacher(1, first="Max", last="Ode", email="max@x.org"),
                     teacher(2, first="Ann", last="Le", email="ann@x.org")]  # fmt: skip
    moved_before = [teacher(3, email="a@x.org"), teacher(4, email="b@x.org")]
    moved_after = [teacher(3, email="c@x.org"), teacher(4, email="a@x.org")]
    found = codes(opened(tmp_path, {TEACHER: swapped_before + moved_before}, {TEACHER: swapped_after + moved_after}))
    assert sorted(found) == [("email-moved", "T4"), ("person-replaced", "T1")]


@pytest.mark.parametrize("email", ["ANN@X.ORG", "Ann@x.org", "ann@X.org"])
def test_an_email_that_changed_in_case_only_is_the_same(tmp_path: Path, email: str) -> None:
    before = {TEACHER: [teacher(1, first="Ann", last="Le", email="ann@x.org")]}
    after = {TEACHER: [teacher(1, first="Max", last="Ode", email=email)]}
    assert codes(opened(tmp_path / "case", before, after)) == []
    other = {TEACHER: [teacher(1, first="Max", last="Ode", email="max@x.org")]}
    assert codes(opened(tmp_path / "other", before, other)) == [("person-replaced", "T1")]


def test_an_email_that_was_passed_on_in_another_case_has_moved(tmp_path: Path) -> None:
    before = {TEACHER: [teacher(1, email="Ann@x.org"), teacher(2, email="b@x.org")]}
    after = {TEACHER: [teacher(1, email="c@x.org"), teacher(2, email="aNN@x.org")]}
    assert codes(opened(tmp_path, before, after)) == [("email-moved", "T2")]


@pytest.mark.parametrize("back", ["a@x.org", "A@X.org"])
def test_who_has_their_email_back_has_not_passed_it_on(tmp_path: Path, back: str) -> None:
    first = {TEACHER: [teacher(1, email="a@x.org"), teacher(2, email="b@x.org")]}
    away = {TEACHER: [teacher(1, email="c@x.org"), teacher(2, email="b@x.org")]}
    both = {TEACHER: [teacher(1, email=back), teacher(2, email="a@x.org")]}
    assert codes(opened(tmp_path, first, away, both)) == [("email-shared", "T2")]


def test_who_left_the_data_with_their_email_has_passed_it_on(tmp_path: Path) -> None:
    first = {TEACHER: [teacher(1, email="a@x.org"), teacher(2, email="b@x.org")]}
    after = {TEACHER: [teacher(2, email="a@x.org")]}
    assert ("email-moved", "T2") in codes(opened(tmp_path, first, after))


@pytest.mark.parametrize(
    ("schools", "code"),
    [
        (([1], [2]), "email-at-several-schools"),
        (([1], [1]), "email-shared"),
        # Nobody knows where the other one teaches: that it is elsewhere would be a guess.
        (([1], []), "email-shared"),
        (([], []), "email-shared"),
    ],
)
def test_one_email_is_one_person_at_several_schools_only_where_both_are_known(
    tmp_path: Path, schools: tuple[list[int], list[int]], code: str
) -> None:
    people = [teacher(number, at, email="a@x.org", **ANN) for number, at in enumerate(schools, 1)]
    workspace = opened(tmp_path, {SCHOOL: [school(1), school(2)], TEACHER: people})
    assert codes(workspace) == [(code, "T2")]
