"""Display text draws nothing but itself; masks hide; times read as people say them."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.present import (
    LONGEST,
    ago,
    cell_width,
    clock_time,
    counted,
    day_and_time_seen,
    display_text,
    fitted,
    full_time,
    masked,
    masked_name,
    state_label,
)
from tests.conftest import NOW

HOSTILE = [
    "Smith [/b]",
    "[@click=app.quit]x[/]",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[2J\x1b[31mred",
    "\x9b31m",
    "‮evil‬",
    "⁦iso⁩",
    "a\tb\nc\rd",
    "zero​width\ufeff",
    "x" * 100_000,
    "emoji 👩‍👩‍👧‍👦 ok",
    "名前 李",
    "e\u0301\u0301\u0301",
    "\ud800 lone",
    "\U000e0041tag",
    "\x00\x7f\x85",
]


@given(st.text() | st.sampled_from(HOSTILE))
def test_nothing_in_display_text_can_steer_a_terminal(text: str) -> None:
    shown = display_text(text)
    assert len(shown) <= LONGEST * 8
    for char in shown:
        assert unicodedata.category(char)[0] != "C"
        assert unicodedata.category(char) not in ("Zl", "Zp")
        assert unicodedata.bidirectional(char) not in ("RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI")


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=LONGEST))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert display_text(text) == text


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("\x1b[31m", "␛[31m"), ("a\tb", "a␉b"), ("\u202e", "<U+202E>"), ("\x9b", "<U+009B>"), ("\x7f", "␡"),
     ("Núñez", "Núñez"), ("李", "李"), (None, ""), (42, "42"), ("a\u00a0b", "a b"), ("[/b]", "[/b]")],
)  # fmt: skip
def test_what_is_hidden_is_made_visible(given_: object, expected: str) -> None:
    assert display_text(given_) == expected


def test_long_text_is_cut_before_it_costs_anything() -> None:
    assert len(display_text("x" * 1_000_000)) == LONGEST
    assert display_text("x" * 1_000_000).endswith("…")


@given(st.text(), st.integers(0, 60))
def test_fitted_text_has_exactly_the_width(text: str, width: int) -> None:
    assert cell_width(fitted(display_text(text), width)) == width


def test_wide_characters_take_two_columns() -> None:
    assert cell_width("李a") == 3
    assert fitted("李李李", 4) == "李… "


@given(st.text(min_size=2))
def test_a_mask_shows_one_character_at_most(value: str) -> None:
    assert masked(value).endswith("•")
    assert value[1:] not in masked(value).replace("•", "") or value[1:] in display_text(value[:1])
    assert len(masked("x" * 100)) == len(masked("x" * 50))


def test_masked_names_are_initials() -> None:
    assert masked_name("Mbeki, Zoë W") == "M•, Z•"
    assert masked_name("") == ""
    assert masked(None) == ""


def test_states_have_word_and_symbol() -> None:
    assert state_label("pending") == "○ pending"
    assert state_label("active", pinned=True) == "● active (pinned)"
    assert state_label(None) == "no account"


@pytest.mark.parametrize(
    ("span", "expected"),
    [(timedelta(seconds=5), "just now"), (timedelta(minutes=5), "5 min ago"), (timedelta(hours=7), "7 h ago"),
     (timedelta(hours=47), "47 h ago"), (timedelta(days=3), "3 days ago"), (timedelta(seconds=-5), "just now"),
     (timedelta(minutes=-5), "just now"), (timedelta(minutes=-6), "still to come: the clock was wrong then, or is now"),
     (timedelta(days=-365), "still to come: the clock was wrong then, or is now")],
)  # fmt: skip
def test_ago(span: timedelta, expected: str) -> None:
    assert ago(NOW - span, NOW) == expected


def test_a_moment_of_another_year_has_its_year() -> None:
    zone = timezone(timedelta(hours=-6))
    at = datetime(2026, 1, 1, 1, 4, tzinfo=zone)
    assert full_time(at) == "Jan 1, 2026 1:04 AM"
    assert day_and_time_seen(at, NOW) == "Jan 1 1:04 AM"
    assert day_and_time_seen(at - timedelta(hours=2), NOW) == "Dec 31, 2025 11:04 PM"
    # What year it is, is asked where the moment is shown: in UTC this one is of 2027 already.
    assert day_and_time_seen(at, datetime(2027, 1, 1, 2, tzinfo=UTC)) == "Jan 1 1:04 AM"


def test_times_are_written_as_in_the_field() -> None:
    zone = timezone(timedelta(hours=-6))
    assert clock_time(datetime(2026, 11, 24, 1, 4, tzinfo=zone)) == "1:04 AM"
    assert clock_time(datetime(2026, 11, 24, 0, 30, tzinfo=zone)) == "12:30 AM"
    assert clock_time(datetime(2026, 11, 24, 12, 0, tzinfo=zone)) == "12:00 PM"
    assert counted(1, "section") == "1 section"
    assert counted(1_234, "person", "people") == "1,234 people"
