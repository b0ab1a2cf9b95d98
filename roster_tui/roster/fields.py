"""What can be filtered and sorted by in each list, and what it means in SQL. ``t`` is the listed row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from roster_tui.roster import ranks
from roster_tui.roster.filter import Condition, FieldType
from roster_tui.roster.kinds import SCHOOL, SECTION, TEACHER, Kind

Sql = tuple[str, list[Any]]
"""An expression with its bound values."""


@dataclass(frozen=True)
class Field:
    """One field of the filter language."""

    help: str
    type: FieldType
    sql: Callable[[Condition], Sql]


def _text(expression: str) -> Callable[[Condition], Sql]:
    """The value stands anywhere in the text; ``none`` finds what has none."""

    def sql(condition: Condition) -> Sql:
        if condition.value == "none":
            return f"{expression} IS NULL", []
        return f"instr(lower(coalesce({expression}, '')), ?) > 0", [condition.value]

    return sql


def _number(expression: str) -> Callable[[Condition], Sql]:
    def sql(condition: Condition) -> Sql:
        return f"{expression} {condition.comparison} ?", [int(condition.value)]

    return sql


def _choice(expression: str) -> Callable[[Condition], Sql]:
    return lambda condition: (f"{expression} = ?", [condition.value])


def _yes_no(expression: str) -> Callable[[Condition], Sql]:
    return lambda condition: (f"coalesce({expression}, 0) = ?", [int(condition.value == "yes")])


def _related(expression: str, keys: str) -> Callable[[Condition], Sql]:
    """Rows whose ``expression`` is among the keys of another table that hold the value."""
    return lambda condition: (f"{expression} IN ({keys})", [condition.value] * keys.count("?"))


_CONCERNED = (
    "SELECT key FROM finding WHERE instr(code, ?) = 1"
    " UNION ALL SELECT other FROM finding WHERE instr(code, ?) = 1 AND other IS NOT NULL"
)


def _finding(condition: Condition) -> Sql:
    if condition.value in ("any", "none"):
        has = "NOT IN" if condition.value == "none" else "IN"
        return f"t.key {has} ({_CONCERNED})", ["", ""]
    return f"t.key IN ({_CONCERNED})", [condition.value] * 2


_ANY, _COUNT = FieldType(), FieldType(number=True)
_YES_NO = FieldType(choices=("yes", "no"))
_STATES = FieldType(choices=("pending", "active", "suspended", "none"))
_STATE = "coalesce((SELECT a.state FROM account a WHERE a.key = t.key), 'none')"
_SCHOOLS_NAMED = "SELECT key FROM school WHERE instr(sort_name, ?) > 0 OR lower(sis_id) = ?"
_TERMS_NAMED = "SELECT key FROM term WHERE instr(lower(name), ?) > 0"
_COURSES_NAMED = "SELECT key FROM course WHERE instr(lower(name), ?) > 0 OR lower(number) = ?"

_FINDING_FIELD = Field("has this finding: its code, any or none", _ANY, _finding)
_SIS_FIELD = Field("SIS ID", _ANY, _text("t.sis_id"))

FIELDS: Mapping[str, Mapping[str, Field]] = {
    SCHOOL.name: {
        "sis": _SIS_FIELD,
        "teacher-count": Field("number of teachers", _COUNT, _number("t.teachers")),
        "section-count": Field("number of sections", _COUNT, _number("t.sections")),
        "student-count": Field("number of students", _COUNT, _number("t.students")),
        "finding": _FINDING_FIELD,
    },
    TEACHER.name: {
        "status": Field("state of the account", _STATES, _choice(_STATE)),
        "school": Field(
            "teaches or works there: part of its name, or its SIS ID",
            _ANY,
            _related("t.key", f"SELECT teacher FROM teacher_school WHERE school IN ({_SCHOOLS_NAMED})"),
        ),
        "email": Field("email address, or none", _ANY, _text("t.email")),
        "sis": _SIS_FIELD,
        "section-count": Field("number of sections", _COUNT, _number("t.sections")),
        "role": Field("role on the platform", _ANY, _text("(SELECT a.role FROM account a WHERE a.key = t.key)")),
        "title": Field("job title", _ANY, _text("t.title")),
        "pinned": Field(
            "shielded from the sync", _YES_NO, _yes_no("(SELECT a.pinned FROM account a WHERE a.key = t.key)")
        ),
        "in-data": Field("still in Clever's data", _YES_NO, _yes_no("t.in_data")),
        "finding": _FINDING_FIELD,
    },
    SECTION.name: {
        "school": Field("its school: part of the name, or the SIS ID", _ANY, _related("t.school", _SCHOOLS_NAMED)),
        "sis": _SIS_FIELD,
        "term": Field("part of the term's name", _ANY, _related("t.term", _TERMS_NAMED)),
        "course": Field("part of the course's name, or its number", _ANY, _related("t.course", _COURSES_NAMED)),
        "subject": Field("subject, or none", _ANY, _text("t.subject")),
        "grade": Field(
            "grade as Clever spells it", _ANY, lambda c: ("lower(coalesce(t.grade, 'none')) = ?", [c.value])
        ),
        "student-count": Field("number of students", _COUNT, _number("t.students")),
        "teacher": Field(
            "part of a teacher's name",
            _ANY,
            _related(
                "t.key",
                "SELECT section FROM section_teacher WHERE teacher IN"
                " (SELECT key FROM teacher WHERE instr(sort_name, ?) > 0)",
            ),
        ),
        "finding": _FINDING_FIELD,
    },
}

CONCERNED = (
    "(SELECT key, count(*) findings FROM (SELECT key FROM finding"
    " UNION ALL SELECT other FROM finding WHERE other IS NOT NULL) GROUP BY key)"
)
"""The records that findings are about, and how many; joined as ``c`` where rows are sorted by it."""

_NOT_RANKED: Mapping[str, Mapping[str, str]] = {
    SCHOOL.name: {"findings": "-coalesce(c.findings, 0)"},
    TEACHER.name: {
        "account": "coalesce((SELECT a.state FROM account a WHERE a.key = o.key), 'none')",
        "findings": "-coalesce(c.findings, 0)",
    },
    SECTION.name: {"findings": "-coalesce(c.findings, 0)"},
}
"""What changes between syncs is sorted when it is asked for."""

ORDERS: Mapping[str, Mapping[str, str]] = {
    kind.name: {order: f"o.{ranks.column(order)}" for order in ranks.ranked(kind)} | dict(_NOT_RANKED[kind.name])
    for kind in (SCHOOL, TEACHER, SECTION)
}
"""Sort orders by column, where ``o`` is the row's ranks; equal rows follow their names."""


def field_types(kind: Kind) -> Mapping[str, FieldType]:
    """Return the fields that lists of a kind can be filtered by."""
    return {name: field.type for name, field in FIELDS[kind.name].items()}
