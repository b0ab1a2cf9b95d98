"""Creating and archiving: why not, and what becomes of the tracker."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.trackers.model import ArchiveCause, Archived
from roster_tui.accounts.trackers.verbs import TRACKER_VERBS, Order
from roster_tui.roster.classes import Section, Term
from tests.accounts.trackers.cases import YEAR, an_id, nights, section, teacher, tracker
from tests.conftest import NOW

ORDER = Order("jdoe", NOW, NOW.date(), YEAR, "why")
CREATE, ARCHIVE = TRACKER_VERBS["create-tracker"], TRACKER_VERBS["archive-tracker"]
BY_HAND = Archived(ArchiveCause.BY_HAND, NOW, "ann", "double")


def term(starts: str, ends: str) -> Term:
    return Term("Fall", date.fromisoformat(starts), date.fromisoformat(ends))


@pytest.mark.parametrize(
    ("of", "known", "verdict", "said"),
    [
        (section(), None, "would_do", ""),
        (None, None, "blocked", "not in Clever's data"),
        (section(teachers=()), None, "blocked", "has no teacher in Clever's data"),
        (section(teachers=(teacher(in_data=False, name=""),)), None, "blocked", f"teacher {an_id(901)} is not in"),
        (section(teachers=(teacher(account=None),)), None, "blocked", "has no account yet"),
        (section(teachers=(teacher(account="suspended"),)), None, "blocked", "its teacher Le901, Ann is suspended"),
        (section(teachers=(teacher(account="pending"),)), None, "would_do", "has never activated"),
        (section(term=None), None, "blocked", "has no term"),
        (section(term=term("2027-01-05", "2027-06-11")), None, "blocked", "Fall begins on 2027-01-05"),
        (section(term=term("2026-01-05", "2026-11-23")), None, "blocked", "Fall ended on 2026-11-23"),
        (section(term=term("2026-11-24", "2026-11-24")), None, "would_do", ""),
        (section(term=Term("All year", None, None)), None, "would_do", ""),
        (section(), tracker(), "noop", "has a tracker already"),
        (section(), tracker(archived=BY_HAND), "would_do", "archived, by ann: double: comes back with its data"),
        (section(), tracker(year=YEAR - 1, archived=BY_HAND), "would_do", ""),
    ],
)
def test_a_tracker_needs_a_valid_teacher_and_an_active_term(
    of: Section, known: object, verdict: str, said: str
) -> None:
    judged = CREATE.judge(of, known, ORDER)  # type: ignore[arg-type]
    assert judged.verdict == verdict
    told = judged.reason or judged.warning
    assert said in told if said else not told


def test_archiving_is_done_once() -> None:
    assert ARCHIVE.judge(None, None, ORDER).reason == "has no tracker"
    assert ARCHIVE.judge(section(), tracker(), ORDER).verdict is Verdict.WOULD_DO
    archived = ARCHIVE.change(section(), tracker(), ORDER)
    assert str(archived.archived) == "by jdoe: why"
    assert ARCHIVE.judge(section(), archived, ORDER).reason == "archived already, by jdoe: why"


def test_the_first_teacher_owns_and_the_others_collaborate() -> None:
    made = CREATE.change(section(teachers=(teacher(901), teacher(902))), None, ORDER)
    assert (made.teacher, made.collaborators, made.year) == (an_id(901), (an_id(902),), YEAR)
    assert (made.students, made.created_by) == (section().students, "jdoe")


def test_a_new_year_has_a_new_tracker() -> None:
    made = CREATE.change(section(students=(105,)), tracker(year=YEAR - 1, archived=BY_HAND), ORDER)
    assert (made.year, made.students, made.former) == (YEAR, (an_id(105),), ())


@given(nights.filter(lambda each: each is not None and each.teachers))
def test_each_takes_the_other_back(of: Section) -> None:
    made = CREATE.change(of, None, ORDER)
    assert CREATE.change(of, ARCHIVE.change(of, made, ORDER), ORDER) == made
    gone = replace(made, archived=Archived(ArchiveCause.SECTION_GONE, NOW, "sync"))
    assert CREATE.change(of, gone, ORDER) == made
