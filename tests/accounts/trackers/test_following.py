"""A tracker follows its section through any nights: nobody is lost from it, and a night twice is a night once."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from roster_tui.accounts.trackers.following import followed
from roster_tui.accounts.trackers.model import (
    ArchiveCause,
    Archived,
    Former,
    Tracker,
    from_document,
    school_year,
    to_document,
)
from roster_tui.roster.classes import Section
from tests.accounts.trackers.cases import YEAR, an_id, nights, section, teacher, tracker
from tests.conftest import NOW

TONIGHT = NOW + timedelta(hours=11)


def night(before: Tracker, now: Section | None, year: int = YEAR) -> Tracker:
    return followed(before, now, TONIGHT, year)


def test_who_joins_is_on_the_list_and_who_leaves_is_former() -> None:
    after = night(tracker(students=(101, 102)), section(students=(102, 103)))
    assert after.students == (an_id(102), an_id(103))
    assert after.former == (Former(an_id(101), date(2026, 11, 25)),)
    back = night(after, section(students=(101, 102)))
    assert back.students == (an_id(101), an_id(102))
    assert [each.student for each in back.former] == [an_id(103)]


def test_teachers_follow_and_others_collaborate() -> None:
    after = night(tracker(), section(teachers=(teacher(902), teacher(903))))
    assert (after.teacher, after.collaborators) == (an_id(902), (an_id(903),))
    alone = night(after, section(teachers=()))
    assert (alone.teacher, alone.collaborators) == (an_id(902), ())


def test_it_goes_and_comes_back_with_its_section() -> None:
    gone = night(tracker(), None)
    assert str(gone.archived) == "its section is no longer in Clever's data"
    assert gone.students == tracker().students
    assert night(gone, None) == gone
    back = night(gone, section(students=(102,)))
    assert back.archived is None
    assert [each.student for each in back.former] == [an_id(101)]


def test_at_rollover_it_is_archived_and_stays_so() -> None:
    over = night(tracker(), section(students=(102, 103)), YEAR + 1)
    assert over.archived is not None
    assert over.archived.cause is ArchiveCause.ROLLOVER
    assert over.students == (an_id(102), an_id(103))
    assert night(over, section(), YEAR + 1) == over
    gone = night(tracker(), None)
    assert night(gone, section(), YEAR + 1) == gone


def test_what_a_person_archived_the_sync_leaves_alone() -> None:
    by_hand = tracker(archived=Archived(ArchiveCause.BY_HAND, NOW, "jdoe", "made by mistake"))
    assert str(by_hand.archived) == "by jdoe: made by mistake"
    for now in (section(students=(105,)), None):
        assert night(by_hand, now) == by_hand
        assert night(by_hand, now, YEAR + 1) == by_hand


@given(st.lists(st.tuples(nights, st.booleans()), max_size=8))
def test_any_nights(through: list[tuple[Section | None, bool]]) -> None:
    now, year = tracker(), YEAR
    seen = set(now.students)
    for of_tonight, rollover in through:
        year += rollover
        after = night(now, of_tonight, year)
        assert night(after, of_tonight, year) == after
        current, former = set(after.students), {each.student for each in after.former}
        assert seen <= current | former
        assert not current & former
        assert len(former) == len(after.former)
        if after.archived is None:
            assert of_tonight is not None
            assert after.students == of_tonight.students
            assert (after.name, after.year) == (of_tonight.name, year)
        if now.archived and now.archived.cause is ArchiveCause.ROLLOVER:
            assert after == now
        assert from_document(to_document(after)) == after
        seen = current | former
        now = after


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(1, 12), st.integers(1, 28))
def test_a_school_year_is_from_rollover_to_rollover(day: date, month: int, first: int) -> None:
    begins = date(school_year(day, (month, first)), month, first)
    assert begins <= day < begins.replace(year=begins.year + 1)


def test_no_name_of_a_student_is_stored() -> None:
    document = to_document(night(tracker(), section(students=(103,))))
    assert document["students"] == an_id(103)
    assert document["former"] == ((an_id(101), "2026-11-25"), (an_id(102), "2026-11-25"))
    assert set(document) == {"section", "year", "name", "teacher", "created_at", "created_by", "students", "former"}
