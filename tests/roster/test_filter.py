"""The filter language: what it means, and how it says what is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.roster.fields import FIELDS, field_types
from roster_tui.roster.filter import Condition, FilterError, parse
from roster_tui.roster.kinds import BY_NAME, TEACHER

TYPES = field_types(TEACHER)


def conditions(text: str) -> list[Condition]:
    return list(parse(text, TYPES).conditions)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   ", []),
        ("Glover", [Condition("", "glover")]),
        ("glover NÚÑEZ", [Condition("", "glover"), Condition("", "nunez")]),
        ('"two words"', [Condition("", "two words")]),
        ("-smith", [Condition("", "smith", negated=True)]),
        ("status:pending", [Condition("status", "pending")]),
        ("STATUS:Pend", [Condition("status", "pending")]),
        ("-status:active", [Condition("status", "active", negated=True)]),
        ("section-count:>5", [Condition("section-count", "5", ">")]),
        ("section-count:>=5", [Condition("section-count", "5", ">=")]),
        ("section-count:0", [Condition("section-count", "0")]),
        ('school:"City High"', [Condition("school", "city high")]),
        ('email:""', [Condition("email", "")]),
        ("pinned:y", [Condition("pinned", "yes")]),
        ("9:30", [Condition("", "9:30")]),
        ('say"hi"', [Condition("", 'say"hi"')]),
    ],
)
def test_meaning(text: str, expected: list[Condition]) -> None:
    assert conditions(text) == expected


@pytest.mark.parametrize(
    ("text", "said", "wrong"),
    [
        ("a statsu:x", "did you mean status:?", "statsu"),
        ("wizard:x", "there is no field wizard", "wizard"),
        ("status:asleep", "is one of pending, active, suspended, none", "asleep"),
        ("section-count:many", "takes a number", "many"),
        ("section-count:5>", "takes a number", "5>"),
        ('x "two words', "quote is not closed", '"two words'),
        ("school:", "needs a value", "school:"),
    ],
)
def test_mistakes_are_pointed_at(text: str, said: str, wrong: str) -> None:
    with pytest.raises(FilterError, match=said.replace("?", r"\?")) as raised:
        parse(text, TYPES)
    assert text[raised.value.start : raised.value.end] == wrong


@given(st.text())
def test_any_text_is_a_filter_or_a_mistake_inside_it(text: str) -> None:
    try:
        parse(text, TYPES)
    except FilterError as error:
        assert 0 <= error.start <= error.end <= len(text)


@pytest.mark.parametrize("kind", FIELDS)
def test_every_field_says_what_it_is_for(kind: str) -> None:
    assert set(field_types(BY_NAME[kind])) == set(FIELDS[kind])
    assert all(field.help for field in FIELDS[kind].values())
