"""Every path that Clever's Data API can be asked, as data (reference 3).

The values of this table are what `Client.records`, `one`, `within` and `related` take: ``SCHOOLS`` is what
Clever lists under ``/schools``, and the type of its records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from roster_tui.clever.records import Course, District, Event, Record, Resource, School, Section, Term, User

T = TypeVar("T", bound=Record)


@dataclass(frozen=True)
class Collection(Generic[T]):
    """Records that Clever lists under one word of a path."""

    word: str
    record: type[T]


@dataclass(frozen=True)
class Single(Generic[T]):
    """The one record of its type that another belongs to."""

    word: str
    record: type[T]


DISTRICTS = Collection("districts", District)
SCHOOLS = Collection("schools", School)
TERMS = Collection("terms", Term)
COURSES = Collection("courses", Course)
SECTIONS = Collection("sections", Section)
USERS = Collection("users", User)
RESOURCES = Collection("resources", Resource)
EVENTS = Collection("events", Event)
MY_CONTACTS = Collection("mycontacts", User)
MY_STUDENTS = Collection("mystudents", User)
MY_TEACHERS = Collection("myteachers", User)

DISTRICT = Single("district", District)
SCHOOL = Single("school", School)
TERM = Single("term", Term)
COURSE = Single("course", Course)


@dataclass(frozen=True)
class Filters:
    """What a list can be asked for, besides its pages."""

    roles: tuple[str, ...] = ()
    primary: bool = False
    count: bool = False
    events: bool = False
    """``school`` and any number of ``record_type``."""
    paged: bool = True


_PLAIN = Filters()
_COUNTED = Filters(count=True)
_IN_CLASS = Filters(roles=("student", "teacher"))

LISTS: Mapping[str, Filters] = {
    "districts": Filters(count=True, paged=False),
    "schools": _COUNTED,
    "schools/courses": _PLAIN,
    "schools/sections": _PLAIN,
    "schools/terms": _PLAIN,
    "schools/users": Filters(roles=("staff", "student", "teacher"), primary=True),
    "terms": _COUNTED,
    "terms/schools": _PLAIN,
    "terms/sections": _PLAIN,
    "courses": _COUNTED,
    "courses/resources": _PLAIN,
    "courses/schools": _PLAIN,
    "courses/sections": _PLAIN,
    "sections": _COUNTED,
    "sections/resources": _PLAIN,
    "sections/users": _IN_CLASS,
    "users": Filters(roles=("contact", "district_admin", "staff", "student", "teacher"), count=True),
    "users/mycontacts": _PLAIN,
    "users/mystudents": _PLAIN,
    "users/myteachers": _PLAIN,
    "users/resources": _PLAIN,
    "users/schools": Filters(primary=True),
    "users/sections": _PLAIN,
    "resources": _PLAIN,
    "resources/courses": _PLAIN,
    "resources/sections": _PLAIN,
    "resources/users": _IN_CLASS,
    "events": Filters(events=True),
}
"""Lists by path; ``schools/users`` is ``/schools/{id}/users``."""

SINGLES = frozenset(
    {
        "courses/district",
        "schools/district",
        "sections/course",
        "sections/district",
        "sections/school",
        "sections/term",
        "terms/district",
        "users/district",
    }
)
"""What stands under a record as one other record."""

DETAILS = frozenset(path for path in LISTS if "/" not in path)
"""What has a page of its own for each record: ``/schools/{id}``."""
