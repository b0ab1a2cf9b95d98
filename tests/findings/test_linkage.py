"""Who is re-keyed, who may be, who left: the outcomes for people, sections and schools."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from roster_tui.findings.linkage.decide import Linkage, Pair, link
from roster_tui.findings.linkage.model import Model, Record
from roster_tui.findings.linkage.people import STUDENT_MODEL, TEACHER_MODEL
from roster_tui.findings.linkage.sections import MODEL as SECTION_MODEL
from roster_tui.findings.linkage.shares import Shares
from roster_tui.findings.model import Subject

NUMBERS = count(1)
ROSTER = Shares(
    20_000,
    {
        "first": {"zoe": 40, "luis": 200},
        "last": {"nguyen": 900, "mbeki": 4},
        "born": {"2014-03-09": 5},
        "school": {"a": 600},
    },
)


def record(**values: str | None) -> Record:
    """Return a record; ``sis`` is its SIS ID, lists of members are given as letters."""
    number = next(NUMBERS)
    members = {name: packed(values.pop(name) or "") for name in ("sections", "teachers", "students") if name in values}
    sis_id = values.pop("sis", None) or f"S{number}"
    kept = {name: value for name, value in values.items() if value is not None}
    return Record(Subject("student", number, f"{number:024x}", sis_id, sis_id), kept, {}, members)


def packed(letters: str) -> bytes:
    return b"".join(letter.encode().rjust(12, b"\0") for letter in letters)


def zoe(**changed: str | None) -> Record:
    given: dict[str, str | None] = {"first": "Zoë", "last": "Mbeki", "born": "2014-03-09", "school": "a", "grade": "5"}
    return record(**{**given, **changed})


def linked(
    removed: Sequence[Record], added: Sequence[Record], stayers: Sequence[Record] = (), model: Model = STUDENT_MODEL
) -> Linkage:
    return link(model, removed, added, ROSTER, stayers)


def outcome(removed: Record, added: Record, *stayers: Record, model: Model = STUDENT_MODEL) -> str:
    found = linked([removed], [added], stayers, model)
    return "match" if found.matches else "possible" if found.possible else "none"


class TestStudents:
    @pytest.mark.parametrize(
        "changed",
        [
            {},
            {"first": "ZOE", "last": "mbeki"},
            {"school": "b", "grade": "6"},
            {"last": "Mbeki-Reyes"},
            {"middle": "Ann"},
            {"state_id": "1234567"},
        ],
        ids=["nothing", "case and marks", "school", "second surname", "middle name", "an ID from now on"],
    )
    def test_rekeyed(self, changed: dict[str, str]) -> None:
        assert outcome(zoe(), zoe(**changed)) == "match"

    @pytest.mark.parametrize(
        "changed",
        [
            {"last": "Smith", "email": "z@new.org"},
            {"first": "Zara"},
            {"born": "2014-09-03"},
            {"born": None},
            {"first": "Mbeki", "last": "Zoë"},
        ],
        ids=["married into another name", "other given name", "day and month", "no birth date", "names swapped"],
    )
    def test_rekeyed_with_the_states_id(self, changed: dict[str, str | None]) -> None:
        assert outcome(zoe(state_id="1234567"), zoe(state_id="1234567", **changed)) == "match"

    def test_nicknames_are_one_name(self) -> None:
        assert outcome(zoe(first="Guadalupe"), zoe(first="Lupita")) == "match"

    def test_gone_by_the_middle_name_from_now_on(self) -> None:
        assert outcome(zoe(middle="Imani"), zoe(first="Imani")) == "match"

    def test_no_birth_date_leaves_a_namesake_possible(self) -> None:
        assert outcome(zoe(), zoe(born=None)) == "possible"

    def test_a_slip_in_an_id_is_still_that_id(self) -> None:
        found = linked([zoe(state_id="1234567")], [zoe(state_id="1235467", school="b")])
        assert {each.field: each.agrees for each in found.matches[0].evidence}["state_id"] is True

    def test_a_state_id_that_says_otherwise(self) -> None:
        common = {"first": "Luis", "last": "Nguyen", "school": None}
        assert outcome(zoe(**common), zoe(**common)) == "match"
        assert outcome(zoe(state_id="1234567", **common), zoe(state_id="9876543", **common)) != "match"

    def test_an_id_that_repeats_the_sis_id_is_silent(self) -> None:
        found = linked([zoe(sis="1", number="1")], [zoe(sis="2", number="2")])
        assert {each.field: each.agrees for each in found.matches[0].evidence}["number"] is None

    def test_strangers(self) -> None:
        assert outcome(zoe(), record(first="Luis", last="Nguyen", born="2012-01-01", school="a", grade="5")) == "none"
        assert outcome(zoe(), zoe(last="Nguyen", born="2012-12-24", school="b", grade="7")) == "none"


class TestTwinsAndSiblings:
    TWIN: ClassVar = {"first": "Zara", "email": "family@home.org"}

    def test_surname_birth_date_and_school_are_never_a_match(self) -> None:
        assert outcome(zoe(email="family@home.org"), zoe(**self.TWIN)) == "possible"

    @pytest.mark.parametrize(("one", "other"), [("Jayden", "Kayden"), ("Daniel", "Daniela"), ("Luis", "Luisa")])
    def test_not_even_when_their_names_are_alike(self, one: str, other: str) -> None:
        assert outcome(zoe(first=one), zoe(first=other)) == "possible"
        assert outcome(zoe(first=one, state_id="1000001"), zoe(first=other, state_id="1000002")) == "possible"

    def test_a_sibling_is_nobodys_new_half(self) -> None:
        assert outcome(zoe(), zoe(first="Luis", born="2012-03-09")) == "none"

    def test_twins_rekeyed_together_are_told_apart(self) -> None:
        one, other = zoe(), zoe(first="Zara")
        new_other, new_one = zoe(first="Zara"), zoe()
        found = linked([one, other], [new_other, new_one])
        assert told(found.matches) == {
            (one.subject.key, new_one.subject.key),
            (other.subject.key, new_other.subject.key),
        }

    def test_the_new_record_is_more_like_the_twin_who_stays(self) -> None:
        stays = zoe(first="Zara")
        entered_twice = zoe(first="Zara")
        assert outcome(zoe(), entered_twice, stays) == "none"
        assert outcome(zoe(), zoe(), stays) == "match"

    def test_two_who_cannot_be_told_apart_are_for_a_person(self) -> None:
        found = linked([zoe()], [zoe(), zoe()])
        assert (len(found.matches), len(found.possible), len(found.joiners)) == (0, 1, 1)
        assert found.possible[0].confidence == pytest.approx(0.5, abs=0.01)

    @supposing(
        st.sampled_from(["Zoë", "Zara", "Jayden", "Kayden", "Maria", "Marta"]),
        st.sampled_from(["Luis", "Luisa", "Zora", "Jaden", "Mario", "Ana"]),
        st.sampled_from(["Nguyen", "Mbeki", "Featherstonehaugh"]),
        st.sampled_from([None, "family@home.org"]),
        st.integers(0, 30),
    )
    def test_never_a_match_whatever_else_they_share(
        self, one: str, other: str, last: str, email: str | None, others: int
    ) -> None:
        twin = zoe(first=one, last=last, email=email, sections="abc")
        new = zoe(first=other, last=last, email=email, sections="abc")
        strangers = [record(first=f"Q{n}", last=f"X{n}", born="2010-10-10") for n in range(others)]
        assert linked([twin, *strangers], [new]).matches == ()


class TestTeachers:
    BEFORE: ClassVar = {
        "first": "Ann",
        "last": "Leone",
        "email": "ann.le@x.org",
        "school": "a",
        "title": "Teacher",
        "sections": "abcde",
    }

    def outcome(self, **changed: str | None) -> str:
        before: dict[str, str | None] = dict(self.BEFORE)
        return outcome(record(**before), record(**{**before, **changed}), model=TEACHER_MODEL)

    @pytest.mark.parametrize(
        "changed",
        [
            {"last": "Villeneuve"},
            {"last": "Leone Jones", "email": "ann.jones@x.org"},
            {"middle": "Leone", "last": "Villeneuve", "email": None},
            {"email": "ann.le@new.org", "sections": None},
            {"school": "b", "title": "Principal", "sections": None},
        ],
        ids=["married", "married, both names", "maiden name in the middle", "new mail domain", "new post"],
    )
    def test_rekeyed(self, changed: dict[str, str | None]) -> None:
        assert self.outcome(**changed) == "match"

    def test_a_staff_member_by_staff_number(self) -> None:
        one = record(first="Ann", last="Le", number="77", school="a")
        assert outcome(one, record(first="Ann", last="Le", number="77", school="b"), model=TEACHER_MODEL) == "match"

    def test_whoever_got_the_classes_is_no_match(self) -> None:
        assert self.outcome(first="Omar", last="Villeneuve", email="omar@x.org") == "none"

    def test_a_namesake_at_another_school_is_no_match(self) -> None:
        assert self.outcome(school="b", email="ann2@x.org", sections=None) != "match"

    def test_married_with_nothing_but_the_classes_left_is_for_a_person(self) -> None:
        assert self.outcome(last="Villeneuve", email="av@x.org", title="Coach") == "possible"


class TestSections:
    BEFORE: ClassVar = {
        "name": "Algebra 9-1", "course": "algebra 101", "term": "Y1 2026", "period": "3", "number": "1",
        "school": "a", "grade": "9", "teachers": "t", "students": "abcdefghij",
    }  # fmt: skip

    def outcome(self, **changed: str | None) -> str:
        before: dict[str, str | None] = dict(self.BEFORE)
        return outcome(record(**before), record(**{**before, **changed}), model=SECTION_MODEL)

    @pytest.mark.parametrize(
        "changed",
        [
            {},
            {"students": "abcdefghxy"},
            {"teachers": "u"},
            {"students": None},
        ],
        ids=["nothing", "some students", "teacher", "no students known"],
    )
    def test_rekeyed(self, changed: dict[str, str | None]) -> None:
        assert self.outcome(**changed) == "match"

    @pytest.mark.parametrize(
        "changed",
        [
            {"period": "5", "number": "2", "name": "Algebra 9-2", "students": "klmnopqrst"},
            {"course": "biology 7", "name": "Biology 9-1", "period": "6", "teachers": "u"},
            {"term": "Y1 2027", "students": "klmnopqrst"},
        ],
        ids=["parallel section", "same class in another course", "next year's"],
    )
    def test_another(self, changed: dict[str, str | None]) -> None:
        assert self.outcome(**changed) == "none"

    def test_another_period_as_well_is_for_a_person(self) -> None:
        assert self.outcome(students="abcdefghxy", period="4") == "possible"

    def test_the_same_students_under_another_name_are_for_a_person(self) -> None:
        assert self.outcome(name="Alg 1", teachers=None) == "possible"


def told(pairs: Sequence[Pair]) -> set[tuple[int, int]]:
    return {(pair.old.key, pair.new.key) for pair in pairs}


PERSON = st.fixed_dictionaries(
    {
        "first": st.sampled_from(["Zoë", "Zara", "Luis", "Bob", "Robert", None]),
        "last": st.sampled_from(["Mbeki", "Nguyen", "Mbeki-Nguyen", None]),
        "born": st.sampled_from(["2014-03-09", "2014-09-03", "2011-01-02", None]),
        "state_id": st.sampled_from(["1234567", "1234576", "0", None]),
        "email": st.sampled_from(["a@x.org", "a@y.org", None]),
        "school": st.sampled_from(["a", "b", None]),
    }
)


@supposing(st.lists(PERSON, max_size=6), st.lists(PERSON, max_size=6), st.lists(PERSON, max_size=3))
def test_everybody_is_accounted_for_once(
    removed: list[dict[str, str | None]], added: list[dict[str, str | None]], stayers: list[dict[str, str | None]]
) -> None:
    old, new = [record(**each) for each in removed], [record(**each) for each in added]
    found = linked(old, new, [record(**each) for each in stayers])
    pairs = (*found.matches, *found.possible)
    assert sorted([pair.old.key for pair in pairs] + [each.key for each in found.leavers]) == [
        each.subject.key for each in old
    ]
    assert sorted([pair.new.key for pair in pairs] + [each.key for each in found.joiners]) == [
        each.subject.key for each in new
    ]
    assert all(0.2 <= pair.confidence < 1 for pair in pairs)


def test_a_quiet_night_and_a_night_of_migration() -> None:
    names = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}o" for n in range(200)]
    old = [
        record(first=f"{name}ra", last=f"v{name}n", born=f"2014-{n % 12 + 1:02}-{n % 28 + 1:02}")
        for n, name in enumerate(names)
    ]
    new = [record(**each.values) for each in old[20:]]
    found = linked(old, new)
    assert (len(found.matches), len(found.possible), len(found.leavers)) == (180, 0, 20)
