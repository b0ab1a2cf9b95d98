"""Sections with all that belongs to them: teachers and their accounts, term, class list, all by Clever ID."""

from __future__ import annotations

import sqlite3
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

import orjson

from roster_tui.roster.kinds import SECTION
from roster_tui.roster.text import listed_name

_AT_ONCE = 500


class Term(NamedTuple):
    """When a section is taught; a date that Clever does not give is None."""

    name: str
    starts: date | None
    ends: date | None


class Teacher(NamedTuple):
    """Somebody who teaches a section."""

    id: str
    name: str
    """Empty for somebody who never was in the data."""
    in_data: bool
    account: str | None
    """State of the account; None where there is none."""


@dataclass(frozen=True)
class Section:
    """A section as the roster has it."""

    id: str
    name: str
    teachers: tuple[Teacher, ...]
    """The primary one first."""
    students: tuple[str, ...]
    term: Term | None


def sections(db: sqlite3.Connection, ids: Iterable[str], *, class_lists: bool = True) -> Iterator[Section]:
    """Yield the sections with these Clever IDs, as far as they are in the data; with their students, or without."""
    wanted = iter(ids)
    while some := list(islice(wanted, _AT_ONCE)):
        yield from _sections(db, some, class_lists)


def changed_sections(db: sqlite3.Connection, since: int) -> list[str]:
    """Return the Clever IDs of sections that runs after run ``since`` changed, removed ones too."""
    rows = db.execute(
        "SELECT DISTINCT lower(hex(r.id)) FROM change c JOIN record r ON r.key = c.key"
        f" WHERE c.run > ? AND c.kind = {SECTION.code}",
        (since,),
    )
    return [clever_id for (clever_id,) in rows]


def _sections(db: sqlite3.Connection, ids: Sequence[str], class_lists: bool) -> Iterator[Section]:
    found = db.execute(
        f"SELECT s.key, lower(hex(r.id)), s.name, {'s.class_list' if class_lists else 'NULL'},"
        " s.term, m.name, m.starts, m.ends"
        " FROM record r JOIN section s ON s.key = r.key LEFT JOIN term m ON m.key = s.term"
        f" WHERE r.id IN ({', '.join('?' * len(ids))})",
        [bytes.fromhex(each) for each in ids],
    ).fetchall()
    teachers = _teachers(db, [row[0] for row in found])
    members = {row[0]: [key for (key,) in struct.iter_unpack(">I", row[3] or b"")] for row in found}
    students = _clever_ids(db, {key for keys in members.values() for key in keys})
    for key, clever_id, name, _, term, *about_term in found:
        yield Section(
            clever_id,
            name or "",
            tuple(teachers[key]),
            tuple(sorted(students[student] for student in members[key])),
            _term(*about_term) if term is not None else None,
        )


def _term(name: str | None, starts: str | None, ends: str | None) -> Term:
    return Term(name or "", _date(starts), _date(ends))


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _teachers(db: sqlite3.Connection, keys: Sequence[int]) -> Mapping[int, list[Teacher]]:
    rows = db.execute(
        "SELECT l.section, lower(hex(r.id)), t.first, t.middle, t.last, t.in_data, a.state FROM json_each(?) w"
        " JOIN section_teacher l ON l.section = w.value JOIN record r ON r.key = l.teacher"
        " LEFT JOIN teacher t ON t.key = l.teacher LEFT JOIN account a ON a.key = l.teacher"
        " ORDER BY l.section, l.position",
        (_json(keys),),
    )
    found: dict[int, list[Teacher]] = defaultdict(list)
    for section, clever_id, first, middle, last, in_data, state in rows:
        found[section].append(Teacher(clever_id, listed_name(first, middle, last), bool(in_data), state))
    return found


def _clever_ids(db: sqlite3.Connection, keys: Iterable[int]) -> dict[int, str]:
    rows = db.execute(
        "SELECT key, lower(hex(id)) FROM record WHERE key IN (SELECT value FROM json_each(?))", (_json(list(keys)),)
    )
    return dict(rows.fetchall())


def _json(values: Any) -> str:
    return orjson.dumps(values).decode()
