"""Dates in a text, in whatever format, and whether one is a student's birth date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from roster_tui.support.guard.words import MONTHS

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_SEPARATOR = r"\s?[/.\-–]\s?"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th|º)?"
_YEAR = r"(?P<y>(?:19|20)\d\d|['’]?\d\d)"
_EDGE, _END = r"(?<![\d.,/\-])", r"(?!\d|[./\-,]\d)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_EDGE}(?P<y>(?:19|20)\d\d)(?P<s>\s?[/.\-–]\s?|\s)(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})(?!\d|[./\-,]\d)",
        rf"{_EDGE}(?P<a>\d{{1,2}})(?P<s>{_SEPARATOR}|\s)(?P<b>\d{{1,2}})(?P=s)(?P<y>(?:19|20)\d\d){_END}",
        rf"{_EDGE}(?P<a>\d{{1,2}})(?P<s>[/\-])(?P<b>\d{{1,2}})(?P=s)(?P<y>\d\d){_END}",
        rf"{_EDGE}(?P<a>\d\d)(?P<s>\.)(?P<b>\d\d)(?P=s)(?P<y>\d\d){_END}",
        rf"\b(?P<m>{_MONTH})\b[.,]?(?:\s|-|/)*{_DAY}(?:\s?,\s?|\s+|-|/|\s+(?:of|de)\s+){_YEAR}(?!\d)",
        rf"(?<!\d){_DAY}(?:\s|-|/|\.|of\b|de\b)*(?P<m>{_MONTH})\b[.,]?(?:\s|-|/|of\b|de\b|del\b|,)*{_YEAR}(?!\d)",
        rf"(?<!\d)(?P<y>(?:19|20)\d\d)(?:\s|-|/|,)*(?P<m>{_MONTH})\b[.,]?(?:\s|-|/)*{_DAY}(?!\d)",
        r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)",
        r"(?<!\d)(?P<a>\d\d)(?P<b>\d\d)(?P<y>(?:19|20)\d\d)(?!\d)",
    )
)


class Date(NamedTuple):
    """A date found, as the part of the folded text it takes, and the days that may be meant."""

    start: int
    end: int
    days: tuple[date, ...]


def dates(text: str) -> Iterator[Date]:
    """Yield the dates of a folded text; 3/4/2012 may be two days."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if days := tuple(_days(match.groupdict())):
                yield Date(*match.span(), days)


def _days(parts: dict[str, str | None]) -> Iterator[date]:
    for year in _years(parts["y"] or ""):
        if month := parts.get("m"):
            yield from _day(year, MONTHS.get(month) or int(month), int(parts["d"] or 0))
        else:
            one, other = int(parts["a"] or 0), int(parts["b"] or 0)
            yield from _day(year, one, other)
            if one != other:
                yield from _day(year, other, one)


def _years(written: str) -> tuple[int, ...]:
    digits = written.lstrip("'’")
    return (int(digits),) if len(digits) == 4 else (2000 + int(digits), 1900 + int(digits))


def _day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
