"""The orders of every list, worked out when the roster is written: a row's rank in each, in a narrow indexed table.

Sorting a city's 400,000 sections takes half a second; walking an index until a screen is full takes none.
Turned round, an order is read from its end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from roster_tui.roster.kinds import KINDS, SCHOOL, SECTION, TEACHER, Kind

_BY_SIS = ("length(t.sis_id)", "t.sis_id")
"""Shorter first, so that numbers sort as numbers do."""

_SORTED_BY: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    SCHOOL.name: {
        "sis": _BY_SIS,
        "teachers": ("-t.teachers",),
        "sections": ("-t.sections",),
        "students": ("-t.students",),
    },
    TEACHER.name: {
        "email": ("t.email IS NULL", "t.email"),
        "sis": _BY_SIS,
        "sections": ("-t.sections",),
    },
    SECTION.name: {
        "school": ("(SELECT s.by_name FROM school_rank s WHERE s.key = t.school)",),
        "sis": _BY_SIS,
        "students": ("-t.students",),
        "grade": ("length(t.grade)", "t.grade"),
    },
}
"""What rows are sorted by besides their name, which decides between equals; the largest number comes first."""

_MOVED_BY: Mapping[Kind, tuple[Kind, ...]] = {SCHOOL: KINDS, TEACHER: (TEACHER, SECTION), SECTION: (SCHOOL, SECTION)}
"""Changes of which kinds may move the rows of a list, in the order in which one list's ranks use another's."""


def ranked(kind: Kind) -> tuple[str, ...]:
    """Return the orders of a list that have ranks."""
    return ("name", *_SORTED_BY[kind.name])


def column(order: str) -> str:
    """Return the column that holds the ranks of an order."""
    return f"by_{order}"


def _columns(kind: Kind) -> list[str]:
    return [column(order) for order in ranked(kind)]


def tables(kind: Kind) -> str:
    """Return the DDL of a kind's ranks."""
    ranks = ", ".join(f"{name} INTEGER NOT NULL" for name in _columns(kind))
    return f"CREATE TABLE {kind.name}_rank (key INTEGER PRIMARY KEY, {ranks});\n" + "\n".join(
        f"{index};" for index in _indexes(kind)
    )


def _indexes(kind: Kind) -> list[str]:
    return [f"CREATE INDEX {kind.name}_{name} ON {kind.name}_rank ({name})" for name in _columns(kind)]


def write_moved(db: sqlite3.Connection) -> None:
    """Rank the rows of every list anew that the changes just applied may have moved."""
    changed = {code for (code,) in db.execute("SELECT DISTINCT kind FROM staged.change")}
    for kind, movers in _MOVED_BY.items():
        if changed & {mover.code for mover in movers}:
            write(db, kind)


def write(db: sqlite3.Connection, kind: Kind) -> None:
    """Rank all rows of a kind anew: one new name moves everything behind it."""
    for name in _columns(kind):
        # Built from sorted rows afterwards, an index costs a tenth of being kept up row by row.
        db.execute(f"DROP INDEX {kind.name}_{name}")
    db.execute(f"DELETE FROM {kind.name}_rank")
    values, ranks = [], []
    for order, parts in _SORTED_BY[kind.name].items():
        names = [f"{order}_{place}" for place in range(len(parts))]
        values += [f"{part} AS {name}" for part, name in zip(parts, names, strict=True)]
        ranks.append(f"row_number() OVER (ORDER BY {', '.join(names)}, by_name)")
    named = f"row_number() OVER (ORDER BY {', '.join(kind.name_order)}, t.key) AS by_name"
    db.execute(
        f"INSERT INTO {kind.name}_rank SELECT key, by_name, {', '.join(ranks)}"
        f" FROM (SELECT t.key, {named}, {', '.join(values)} FROM {kind.name} t) ORDER BY key"
    )
    for index in _indexes(kind):
        db.execute(index)
