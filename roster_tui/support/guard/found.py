"""What the guard finds: kinds, places, and how places that overlap become one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

NAME, EMAIL, NUMBER, BIRTH_DATE = "name", "email", "id", "birth_date"
"""Values of the roster's students. ``id`` is an SIS ID, a student number, a state ID or a user name."""
PHONE, ADDRESS, SSN, PERSON = "phone", "address", "ssn", "person"
"""What no roster knows: found by how it looks and what stands around it."""
STAFF_NAME, STAFF_EMAIL = "staff_name", "staff_email"
"""Only where the settings do not allow them."""

KINDS = (NAME, EMAIL, NUMBER, BIRTH_DATE, SSN, PHONE, ADDRESS, PERSON, STAFF_NAME, STAFF_EMAIL)


class Hit(NamedTuple):
    """A place in a text that gives somebody away; the value itself is never in it."""

    kind: str
    start: int
    end: int
    """Characters, from 0; ``end`` is the first one behind."""
    line: int
    """From 1."""


class Found(NamedTuple):
    """A place, and the value that stands there in the one form that all its spellings share."""

    kind: str
    start: int
    end: int
    value: str


def merged(found: Iterable[Found]) -> list[Found]:
    """Return places in order, none overlapping another: of those that do the surest kind and the widest place."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda place: (place.start, -place.end, KINDS.index(place.kind))):
        if kept and each.start < kept[-1].end:
            last = kept[-1]
            surest = min(last, each, key=lambda place: (KINDS.index(place.kind), place.start - place.end))
            kept[-1] = surest._replace(start=last.start, end=max(last.end, each.end))
        else:
            kept.append(each)
    return kept
