"""What a run changed, read back: every record with its fields before and after.

Of a night with 100,000 changes only which there are is read at once, the rest as it is shown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from roster_tui.roster.filter import EVERYTHING, Condition, FieldType, Filter
from roster_tui.roster.kinds import BY_CODE, BY_NAME, KINDS, STUDENT, Kind
from roster_tui.roster.text import listed_name


class Change(NamedTuple):
    """What became of one record."""

    kind: Kind
    clever_id: str
    label: str
    """Its name, as the roster has it or last had it; a student's is not masked here."""
    what: str
    """``added, updated`` or ``removed``."""
    before: dict[str, Any]
    """Old values of changed fields, all of them for a removed record; lists hold only who left."""
    after: dict[str, Any]
    """New values of changed fields; lists hold only who came."""
    names: Mapping[str, str] = MappingProxyType({})
    """What the Clever IDs among the values are called, be they no students'."""


FIELDS: Mapping[str, FieldType] = {
    "type": FieldType(choices=tuple(kind.name for kind in KINDS)),
    "what": FieldType(choices=("added", "updated", "removed")),
    "field": FieldType(),
}
"""What changes can be filtered by, beside words of the record's name; students are found by no word."""
_LINES = "FROM change c LEFT JOIN json_each(CASE WHEN c.what = 'updated' THEN c.after END) f"
_IN_ORDER = "ORDER BY c.kind, c.what = 'added', c.what = 'updated', c.key, f.id"


def _named(kind: Kind) -> str:
    """Return the SQL of a changed record's name, without case; what is gone has its own before."""
    column, before = ("sort_name", "sort_name") if "sort_name" in kind.columns else ("lower(name)", "name")
    return (
        f"WHEN {kind.code} THEN coalesce((SELECT {column} FROM {kind.name} t WHERE t.key = c.key),"
        f" lower(json_extract(c.before, '$.{before}')), '')"
    )


_NAME = f"CASE c.kind {' '.join(_named(kind) for kind in KINDS if kind is not STUDENT)} ELSE '' END"


_AT_ONCE = 1_000
"""Ids in one query; SQLite takes 32,766 values."""


class Line(NamedTuple):
    """One field of a change; of a record that came or went, all of it."""

    change: int
    field: str | None


def lines(db: sqlite3.Connection, run: int, wanted: Filter = EVERYTHING) -> list[Line]:
    """Return every line of what a run changed, by type, then removed, updated, added."""
    where, values = _where(run, wanted)
    return list(map(Line._make, db.execute(f"SELECT c.rowid, f.key {_LINES} WHERE {where} {_IN_ORDER}", values)))


def changes(db: sqlite3.Connection, run: int, limit: int, wanted: Filter = EVERYTHING) -> list[Change]:
    """Return what a run changed, in the order of its `lines`; at most so many records."""
    where, values = _where(run, wanted)
    found = db.execute(
        f"SELECT c.rowid {_LINES} WHERE {where} GROUP BY c.rowid {_IN_ORDER} LIMIT ?", [*values, limit]
    ).fetchall()
    numbers = [number for (number,) in found]
    by_number = numbered(db, numbers)
    return [by_number[number] for number in numbers]


def numbered(db: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Change]:
    """Return changes by their numbers, as `lines` tells them."""
    rows = db.execute(
        "SELECT c.rowid, c.kind, c.key, r.id, c.what, c.before, c.after FROM change c JOIN record r ON r.key = c.key"
        " WHERE c.rowid IN (SELECT value FROM json_each(?))",
        [orjson.dumps(list(numbers)).decode()],
    )
    found, named = {}, {}
    for number, code, key, clever_id, what, before, after in rows.fetchall():
        kind, old = BY_CODE[code], orjson.loads(before or b"{}")
        label = _label(old) if what == "removed" else _current_label(db, kind, key)
        new = orjson.loads(after or b"{}")
        found[number] = Change(kind, clever_id.hex(), label or clever_id.hex(), what, old, new)
        named[number] = {each for fields in (old, new) for each in _ids(kind, fields)}
    names = _names(db, set().union(*named.values()))
    return {
        number: change._replace(names={each: names[each] for each in named[number] if each in names})
        for number, change in found.items()
    }


def _ids(kind: Kind, fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield the Clever IDs among the values of a record, but those of students."""
    for name, _ in kind.references:
        if fields.get(name):
            yield fields[name]
    for link in kind.links:
        yield from fields.get(link.column) or ()


def _names(db: sqlite3.Connection, ids: set[str]) -> dict[str, str]:
    names = {}
    wanted = sorted(map(bytes.fromhex, ids))
    for at in range(0, len(wanted), _AT_ONCE):
        some = wanted[at : at + _AT_ONCE]
        rows = db.execute(
            "SELECT r.id, coalesce(s.name, m.name, c.name), t.first, t.middle, t.last FROM record r"
            " LEFT JOIN school s ON s.key = r.key LEFT JOIN term m ON m.key = r.key"
            " LEFT JOIN course c ON c.key = r.key LEFT JOIN teacher t ON t.key = r.key"
            f" WHERE r.id IN ({', '.join('?' * len(some))})",
            some,
        )
        for clever_id, name, first, middle, last in rows:
            if called := name or listed_name(first, middle, last):
                names[clever_id.hex()] = called
    return names


def _where(run: int, wanted: Filter) -> tuple[str, list[Any]]:
    parts, values = ["c.run = ?"], [run]
    for each in wanted.conditions:
        text, value = _condition(each)
        parts.append(f"NOT ({text})" if each.negated else text)
        values.append(value)
    return " AND ".join(parts), values


def _condition(each: Condition) -> tuple[str, Any]:
    if each.field == "type":
        return "c.kind = ?", BY_NAME[each.value].code
    if each.field == "what":
        return "c.what = ?", each.value
    if each.field == "field":
        return "instr(coalesce(f.key, ''), ?) = 1", each.value.replace(" ", "_")
    return f"instr({_NAME}, ?) > 0", each.value


def total(db: sqlite3.Connection, run: int) -> int:
    """Return how many records a run changed, as far as its changes are kept."""
    return int(db.execute("SELECT count(*) FROM change WHERE run = ?", (run,)).fetchone()[0])


def _current_label(db: sqlite3.Connection, kind: Kind, key: int) -> str:
    names = ("first", "middle", "last") if "first" in kind.columns else ("name",)
    row = db.execute(f"SELECT {', '.join(names)} FROM {kind.name} WHERE key = ?", (key,)).fetchone()
    return _label(dict(zip(names, row, strict=True))) if row else ""


def _label(fields: dict[str, Any]) -> str:
    if "first" in fields:
        return listed_name(fields["first"], fields["middle"], fields["last"])
    return fields.get("name") or ""
