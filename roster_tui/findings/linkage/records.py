"""Rows of the roster as records to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from roster_tui.findings.linkage.model import Record, ids_of
from roster_tui.findings.model import Subject
from roster_tui.roster.kinds import SCHOOL, SECTION, STUDENT, TEACHER, Kind
from roster_tui.roster.text import listed_name

COMPARED: Mapping[str, tuple[str, ...]] = {
    SCHOOL.name: ("name", "number", "state_id", "principal"),
    TEACHER.name: ("first", "middle", "last", "email", "state_id", "number", "staff_id", "title"),
    STUDENT.name: ("first", "middle", "last", "born", "email", "state_id", "number", "grade"),
    SECTION.name: ("name", "period", "number", "grade"),
}
"""Columns that are compared as they are, by kind."""


@dataclass
class Names:
    """What related records are called, by Clever ID; terms and courses are compared by it.

    Clever makes terms and courses from the rows of sections, so a new one of the same name and dates is no other.
    """

    schools: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    courses: dict[str, str] = field(default_factory=dict)
    renamed: dict[bytes, bytes] = field(default_factory=dict)
    """Clever IDs of records that were re-keyed: new to old."""

    def as_before(self, packed: bytes) -> bytes:
        """Return a list of Clever IDs with those of re-keyed records as they were."""
        if not self.renamed:
            return packed
        return b"".join(self.renamed.get(each, each) for each in ids_of(packed))


def record_of(
    kind: Kind, key: int, clever_id: str, row: Mapping[str, Any], names: Names, members: Mapping[str, bytes]
) -> Record:
    """Return a record from its columns and references; references and ids as Clever IDs in hex."""
    values = {name: row[name] for name in COMPARED[kind.name] if row.get(name)}
    labels: dict[str, str] = {}
    school = row.get("school")
    if school:
        values["school"] = names.as_before(bytes.fromhex(school)).hex()
        labels["school"] = names.schools.get(school, school)
    for name, known in (("term", names.terms), ("course", names.courses)):
        if told := known.get(row.get(name) or ""):
            values[name] = told
    named = kind in (TEACHER, STUDENT)
    label = listed_name(row["first"], row["middle"], row["last"]) if named else row["name"] or ""
    kept = {name: names.as_before(packed) for name, packed in members.items() if packed}
    return Record(Subject(kind.name, key, clever_id, row.get("sis_id"), label), values, labels, kept)
