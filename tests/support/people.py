"""Rosters of a few people for the guard, held in memory: what it asks of an index is whether a key is in it."""

from __future__ import annotations

from dataclasses import dataclass

from roster_tui.support.guard.check import Guard
from roster_tui.support.guard.found import Found
from roster_tui.support.guard.spellings import staff_keys, student_keys


@dataclass(frozen=True)
class Person:
    """A student or one of the staff."""

    first: str | None = None
    last: str | None = None
    middle: str | None = None
    email: str | None = None
    sis_id: str | None = None
    number: str | None = None
    state_id: str | None = None
    born: str | None = None


LUCIA = Person("Lucía", "García-López", "Teresa", "lucia.g341@students.example.org", "222361388", "00417", "521749435")
ROBERT = Person("Robert", "O'Brien", "J", None, "S-00123", "47", None, "2012-09-26")
MARIA = Person("Maria", "de la Cruz")
DEAN = Person("Dean", "McDonald")
XIAOMING = Person("小明", "王")
MINJUN = Person("민준", "김")
ZOE = Person("Zoë")
WILL = Person("Will", "May")
SHARED = Person("Owen", "Lopez")
"""A student who is called as one of the staff is."""
STUDENTS = (LUCIA, ROBERT, MARIA, DEAN, XIAOMING, MINJUN, ZOE, WILL, SHARED)

OWEN = Person("Owen", "Lopez", None, "owen.lopez@example.org", "T14711")
UMA = Person("Uma", "Adeyemi", "C", "uma.adeyemi@example.org", "T60922")
STAFF = (OWEN, UMA)


def guard_over(
    students: tuple[Person, ...] = STUDENTS, staff: tuple[Person, ...] = STAFF, *, allow_staff: bool = True
) -> Guard:
    """Return the guard of a roster of these people."""
    keys: set[str] = set()
    for each in students:
        keys.update(
            student_keys(
                (each.first, each.middle, each.last, each.email, each.sis_id, each.number, each.state_id, each.born)
            )
        )
    for each in staff:
        keys.update(staff_keys((each.first, each.middle, each.last, each.email, each.sis_id)))
    return Guard(keys, allow_staff)


def covers(found: list[Found], start: int, end: int, text: str) -> bool:
    """Return whether places cover every letter and digit of a part of a text."""
    inside = {at for place in found for at in range(place.start, place.end)}
    return all(at in inside for at in range(start, end) if text[at].isalnum())
