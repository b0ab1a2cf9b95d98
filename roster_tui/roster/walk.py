"""The first rows of a list, found by walking along its order and looking at each row: few steps, whatever is asked.

The index answers a rare word at once and a common letter late; a walk answers a common letter at once. So a walk
is short, and gives what it has passed.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import orjson

from roster_tui.roster.apply import totals
from roster_tui.roster.fields import CONCERNED, NO_ACCOUNT, STATE
from roster_tui.roster.kinds import SECTION
from roster_tui.roster.listing import Listing, Sql, all_of, row_tests, sorted_by
from roster_tui.roster.ranks import column, ranked

_STEPS = 4_000
"""Rows that are looked at in turn, at 1 to 2 µs each."""
_SECTIONS_EACH = 5
"""Of a teacher, as a rule."""


@dataclass(frozen=True)
class Passed:
    """What a walk has found: the first keys of the list."""

    keys: array[int]
    whole: bool
    """Whether it came to the end: there are no more."""


@dataclass(frozen=True)
class _Leg:
    """A part of an order, to be walked after the parts before it; ``o`` is a row's ranks."""

    source: Sql
    where: Sql
    order: str
    whole: bool = True
    """Whether it holds every row of its part."""


_NOTHING = _Leg(Sql("(SELECT 0 AS key LIMIT 0) o"), Sql("1"), "", whole=False)


def walk(db: sqlite3.Connection, listing: Listing, most: int, along: Sequence[int] | None = None) -> Passed:
    """Return the first keys of a list, at most so many, as far as a few steps lead.

    ``along`` are the keys of a list that this one narrows: then nothing else need be passed.
    """
    keys = array("I")
    tests = row_tests(listing)
    row = f"CROSS JOIN {listing.kind.name} t ON t.key = o.key" if "t." in tests.text else ""
    for leg in _legs(db, listing) if along is None else [_listed(along)]:
        wanted = all_of([leg.where, tests])
        found = db.execute(
            f"SELECT o.key FROM {leg.source.text} {row} WHERE {wanted.text} {leg.order} LIMIT {most - len(keys)}",
            [*leg.source.values, *wanted.values],
        )
        keys.extend(key for (key,) in found)
        if len(keys) == most or not leg.whole:
            return Passed(keys, whole=False)
    return Passed(keys, whole=True)


def _legs(db: sqlite3.Connection, listing: Listing) -> Iterator[_Leg]:
    if listing.order in ranked(listing.kind):
        yield _near(db, listing)
    elif listing.order == "findings":
        yield from _by_findings(db, listing)
    elif listing.order == "account":
        yield from _by_state(db, listing)
    elif totals(db)[listing.kind.name] <= _STEPS:
        yield _Leg(Sql(f"{listing.kind.name}_rank o"), Sql("1"), sorted_by(listing))
    elif listing.order == "teacher" and listing.kind is SECTION:
        yield _by_teacher(db, listing)
    else:
        # No index has this order, and sorting so many is no short walk.
        yield _NOTHING


def _listed(keys: Sequence[int]) -> _Leg:
    """The beginning of a list whose keys are known."""
    first = orjson.dumps(list(keys[:_STEPS])).decode()
    source = Sql("(SELECT value AS key, key AS place FROM json_each(?)) o", [first])
    return _Leg(source, Sql("1"), "ORDER BY o.place", whole=len(keys) <= _STEPS)


def _near(db: sqlite3.Connection, listing: Listing, where: Sql | None = None) -> _Leg:
    """The beginning of a ranked order."""
    total, rank = totals(db)[listing.kind.name], f"o.{column(listing.order)}"
    near = f"{rank} > {total - _STEPS}" if listing.descending else f"{rank} <= {_STEPS}"
    parts = [Sql(near), *([where] if where else [])]
    return _Leg(Sql(f"{listing.kind.name}_rank o"), all_of(parts), sorted_by(listing), whole=total <= _STEPS)


def _by_teacher(db: sqlite3.Connection, listing: Listing) -> _Leg:
    """The sections of the first teachers, or of the last; one is listed with the first of its teachers who is known."""
    if listing.descending:
        # Sections that have none come first, and no index finds these.
        return _NOTHING
    teachers = f"(SELECT key, by_name FROM teacher_rank WHERE by_name <= {_STEPS // _SECTIONS_EACH}) p"
    sections = "section_teacher l ON l.teacher = p.key CROSS JOIN section_rank o ON o.key = l.section"
    first = Sql(
        "NOT EXISTS (SELECT 1 FROM section_teacher f CROSS JOIN teacher_rank k ON k.key = f.teacher"
        " WHERE f.section = l.section AND f.position < l.position)"
    )
    return _Leg(Sql(f"{teachers} CROSS JOIN {sections}"), first, "ORDER BY p.by_name, o.by_name", whole=False)


def _by_findings(db: sqlite3.Connection, listing: Listing) -> Iterator[_Leg]:
    """Few rows have findings; all the others follow, or go before, in order of their names."""
    ranks = f"{listing.kind.name}_rank o"
    concerned = _Leg(Sql(f"{CONCERNED} c CROSS JOIN {ranks} ON o.key = c.key"), Sql("1"), sorted_by(listing))
    unconcerned = Sql(f"o.key NOT IN (SELECT key FROM {CONCERNED})")
    others = _near(db, replace(listing, order="name"), unconcerned)
    yield from (others, concerned) if listing.descending else (concerned, others)


def _by_state(db: sqlite3.Connection, listing: Listing) -> Iterator[_Leg]:
    """Accounts state by state, each in order of names: all of a rare one, the beginning of a common one."""
    by_name = replace(listing, order="name")
    counts = dict(db.execute("SELECT state, count(*) FROM account GROUP BY state").fetchall())
    counts[NO_ACCOUNT] = totals(db)[listing.kind.name] - sum(counts.values())
    for state in sorted(counts, reverse=listing.descending):
        if state == NO_ACCOUNT or counts[state] > _STEPS:
            if counts[state]:
                yield _near(db, by_name, Sql(f"{STATE.format('o')} = ?", [state]))
        else:
            source = f"account a CROSS JOIN {listing.kind.name}_rank o ON o.key = a.key"
            yield _Leg(Sql(source), Sql("a.state = ?", [state]), sorted_by(by_name))
