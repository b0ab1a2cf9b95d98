"""How sections are compared.

A section has two doubles: the parallel one (same course and teacher, another period and other students), and that
of the same class in another course (same students and teacher, as in elementary schools).
"""

from __future__ import annotations

from collections.abc import Iterator

from roster_tui.findings.linkage.model import (
    Double,
    Field,
    Model,
    Outcome,
    Overlap,
    Record,
    equal,
    ids_of,
    level,
    overlapping,
)


def _block_keys(record: Record) -> Iterator[tuple[str, ...]]:
    values, members = record.values, record.members
    # Without the term a rollover would compare every section of last year with all of this year's.
    term = values.get("term", "")
    for teacher in ids_of(members.get("teachers", b"")):
        yield "teacher", teacher.hex(), term, values.get("course", ""), values.get("period", "")
        yield "teacher", teacher.hex(), term, values.get("name", "").lower()
    for student in ids_of(members.get("students", b"")):
        yield "student", student.hex(), term, values.get("course", "")
    place = (values.get("school", ""), term, values.get("course", ""))
    yield "place", *place, values.get("period", ""), values.get("number", "")
    yield "place", *place, values.get("name", "").lower()


def _most(agreeing: frozenset[str], opposing: frozenset[str]) -> Outcome:
    """A match takes the same course or name, and the same students or the same teacher at the same hour."""
    held = "students" in agreeing or {"teachers", "period"} <= agreeing or {"teachers", "number"} <= agreeing
    return Outcome.MATCH if held and agreeing & {"course", "name"} else Outcome.POSSIBLE


MODEL = Model(
    fields=(
        Field("name", equal("name", level(True, 0.88, None, 0.3, 0.03), level(False, 0.12, 0.99, 0.7, 0.97))),
        Field("school", equal("school", level(True, 0.97, None, 0.99, 0.99), level(False, 0.03, 0.97, 0.01, 0.01))),
        Field("course", equal("course", level(True, 0.94, None, 0.95, 0.02), level(False, 0.06, 0.98, 0.05, 0.98))),
        Field("term", equal("term", level(True, 0.97, 0.6, 0.9, 0.95), level(False, 0.03, 0.4, 0.1, 0.05))),
        Field("period", equal("period", level(True, 0.88, 0.15, 0.04, 0.2), level(False, 0.12, 0.85, 0.96, 0.8))),
        Field("number", equal("number", level(True, 0.85, 0.15, 0.02, 0.3), level(False, 0.15, 0.85, 0.98, 0.7))),
        Field("grade", equal("grade", level(True, 0.95, None, 0.9, 0.97), level(False, 0.05, 0.9, 0.1, 0.03))),
        Field(
            "teachers",
            overlapping(
                "teachers",
                Overlap(
                    level(True, 0.8, 0.001, 0.7, 0.6),
                    level(True, 0.1, 0.000_5, 0.1, 0.1),
                    level(False, 0.1, 0.999, 0.2, 0.3),
                ),
            ),
        ),
        Field(
            "students",
            overlapping(
                "students",
                Overlap(
                    level(True, 0.85, 0.000_2, 0.002, 0.6),
                    level(True, 0.1, 0.005, 0.02, 0.2),
                    level(False, 0.05, 0.995, 0.978, 0.2),
                ),
            ),
        ),
    ),
    doubles=(Double("parallel section", 0.3, among_all=False), Double("same class", 0.3, among_all=False)),
    block_keys=_block_keys,
    signs=lambda record: (),
    most=_most,
)
