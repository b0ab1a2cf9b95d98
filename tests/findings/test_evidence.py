"""What each field of a pair says, in words and as odds, and that saying it better reopens no decision."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.findings.catalog import SIS_ID_CHANGED
from roster_tui.findings.linkage.model import Record, evidence
from roster_tui.findings.linkage.people import STUDENT_MODEL, TEACHER_MODEL
from roster_tui.findings.linkage.shares import Shares
from roster_tui.findings.model import Evidence, Finding, Subject
from roster_tui.findings.store import Known
from roster_tui.side_by_side import evidence_of, stepped

SHARES = Shares(2_000, {})
OLD, NEW = (Subject("student", key, f"{key:024x}", f"s{key}", "Braun, Zoe") for key in (1, 2))


def says(**both: tuple[str, str]) -> dict[str, tuple[str, float | None]]:
    """Return how and how much each field speaks, given the values of both sides."""
    old, new = (Record(side, {name: both[name][at] for name in both}) for at, side in enumerate((OLD, NEW)))
    return {each.field: (each.how, each.weight) for each in evidence(STUDENT_MODEL, old, new, SHARES)}


@pytest.mark.parametrize(
    ("before", "after", "how"),
    [
        (("Zoe", "Braun"), ("Zoe", "Braun"), ""),
        (("William", "Braun"), ("Bill", "Braun"), "nickname"),
        (("Zoe", "Smith-Jones"), ("Zoe", "Jones"), "one of two surnames"),
        (("Zoe", "Smith-Jones"), ("Zoe", "Smith Jones"), "written another way"),
        (("Zoe", "Hernandez"), ("Zoe", "Hernandes"), "surname a slip apart"),
        (("Z", "Braun"), ("Zoe", "Braun"), "initial"),
        (("Zoe", "Braun"), ("Zoe", "Okafor"), "another surname"),
        (("Braun", "Zoe"), ("Zoe", "Braun"), "given name and surname swapped"),
        (("Bob", "Smith-Jones"), ("Robert", "Smith"), "nickname; one of two surnames"),
    ],
)
def test_how_two_names_agree_is_said(before: tuple[str, str], after: tuple[str, str], how: str) -> None:
    assert says(first=(before[0], after[0]), last=(before[1], after[1]))["name"][0] == how


def test_fields_say_how_and_how_much() -> None:
    told = says(
        first=("Zoe", "Zoe"),
        last=("Braun", "Braun"),
        born=("2012-03-04", "2012-04-03"),
        email=("zoe@a.example", "zoe@b.example"),
        state_id=("12345678", "12345679"),
        school=("x", "y"),
    )
    assert told["born"][0] == told["state_id"][0] == "one slip apart"
    assert told["email"][0] == "same name, another domain"
    assert told["sis_id"] == ("what changed", None)
    assert told["number"] == ("", None)
    weights = {field: weight for field, (_, weight) in told.items()}
    assert (weights["name"] or 0) > 10 > (weights["born"] or 0) > 0 > (weights["school"] or 0)


def test_teachers_are_told_the_same_way() -> None:
    old, new = (Record(side, {"first": name, "last": "Braun"}) for side, name in ((OLD, "Kate"), (NEW, "Katherine")))
    (name,) = (each for each in evidence(TEACHER_MODEL, old, new, SHARES) if each.field == "name")
    assert (name.agrees, name.how) == (True, "nickname")


def finding(*told: Evidence) -> Finding:
    return Finding(SIS_ID_CHANGED, OLD, NEW, told, 0.99)


@pytest.mark.parametrize(
    ("weight", "words", "odds"),
    [
        (19.5, "strongly for", "740,000 : 1"),
        (4.0, "for", "16 : 1"),
        (-1.0, "slightly against", "1 : 2"),
        (-12.0, "strongly against", "1 : 4,100"),
        (0.2, "says little", "1 : 1"),
        (400.0, "strongly for", "1,100,000,000,000 : 1"),
    ],
)
def test_a_weight_in_words(weight: float, words: str, odds: str) -> None:
    one = Evidence("title", "Coach", "Coach", True, "", weight)
    (shown,) = evidence_of(Known(finding(one), datetime(2026, 11, 24, tzinfo=UTC)))
    assert (shown.says, shown.odds) == (words, odds)


def test_a_students_values_are_masked_until_revealed() -> None:
    known = Known(finding(Evidence("name", "Braun, Zoe", "Braun, Zoé", True)), datetime(2026, 11, 24, tzinfo=UTC))
    (hidden,) = evidence_of(known)
    (shown,) = evidence_of(known, revealed=True)
    assert "raun" not in hidden.before + hidden.after
    assert (shown.before, shown.after, shown.alike) == ("Braun, Zoe", "Braun, Zoé", True)


def test_what_is_made_of_the_evidence_reopens_no_decision() -> None:
    plain, weighed = Evidence("name", "a", "b", True), Evidence("name", "a", "b", True, "nickname", 7.5)
    # As it stands in ledgers since before evidence had weights.
    assert finding(plain).fingerprint == finding(weighed).fingerprint == "5cb2f486514f"
    assert finding(Evidence("name", "a", "c", True)).fingerprint != finding(plain).fingerprint


@given(st.integers(1, 9), st.integers(-9, 9))
def test_stepping_stays_among_the_findings(number: int, steps: int) -> None:
    ids = tuple(map(str, range(number)))
    for at, here in enumerate(ids):
        assert stepped(ids, here, steps) == (str(at + steps) if 0 <= at + steps < number else None)
    assert stepped(ids, "gone", 1) == "0"
