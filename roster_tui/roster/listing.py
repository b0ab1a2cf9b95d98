"""Lists of schools, teachers and sections: which rows, in which order, read in windows.

An order is worked out once, as an array of keys; pages are then read by key, never by OFFSET. The first keys
come at once (`first_window`), the whole order when somebody scrolls (`full_window`).
"""

from __future__ import annotations

import sqlite3
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from roster_tui.roster import search
from roster_tui.roster.apply import totals
from roster_tui.roster.fields import CONCERNED, FIELDS, ORDERS
from roster_tui.roster.filter import EVERYTHING, Filter
from roster_tui.roster.kinds import SECTION, TEACHER, Kind
from roster_tui.roster.ranks import ranked

FIRST = 200
"""Keys of a first window: more than any terminal shows."""
COUNTED, COUNTED_SLOWLY = 60_000, 4_000
"""Hits counted and sorted at once; the fewer when each costs more: its row is read, or a word is very short."""
_WALKED = 6_000
"""Rows of an order that are looked at in turn, at 4 µs each, before all hits are sorted instead."""

_WITHIN = {
    (TEACHER.name, "school"): "t.key IN (SELECT teacher FROM teacher_school WHERE school = ?)",
    (TEACHER.name, "section"): "t.key IN (SELECT teacher FROM section_teacher WHERE section = ?)",
    (SECTION.name, "school"): "t.school = ?",
    (SECTION.name, "teacher"): "t.key IN (SELECT section FROM section_teacher WHERE teacher = ?)",
}


@dataclass(frozen=True)
class Listing:
    """What a list shows."""

    kind: Kind
    within: tuple[str, int] | None = None
    """Only what belongs to a ``school``, ``teacher`` or ``section`` with this key."""
    filter: Filter = EVERYTHING
    order: str = "name"
    descending: bool = False


@dataclass(frozen=True)
class Window:
    """The keys of a listing in order: all of them, or the first ones."""

    listing: Listing
    keys: Sequence[int]
    count: int
    """How many rows pass the filter, or at least pass it."""
    exact: bool
    """Whether ``count`` is all."""
    total: int
    """How many there are without the filter."""

    @property
    def complete(self) -> bool:
        """Whether ``keys`` holds every row that passes."""
        return self.exact and len(self.keys) == self.count


@dataclass(frozen=True)
class _Sql:
    """A piece of SQL with its bound values."""

    text: str
    values: list[Any]


def first_window(db: sqlite3.Connection, listing: Listing, size: int = FIRST) -> Window:
    """Return the first keys and a count, fast enough for every key press."""
    total = _total(db, listing)
    match = _match(db, listing)
    if match is None:
        return Window(listing, array("I"), 0, True, total)
    hits, counted = (_hits(listing, match, _conditions(listing, match), ranked=ranked) for ranked in (True, False))
    if listing.filter == EVERYTHING and listing.within is None:
        count, most, exact = total, total, True
    else:
        slow = " t " in counted.text or any(len(word) < search.TRIGRAM for word in listing.filter.words)
        most = COUNTED_SLOWLY if slow else COUNTED
        count = _count(db, _Sql(f"FROM (SELECT 1 {counted.text} LIMIT {most + 1})", counted.values))
        exact = count <= most
    keys = array("I")
    if not exact or count == total:
        # Among so many the first are found sooner by walking the order than by sorting all hits.
        keys = _walked(db, listing, _all_of([_conditions(listing, ""), *_word_tests(listing)]), size)
    if len(keys) < (min(size, count) if exact else size):
        keys = _keys(db, f"{hits.text} {_sorted(listing)} LIMIT {size}", hits.values)
    return Window(listing, keys, min(count, most), exact, total)


def full_window(db: sqlite3.Connection, listing: Listing) -> Window:
    """Return every key in order; run it beside the event loop, SQLite works without Python meanwhile."""
    match = _match(db, listing)
    keys = array("I")
    if match is not None:
        hits = _hits(listing, match, _conditions(listing, match))
        # One value instead of a row per key: 400,000 rows would each wake Python up.
        ordered = f"SELECT printf('%08x', o.key) hex {hits.text} {_sorted(listing)}"
        packed = db.execute(f"SELECT group_concat(hex, '') FROM ({ordered})", hits.values).fetchone()[0]
        keys.frombytes(bytes.fromhex(packed or ""))
        if sys.byteorder == "little":
            keys.byteswap()
    return Window(listing, keys, len(keys), True, _total(db, listing))


def _total(db: sqlite3.Connection, listing: Listing) -> int:
    """Return how many rows there are before any filter; of a whole kind it is known from the last write."""
    if listing.within is None:
        return totals(db)[listing.kind.name]
    within = _all_of(_within(listing))
    return _count(db, _Sql(f"FROM {listing.kind.name} t WHERE {within.text}", within.values))


def _count(db: sqlite3.Connection, source: _Sql) -> int:
    return int(db.execute(f"SELECT count(*) {source.text}", source.values).fetchone()[0])


def _keys(db: sqlite3.Connection, source: str, values: list[Any]) -> array[int]:
    return array("I", (key for (key,) in db.execute(f"SELECT o.key {source}", values)))


def _hits(listing: Listing, match: str, conditions: _Sql, *, ranked: bool = True) -> _Sql:
    """SQL for rows that hold the words and pass the conditions: ``t`` is the row, ``o`` its ranks if wanted.

    Each is joined only when it is asked for: a row is ten times as wide as its ranks, and counting needs neither.
    """
    name = listing.kind.name
    wants_row = "t." in conditions.text
    if match:
        source, key = f"{name}_text x", "x.rowid"
        source += f" CROSS JOIN {name} t ON t.key = x.rowid" if wants_row else ""
        conditions = _all_of([_Sql(f"{name}_text MATCH ?", [match]), conditions])
    else:
        source, key = (f"{name} t", "t.key") if wants_row else (f"{name}_rank o", "")
    if ranked and key:
        source += f" CROSS JOIN {name}_rank o ON o.key = {key}"
    if ranked and listing.order == "findings":
        source += f" LEFT JOIN {CONCERNED} c ON c.key = o.key"
    return _Sql(f"FROM {source} WHERE {conditions.text}", conditions.values)


def _row(listing: Listing, conditions: _Sql) -> str:
    name = listing.kind.name
    return f"CROSS JOIN {name} t ON t.key = o.key" if "t." in conditions.text else ""


def _sorted(listing: Listing) -> str:
    direction = "DESC" if listing.descending else "ASC"
    parts = dict.fromkeys([ORDERS[listing.kind.name][listing.order], "o.by_name"])
    return "ORDER BY " + ", ".join(f"{part} {direction}" for part in parts)


def _walked(db: sqlite3.Connection, listing: Listing, conditions: _Sql, size: int) -> array[int]:
    """Return the first keys of an order, passing few rows; fewer than ``size`` where those hold too few."""
    ranks = f"{listing.kind.name}_rank o"
    by_name = replace(listing, order="name")
    if listing.order in ranked(listing.kind):
        legs = [(ranks, _near(db, listing), _sorted(listing))]
    elif listing.order == "findings":
        # Few rows have findings; all the others follow in order of their names.
        concerned = (f"{CONCERNED} c CROSS JOIN {ranks} ON o.key = c.key", "1", _sorted(listing))
        others = f"{_near(db, by_name)} AND o.key NOT IN (SELECT key FROM {CONCERNED})"
        legs = [*([] if listing.descending else [concerned]), (ranks, others, _sorted(by_name))]
    else:
        legs = []
    keys = array("I")
    for source, where, order in legs:
        passed = f"FROM {source} {_row(listing, conditions)} WHERE {where} AND {conditions.text} {order}"
        keys += _keys(db, f"{passed} LIMIT {size - len(keys)}", conditions.values)
    return keys


def _near(db: sqlite3.Connection, listing: Listing) -> str:
    """SQL for the first rows of a ranked order."""
    rank = ORDERS[listing.kind.name][listing.order]
    return f"{rank} > {totals(db)[listing.kind.name] - _WALKED}" if listing.descending else f"{rank} <= {_WALKED}"


def _within(listing: Listing) -> list[_Sql]:
    if listing.within is None:
        return []
    relation, key = listing.within
    return [_Sql(_WITHIN[listing.kind.name, relation], [key])]


def _match(db: sqlite3.Connection, listing: Listing) -> str | None:
    return search.expression(db, listing.kind, listing.filter.words, listing.filter.unwanted)


def _conditions(listing: Listing, match: str) -> _Sql:
    """Everything a row must pass besides what the index decides by ``match``."""
    parts = _within(listing)
    for condition in listing.filter.conditions:
        if condition.field:
            text, values = FIELDS[listing.kind.name][condition.field].sql(condition)
            parts.append(_Sql(f"NOT coalesce({text}, 0)" if condition.negated else f"({text})", values))
    if not match:
        parts += [_Sql(f"instr({_text(listing)}, ?) = 0", [word]) for word in listing.filter.unwanted]
    return _all_of(parts)


def _word_tests(listing: Listing) -> list[_Sql]:
    return [_Sql(f"instr({_text(listing)}, ?) > 0", [word]) for word in listing.filter.words]


def _text(listing: Listing) -> str:
    return listing.kind.text.format("t.")


def _all_of(parts: Sequence[_Sql]) -> _Sql:
    return _Sql(" AND ".join(part.text for part in parts) or "1", [value for part in parts for value in part.values])
