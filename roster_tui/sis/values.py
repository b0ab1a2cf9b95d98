"""How Clever rewrites the values of SIS files: grades, dates, genders, races, subjects.

Source: Clever's demo district joined on SIS ID with the answers of its live API, and the v3.1 field tables.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_GRADES = {
    "it": "InfantToddler",
    "pr": "Preschool",
    "ps": "Preschool",
    "pk": "PreKindergarten",
    "tk": "TransitionalKindergarten",
    "k": "Kindergarten",
    "kg": "Kindergarten",
    "0": "Kindergarten",
    "13": "13",
    "pg": "PostGraduate",
    "ug": "Ungraded",
}
_NAMED_GRADES = {
    name.lower(): name
    for name in (
        "InfantToddler Preschool PreKindergarten TransitionalKindergarten Kindergarten PostGraduate Ungraded Other"
    ).split()
}
_RACES = {
    "a": "Asian",
    "b": "Black or African American",
    "i": "American Indian",
    "m": "Two or More Races",
    "p": "Hawaiian or Other Pacific Islander",
    "w": "Caucasian",
}
SUBJECTS = (
    "english/language arts",
    "math",
    "science",
    "social studies",
    "language",
    "homeroom/advisory",
    "interventions/online learning",
    "technology and engineering",
    "PE and health",
    "arts and music",
    "other",
)
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


@lru_cache(maxsize=1_000)
def grade(value: str) -> str:
    """Return the grade as Clever's enum spells it; ``""`` for none, ``Other`` for what it does not know."""
    text = value.strip().lower().lstrip("0") or ("0" if value.strip() else "")
    if text.isdigit() and 1 <= int(text) <= 12:
        return text
    return _GRADES.get(text) or _NAMED_GRADES.get(text.replace(" ", "")) or ("Other" if text else "")


def gender(value: str) -> str:
    """Return ``M``, ``F``, ``X`` or ``""``."""
    letter = value.strip()[:1].upper()
    return letter if letter in ("M", "F", "X") else ""


def race(value: str) -> str:
    """Return the race by Clever's name for the SIS code, ``""`` for none, ``Unknown`` for another code."""
    text = value.strip().lower()
    return _RACES.get(text, "Unknown" if text else "")


def yes_no(value: str) -> str:
    """Return ``Y``, ``N`` or ``""``."""
    letter = value.strip()[:1].upper()
    return letter if letter in ("Y", "N") else ""


@lru_cache(maxsize=1_000)
def subject(value: str) -> str:
    """Return the subject when it is one that Clever knows, ``other`` for any other, ``""`` for none."""
    text = value.strip().lower()
    known = next((name for name in SUBJECTS if name.lower() == text), None)
    return known or ("other" if text else "")


# A city's million birth dates are some thousands of days.
@lru_cache(maxsize=20_000)
def day(value: str, *, not_after: date | None = None) -> date | None:
    """Return the day that ``MM/DD/YYYY``, ``M/D/YY`` or ``YYYY-MM-DD`` names, or None.

    A two-digit year is of this century, unless that lies after ``not_after`` (a birth date is never ahead).
    """
    text = value.strip()
    if match := _ISO_DATE.fullmatch(text):
        year, month, dom = map(int, match.groups())
    elif match := _US_DATE.fullmatch(text):
        month, dom, year = map(int, match.groups())
        if len(match.group(3)) == 2:
            year += 2000
            if not_after and (year, month, dom) > (not_after.year, not_after.month, not_after.day):
                year -= 100
    else:
        return None
    try:
        return date(year, month, dom)
    except ValueError:
        return None


def looks_like_day(value: str) -> bool:
    """Whether a value is written as a date, though the calendar may not have that day."""
    text = value.strip()
    return bool(_ISO_DATE.fullmatch(text) or _US_DATE.fullmatch(text))


def iso_day(value: str) -> str | None:
    """Return a term's day as ``YYYY-MM-DD``, or None."""
    found = day(value)
    return found.isoformat() if found else None


@lru_cache(maxsize=20_000)
def birth_date(value: str, today: date) -> str:
    """Return a birth date as Clever serves it, ``M/D/YYYY`` without leading zeros; ``""`` for none."""
    found = day(value, not_after=today)
    return f"{found.month}/{found.day}/{found.year}" if found else ""
