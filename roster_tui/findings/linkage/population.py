"""The rest of the roster beside which a pair is judged: how frequent its values are, and who resembles it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import orjson

from roster_tui.findings.linkage.frequencies import folded, gathered
from roster_tui.findings.linkage.model import Record
from roster_tui.findings.linkage.names import letters
from roster_tui.findings.linkage.reading import row_record
from roster_tui.findings.linkage.records import Names
from roster_tui.findings.linkage.shares import Shares
from roster_tui.roster.kinds import SCHOOL, SECTION, STUDENT, TEACHER, Kind

_COUNTED = {
    SCHOOL.name: (),
    TEACHER.name: ("first", "middle", "last", "title"),
    STUDENT.name: ("first", "middle", "last", "born", "grade"),
    SECTION.name: ("name", "grade"),
}
"""Columns with few values: all are counted."""
_LOOKED_UP = {
    SCHOOL.name: ("number", "state_id"),
    TEACHER.name: ("email", "state_id", "number", "staff_id"),
    STUDENT.name: ("email", "state_id", "number"),
    SECTION.name: (),
}
"""Columns in which nearly each value is another: only those in question are counted."""
_PRESENT = {TEACHER.name: "t.in_data"}
_AT_ONCE = 2_000


def shares(db: sqlite3.Connection, kind: Kind, names: Names, asked: Sequence[Record]) -> Shares:
    """Return how often values stand in the roster; of IDs, those of the records asked about.

    One scan, counted here: grouped in SQL, each column of a city's students would be sorted on disk.
    """
    few, own = _COUNTED[kind.name], _LOOKED_UP[kind.name]
    references = [name for name, _ in kind.references if name in ("school", "course")]
    wanted = {name: {each.values[name].lower() for each in asked if name in each.values} for name in own}
    counts: dict[str, Counter[Any]] = {name: Counter() for name in (*few, *own, *references)}
    total = 0
    rows = db.execute(
        f"SELECT {', '.join(f't.{name}' for name in counts)} FROM {kind.name} t WHERE {_PRESENT.get(kind.name, 'true')}"
    )
    while page := rows.fetchmany(_AT_ONCE):
        total += len(page)
        for name, column in zip(counts, zip(*page, strict=True), strict=True):
            values = map(str.lower, filter(None, column)) if name in wanted else column
            counts[name].update(filter(wanted[name].__contains__, values) if name in wanted else values)
    found: dict[str, Mapping[str, int]] = {name: gathered(name, counts[name].items()) for name in (*few, *own)}
    for name in references:
        known = _told_by_key(db, kind, name, names)
        found[name] = gathered(name, ((known.get(key), number) for key, number in counts[name].items()))
    return Shares(total, found)


def _told_by_key(db: sqlite3.Connection, kind: Kind, name: str, names: Names) -> dict[int, str | None]:
    """Return what related records are compared by: schools by Clever ID, courses by their name."""
    ids = db.execute(f"SELECT key, id FROM record WHERE key IN (SELECT {name} FROM {kind.name})")
    if name == "course":
        return {key: names.courses.get(clever_id.hex()) for key, clever_id in ids}
    return {key: names.as_before(clever_id).hex() for key, clever_id in ids}


def stayers(
    db: sqlite3.Connection, kind: Kind, names: Names, removed: Sequence[Record], added: Sequence[Record]
) -> Iterator[Record]:
    """Yield people who are in the data on both sides and resemble a removed or added one.

    Those are whoever has the same surname and birth date (twins, duplicates; teachers: the same names), state ID
    or email.
    """
    if kind not in (TEACHER, STUDENT):
        return
    passing = {each.subject.key for each in chain(removed, added)}
    keys = [key for key in _resembling(db, kind, chain(removed, added)) if key not in passing]
    columns = ", ".join(f"t.{name}" for name in kind.columns)
    for at in range(0, len(keys), _AT_ONCE):
        rows = db.execute(
            f"SELECT t.key, r.id, {columns}, (SELECT id FROM record WHERE key = t.school) FROM {kind.name} t"
            " JOIN record r ON r.key = t.key WHERE t.key IN (SELECT value FROM json_each(?))",
            (orjson.dumps(keys[at : at + _AT_ONCE]).decode(),),
        )
        for row in rows:
            yield row_record(kind, row, names, {})


def _resembling(db: sqlite3.Connection, kind: Kind, records: Iterable[Record]) -> list[int]:
    other = "born" if kind is STUDENT else "first"
    wanted: set[tuple[str, str]] = set()
    dates: set[str] = set()
    own: dict[str, set[str]] = {"state_id": set(), "email": set()}
    for record in records:
        values = record.values
        if "last" in values and other in values:
            wanted.add((letters(values["last"]), folded(other, values[other])))
            dates.add(values[other])
        for name, known in own.items():
            if name in values:
                known.add(values[name].lower())
    # Of a city's students only those born on one of the days are read; of its teachers, few enough, all.
    near = f"t.{other} IN (SELECT value FROM json_each(:dates))" if kind is STUDENT else "true"
    rows = db.execute(
        f"SELECT t.key, t.last, t.{other}, lower(t.state_id), lower(t.email) FROM {kind.name} t"
        f" WHERE {_PRESENT.get(kind.name, 'true')} AND ({near}"
        " OR lower(t.state_id) IN (SELECT value FROM json_each(:state_id))"
        " OR lower(t.email) IN (SELECT value FROM json_each(:email)))",
        {name: orjson.dumps(sorted(each)).decode() for name, each in {"dates": dates, **own}.items()},
    )
    return [
        key
        for key, last, value, state_id, email in rows
        if (letters(last or ""), folded(other, value or "")) in wanted
        or state_id in own["state_id"]
        or email in own["email"]
    ]
