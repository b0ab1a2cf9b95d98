"""How Clever rewrites values: as seen by joining its demo district's files with its API."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.sis import values

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("0", "Kindergarten"), ("K", "Kindergarten"), ("09", "9"), ("12", "12"), ("PK", "PreKindergarten"), ("", ""),
     ("Ungraded", "Ungraded"), ("post graduate", "PostGraduate"), ("13", "13"), ("14", "Other"), ("wizard", "Other")],
)  # fmt: skip
def test_grades_become_clevers_enum(given_: str, expected: str) -> None:
    assert values.grade(given_) == expected


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("11/18/98", "11/18/1998"), ("04/02/2019", "4/2/2019"), ("2019-04-02", "4/2/2019"), ("1/5/25", "1/5/2025"),
     ("12/31/26", "12/31/1926"), (f"{TODAY:%m/%d/%y}", values.birth_date(TODAY.isoformat(), TODAY)),
     (f"{TODAY + timedelta(days=1):%m/%d/%y}", values.birth_date(f"19{TODAY + timedelta(days=1):%y-%m-%d}", TODAY)),
     ("", ""), ("31/12/2010", ""), ("soon", "")],
)  # fmt: skip
def test_a_birth_date_is_never_ahead(given_: str, expected: str) -> None:
    assert values.birth_date(given_, TODAY) == expected


@given(st.dates(min_value=date(1950, 1, 1), max_value=TODAY))
def test_every_spelling_of_a_birth_date_is_read_alike(day: date) -> None:
    expected = f"{day.month}/{day.day}/{day.year}"
    assert values.birth_date(day.strftime("%m/%d/%Y"), TODAY) == expected
    assert values.birth_date(day.isoformat(), TODAY) == expected
    assert values.birth_date(expected, TODAY) == expected


def test_term_days_become_iso_dates() -> None:
    assert values.iso_day("8/1/15") == "2015-08-01"
    assert values.iso_day("2027-06-12") == "2027-06-12"
    assert values.iso_day("") is None


def test_codes_become_words() -> None:
    assert [values.gender(code) for code in ("female", "Male", "x", "?", "")] == ["F", "M", "X", "", ""]
    assert values.race("W") == "Caucasian"
    assert values.race("Z") == "Unknown"
    assert values.subject("MATH") == "math"
    assert values.subject("Juggling") == "other"
    assert values.yes_no("yes") == "Y"
