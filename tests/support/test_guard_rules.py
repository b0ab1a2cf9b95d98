"""Rules with many inputs: whatever the roster holds, and however it is spelled, it does not pass."""

from __future__ import annotations

from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from roster_tui.roster.text import fold
from roster_tui.support.guard.words import is_common
from tests.support.people import Person, covers, guard_over

LETTERS = "abcdefghijklmnopqrstuvwxyzáéíóúñüçøłšğ"
SYLLABLES = st.text(LETTERS, min_size=3, max_size=7).map(str.capitalize).filter(lambda word: not is_common(fold(word)))
"""The common words are names where their case or the words around say so; they have a rule of their own."""
PART = st.one_of(SYLLABLES, st.sampled_from("O'Brien McDonald Ng D'Angelo José Ştefan Bobby".split()))
PARTICLE = st.sampled_from(("de ", "de la ", "van ", "Mc", "O'", ""))
GIVEN = st.one_of(PART, st.builds("{}-{}".format, PART, PART), st.builds("{} {}".format, PART, PART))
SURNAME = st.one_of(st.builds("{}{}".format, PARTICLE, PART), st.builds("{}-{}".format, PART, PART))
AROUND = st.sampled_from(
    (
        ("", ""),
        ("The account of ", " is gone since Tuesday."),
        ("we saw that ", " has two sections, one of them twice"),
        ("- ", "\n- the next one"),
        ('"', '";"5";"yes"'),
        ("cc: ", "\n\nHello,"),
        ("", "'s classes"),
    )
)
SPELLINGS = (
    "{first} {last}",
    "{last}, {first}",
    "{last} {first}",
    "{last},{first}",
    "{first}\n{last}",
    "{first} Q. {last}",
    "{first}_{last}",
    "<b>{first}</b> {last}",
    '"first": "{first}", "last": "{last}"',
)
CASES = (str, str.upper, str.lower, fold)


@given(GIVEN, SURNAME, st.sampled_from(SPELLINGS), st.sampled_from(CASES), AROUND)
@example("Maria", "de la Cruz", "{last}, {first}", str.upper, ("", ""))
@example("Jean-Luc", "O'Brien", "{first}_{last}", fold, ("", ""))
def test_no_spelling_of_a_name_passes(
    first: str, last: str, spelling: str, cased: object, around: tuple[str, str]
) -> None:
    person = Person(first, last)
    assert callable(cased)
    name = spelling.format(first=cased(first), last=cased(last))
    text = around[0] + name + around[1]
    begin, end = (
        len(around[0]) + name.index(cased(first if "{last}" not in spelling[:6] else last)),
        len(text) - len(around[1]),
    )
    assert covers(guard_over((person,), ()).find(text), begin, end, text.replace(" Q.", "   ").replace("<b>", "   "))


@given(st.sampled_from("Will Mark Grace Grant Hope".split()), st.sampled_from("May Long Price King Young".split()))
def test_common_words_are_a_name_where_capitals_or_students_are(first: str, last: str) -> None:
    guard = guard_over((Person(first, last),), ())
    for text in (
        f"we saw that {first} {last} has left",
        f"the student {first} {last}",
        f"student {first} {last}".lower(),
    ):
        assert guard.find(text), text
    assert not guard.find(f"They {first} {last}, and {last} {first}".lower())


ID = st.one_of(
    st.from_regex(r"[1-9][0-9]{4,11}", fullmatch=True),
    st.from_regex(r"[A-Z]{1,3}-?[0-9]{4,8}", fullmatch=True),
    st.from_regex(r"[0-9]{2,4}-[0-9]{3,6}", fullmatch=True),
).filter(lambda value: value.strip("0-"))


@given(ID, AROUND, st.sampled_from((str, str.lower, lambda value: value.replace("-", ""), lambda value: f"#{value}")))
def test_no_spelling_of_an_id_passes(value: str, around: tuple[str, str], written: object) -> None:
    assert callable(written)
    spelled = written(value)
    text = around[0] + spelled + around[1]
    found = guard_over((Person(sis_id=value),), ()).find(text)
    assert covers(found, len(around[0]), len(around[0]) + len(spelled), text)


@given(st.from_regex(r"[0-9]{1,4}", fullmatch=True).filter(lambda value: value.strip("0")))
def test_a_short_id_does_not_pass_where_an_id_is_spoken_of(value: str) -> None:
    guard = guard_over((Person(sis_id=value),), ())
    for text in (f"student {value} is gone", f"SIS ID {value}", f"id: {value}", f"see #{value}"):
        assert guard.find(text), text
    assert not guard.find(f"there are {value} sections")


DATES = (
    "{m}/{d}/{y}",
    "{m:02}/{d:02}/{y}",
    "{d}.{m}.{y}",
    "{d:02}-{m:02}-{y}",
    "{y}-{m:02}-{d:02}",
    "{y}/{m}/{d}",
    "{y}{m:02}{d:02}",
    "{m:02}{d:02}{y}",
    "{m}/{d}/{s}",
    "{name} {d}, {y}",
    "{d} {name} {y}",
    "{short}. {d}, {y}",
    "{d}-{short}-{y}",
    "{d}th of {name}, {y}",
)


@given(st.dates(date(1995, 1, 1), date(2026, 1, 1)), st.sampled_from(DATES), st.sampled_from(CASES), AROUND)
def test_no_format_of_a_birth_date_passes(day: date, shape: str, cased: object, around: tuple[str, str]) -> None:
    assert callable(cased)
    parts = {"y": day.year, "m": day.month, "d": day.day, "s": f"{day.year % 100:02}"}
    spelled = cased(shape.format(**parts, name=f"{day:%B}", short=f"{day:%b}"))
    text = around[0] + spelled + around[1]
    found = guard_over((Person("Ann", "Lee", born=day.isoformat()),), ()).find(text)
    assert covers(found, len(around[0]), len(around[0]) + len(spelled), text)
    unknown = guard_over((Person("Ann", "Lee", born="1990-01-01"),), ()).find(text)
    assert unknown == []


@given(st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8}|[0-9]{1,4})?@[a-z]{2,8}\.(k12\.ca\.us|org)", fullmatch=True), AROUND)
def test_no_spelling_of_an_email_passes(email: str, around: tuple[str, str]) -> None:
    guard = guard_over((Person("Ann", "Lee", email=email.title()),), ())
    for spelled in (email, email.upper(), f"<{email}>", email.replace("@", " (at) "), f"mailto:{email}"):
        text = around[0] + spelled + around[1]
        begin = len(around[0]) + len("mailto:") * spelled.startswith("mailto:")
        assert covers(guard.find(text), begin, len(around[0]) + len(spelled), text.replace("(at)", "    ")), text


@given(st.text(max_size=200))
def test_any_text_can_be_checked(text: str) -> None:
    for place in guard_over().find(text):
        assert 0 <= place.start < place.end <= len(text)
