"""Why: the chain of a teacher or section, the first broken link, who mends it, and what tonight brings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from roster_tui import why
from roster_tui.accounts.model import CauseKind
from roster_tui.findings.chain.explain import explain_section, explain_teacher
from roster_tui.findings.chain.facts import AccountFacts, SectionFacts, TeacherFacts, TermFacts
from roster_tui.findings.chain.model import Explanation, State
from roster_tui.findings.model import Effect, Owner
from roster_tui.roster import compare, history
from roster_tui.roster.kinds import KINDS, SECTION, STUDENT, TEACHER, TERM
from roster_tui.roster.stage import Stage
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.findings.cases import OVER, RUNNING, account, active, district, suspended
from tests.roster.conftest import an_id, night, section, student, teacher

TODAY = date(2026, 11, 24)
YEAR = TermFacts("Y1", "2026-08-15", "2027-06-10")
LINKS = ["SIS", "Clever", "shared with us", "term", "teacher valid", "teacher on section", "account", "visible"]
ACTIVE = AccountFacts("active", "2026-08-20T08:00:00+00:00", None, False, None)
GOOD = TeacherFacts("Le, Ann", "a" * 24, "T1", True, None, "ann@x.org", None, "teacher", (YEAR,), ACTIVE)
LESSON = SectionFacts("Algebra", "b" * 24, "C1", True, None, "City High", YEAR, 20, (GOOD,))


def by_hand(**fields: object) -> AccountFacts:
    return replace(ACTIVE, state="suspended", since="2026-11-20T08:00:00+00:00", cause="by jdoe: on leave", **fields)  # type: ignore[arg-type]


def by_sync(cause: str) -> AccountFacts:
    return replace(ACTIVE, state="suspended", since="2026-11-20T08:00:00+00:00", cause=cause, run=7)


def broken(explanation: Explanation) -> tuple[str, Owner | None, Effect | None]:
    assert explanation.broken is not None
    return explanation.broken.name, explanation.broken.owner, explanation.broken.effect


def test_a_teacher_whose_chain_holds() -> None:
    told = explain_teacher(GOOD, TODAY)
    assert [link.name for link in told.chain] == LINKS
    assert {link.state for link in told.chain} == {State.OK}
    assert (told.visible, told.broken, told.account, told.tonight) == (True, None, None, None)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"rekeyed_to": "2026-1", "in_data": False}, ("SIS", Owner.CLEVER_SUPPORT, Effect.NEXT_SYNC)),
        ({"rekeyed_from": "T0"}, ("SIS", Owner.CLEVER_SUPPORT, Effect.NEXT_SYNC)),
        ({"replaced": True}, ("Clever", Owner.CLEVER_SUPPORT, Effect.NEXT_SYNC)),
        ({"in_data": False}, ("shared with us", Owner.CLEVER_SHARING, Effect.NEXT_SYNC)),
        ({"terms": (TermFacts("S1", "2026-01-01", "2026-05-01"),)}, ("term", Owner.SIS_OFFICE, Effect.SIS_AND_SYNC)),
        ({"email": None}, ("teacher valid", Owner.SIS_OFFICE, Effect.SIS_AND_SYNC)),
        ({"email": "none"}, ("teacher valid", Owner.SIS_OFFICE, Effect.SIS_AND_SYNC)),
        ({"shares_email_with": "Ng, Bo"}, ("teacher valid", Owner.SIS_OFFICE, Effect.SIS_AND_SYNC)),
        ({"terms": ()}, ("teacher on section", Owner.SIS_OFFICE, Effect.SIS_AND_SYNC)),
        ({"account": replace(ACTIVE, state="pending")}, ("account", Owner.CONSOLE, Effect.NOW)),
        ({"account": by_hand()}, ("account", Owner.CONSOLE, Effect.NOW)),
        ({"account": None}, ("account", Owner.CONSOLE, Effect.NOW)),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_the_first_broken_link_of_a_teacher(changed: dict[str, object], expected: tuple[str, Owner, Effect]) -> None:
    told = explain_teacher(replace(GOOD, **changed), TODAY)  # type: ignore[arg-type]
    assert broken(told) == expected
    assert told.broken is not None and told.broken.fix
    assert told.visible is False
    assert told.chain[-1].state is State.BROKEN


def test_what_cannot_be_seen_is_unknown_and_no_fault() -> None:
    staff = explain_teacher(replace(GOOD, roles="staff", terms=()), TODAY)
    assert {link.name: link.state for link in staff.chain if link.state is not State.OK} == {
        "term": State.UNKNOWN,
        "teacher on section": State.UNKNOWN,
        "visible": State.UNKNOWN,
    }
    assert staff.visible is True
    undated = explain_teacher(replace(GOOD, terms=(TermFacts("Y1", None, None), None)), TODAY)
    assert undated.chain[3].state is State.UNKNOWN


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"in_data": False, "teachers": ()}, ("shared with us", Owner.CLEVER_SHARING)),
        ({"term": TermFacts("S2", "2027-01-15", "2027-06-10")}, ("term", Owner.SIS_OFFICE)),
        ({"teachers": (replace(GOOD, email=None),)}, ("teacher valid", Owner.SIS_OFFICE)),
        ({"teachers": (replace(GOOD, in_data=False),)}, ("teacher valid", Owner.CLEVER_SHARING)),
        ({"teachers": ()}, ("teacher on section", Owner.SIS_OFFICE)),
        ({"teachers": (replace(GOOD, account=by_hand()),)}, ("account", Owner.CONSOLE)),
    ],
    ids=["left", "term", "no email", "teacher left", "no teacher", "suspended"],
)
def test_the_first_broken_link_of_a_section(changed: dict[str, object], expected: tuple[str, Owner]) -> None:
    assert broken(explain_section(replace(LESSON, **changed), TODAY))[:2] == expected  # type: ignore[arg-type]


def test_one_good_teacher_is_enough() -> None:
    told = explain_section(replace(LESSON, teachers=(replace(GOOD, email=None), GOOD)), TODAY)
    assert told.visible is True


def test_an_empty_section_is_visible_and_says_so() -> None:
    told = explain_section(replace(LESSON, students=0), TODAY)
    assert told.chain[-1].detail == "yes, but no students are enrolled"


def test_each_different_fix_is_told_once() -> None:
    told = explain_section(replace(LESSON, term=TermFacts("S2", "2027-01-15", None), teachers=()), TODAY)
    assert [link.name for link in told.to_mend] == ["term", "teacher on section"]


def test_why_suspended_since_when_by_whom_and_what_brings_it_back() -> None:
    hand = explain_teacher(replace(GOOD, account=by_hand()), TODAY)
    assert hand.account == "Suspended since Nov 20 by jdoe: on leave. Unsuspending by hand brings it back."
    gone = explain_teacher(replace(GOOD, in_data=False, account=by_hand()), TODAY)
    assert gone.account is not None and "only until the next sync unless it is pinned" in gone.account
    sync = explain_teacher(replace(GOOD, email=None, account=by_sync("email blank in the SIS")), TODAY)
    assert sync.account == (
        "Suspended since Nov 20 by sync run 7: email blank in the SIS."
        " It comes back by itself with the first sync in which the SIS sends an email."
    )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"email": None}, "will be suspended, because the email is blank"),
        ({"in_data": False}, "will be suspended, because the person is not in Clever's data"),
        ({"email": None, "account": replace(ACTIVE, pinned=True)}, None),
        ({"account": None}, "will get an account"),
        ({"account": by_sync("email blank in the SIS")}, "will be restored: what suspended it is mended"),
        ({"account": by_hand()}, None),
        ({"held": "the email is blank in the data it fetched"},
         "will be suspended once the held sync is approved, because the email is blank in the data it fetched"),
    ],
)  # fmt: skip
def test_what_tonight_brings(changed: dict[str, object], expected: str | None) -> None:
    assert explain_teacher(replace(GOOD, **changed), TODAY).tonight == expected  # type: ignore[arg-type]


# -- read from a district -----------------------------------------------------------------------------


def explained(workspace: Workspace, kind: str, wanted: str) -> Explanation:
    found = why.find(workspace, kind, wanted)
    assert found is not None
    return found.explanation


def test_a_unsuspended_leaver_will_be_suspended_tonight(tmp_path: Path) -> None:
    workspace = district({TEACHER: [teacher(1), teacher(2)]}, {TEACHER: [teacher(1)]}, accounts=[active(2)])
    told = explained(workspace.open(tmp_path), "teacher", "T2")
    assert broken(told)[0] == "shared with us"
    assert told.chain[2].detail == "not in Clever's data since Nov 24 (sync run 2)"
    assert told.tonight == "will be suspended, because the person is not in Clever's data"


def test_both_halves_of_a_rekeyed_teacher_break_at_the_sis(tmp_path: Path) -> None:
    opened = district(
        {TEACHER: [teacher(1, state_id="7")]},
        {TEACHER: [teacher(9, state_id="7")]},
        accounts=[suspended(1, CauseKind.NOT_IN_DATA, "sync"), account(9)],
    ).open(tmp_path)
    old, new = explained(opened, "teacher", "T1"), explained(opened, "teacher", "T9")
    assert (broken(old)[0], broken(new)[0]) == ("SIS", "SIS")
    assert "T9" in old.chain[0].detail and "T1" in new.chain[0].detail
    # Nobody is told to activate the duplicate.
    assert all("activation email" not in (link.fix or "") for link in new.chain)


def test_a_section_and_one_that_left(tmp_path: Path) -> None:
    people = {TEACHER: [teacher(1), teacher(2, email=None)], STUDENT: [student(1)], TERM: [RUNNING, OVER]}
    sections = [
        section(1, [1], [1], term_id=RUNNING.id),
        section(2, [2], [1], term_id=RUNNING.id),
        section(3, [1], [1], term_id=OVER.id),
    ]
    opened = district(
        {**people, SECTION: [*sections, section(4, [1], [1])]},
        {**people, SECTION: sections},
        accounts=[active(1), active(2)],
    ).open(tmp_path)
    assert explained(opened, "section", "C1").visible is True
    assert broken(explained(opened, "section", "C2"))[0] == "teacher valid"
    assert broken(explained(opened, "section", an_id(SECTION, 3)))[0] == "term"
    gone = explained(opened, "section", "C4")
    assert (broken(gone)[0], gone.chain[2].detail) == (
        "shared with us",
        "not in Clever's data since Nov 24 (sync run 2)",
    )
    assert why.find(opened, "section", "C99") is None
    assert why.find(opened, "teacher", "nobody@x.org") is None


def test_a_teacher_that_a_section_names_and_nobody_sends(tmp_path: Path) -> None:
    opened = district({TEACHER: [teacher(1)], STUDENT: [student(1)], SECTION: [section(1, [8], [1])]}).open(tmp_path)
    told = explained(opened, "section", "C1")
    assert broken(told)[:2] == ("teacher valid", Owner.CLEVER_SHARING)


def test_a_held_sync_says_whom_it_would_suspend(tmp_path: Path) -> None:
    opened = district({TEACHER: [teacher(1), teacher(2)]}, accounts=[active(1), active(2)]).open(tmp_path)
    stage = Stage(opened.cache.staged_file)
    for kind in KINDS:
        stage.add(kind, [teacher(1, email=None)] if kind is TEACHER else [])
    stage.finish()
    with opened.cache.with_staged() as db:
        compare.compare(db)
    with opened.cache.writing() as db:
        history.end_run(db, history.start_run(db, "full", NOW), "held", NOW)
    blank, absent = explained(opened, "teacher", "T1"), explained(opened, "teacher", "T2")
    assert blank.tonight is not None and "email is blank in the data it fetched" in blank.tonight
    assert absent.tonight is not None and "not in the data it fetched" in absent.tonight
    night(opened.cache, {TEACHER: [teacher(1), teacher(2)]})
    assert explained(opened, "teacher", "T1").tonight is None
