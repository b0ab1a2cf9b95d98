"""Each finding: a roster that raises it, one that must not, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from roster_tui.accounts.model import Account, Cause, CauseKind
from roster_tui.findings.catalog import CODES
from roster_tui.findings.model import Finding, Owner
from roster_tui.findings.rules import find_all
from roster_tui.findings.store import counts, high, known, refresh
from roster_tui.roster.account_rows import replace_accounts
from roster_tui.roster.cache import Cache
from roster_tui.roster.kinds import SCHOOL, SECTION, STUDENT, TEACHER
from roster_tui.roster.read import key_of
from roster_tui.workspace import Workspace, account_row
from tests.conftest import NOW
from tests.roster.conftest import Roster, an_id, night, school, section, student, teacher

PATIENCE = timedelta(days=3)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    made = Cache(tmp_path / "roster.sqlite")
    made.ensure()
    return made


def found(cache: Cache, *nights: Roster, accounts: Sequence[Account] = ()) -> list[Finding]:
    for roster in nights:
        night(cache, roster)
    with cache.writing() as db:
        replace_accounts(db, map(account_row, accounts))
        return list(find_all(db, NOW, PATIENCE))


def told(findings: list[Finding]) -> list[tuple[str, str | None, str | None]]:
    return [(each.code.code, each.subject.sis_id, each.other and each.other.sis_id) for each in findings]


def account(number: int, **fields: object) -> Account:
    return Account(an_id(TEACHER, number), f"Le{number}, Ann", NOW - timedelta(days=9), **fields)  # type: ignore[arg-type]


class TestSisIdChanged:
    """sis-id-changed"""

    def test_by_state_id(self, cache: Cache) -> None:
        old = {TEACHER: [teacher(1, state_id="77", email=None), teacher(2)]}
        new = {TEACHER: [teacher(9, state_id="77", email="new@x.org"), teacher(2)]}
        (finding,) = found(cache, old, new)
        assert told([finding]) == [("sis-id-changed", "T1", "T9")]
        assert {each.field: each.agrees for each in finding.evidence}["state_id"] is True
        assert finding.code.owner is Owner.CLEVER_SUPPORT

    def test_by_email_whatever_its_case(self, cache: Cache) -> None:
        old, new = {TEACHER: [teacher(1, email="A@x.org")]}, {TEACHER: [teacher(9, email="a@x.org")]}
        assert ("sis-id-changed", "T1", "T9") in told(found(cache, old, new))

    def test_a_student_by_exact_name_and_birth_date(self, cache: Cache) -> None:
        old = {STUDENT: [student(1, first="Zoë", last="Mbeki", dob="7/5/2016")]}
        new = {STUDENT: [student(2, first="ZOE", last="mbeki", dob="7/5/2016")]}
        (finding,) = found(cache, old, new)
        assert told([finding]) == [("sis-id-changed", "91", "92")]
        assert 0 < (finding.confidence or 0) <= 1

    @pytest.mark.parametrize(
        "other",
        [
            student(2, first="Zoë", last="Mbeki", dob="7/6/2016"),
            student(2, first="Zora", last="Mbeki", dob="7/5/2016"),
            student(2, first="Zoë", last="Mbeki"),
        ],
        ids=["other day", "sibling", "no birth date"],
    )
    def test_never_by_less(self, cache: Cache, other: object) -> None:
        old = {STUDENT: [student(1, first="Zoë", last="Mbeki", dob="7/5/2016")]}
        codes = counts_of(found(cache, old, {STUDENT: [other]}))  # type: ignore[list-item]
        assert codes == ["sis-id-maybe-changed"]

    def test_never_for_teachers_by_name_alone(self, cache: Cache) -> None:
        old = {TEACHER: [teacher(1, first="Ann", last="Le", email=None)]}
        new = {TEACHER: [teacher(9, first="Ann", last="Le", email="ann@x.org")]}
        assert told(found(cache, old, new)) == [("sis-id-maybe-changed", "T1", "T9")]

    def test_seen_when_the_two_halves_come_on_different_nights(self, cache: Cache) -> None:
        old, gone = {TEACHER: [teacher(1, state_id="7")]}, {TEACHER: [teacher(3)]}
        back = {TEACHER: [teacher(3), teacher(9, state_id="7", email=None)]}
        assert ("sis-id-changed", "T1", "T9") in told(found(cache, old, gone, back))

    def test_over_when_the_old_one_returns(self, cache: Cache) -> None:
        old, new = {TEACHER: [teacher(1, state_id="7")]}, {TEACHER: [teacher(9, state_id="7")]}
        both = {TEACHER: [teacher(1, state_id="7"), teacher(9, state_id="7", email=None)]}
        assert told(found(cache, old, new, both)) == [("email-missing", "T9", None)]


class TestTeacherRemoved:
    """teacher-removed"""

    def test_a_leaver(self, cache: Cache) -> None:
        assert told(found(cache, {TEACHER: [teacher(1), teacher(2)]}, {TEACHER: [teacher(1)]})) == [
            ("teacher-removed", "T2", None)
        ]

    def test_not_after_a_month(self, cache: Cache) -> None:
        night(cache, {TEACHER: [teacher(1), teacher(2)]})
        night(cache, {TEACHER: [teacher(1)]})
        with cache.reading() as db:
            assert list(find_all(db, NOW + timedelta(days=31), PATIENCE)) == []


class TestEmails:
    """email-missing and email-shared"""

    def test_missing(self, cache: Cache) -> None:
        (finding,) = found(cache, {TEACHER: [teacher(1, email=""), teacher(2)]})
        assert told([finding]) == [("email-missing", "T1", None)]

    def test_shared_by_three_is_two_findings_beside_the_first(self, cache: Cache) -> None:
        roster = {TEACHER: [teacher(n, email="Ann@x.org" if n == 2 else "ann@x.org") for n in (1, 2, 3)] + [teacher(4)]}
        assert told(found(cache, roster)) == [("email-shared", "T2", "T1"), ("email-shared", "T3", "T1")]

    def test_nobody_shares_a_blank_or_with_a_leaver(self, cache: Cache) -> None:
        old = {TEACHER: [teacher(1, email="a@x.org", state_id="1"), teacher(2)]}
        new = {TEACHER: [teacher(2), teacher(3, email="b@x.org")]}
        assert told(found(cache, old, new)) == [("teacher-removed", "T1", None)]


class TestSections:
    """section-without-valid-teacher"""

    @pytest.mark.parametrize(
        ("who", "why"),
        [
            ([], "none assigned"),
            ([7], "not in Clever's data"),
            ([1], "no email"),
            ([2], "account suspended"),
        ],
    )
    def test_none_of_the_teachers_can_sign_in(self, cache: Cache, who: list[int], why: str) -> None:
        roster = {TEACHER: [teacher(1, email=None), teacher(2), teacher(3)], SECTION: [section(1, who)]}
        cause = Cause(CauseKind.BY_HAND, NOW, "jdoe")
        findings = found(cache, roster, accounts=[account(2, cause=cause), account(3)])
        (finding,) = (each for each in findings if each.subject.kind == "section")
        assert finding.code.code == "section-without-valid-teacher"
        assert finding.evidence[0].after == why

    def test_one_valid_co_teacher_is_enough(self, cache: Cache) -> None:
        roster = {TEACHER: [teacher(1, email=None), teacher(3)], SECTION: [section(1, [1, 3])]}
        assert "section-without-valid-teacher" not in counts_of(found(cache, roster))

    def test_a_teacher_of_another_school_is_valid(self, cache: Cache) -> None:
        roster = {SCHOOL: [school(1), school(2)], TEACHER: [teacher(1, [2])], SECTION: [section(1, [1], [1], at=1)]}
        assert found(cache, roster) == []


class TestActivation:
    """activation-pending"""

    def test_waiting_for_days(self, cache: Cache) -> None:
        roster = {TEACHER: [teacher(1), teacher(2), teacher(3)]}
        accounts = [
            account(1),
            account(2, activated_at=NOW),
            account(3, invited_at=NOW - timedelta(days=2)),
        ]
        assert told(found(cache, roster, accounts=accounts)) == [("activation-pending", "T1", None)]

    def test_not_the_duplicate_of_a_rekeyed_teacher(self, cache: Cache) -> None:
        old, new = {TEACHER: [teacher(1, state_id="7")]}, {TEACHER: [teacher(9, state_id="7")]}
        assert counts_of(found(cache, old, new, accounts=[account(9)])) == ["sis-id-changed"]


def counts_of(findings: list[Finding]) -> list[str]:
    return [each.code.code for each in findings]


def test_findings_are_kept_with_their_first_night(cache: Cache) -> None:
    night(cache, {TEACHER: [teacher(1, email=None), teacher(2, email="a@x.org"), teacher(3, email="a@x.org")]})
    with cache.writing() as db:
        refresh(db, NOW, find_all(db, NOW, PATIENCE))
    night(cache, {TEACHER: [teacher(1, email=None), teacher(2, email="a@x.org")]})
    with cache.writing() as db:
        refresh(db, NOW + timedelta(days=1), find_all(db, NOW + timedelta(days=1), PATIENCE))
    with cache.reading() as db:
        kept = {each.finding.code.code: each.first_seen for each in known(db)}
        assert kept == {"email-missing": NOW, "teacher-removed": NOW + timedelta(days=1)}
        assert counts(db) == {"email-missing": 1, "teacher-removed": 1}
        assert high(db) == 1


def test_both_records_of_a_pair_show_the_finding(cache: Cache) -> None:
    night(cache, {TEACHER: [teacher(1, state_id="7")]})
    night(cache, {TEACHER: [teacher(9, state_id="7")]})
    with cache.writing() as db:
        refresh(db, NOW, find_all(db, NOW, PATIENCE))
        keys = [key_of(db, TEACHER, an_id(TEACHER, number)) for number in (1, 9)]
        shown = [[each.finding.code.code for each in known(db, subject=key)] for key in keys]
    assert shown == [["sis-id-changed"], ["sis-id-changed"]]


def test_every_code_says_what_it_means_and_who_fixes_it() -> None:
    for code in CODES.values():
        assert code.title and code.meaning.endswith(".") and code.remedy.endswith(".") and code.todo
        assert code.owner in Owner


def test_the_demo_raises_what_was_planted_and_nothing_else(demo: Workspace) -> None:
    with demo.cache.reading() as db:
        assert counts(db) == {
            "email-missing": 1,
            "email-shared": 1,
            "section-without-valid-teacher": 4,
            "sis-id-changed": 3,
            "sis-id-maybe-changed": 1,
            "teacher-removed": 1,
            "activation-pending": 4,
            "section-teacher-pending": 17,
            "term-not-begun": 1,
        }
        causes = {each.finding.id for each in known(db) if each.finding.because is None}
        assert {each.finding.because for each in known(db)} - {None} <= causes
        assert len(causes) == 13
