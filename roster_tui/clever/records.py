"""Clever's wire types (v3.1 field tables): only the fields this product keeps are declared.

What is not declared is skipped while parsing, before it can be stored: race, gender, language, lunch, IEP,
disability, addresses and contacts of students among them. Absent, empty and null are one: None.

Dataclasses of pydantic's, not models: from bytes they are read twice as fast, and no field needs a function of ours.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Annotated, Any, TypeAlias, dataclass_transform

from pydantic import ConfigDict, StringConstraints
from pydantic.dataclasses import dataclass

CleverId = Annotated[str, StringConstraints(pattern="^[0-9a-f]{24}$")]
Text: TypeAlias = str | None

WIRE = ConfigDict(extra="ignore", hide_input_in_errors=True)
"""What we do not know is skipped, and no error shows a value: it may be a student's."""


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def _wire(cls: type[Any]) -> Any:
    return dataclass(frozen=True, kw_only=True, slots=True, config=WIRE)(cls)


@_wire
class Record:
    """Whatever has a Clever ID: the key of every type."""

    id: CleverId


@_wire
class District(Record):
    """The district of a token, and how its own sync into Clever fares."""

    name: Text = None
    state: Text = None
    """``running, pending, error, paused, success`` or None."""
    error: Text = None
    last_sync: datetime | None = None
    pause_start: datetime | None = None
    pause_end: datetime | None = None
    sis_type: Text = None


@_wire
class Principal:
    """Who leads a school."""

    name: Text = None
    email: Text = None


@_wire
class School(Record):
    """A school."""

    name: Text = None
    sis_id: Text = None
    school_number: Text = None
    state_id: Text = None
    low_grade: Text = None
    high_grade: Text = None
    principal: Principal | None = None


@_wire
class Term(Record):
    """A term; made by Clever from section rows, so several may share a name."""

    name: Text = None
    start_date: Text = None
    end_date: Text = None


@_wire
class Course(Record):
    """A course."""

    name: Text = None
    number: Text = None


@_wire
class Section(Record):
    """A section with its whole class list."""

    school: Text = None
    name: Text = None
    sis_id: Text = None
    course: Text = None
    term_id: Text = None
    teacher: Text = None
    teachers: list[str] = field(default_factory=list)
    """The primary teacher and up to nine co-teachers."""
    students: list[str] = field(default_factory=list)
    subject: Text = None
    grade: Text = None
    period: Text = None
    section_number: Text = None


@_wire
class Name:
    """A person's name, as the SIS spells it."""

    first: Text = None
    middle: Text = None
    last: Text = None


@_wire
class StudentRole:
    """What is kept of a student: enough to see that one was re-keyed, no demographics."""

    sis_id: Text = None
    student_number: Text = None
    state_id: Text = None
    school: Text = None
    schools: list[str] = field(default_factory=list)
    grade: Text = None
    dob: Text = None
    """``M/D/YYYY``."""


@_wire
class TeacherRole:
    """A user who teaches."""

    sis_id: Text = None
    teacher_number: Text = None
    state_id: Text = None
    title: Text = None
    school: Text = None
    schools: list[str] = field(default_factory=list)


@_wire
class StaffRole:
    """A school admin; the SIS key is ``staff_id``."""

    staff_id: Text = None
    title: Text = None
    schools: list[str] = field(default_factory=list)


@_wire
class DistrictAdminRole:
    """An admin of the whole district; not from the SIS, so without a key there."""

    title: Text = None


@_wire
class Roles:
    """The roles a user holds; student and contact stand alone, the others may combine."""

    student: StudentRole | None = None
    teacher: TeacherRole | None = None
    staff: StaffRole | None = None
    district_admin: DistrictAdminRole | None = None


@_wire
class User(Record):
    """A person."""

    name: Name = field(default_factory=Name)
    email: Text = None
    roles: Roles = field(default_factory=Roles)


@_wire
class Resource(Record):
    """A digital learning resource that an application offers in Clever."""

    resource_id: Text = None
    title: Text = None
    roles: list[str] = field(default_factory=list)
    """``teacher, student``: who sees it."""


@_wire
class Event(Record):
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
