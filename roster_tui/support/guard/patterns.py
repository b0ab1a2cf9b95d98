"""What no roster knows, found by how it looks: phone numbers, street addresses, social security numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

_COUNTRY = "US"
"""Numbers without a country's prefix are of this one."""
_TOLL_FREE = re.compile(r"(?:\+?1[\s.\-]?)?\(?8(?:00|33|44|55|66|77|88)\b")
_MAY_BE_PHONE = re.compile(r"\d[\d\s().\-/]{5,}\d")
_SSN = re.compile(r"(?<![\d\-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d\d\1(?!0000)\d{4}(?![\d\-])")
_NAMED_SSN = re.compile(
    r"\b(?:ssn|social security(?: (?:number|no\.?|#))?)\W{0,4}(?:is |# ?)?(\d{3}[- ]?\d\d[- ]?\d{4})(?!\d)"
)

_STREETS = (
    "street st avenue ave av boulevard blvd road rd lane ln drive dr court ct circle cir place pl terrace ter trail trl"
    " highway hwy parkway pkwy square sq way loop alley crescent cres"
)
_STREET = re.compile(
    r"(?<![\w.#/\-])\d{1,6}(?:-\d{1,4})?[a-z]?\s+(?:[nsew]{1,2}\.?\s+|north\s+|south\s+|east\s+|west\s+)?"
    r"(?:\d{1,3}(?:st|nd|rd|th)|[^\W\d_][\w'’.\-]*)(?:\s+[^\W\d_][\w'’.\-]*){0,2}?\s+"
    rf"(?:{'|'.join(_STREETS.split())})\b\.?(?:\s?,?\s?(?:apt|unit|suite|ste|#)\.?\s?\w{{1,5}})?"
)
_PO_BOX = re.compile(r"\bp\.?\s?o\.?\s?box\s+\d+")
_SPANISH_STREET = re.compile(r"\b(?:calle|avenida|camino|paseo)\s+(?:[^\W\d_]+\s+){1,3}(?:#|no\.?\s?)?\d{1,5}\b")
_NO_STREET = re.compile(
    r"\d+\s+(?:of|out|to|in|on|at|and|or|the|students?|teachers?|sections?|grade|days?|hours?|minutes?)\b"
)


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Yield where phone numbers stand; toll-free ones are of companies."""
    if not _MAY_BE_PHONE.search(text):
        return
    from phonenumbers import Leniency, PhoneNumberMatcher

    for match in PhoneNumberMatcher(text, _COUNTRY, leniency=Leniency.STRICT_GROUPING):
        if not _TOLL_FREE.match(match.raw_string) and not match.raw_string.isdecimal():
            yield match.start, match.end


def social_security_numbers(lowered: str) -> Iterator[tuple[int, int]]:
    """Yield where social security numbers stand in folded text."""
    for match in _SSN.finditer(lowered):
        yield match.span()
    for match in _NAMED_SSN.finditer(lowered):
        yield match.span(1)


def addresses(lowered: str) -> Iterator[tuple[int, int]]:
    """Yield where street addresses stand in folded text."""
    for match in _STREET.finditer(lowered):
        if not _NO_STREET.match(match[0]):
            yield match.span()
    for pattern in (_PO_BOX, _SPANISH_STREET):
        for match in pattern.finditer(lowered):
            yield match.span()
