"""Checks of values, a column of a batch at a time: what is right costs one pass in C, what is wrong is looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from roster_tui.sis import catalog, values
from roster_tui.sis.lenient import LONGEST, SURROGATE
from roster_tui.sis.problems import ProblemCode

Found = Iterator[tuple[int, ProblemCode, str]]
"""Place in the column, code, and a message of its own or ``""``."""

# Excel writes no exponent without its sign, so that "01E100" stays an ID.
_EXCEL_NUMBER = re.compile(r"\d+(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_EXCEL_DATE = re.compile(
    rf"\d{{1,2}}-(?:{_MONTHS})(?:-\d{{2,4}})?|(?:{_MONTHS})-\d{{2,4}}|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}", re.IGNORECASE
)
_EXCEL_SIGNS = ("+", "-", "/")
"""Without one of these a value is neither."""
_EMAIL = re.compile(r"[^@\s,;<>()]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_FORMULA = re.compile(r"[=@]\s*\S|[+\-](?=.*[A-Za-z(@])(?![\d\s().\-/]*(?:x|ext\.?)?[\d\s().\-/]*$)")
_GENDERS = frozenset(("m", "f", "x", "male", "female"))


def any_value(column: Sequence[str]) -> Found:
    """Yield what no value may be, whatever its column."""
    for at, value in enumerate(column):
        if "\0" in value:
            yield at, catalog.NUL_BYTE, ""
        if len(value) > LONGEST:
            yield at, catalog.VALUE_TOO_LONG, f"the value has {len(value):,} characters"
        if value[:1] in ("=", "@", "+", "-") and _FORMULA.match(value):
            yield at, catalog.FORMULA, ""
        if not value.isascii() and (bad := SURROGATE.search(value)):
            byte = ord(bad.group()) & 0xFF
            yield at, catalog.NOT_UTF_8, f"byte 0x{byte:02X} is not UTF-8; it looks like {_guess(byte)}. {_REMEDY}"


_REMEDY = catalog.NOT_UTF_8.remedy


def _guess(byte: int) -> str:
    letter = bytes([byte]).decode("cp1252", "replace")
    return f"Latin-1, where it is {letter}" if letter.isalpha() else "another encoding"


def decoded(value: str) -> str:
    """Return a value whose undecodable bytes are read as Windows-1252, what they most often are."""
    if value.isascii():
        return value
    return SURROGATE.sub(lambda bad: bytes([ord(bad.group()) & 0xFF]).decode("cp1252", "replace"), value)


def _date(value: str) -> str | None:
    if values.day(value) is not None:
        return None
    if value.isdigit() and len(value) == 5:
        return "a day number, as Excel keeps dates; format the column as a date and export again"
    if values.looks_like_day(value):
        return "the calendar has no such day"
    return ""


def _grade(value: str) -> str | None:
    return "" if values.grade(value) == "Other" and value.lower() != "other" else None


def _gender(value: str) -> str | None:
    return None if value.lower() in _GENDERS else ""


def _email(value: str) -> str | None:
    if _EMAIL.fullmatch(value):
        return None
    if "@" not in value:
        return "the address has no @"
    if any(char.isspace() for char in value):
        return "the address holds a blank"
    if not value.rpartition("@")[2].isascii():
        return "the domain of the address is not plain ASCII"
    return "the address is none that mail could reach"


def _excel(value: str) -> ProblemCode | None:
    if _EXCEL_NUMBER.fullmatch(value):
        return catalog.EXCEL_NUMBER
    return catalog.EXCEL_DATE if _EXCEL_DATE.fullmatch(value) else None


TYPED: Mapping[str, tuple[ProblemCode, Callable[[str], str | None]]] = {
    "emails": (catalog.BAD_EMAIL, _email),
    "dates": (catalog.BAD_DATE, _date),
    "grades": (catalog.BAD_GRADE, _grade),
    "genders": (catalog.BAD_GENDER, _gender),
}
"""By the rule that lists the columns: code, and what is wrong with a value (None when nothing is)."""


def typed(rule: str, column: Sequence[str], *, several: bool = False) -> Found:
    """Yield the values of a column that are not of its type; blank ones are none.

    With ``several`` a value may be a list with commas between.
    """
    code, check = TYPED[rule]
    wrong = {}
    for value in set(column):
        parts = [part.strip() for part in value.split(",")] if several else [value]
        said = next((said for part in parts if part and (said := check(part)) is not None), None)
        if said is not None:
            wrong[value] = said
    if wrong:
        yield from ((at, code, wrong[value]) for at, value in enumerate(column) if value in wrong)


def ids(column: Sequence[str]) -> Found:
    """Yield IDs that a spreadsheet has made something else of."""
    text = " ".join(column)
    if not any(sign in text for sign in _EXCEL_SIGNS):
        return
    wrong = {value: code for value in set(column) if value and (code := _excel(value)) is not None}
    if wrong:
        yield from ((at, wrong[value], "") for at, value in enumerate(column) if value in wrong)
