"""Clever's wire types (v3.1 field tables): only the fields this product keeps are declared.

What is not declared is dropped while parsing, before it can be stored: race, gender, language, lunch, IEP,
disability, addresses and contacts of students among them. Absent, empty and null are one: None.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints


def _none_if_empty(value: Any) -> Any:
    return value or None


Text = Annotated[str | None, AfterValidator(_none_if_empty)]
Moment = Annotated[datetime | None, BeforeValidator(_none_if_empty)]
CleverId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
Ids = Annotated[list[str], BeforeValidator(lambda value: value or [])]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Record(_Wire):
    """Whatever has a Clever ID: the key of every type."""

    id: CleverId


class District(Record):
    """The district of a token, and how its own sync into Clever fares."""

    name: Text = None
    state: Text = None
    """``running, pending, error, paused, success`` or None."""
    error: Text = None
    last_sync: Moment = None
    pause_start: Moment = None
    pause_end: Moment = None
    sis_type: Text = None


class Principal(_Wire):
    """Who leads a school."""

    name: Text = None
    email: Text = None


class School(Record):
    """A school."""

    name: Text = None
    sis_id: Text = None
    school_number: Text = None
    state_id: Text = None
    low_grade: Text = None
    high_grade: Text = None
    principal: Principal | None = None


class Term(Record):
    """A term; made by Clever from section rows, so several may share a name."""

    name: Text = None
    start_date: Text = None
    end_date: Text = None


class Course(Record):
    """A course."""

    name: Text = None
    number: Text = None


class Section(Record):
    """A section with its whole class list."""

    school: Text = None
    name: Text = None
    sis_id: Text = None
    course: Text = None
    term_id: Text = None
    teacher: Text = None
    teachers: Ids = []
    """The primary teacher and up to nine co-teachers."""
    students: Ids = []
    subject: Text = None
    grade: Text = None
    period: Text = None
    section_number: Text = None


class Name(_Wire):
    """A person's name, as the SIS spells it."""

    first: Text = None
    middle: Text = None
    last: Text = None


class StudentRole(_Wire):
    """What is kept of a student: enough to see that one was re-keyed, no demographics."""

    sis_id: Text = None
    student_number: Text = None
    state_id: Text = None
    school: Text = None
    schools: Ids = []
    grade: Text = None
    dob: Text = None
    """``M/D/YYYY``."""


class TeacherRole(_Wire):
    """A user who teaches."""

    sis_id: Text = None
    teacher_number: Text = None
    state_id: Text = None
    title: Text = None
    school: Text = None
    schools: Ids = []


class StaffRole(_Wire):
    """A school admin; the SIS key is ``staff_id``."""

    staff_id: Text = None
    title: Text = None
    schools: Ids = []


class DistrictAdminRole(_Wire):
    """An admin of the whole district; not from the SIS, so without a key there."""

    title: Text = None


class Roles(_Wire):
    """The roles a user holds; student and contact stand alone, the others may combine."""

    student: StudentRole | None = None
    teacher: TeacherRole | None = None
    staff: StaffRole | None = None
    district_admin: DistrictAdminRole | None = None


class User(Record):
    """A person."""

    name: Name = Name()
    email: Text = None
    roles: Roles = Roles()
