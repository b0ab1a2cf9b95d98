"""What can be filtered and sorted by in each list, and what it means in SQL. ``t`` is the listed row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from roster_tui.roster import ranks
from roster_tui.roster.filter import Condition, FieldType
from roster_tui.roster.kinds import SCHOOL, SECTION, STUDENT, TEACHER, Kind

Sql = tuple[str, list[Any]]
"""An expression with its bound values."""


@dataclass(frozen=True)
class Field:
    """One field of the filter language."""

    help: str
    type: FieldType
    sql: Callable[[Condition], Sql]
    """Over all rows; may gather what the value names first."""
    by_row: Callable[[Condition], Sql] | None = None
    """The same for one row at a time, where gathering costs more than it saves."""

    @property
    def of_row(self) -> Callable[[Condition], Sql]:
        """The condition as a test of one row."""
        return self.by_row or self.sql


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


def _related(help_: str, expression: str, keys: str, of_row: str) -> Field:
    """Rows whose ``expression`` is among the keys of another table that hold the value."""

    def asked(text: str) -> Callable[[Condition], Sql]:
        return lambda condition: (text, [condition.value] * text.count("?"))

    return Field(help_, _ANY, asked(f"{expression} IN ({keys})"), asked(f"EXISTS ({of_row})"))


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
NO_ACCOUNT = "none"
"""Stands for the state where there is no account."""
STATE = f"coalesce((SELECT a.state FROM account a WHERE a.key = {{}}.key), '{NO_ACCOUNT}')"
"""The state of a row's account, by the row's alias."""
_SCHOOL_NAMED = "instr(s.sort_name, ?) > 0 OR lower(s.sis_id) = ?"
_COURSE_NAMED = "instr(lower(c.name), ?) > 0 OR lower(c.number) = ?"
_TEACHER_NAMED = "instr(p.sort_name, ?) > 0"
_TRACKERS = FieldType(choices=("live", "archived", "none"))
_TRACKER = "coalesce((SELECT k.state FROM tracker k WHERE k.key = t.key), 'none')"

_FINDING_FIELD = Field("has this finding: its code, any or none", _ANY, _finding)
_SIS_FIELD = Field("SIS ID", _ANY, _text("t.sis_id"))
_GRADE_FIELD = Field("grade as Clever spells it", _ANY, lambda c: ("lower(coalesce(t.grade, 'none')) = ?", [c.value]))

FIELDS: Mapping[str, Mapping[str, Field]] = {
    SCHOOL.name: {
        "sis": _SIS_FIELD,
        "teacher-count": Field("number of teachers", _COUNT, _number("t.teachers")),
        "section-count": Field("number of sections", _COUNT, _number("t.sections")),
        "student-count": Field("number of students", _COUNT, _number("t.students")),
        "finding": _FINDING_FIELD,
    },
    TEACHER.name: {
        "status": Field("state of the account", _STATES, _choice(STATE.format("t"))),
        "school": _related(
            "teaches or works there: part of its name, or its SIS ID",
            "t.key",
            f"SELECT teacher FROM teacher_school WHERE school IN (SELECT s.key FROM school s WHERE {_SCHOOL_NAMED})",
            "SELECT 1 FROM teacher_school w CROSS JOIN school s ON s.key = w.school"
            f" WHERE w.teacher = t.key AND ({_SCHOOL_NAMED})",
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
        "school": _related(
            "its school: part of the name, or the SIS ID",
            "t.school",
            f"SELECT s.key FROM school s WHERE {_SCHOOL_NAMED}",
            f"SELECT 1 FROM school s WHERE s.key = t.school AND ({_SCHOOL_NAMED})",
        ),
        "sis": _SIS_FIELD,
        "term": _related(
            "part of the term's name",
            "t.term",
            "SELECT m.key FROM term m WHERE instr(lower(m.name), ?) > 0",
            "SELECT 1 FROM term m WHERE m.key = t.term AND instr(lower(m.name), ?) > 0",
        ),
        "course": _related(
            "part of the course's name, or its number",
            "t.course",
            f"SELECT c.key FROM course c WHERE {_COURSE_NAMED}",
            f"SELECT 1 FROM course c WHERE c.key = t.course AND ({_COURSE_NAMED})",
        ),
        "subject": Field("subject, or none", _ANY, _text("t.subject")),
        "grade": _GRADE_FIELD,
        "student-count": Field("number of students", _COUNT, _number("t.students")),
        "teacher": _related(
            "part of a teacher's name",
            "t.key",
            "SELECT section FROM section_teacher WHERE teacher IN"
            f" (SELECT p.key FROM teacher p WHERE {_TEACHER_NAMED})",
            "SELECT 1 FROM section_teacher g CROSS JOIN teacher p ON p.key = g.teacher"
            f" WHERE g.section = t.key AND {_TEACHER_NAMED}",
        ),
        "tracker": Field("state of its tracker", _TRACKERS, _choice(_TRACKER)),
        "finding": _FINDING_FIELD,
    },
    STUDENT.name: {
        "school": _related(
            "goes there: part of the school's name, or its SIS ID",
            "t.school",
            f"SELECT s.key FROM school s WHERE {_SCHOOL_NAMED}",
            f"SELECT 1 FROM school s WHERE s.key = t.school AND ({_SCHOOL_NAMED})",
        ),
        "grade": _GRADE_FIELD,
        "sis": _SIS_FIELD,
        "finding": _FINDING_FIELD,
    },
}

CONCERNED = (
    "(SELECT key, count(*) findings FROM (SELECT key FROM finding"
    " UNION ALL SELECT other FROM finding WHERE other IS NOT NULL) GROUP BY key)"
)
"""The records that findings are about, and how many; joined as ``c`` where rows are sorted by it."""

_BY_ID = "(SELECT r.id FROM record r WHERE r.key = o.key)"
_BY_FINDINGS = "-coalesce(c.findings, 0)"


def _from_row(kind: Kind, column: str) -> str:
    """An order by a column of the row itself; whatever has none comes last."""
    return f"(SELECT coalesce(lower(x.{column}), {_LAST}) FROM {kind.name} x WHERE x.key = o.key)"


def _from_related(table: str, reference: str) -> str:
    return (
        f"(SELECT coalesce(lower(y.name), {_LAST}) FROM section x LEFT JOIN {table} y ON y.key = x.{reference}"
        " WHERE x.key = o.key)"
    )


_LAST = "char(1114111)"
_LAST_RANK = 2**31

_NOT_RANKED: Mapping[str, Mapping[str, str]] = {
    SCHOOL.name: {"findings": _BY_FINDINGS, "id": _BY_ID},
    TEACHER.name: {
        "account": STATE.format("o"),
        "findings": _BY_FINDINGS,
        "school": "coalesce((SELECT min(s.by_name) FROM teacher_school l JOIN school_rank s ON s.key = l.school"
        f" WHERE l.teacher = o.key), {_LAST_RANK})",
        "title": _from_row(TEACHER, "title"),
        "role": f"coalesce((SELECT lower(a.role) FROM account a WHERE a.key = o.key), {_LAST})",
        "id": _BY_ID,
    },
    SECTION.name: {
        "findings": _BY_FINDINGS,
        "teacher": "coalesce((SELECT p.by_name FROM section_teacher l JOIN teacher_rank p ON p.key = l.teacher"
        f" WHERE l.section = o.key ORDER BY l.position LIMIT 1), {_LAST_RANK})",
        "term": _from_related("term", "term"),
        "course": _from_related("course", "course"),
        "subject": _from_row(SECTION, "subject"),
        "period": _from_row(SECTION, "period"),
        "tracker": f"coalesce((SELECT k.state FROM tracker k WHERE k.key = o.key), {_LAST})",
        "id": _BY_ID,
    },
}
"""What changes between syncs, or is rarely asked for, is sorted when it is asked for."""

ORDERS: Mapping[str, Mapping[str, str]] = {
    kind.name: {order: f"o.{ranks.column(order)}" for order in ranks.ranked(kind)} | dict(_NOT_RANKED[kind.name])
    for kind in (SCHOOL, TEACHER, SECTION)
}
"""Sort orders by column, where ``o`` is the row's ranks; equal rows follow their names."""


def field_types(kind: Kind) -> Mapping[str, FieldType]:
    """Return the fields that lists of a kind can be filtered by."""
    return {name: field.type for name, field in FIELDS[kind.name].items()}
