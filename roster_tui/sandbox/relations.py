"""What is listed below a record: one row for each nested path of Clever's specification (reference 3).

Clever's ids never collide (reference 4), so a record whose body names an id stands in relation to it: no table
of enrollments has to be kept beside the bodies.
"""

from __future__ import annotations

from typing import NamedTuple


class Relation(NamedTuple):
    """What a nested path lists.

    The conditions are SQL over a listed record ``r``; ``:id`` is the record in the path, ``:mention`` its id as
    it stands in a body, ``:held`` the role that was asked for.
    """

    resource: str
    where: str
    single: bool = False
    """Whether the answer is one record instead of a list."""
    roles: tuple[str, ...] = ()
    """The roles by which the list may be narrowed."""
    role: str = ""
    primary: str = ""


_HOLDER = "(SELECT CAST(h.body AS TEXT) FROM record h WHERE h.id = :id)"
_BODY = "CAST(r.body AS TEXT)"
_SECTIONS = "FROM record s WHERE s.resource = 'sections' AND instr(s.body, :mention)"

_NAMES_IT = "instr(r.body, :mention)"
_NAMED_BY_IT = f"r.id IN (SELECT value FROM json_tree({_HOLDER}) WHERE type = 'text')"


def _named_by_its_sections(field: str) -> str:
    return f"r.id IN (SELECT json_extract(CAST(s.body AS TEXT), '$.{field}') {_SECTIONS})"


def _shares_a_section(listed: str, holder: str) -> str:
    """Return a condition for who is in the list ``listed`` of a section that has the holder in ``holder``."""
    return (
        f"r.id IN (SELECT value FROM (SELECT CAST(s.body AS TEXT) AS text {_SECTIONS}), json_each(text, '$.{listed}')"
        f" WHERE instr(json_extract(text, '$.{holder}'), :id))"
    )


_DISTRICT = Relation("districts", _NAMED_BY_IT, single=True)
_SECTIONS_OF = Relation("sections", _NAMES_IT)
_SCHOOLS_BY_SECTIONS = Relation("schools", _named_by_its_sections("school"))

RELATIONS: dict[tuple[str, str], Relation] = {
    ("schools", "district"): _DISTRICT,
    ("schools", "sections"): _SECTIONS_OF,
    ("schools", "courses"): Relation("courses", _named_by_its_sections("course")),
    ("schools", "terms"): Relation("terms", _named_by_its_sections("term_id")),
    ("schools", "users"): Relation(
        "users",
        _NAMES_IT,
        roles=("staff", "student", "teacher"),
        role=f"instr(json_extract({_BODY}, '$.roles.' || :held), :id)",
        primary=f":id IN (json_extract({_BODY}, '$.roles.student.school'),"
        f" json_extract({_BODY}, '$.roles.teacher.school'))",
    ),
    ("courses", "district"): _DISTRICT,
    ("courses", "sections"): _SECTIONS_OF,
    ("courses", "schools"): _SCHOOLS_BY_SECTIONS,
    ("terms", "district"): _DISTRICT,
    ("terms", "sections"): _SECTIONS_OF,
    ("terms", "schools"): _SCHOOLS_BY_SECTIONS,
    ("sections", "district"): _DISTRICT,
    ("sections", "school"): Relation("schools", _NAMED_BY_IT, single=True),
    ("sections", "term"): Relation("terms", _NAMED_BY_IT, single=True),
    ("sections", "course"): Relation("courses", _NAMED_BY_IT, single=True),
    ("sections", "users"): Relation(
        "users",
        _NAMED_BY_IT,
        roles=("student", "teacher"),
        role=f"json_extract({_BODY}, '$.roles.' || :held) IS NOT NULL",
    ),
    ("users", "district"): _DISTRICT,
    ("users", "sections"): _SECTIONS_OF,
    ("users", "schools"): Relation(
        "schools",
        _NAMED_BY_IT,
        primary=f"r.id IN (json_extract({_HOLDER}, '$.roles.student.school'),"
        f" json_extract({_HOLDER}, '$.roles.teacher.school'))",
    ),
    ("users", "mycontacts"): Relation("users", _NAMES_IT),
    ("users", "mystudents"): Relation("users", f"({_NAMED_BY_IT} OR {_shares_a_section('students', 'teachers')})"),
    ("users", "myteachers"): Relation("users", _shares_a_section("teachers", "students")),
}
"""By resource and last part of the path, both in lower case."""

WITH_RESOURCES = ("courses", "sections", "users")
"""Records below which Clever lists learning resources; a simulated district has none."""


def rels_of(resource: str, roles: set[str]) -> list[str]:
    """Return the names under which a record's own answer links what is related to it (reference 2.1)."""
    rels = [rel for holder, rel in RELATIONS if holder == resource and not rel.startswith("my")]
    if "student" in roles:
        rels += ["myContacts", "myTeachers"]
    if roles & {"teacher", "contact"}:
        rels.append("myStudents")
    return rels
