"""Names as they are searched, sorted and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.roster.text import fold, listed_name, spoken_name


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("Núñez", "nunez"), ("O'CONNELL", "o'connell"), ("Wójcik", "wojcik"), ("Łukasz Ðặng", "lukasz dang"),
     ("Straße", "strasse"), ("李", "李"), ("ﬁx", "fix"), ("", "")],
)  # fmt: skip
def test_case_and_marks_are_folded(given_: str, expected: str) -> None:
    assert fold(given_) == expected


@given(st.text())
def test_folding_twice_is_folding_once_for_searching(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_names_as_lists_show_them() -> None:
    assert listed_name("Braeden", "L", "Glover") == "Glover, Braeden L"
    assert listed_name(None, None, "Cher") == "Cher"
    assert listed_name("Ann", None, None) == "Ann"
    assert spoken_name("Braeden", "Glover") == "Braeden Glover"
