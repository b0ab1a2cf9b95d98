"""Rosters written down in tests, staged and applied as a sync does it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from roster_tui.clever.records import Course, Record, School, Section, Term, User
from roster_tui.clever.wire import read
from roster_tui.roster import compare, history
from roster_tui.roster.apply import apply
from roster_tui.roster.cache import Cache
from roster_tui.roster.kinds import COURSE, KINDS, SCHOOL, SECTION, STUDENT, TEACHER, TERM, Kind
from roster_tui.roster.stage import Stage
from tests.conftest import NOW

Roster = Mapping[Kind, Sequence[Record]]


def an_id(kind: Kind, number: int) -> str:
    """Return the Clever ID of a kind's nth record."""
    return f"{kind.code:02x}{number:022x}"


def school(number: int, **fields: Any) -> School:
    """Return a school."""
    given = {"name": f"School {number}", "sis_id": f"S{number}", **fields}
    return read({"id": an_id(SCHOOL, number), **given}, School)


def teacher(number: int, schools: Sequence[int] = (), **fields: Any) -> User:
    """Return a teacher; ``first, last, email`` and so on as given."""
    ids = [an_id(SCHOOL, each) for each in schools]
    role = {"sis_id": fields.get("sis_id", f"T{number}"), "school": ids[0] if ids else None, "schools": ids}
    role |= {"state_id": fields.get("state_id"), "title": fields.get("title")}
    name = {"first": fields.get("first", "Ann"), "last": fields.get("last", f"Le{number}")}
    email = fields.get("email", f"t{number}@example.org")
    return read({"id": an_id(TEACHER, number), "name": name, "email": email, "roles": {"teacher": role}}, User)


def student(number: int, at: int = 1, **fields: Any) -> User:
    """Return a student."""
    role = {"sis_id": fields.get("sis_id", f"9{number}"), "school": an_id(SCHOOL, at), "dob": fields.get("dob")}
    role |= {"state_id": fields.get("state_id"), "grade": fields.get("grade", "5")}
    name = {"first": fields.get("first", "Zoë"), "middle": fields.get("middle"), "last": fields.get("last", "Ng")}
    email = fields.get("email")
    return read({"id": an_id(STUDENT, number), "name": name, "email": email, "roles": {"student": role}}, User)


def section(
    number: int, teachers: Sequence[int] = (), students: Sequence[int] = (), at: int = 1, **fields: Any
) -> Section:
    """Return a section; the first teacher is the primary one."""
    ids = [an_id(TEACHER, each) for each in teachers]
    record = {
        "id": an_id(SECTION, number),
        "name": f"Section {number}",
        "sis_id": f"C{number}",
        "school": an_id(SCHOOL, at),
        "teacher": ids[0] if ids else None,
        "teachers": ids,
        "students": [an_id(STUDENT, each) for each in students],
    }
    return read(record | fields, Section)


def term(number: int, name: str = "Y1") -> Term:
    """Return a term."""
    return Term(id=an_id(TERM, number), name=name)


def course(number: int, name: str = "Algebra") -> Course:
    """Return a course."""
    return Course(id=an_id(COURSE, number), name=name, number=str(number))


def night(cache: Cache, roster: Roster) -> Mapping[str, compare.Tally]:
    """Stage, compare and apply one roster; returns what changed."""
    stage = Stage(cache.staged_file)
    for kind in KINDS:
        stage.add(kind, roster.get(kind, ()))
    stage.finish()
    with cache.with_staged() as db:
        tallies = compare.compare(db)
    with cache.writing(with_staged=True) as db:
        run = history.start_run(db, "full", NOW)
        apply(db, run)
        history.end_run(db, run, "applied", NOW)
    cache.discard_staged()
    return tallies


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache."""
    made = Cache(tmp_path / "roster.sqlite")
    made.ensure()
    return made


def content(db: sqlite3.Connection) -> dict[str, Any]:
    """Return the whole roster by Clever ID, whatever its keys: equal rosters give equal content."""
    ids = {key: clever_id.hex() for key, clever_id in db.execute("SELECT key, id FROM record")}
    found: dict[str, Any] = {}
    for kind in KINDS:
        present = "WHERE in_data" if kind.archived else ""
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({kind.name})") if row[1] not in ("key", "in_data")]
        references = {name for name, _ in kind.references}
        lists = {packed.name for packed in kind.packed}
        rows = {}
        for key, *values in db.execute(f"SELECT key, {', '.join(columns)} FROM {kind.name} {present}"):
            fields = dict(zip(columns, values, strict=True))
            for name in references:
                fields[name] = ids.get(fields[name])
            for name in lists:
                raw = fields[name]
                fields[name] = [ids[int.from_bytes(raw[at : at + 4], "big")] for at in range(0, len(raw), 4)]
            for link in kind.links:
                order = "position" if link.ordered else link.member
                members = db.execute(
                    f"SELECT {link.member} FROM {link.table} WHERE {link.owner} = ? ORDER BY {order}", (key,)
                )
                fields[link.column] = [ids[member] for (member,) in members]
                if not link.ordered:
                    fields[link.column].sort()
            rows[ids[key]] = fields
        found[kind.name] = rows
    return found
