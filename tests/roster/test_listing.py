"""Lists: the same rows as looking at each one, in a fixed order, in windows."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.findings import store
from roster_tui.findings.catalog import CODES
from roster_tui.findings.model import Finding, Subject
from roster_tui.roster import walk
from roster_tui.roster.cache import Cache
from roster_tui.roster.fields import FIELDS, ORDERS, field_types
from roster_tui.roster.filter import parse
from roster_tui.roster.kinds import BY_NAME, SCHOOL, SECTION, STUDENT, TEACHER
from roster_tui.roster.listing import Listing, narrows
from roster_tui.roster.read import key_of, rows
from roster_tui.roster.students import passing
from roster_tui.roster.text import fold, listed_name, spoken_name
from roster_tui.roster.window import Window, first_window, full_window
from tests.conftest import NOW
from tests.roster.conftest import an_id, night, school, section, student, teacher

texts = st.text(alphabet="abcxyzABéñ'9 -.", max_size=12)
words = st.lists(st.text(alphabet="abcxyzeén'9.-", min_size=1, max_size=5), max_size=3)


def names(db: Any, window: Window) -> list[str]:
    return [row.name for row in rows(db, window.listing.kind, window.keys)]


@given(st.lists(st.tuples(texts, texts), max_size=12), words, words, st.booleans())
def test_words_match_anywhere_whatever_their_length(
    people: list[tuple[str, str]], wanted: list[str], unwanted: list[str], descending: bool
) -> None:
    roster = {TEACHER: [teacher(n, first=first, last=last, email=None) for n, (first, last) in enumerate(people)]}
    text = " ".join([f'"{word}"' for word in wanted] + [f'-"{word}"' for word in unwanted])
    expected = []
    for n, (first, last) in enumerate(people):
        listed, spoken = listed_name(first or None, None, last or None), spoken_name(first or None, last or None)
        row = f"{fold(listed)}\n{fold(spoken)}\n\nt{n}  "
        if all(fold(word) in row for word in wanted) and not any(fold(word) in row for word in unwanted):
            expected.append((fold(listed), fold(spoken), f"T{n}"))
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder) / "roster.sqlite")
        cache.ensure()
        night(cache, roster)
        with cache.reading() as db:
            listing = Listing(TEACHER, filter=parse(text, field_types(TEACHER)), descending=descending)
            window = full_window(db, listing)
            found = [row.sis_id for row in rows(db, TEACHER, window.keys)]
            first = first_window(db, listing)
    assert found == [sis_id for *_, sis_id in sorted(expected, reverse=descending)]
    assert list(first.keys) == list(window.keys)
    assert (first.count, first.exact) == (len(expected), True)


@pytest.fixture
def district(cache: Cache) -> Cache:
    night(
        cache,
        {
            SCHOOL: [school(1, name="City High School"), school(2, name="Álamo Middle School")],
            TEACHER: [
                teacher(1, [1], first="Braeden", last="Glover", sis_id="47"),
                teacher(2, [1, 2], first="Inés", last="Núñez", sis_id="9"),
                teacher(3, [2], first="Bo", last="Le", sis_id="150", email=None),
            ],
            STUDENT: [student(1), student(2)],
            SECTION: [
                section(1, [1], [1, 2], 1, name="Algebra - Glover - 3", grade="9", subject="math"),
                section(2, [1, 2], [1], 2, name="Biology - Glover - 1", grade="10"),
                section(3, [], [], 2, name="Choir", grade="9"),
            ],
        },
    )
    return cache


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (TEACHER, "", ["Glover, Braeden", "Le, Bo", "Núñez, Inés"]),
        (TEACHER, "nunez", ["Núñez, Inés"]),
        (TEACHER, '"braeden glover"', ["Glover, Braeden"]),
        (TEACHER, "-glover -bo", ["Núñez, Inés"]),
        (TEACHER, "email:none", ["Le, Bo"]),
        (TEACHER, "-email:none", ["Glover, Braeden", "Núñez, Inés"]),
        (TEACHER, "sis:47", ["Glover, Braeden"]),
        (TEACHER, "school:alamo", ["Le, Bo", "Núñez, Inés"]),
        (TEACHER, "school:S1 glover", ["Glover, Braeden"]),
        (TEACHER, "section-count:>1", ["Glover, Braeden"]),
        (TEACHER, "-section-count:>0", ["Le, Bo"]),
        (TEACHER, "status:none", ["Glover, Braeden", "Le, Bo", "Núñez, Inés"]),
        (TEACHER, "finding:any", []),
        (SECTION, "grade:9", ["Algebra - Glover - 3", "Choir"]),
        (SECTION, "teacher:nunez", ["Biology - Glover - 1"]),
        (SECTION, "school:city", ["Algebra - Glover - 3"]),
        (SECTION, "subject:none", ["Biology - Glover - 1", "Choir"]),
        (SECTION, "student-count:<2 -choir", ["Biology - Glover - 1"]),
        (SCHOOL, "section-count:2", ["Álamo Middle School"]),
        (SCHOOL, "student-count:2", ["City High School"]),
    ],
)
def test_fields(district: Cache, kind: Any, text: str, expected: list[str]) -> None:
    with district.reading() as db:
        listing = Listing(kind, filter=parse(text, field_types(kind)))
        assert names(db, full_window(db, listing)) == expected
        first = first_window(db, listing)
        assert list(first.keys) == list(full_window(db, listing).keys)
        assert first.total == full_window(db, Listing(kind)).count


def test_drilling_down(district: Cache) -> None:
    with district.reading() as db:
        city, glover = key_of(db, SCHOOL, "S1"), key_of(db, TEACHER, "47")
        biology = key_of(db, SECTION, an_id(SECTION, 2))
        assert city and glover and biology
        assert names(db, full_window(db, Listing(TEACHER, ("school", city)))) == ["Glover, Braeden", "Núñez, Inés"]
        assert names(db, full_window(db, Listing(SECTION, ("teacher", glover)))) == [
            "Algebra - Glover - 3",
            "Biology - Glover - 1",
        ]
        assert names(db, full_window(db, Listing(SECTION, ("school", city)))) == ["Algebra - Glover - 3"]
        assert names(db, full_window(db, Listing(TEACHER, ("section", biology)))) == ["Glover, Braeden", "Núñez, Inés"]


def test_a_section_names_its_teachers_in_order_and_says_who_is_unknown(cache: Cache) -> None:
    night(cache, {TEACHER: [teacher(2)], SECTION: [section(1, [7, 2])]})
    with cache.reading() as db:
        (row,) = rows(db, SECTION, full_window(db, Listing(SECTION)).keys)
    assert [(each.clever_id, each.name) for each in row.teachers] == [
        (an_id(TEACHER, 7), None),
        (an_id(TEACHER, 2), "Le2, Ann"),
    ]


@pytest.mark.parametrize("kind", ORDERS)
def test_every_order_is_an_order_of_all_rows(district: Cache, kind: str) -> None:
    with district.reading() as db:
        everything = sorted(full_window(db, Listing(BY_NAME[kind])).keys)
        for order in ORDERS[kind]:
            up = full_window(db, Listing(BY_NAME[kind], order=order))
            down = full_window(db, Listing(BY_NAME[kind], order=order, descending=True))
            assert sorted(up.keys) == everything
            assert list(down.keys) == list(reversed(up.keys))
            assert list(first_window(db, Listing(BY_NAME[kind], order=order)).keys) == list(up.keys)


@pytest.mark.parametrize("steps", [0, 1, 2, 100])
@pytest.mark.parametrize(
    "text", ["", "o", "glover", "grade:9", "-choir", "teacher:glover", "school:city", "finding:any"]
)
def test_however_short_the_walk_it_finds_the_beginning_of_the_whole_order(
    district: Cache, monkeypatch: pytest.MonkeyPatch, text: str, steps: int
) -> None:
    monkeypatch.setattr(walk, "_STEPS", steps)
    with district.writing() as db:
        biology = key_of(db, SECTION, an_id(SECTION, 2))
        about = Subject("section", biology or 0, an_id(SECTION, 2), "C2", "Biology")
        store.refresh(db, NOW, [Finding(CODES["section-without-valid-teacher"], about)])
    with district.reading() as db:
        for order in ORDERS["section"]:
            for descending in (False, True):
                filter_ = parse(text, field_types(SECTION))
                listing = Listing(SECTION, filter=filter_, order=order, descending=descending)
                first, full = first_window(db, listing, 2), full_window(db, listing)
                assert list(first.keys) == list(full.keys[: len(first.keys)])
                assert not first.exact or first.count == full.count
                if steps >= full.total:
                    assert len(first.keys) == min(2, full.count)


NARROWING = ["", "o", "lo", "glo", "glover", "glover grade:9", "glover grade:9 -choir", "teacher:glover glover"]


@pytest.mark.parametrize("steps", [1, 2, 100])
@pytest.mark.parametrize("old", NARROWING)
@pytest.mark.parametrize("new", [*NARROWING, "-glover", "-glo", "grade:10"])
def test_what_is_listed_already_is_walked_along_only_when_it_holds_every_row(
    district: Cache, monkeypatch: pytest.MonkeyPatch, old: str, new: str, steps: int
) -> None:
    monkeypatch.setattr(walk, "_STEPS", steps)
    with district.reading() as db:
        for descending in (False, True):
            before, listing = (
                Listing(SECTION, filter=parse(text, field_types(SECTION)), descending=descending) for text in (old, new)
            )
            full = full_window(db, listing)
            first = first_window(db, listing, 2, before=full_window(db, before))
            assert list(first.keys) == list(full.keys[: len(first.keys)])
            assert not first.exact or first.count == full.count
            other_order = Listing(SECTION, filter=before.filter, order="grade", descending=descending)
            first = first_window(db, listing, 2, before=full_window(db, other_order))
            assert list(first.keys) == list(full.keys[: len(first.keys)])


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ("glover", "glo", True),
        ("glover grade:9", "glover", True),
        ("glo", "glover", False),
        ("-glover", "-glo", False),
        ("grade:10", "grade:1", False),
        ("teacher:glover", "glover", False),
    ],
)
def test_what_narrows_what(new: str, old: str, expected: bool) -> None:
    one, other = (Listing(SECTION, filter=parse(text, field_types(SECTION))) for text in (new, old))
    assert narrows(one, other) is expected


@pytest.mark.parametrize("steps", [0, 1, 3, 100])
@pytest.mark.parametrize("text", ["", "e", "school:alamo", "status:pending", "-status:pending"])
def test_teachers_are_walked_state_by_state(
    district: Cache, monkeypatch: pytest.MonkeyPatch, text: str, steps: int
) -> None:
    monkeypatch.setattr(walk, "_STEPS", steps)
    with district.writing() as db:
        for sis_id, state in (("47", "pending"), ("9", "active")):
            row = (key_of(db, TEACHER, sis_id), state, "Teacher", 0, NOW.isoformat())
            db.execute(
                "INSERT INTO account (key, state, role, pinned, since, support_lead) VALUES (?, ?, ?, ?, ?, 0)", row
            )
    with district.reading() as db:
        for descending in (False, True):
            listing = Listing(TEACHER, filter=parse(text, field_types(TEACHER)), order="account", descending=descending)
            first, full = first_window(db, listing, 2), full_window(db, listing)
            assert list(first.keys) == list(full.keys[: len(first.keys)])
            if steps >= full.total:
                assert len(first.keys) == min(2, full.count)


def test_orders_follow_the_next_night(district: Cache) -> None:
    night(
        district,
        {
            SCHOOL: [school(1, name="Zoo High School"), school(2, name="Álamo Middle School")],
            SECTION: [
                section(1, [], [1, 2], 1, name="Algebra", grade="9"),
                section(2, [], [1], 2, name="Biology", grade="10"),
                section(4, [], [1, 2, 3], 2, name="Drama", grade="1"),
            ],
        },
    )
    with district.reading() as db:
        found = {order: names(db, full_window(db, Listing(SECTION, order=order))) for order in ORDERS["section"]}
    assert found["name"] == ["Algebra", "Biology", "Drama"]
    assert found["school"] == ["Biology", "Drama", "Algebra"]
    assert found["students"] == ["Drama", "Algebra", "Biology"]
    assert found["grade"] == ["Drama", "Algebra", "Biology"]


def test_sis_ids_sort_as_numbers_do(district: Cache) -> None:
    with district.reading() as db:
        found = full_window(db, Listing(TEACHER, order="sis"))
        assert [row.sis_id for row in rows(db, TEACHER, found.keys)] == ["9", "47", "150"]


def test_what_a_short_walk_has_not_seen_it_does_not_count(district: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "_STEPS", 1)
    with district.reading() as db:
        for text, found in (("glover", 1), ("v", 1), ("grade:9", 1), ("-choir", 1), ("choir", 0), ("grade:10", 0)):
            listing = Listing(SECTION, filter=parse(text, field_types(SECTION)))
            first, full = first_window(db, listing), full_window(db, listing)
            assert (first.exact, first.count, full.exact, full.total) == (False, found, True, 3)
            assert not first.complete


def test_an_id_that_two_share_names_nobody(cache: Cache) -> None:
    night(cache, {TEACHER: [teacher(1, sis_id="7"), teacher(2, sis_id="7"), teacher(3, email="Bo@x.org")]})
    with cache.reading() as db:
        assert key_of(db, TEACHER, "7") is None
        assert key_of(db, TEACHER, "bo@X.org") is not None
        assert key_of(db, TEACHER, an_id(TEACHER, 1)) is not None
        assert key_of(db, TEACHER, "f" * 24) is None


def test_every_field_can_be_asked_in_every_way(district: Cache) -> None:
    with district.reading() as db:
        for kind in ORDERS:
            for name, field in FIELDS[kind].items():
                value = field.type.choices[0] if field.type.choices else ">1" if field.type.number else "none"
                for text in (f"{name}:{value}", f"-{name}:{value}", f"a {name}:{value}", f"{name}:{value} -a"):
                    full_window(db, Listing(BY_NAME[kind], filter=parse(text, field_types(BY_NAME[kind]))))


def test_students_are_in_no_list_but_every_field_of_theirs_can_be_asked(district: Cache) -> None:
    assert STUDENT.name not in ORDERS
    with district.reading() as db:
        everybody = passing(db, parse("", field_types(STUDENT)))
        for name, field in FIELDS[STUDENT.name].items():
            value = field.type.choices[0] if field.type.choices else ">1" if field.type.number else "none"
            some, others = (passing(db, parse(f"{sign}{name}:{value}", field_types(STUDENT))) for sign in ("", "-"))
            assert sorted([*some, *others]) == everybody, name
