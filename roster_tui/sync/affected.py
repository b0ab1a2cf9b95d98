"""Whom a held run would remove: who really leaves, and who comes again under another ID."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from roster_tui.findings import rekeys
from roster_tui.findings.model import Subject
from roster_tui.roster.compare import Tally
from roster_tui.roster.kinds import KINDS, SECTION, STUDENT, TEACHER, TERM, Kind
from roster_tui.roster.text import fold, listed_name

MOST_MATCHED = 20_000
"""Removed records of one type that are looked at; a run that removes more needs no list to be refused."""


@dataclass(frozen=True)
class Departures:
    """The removed records of one type, by name."""

    kind: Kind
    tally: Tally
    leavers: tuple[Subject, ...]
    rekeyed: tuple[tuple[Subject, Subject], ...]
    """Old and new record of one and the same person."""
    complete: bool
    """False when there are more than are looked at."""


def departures(db: sqlite3.Connection, tallies: Mapping[str, Tally]) -> list[Departures]:
    """Return what would be removed, by type; ``db`` has the staged roster attached and compared."""
    return [_departures(db, kind, tallies[kind.name]) for kind in KINDS if tallies[kind.name].removed]


def _departures(db: sqlite3.Connection, kind: Kind, tally: Tally) -> Departures:
    gone = [_person(kind, row) for row in _removed(db, kind)]
    come = [_person(kind, row) for row in _added(db, kind)] if kind in (TEACHER, STUDENT) else []
    pairs = [(old.subject, new.subject) for old, new in rekeys.match(gone, come)] if come else []
    matched = {old.clever_id for old, _ in pairs}
    leavers = tuple(person.subject for person in gone if person.subject.clever_id not in matched)
    return Departures(kind, tally, leavers, tuple(pairs), tally.removed <= MOST_MATCHED)


def _fields(kind: Kind) -> tuple[str, ...]:
    return tuple(name for name in kind.columns if name not in ("sort_name", "spoken_name"))


def _removed(db: sqlite3.Connection, kind: Kind) -> list[tuple[object, ...]]:
    school = "(SELECT s.name FROM school s WHERE s.key = t.school)" if _in_school(kind) else "NULL"
    columns = ", ".join(f"t.{name}" for name in _fields(kind))
    return db.execute(
        f"SELECT t.key, r.id, {school}, {columns} FROM staged.change c CROSS JOIN record r ON r.id = c.id"
        f" CROSS JOIN {kind.name} t ON t.key = r.key WHERE c.kind = ? AND c.what = 'removed' ORDER BY c.id LIMIT ?",
        (kind.code, MOST_MATCHED),
    ).fetchall()


def _added(db: sqlite3.Connection, kind: Kind) -> list[tuple[object, ...]]:
    # Of an incremental run the school itself may not be staged; then the roster knows it.
    school = (
        "coalesce((SELECT s.name FROM staged.school s WHERE s.id = t.school),"
        " (SELECT s.name FROM school s JOIN record r ON r.key = s.key WHERE r.id = t.school))"
    )
    columns = ", ".join(f"t.{name}" for name in _fields(kind))
    return db.execute(
        f"SELECT 0, t.id, {school}, {columns} FROM staged.change c CROSS JOIN staged.{kind.name} t ON t.id = c.id"
        " WHERE c.kind = ? AND c.what = 'added' ORDER BY c.id LIMIT ?",
        (kind.code, MOST_MATCHED),
    ).fetchall()


def _in_school(kind: Kind) -> bool:
    return kind in (TEACHER, STUDENT, SECTION)


def _person(kind: Kind, row: tuple[object, ...]) -> rekeys.Person:
    key, clever_id, school, *values = row
    fields = {name: None if value is None else str(value) for name, value in zip(_fields(kind), values, strict=True)}
    name = listed_name(fields["first"], fields["middle"], fields["last"]) if "first" in fields else fields["name"]
    sis_id = fields.get("starts") if kind is TERM else fields.get("sis_id")
    assert isinstance(key, int)
    assert isinstance(clever_id, bytes)
    subject = Subject(kind.name, key, clever_id.hex(), sis_id, name or clever_id.hex())
    spoken = {"name": fold(name or ""), **fields, "school": str(school) if school else None}
    return rekeys.Person(subject, {**spoken, "name": fold(name or "")})
