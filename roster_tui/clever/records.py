"""Clever's wire types (v3.1 field tables): only the fields this product keeps are declared.

What is not declared is skipped while parsing, before it can be stored: race, gender, language, lunch, IEP,
disability, addresses and contacts of students among them. Absent, empty and null are one: None.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypeAlias

import msgspec

CleverId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{24}$")]
Text: TypeAlias = str | None


class _Wire(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    # gc=False: no record can be part of a cycle, so the collector need not walk a million of them.

    def __post_init__(self) -> None:
        if "" in msgspec.structs.astuple(self):
            for name in self.__struct_fields__:
                if getattr(self, name) == "":
                    msgspec.structs.force_setattr(self, name, None)


class Record(_Wire, frozen=True, kw_only=True, gc=False):
    """Whatever has a Clever ID: the key of every type."""

    id: CleverId


class District(Record, frozen=True, kw_only=True, gc=False):
    """The district of a token, and how its own sync into Clever fares."""

    name: Text = None
    state: Text = None
    """``running, pending, error, paused, success`` or None."""
    error: Text = None
    last_sync: datetime | None = None
    pause_start: datetime | None = None
    pause_end: datetime | None = None
    sis_type: Text = None


class Principal(_Wire, frozen=True, kw_only=True, gc=False):
    """Who leads a school."""

    name: Text = None
    email: Text = None


class School(Record, frozen=True, kw_only=True, gc=False):
    """A school."""

    name: Text = None
    sis_id: Text = None
    school_number: Text = None
    state_id: Text = None
    low_grade: Text = None
    high_grade: Text = None
    principal: Principal | None = None


class Term(Record, frozen=True, kw_only=True, gc=False):
    """A term; made by Clever from section rows, so several may share a name."""

    name: Text = None
    start_date: Text = None
    end_date: Text = None


class Course(Record, frozen=True, kw_only=True, gc=False):
    """A course."""

    name: Text = None
    number: Text = None


class Section(Record, frozen=True, kw_only=True, gc=False):
    """A section with its whole class list."""

    school: Text = None
    name: Text = None
    sis_id: Text = None
    course: Text = None
    term_id: Text = None
    teacher: Text = None
    teachers: list[str] = []
    """The primary teacher and up to nine co-teachers."""
    students: list[str] = []
    subject: Text = None
    grade: Text = None
    period: Text = None
    section_number: Text = None


class Name(_Wire, frozen=True, kw_only=True, gc=False):
    """A person's name, as the SIS spells it."""

    first: Text = None
    middle: Text = None
    last: Text = None


class StudentRole(_Wire, frozen=True, kw_only=True, gc=False):
    """What is kept of a student: enough to see that one was re-keyed, no demographics."""

    sis_id: Text = None
    student_number: Text = None
    state_id: Text = None
    school: Text = None
    schools: list[str] = []
    grade: Text = None
    dob: Text = None
    """``M/D/YYYY``."""


class TeacherRole(_Wire, frozen=True, kw_only=True, gc=False):
    """A user who teaches."""

    sis_id: Text = None
    teacher_number: Text = None
    state_id: Text = None
    title: Text = None
    school: Text = None
    schools: list[str] = []


class StaffRole(_Wire, frozen=True, kw_only=True, gc=False):
    """A school admin; the SIS key is ``staff_id``."""

    staff_id: Text = None
    title: Text = None
    schools: list[str] = []


class DistrictAdminRole(_Wire, frozen=True, kw_only=True, gc=False):
    """An admin of the whole district; not from the SIS, so without a key there."""

    title: Text = None


class Roles(_Wire, frozen=True, kw_only=True, gc=False):
    """The roles a user holds; student and contact stand alone, the others may combine."""

    student: StudentRole | None = None
    teacher: TeacherRole | None = None
    staff: StaffRole | None = None
    district_admin: DistrictAdminRole | None = None


class User(Record, frozen=True, kw_only=True, gc=False):
    """A person."""

    name: Name = msgspec.field(default_factory=Name)
    email: Text = None
    roles: Roles = msgspec.field(default_factory=Roles)


class Resource(Record, frozen=True, kw_only=True, gc=False):
    """A digital learning resource that an application offers in Clever."""

    resource_id: Text = None
    title: Text = None
    roles: list[str] = []
    """``teacher, student``: who sees it."""


class Event(Record, frozen=True, kw_only=True, gc=False):
    """One change of one record; in order of id, never of ``created`` (reference 5.1)."""

    type: str
    """``users.updated`` and its like: the resource, and what happened to it."""
    created: datetime | None = None
    record: District | School | Term | Course | Section | User | None = None
    """The whole record after the change, as last known for one that is deleted; None for types not kept."""
    previous_attributes: dict[str, Any]
    """Sparse and nested: what changed, with the old value, None where it was empty. Fields kept here only."""


RECORD_OF_EVENT: dict[str, type[District | School | Term | Course | Section | User]] = {
    "districts": District,
    "schools": School,
    "terms": Term,
    "courses": Course,
    "sections": Section,
    "users": User,
}
