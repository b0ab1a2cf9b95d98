"""People who left the data, and people who came: the same person under a new SIS ID, or a leaver."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from roster_tui.findings.catalog import SIS_ID_CHANGED, TEACHER_REMOVED
from roster_tui.findings.model import Evidence, Finding, Subject, compared
from roster_tui.roster.kinds import STUDENT, TEACHER, Kind
from roster_tui.roster.text import fold, listed_name

WINDOW = timedelta(days=30)
"""How long a departure is worth a finding."""

_FIELDS = {
    TEACHER: ("email", "state_id", "number", "school", "title"),
    STUDENT: ("born", "email", "state_id", "number", "school", "grade"),
}


@dataclass(frozen=True)
class Person:
    """One side of a possible pair."""

    subject: Subject
    fields: dict[str, str | None]
    """Folded name under ``name``, the school by its name, the others as they came."""


def find(db: sqlite3.Connection, at: datetime) -> Iterator[Finding]:
    """Yield re-keyed teachers and students, and teachers who left, of the last 30 days."""
    since = (at - WINDOW).isoformat()
    for kind in (TEACHER, STUDENT):
        gone, come = _gone(db, kind, since), _come(db, kind, since)
        pairs = match(gone, come)
        matched = {old.subject.key for old, _ in pairs}
        yield from (_rekeyed(kind, old, new) for old, new in pairs)
        if kind is TEACHER:
            yield from (_left(person) for person in gone if person.subject.key not in matched)


def match(gone: Sequence[Person], come: Sequence[Person]) -> list[tuple[Person, Person]]:
    """Return pairs that are one person, each person in one pair at most.

    Sure signs, strongest first: the state's ID, the email, the exact name with the exact birth date.
    """
    pairs: list[tuple[Person, Person]] = []
    paired: set[str] = set()
    for sign in (("state_id",), ("email",), ("name", "born")):
        by_sign: dict[tuple[str, ...], list[Person]] = {}
        for person in come:
            if person.subject.clever_id not in paired and (value := _sign(person, sign)) is not None:
                by_sign.setdefault(value, []).append(person)
        for person in gone:
            value = None if person.subject.clever_id in paired else _sign(person, sign)
            # A sign that several bear (an ID typed twice) tells nobody apart.
            if value is not None and len(by_sign.get(value, ())) == 1:
                other = by_sign.pop(value)[0]
                pairs.append((person, other))
                paired |= {person.subject.clever_id, other.subject.clever_id}
    return pairs


def _sign(person: Person, names: tuple[str, ...]) -> tuple[str, ...] | None:
    values = [person.fields.get(name) for name in names]
    return None if None in values else tuple(value.lower() for value in values if value is not None)


def _gone(db: sqlite3.Connection, kind: Kind, since: str) -> list[Person]:
    rows = db.execute(
        "SELECT c.key, r.id, c.before FROM change c JOIN run ON run.id = c.run JOIN record r ON r.key = c.key"
        " WHERE c.kind = ? AND c.what = 'removed' AND run.started_at >= ? AND r.hash IS NULL"
        " GROUP BY c.key HAVING c.run = max(c.run) ORDER BY c.key",
        (kind.code, since),
    )
    schools = dict(db.execute("SELECT lower(hex(r.id)), s.name FROM school s JOIN record r ON r.key = s.key"))
    gone = []
    for key, clever_id, before in rows:
        record = orjson.loads(before)
        record["school"] = schools.get(record["school"], record["school"])
        gone.append(_person(kind, key, clever_id, record))
    return gone


def _come(db: sqlite3.Connection, kind: Kind, since: str) -> list[Person]:
    columns = ", ".join(f"t.{name}" for name in kind.columns)
    rows = db.execute(
        f"SELECT t.key, r.id, s.name, {columns} FROM change c JOIN run ON run.id = c.run"
        f" JOIN record r ON r.key = c.key JOIN {kind.name} t ON t.key = c.key"
        " LEFT JOIN school s ON s.key = t.school"
        " WHERE c.kind = ? AND c.what = 'added' AND run.started_at >= ? AND r.hash IS NOT NULL"
        " GROUP BY t.key ORDER BY t.key",
        (kind.code, since),
    )
    return [
        _person(kind, key, clever_id, {**dict(zip(kind.columns, values, strict=True)), "school": school})
        for key, clever_id, school, *values in rows
    ]


def _person(kind: Kind, key: int, clever_id: bytes, record: dict[str, Any]) -> Person:
    name = listed_name(record["first"], record["middle"], record["last"])
    fields = {field: record.get(field) for field in _FIELDS[kind]}
    subject = Subject(kind.name, key, clever_id.hex(), record["sis_id"], name)
    return Person(subject, {"name": fold(name), **fields})


def _rekeyed(kind: Kind, old: Person, new: Person) -> Finding:
    evidence = [
        Evidence("sis_id", old.subject.sis_id, new.subject.sis_id, False),
        Evidence("name", old.subject.label, new.subject.label, old.fields["name"] == new.fields["name"]),
        *(compared(field, old.fields[field], new.fields[field]) for field in _FIELDS[kind]),
    ]
    spoken = [each.agrees for each in evidence[1:] if each.agrees is not None]
    return Finding(SIS_ID_CHANGED, old.subject, new.subject, tuple(evidence), round(sum(spoken) / len(spoken), 2))


def _left(person: Person) -> Finding:
    return Finding(TEACHER_REMOVED, person.subject, evidence=(Evidence("in data", "yes", "no", False),))
