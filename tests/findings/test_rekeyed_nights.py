"""Re-keys of whole nights: foreseen while they are staged, found after they are applied, and told the same way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from roster_tui.findings.linkage.decide import Linkage, Pair
from roster_tui.findings.linkage.nights import all_pairs_ahead, pairs_ahead
from roster_tui.findings.model import Finding
from roster_tui.findings.rekeys import find
from roster_tui.roster.cache import Cache
from roster_tui.roster.compare import compare
from roster_tui.roster.kinds import COURSE, KINDS, SCHOOL, SECTION, STUDENT, TEACHER, TERM, Kind
from roster_tui.roster.stage import Stage
from tests.conftest import NOW
from tests.roster.conftest import Roster, an_id, course, night, school, section, student, teacher, term

NAMES = ("Ana Cruz", "Ben Osei", "Chloe Tran", "Dev Kapoor", "Eli Stein", "Fay Wong", "Gil Mbeki", "Hana Sato")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    made = Cache(tmp_path / "roster.sqlite")
    made.ensure()
    return made


def ahead(cache: Cache, roster: Roster) -> dict[str, Linkage]:
    """Return what a roster would do, without applying it."""
    stage = Stage(cache.staged_file)
    for kind in KINDS:
        stage.add(kind, roster.get(kind, ()))
    stage.finish()
    with cache.with_staged() as db:
        compare(db)
        found = all_pairs_ahead(db)
        for kind in (SCHOOL, TEACHER, STUDENT, SECTION):
            assert pairs_ahead(db, kind) == found[kind.name]
    cache.discard_staged()
    return found


def behind(cache: Cache, at: timedelta = timedelta(0)) -> list[Finding]:
    with cache.reading() as db:
        return list(find(db, NOW + at))


def ids(pairs: tuple[Pair, ...]) -> set[tuple[str | None, str | None]]:
    return {(pair.old.sis_id, pair.new.sis_id) for pair in pairs}


def told(findings: list[Finding], code: str = "sis-id-changed") -> set[tuple[str | None, str | None]]:
    return {(each.subject.sis_id, each.other and each.other.sis_id) for each in findings if each.code.code == code}


def district(students: int = 0, teachers: int = 0, sections: int = 0, schools: int = 0) -> Roster:
    """Return a small district; each number is added to the numbers (and so the IDs) of that kind."""
    at = 1 + schools
    children = [
        student(n + students, at, first=first, last=last, dob=f"{n}/1{n % 10}/2016", email=None)
        for n, (first, last) in enumerate((name.split() for name in NAMES), start=1)
    ]
    staff = [
        teacher(n + teachers, [at], first=first, last=last, email=f"{last}@x.org".lower())
        for n, (last, first) in enumerate((name.split() for name in NAMES[:3]), start=1)
    ]
    classes = [
        section(
            n + sections,
            [n + teachers],
            [each + students for each in range(n, n + 5)],
            at,
            name=f"Algebra {n}",
            course=an_id(COURSE, 1),
            term_id=an_id(TERM, 1),
            period=str(n),
        )
        for n in (1, 2, 3)
    ]
    return {
        SCHOOL: [school(at, name="City High", principal={"name": "Jo Dunn"}), school(90, name="Adams Elementary")],
        TERM: [term(1)],
        COURSE: [course(1)],
        TEACHER: staff,
        STUDENT: children,
        SECTION: classes,
    }


EVERYBODY: dict[Kind, set[tuple[str, str]]] = {
    SCHOOL: {("S1", "S11")},
    TEACHER: {(f"T{n}", f"T{n + 10}") for n in (1, 2, 3)},
    STUDENT: {(f"9{n}", f"9{n + 10}") for n in range(1, 9)},
    SECTION: {(f"C{n}", f"C{n + 10}") for n in (1, 2, 3)},
}


@pytest.mark.parametrize(
    "kinds",
    [
        (SCHOOL,),
        (TEACHER,),
        (STUDENT,),
        (SECTION,),
        (STUDENT, SECTION),
        (SCHOOL, TEACHER, STUDENT, SECTION),
    ],
    ids=lambda kinds: " ".join(kind.name for kind in kinds),
)
def test_all_of_a_kind_rekeyed(cache: Cache, kinds: tuple[Kind, ...]) -> None:
    night(cache, district())
    moved = district(**{f"{kind.name}s": 10 for kind in kinds})
    expected = {kind.name: EVERYBODY[kind] for kind in kinds}

    foreseen = ahead(cache, moved)
    assert {name: ids(linkage.matches) for name, linkage in foreseen.items() if linkage.matches} == expected
    assert not any(each.possible or each.leavers or each.joiners for each in foreseen.values())

    night(cache, moved)
    findings = behind(cache)
    assert {(each.subject.kind, each.code.code) for each in findings} == {
        (kind.name, "sis-id-changed") for kind in kinds
    }
    assert told(findings) == set().union(*expected.values())


def test_leavers_are_told_from_the_rekeyed(cache: Cache) -> None:
    night(cache, district())
    moved = dict(district(students=10))
    gone = {18}
    moved[STUDENT] = [each for each in moved[STUDENT] if int(each.id[2:], 16) not in gone]
    moved[STUDENT].append(student(50, first="Omar", last="Haddad", dob="3/3/2015"))
    foreseen = ahead(cache, moved)["student"]
    assert len(foreseen.matches) == 7
    assert [each.sis_id for each in foreseen.leavers] == ["98"]
    assert [(each.sis_id, each.key) for each in foreseen.joiners] == [("950", 0)]


def test_shared_sections_are_evidence(cache: Cache) -> None:
    night(cache, district())
    foreseen = ahead(cache, district(students=10))["student"]
    (ana,) = (pair for pair in foreseen.matches if pair.old.sis_id == "91")
    sections = {each.field: each for each in ana.evidence}["sections"]
    assert (sections.before, sections.after, sections.agrees) == ("1", "1", True)


def test_a_colleague_who_takes_the_classes_is_no_rekey(cache: Cache) -> None:
    night(cache, district())
    after = dict(district())
    after[TEACHER] = [*after[TEACHER][1:], teacher(70, [1], first="Omar", last="Haddad", email="haddad@x.org")]
    after[SECTION] = [section(1, [70], [1, 2, 3, 4, 5], name="Algebra 1", period="1"), *after[SECTION][1:]]
    foreseen = ahead(cache, after)["teacher"]
    assert (foreseen.matches, foreseen.possible) == ((), ())
    night(cache, after)
    assert {each.code.code for each in behind(cache)} == {"teacher-removed"}


def test_a_twin_who_stays_keeps_the_new_record_from_the_one_who_left(cache: Cache) -> None:
    twins = [
        student(n, first=first, last="Mbeki", dob="7/5/2016", email="home@x.org")
        for n, first in ((1, "Zoë"), (2, "Zara"))
    ]
    again = student(3, first="Zara", last="Mbeki", dob="7/5/2016", email="home@x.org")
    night(cache, {STUDENT: twins})
    foreseen = ahead(cache, {STUDENT: [twins[1], again]})["student"]
    assert (foreseen.matches, foreseen.possible) == ((), ())
    night(cache, {STUDENT: [twins[1], again]})
    assert behind(cache) == []


def test_teachers_who_left_long_ago_take_nobodys_place(cache: Cache) -> None:
    # Accounts are never deleted, so their rows stand in the roster for ever.
    night(cache, {TEACHER: [teacher(1, first="Ann", last="Osei", email="a@x.org"), teacher(2)]})
    night(cache, {TEACHER: [teacher(2)]})
    assert told(behind(cache), "teacher-removed") == {("T1", None)}
    night(cache, {TEACHER: [teacher(2), teacher(3, first="Ann", last="Osei", email="a@x.org")]})
    assert told(behind(cache)) == {("T1", "T3")}
    assert behind(cache, timedelta(days=31)) == []


def test_a_rollover_is_no_rekey(cache: Cache) -> None:
    this_year = district()
    next_year = dict(district(sections=10))
    next_year[TERM] = [term(2, name="Y2")]
    next_year[SECTION] = [
        section(
            n + 10, [n], [9 - n], name=f"Algebra {n}", course=an_id(COURSE, 1), term_id=an_id(TERM, 2), period=str(n)
        )
        for n in (1, 2, 3)
    ]
    night(cache, this_year)
    foreseen = ahead(cache, next_year)["section"]
    assert (foreseen.matches, foreseen.possible, len(foreseen.leavers)) == ((), (), 3)


def test_a_school_that_splits_is_rekeyed_to_neither(cache: Cache) -> None:
    night(cache, district())
    after = dict(district(schools=10))
    after[SCHOOL] = [school(21, name="Upper School"), school(22, name="Lower School"), after[SCHOOL][1]]
    half = len(NAMES) // 2
    after[STUDENT] = [
        student(
            n,
            21 if n <= half else 22,
            first=name.split()[0],
            last=name.split()[1],
            dob=f"{n}/1{n % 10}/2016",
            email=None,
        )
        for n, name in enumerate(NAMES, start=1)
    ]
    assert ahead(cache, after)["school"].matches == ()
