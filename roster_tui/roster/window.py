"""Lists of schools, teachers and sections: which rows, in which order, read in windows.

An order is worked out once, as an array of keys; pages are then read by key, never by OFFSET. Two questions can go
side by side: `full_window` finds every row by the indexes and sorts them, which takes the longer the more there are;
`first_window` walks along the order, which takes the longer the fewer there are.
"""

from __future__ import annotations

import sqlite3
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from roster_tui.roster import search
from roster_tui.roster.apply import totals
from roster_tui.roster.listing import Listing, hits, narrows, sorted_by, within
from roster_tui.roster.walk import walk

FIRST = 100
"""Keys of a first window: more than any terminal shows."""


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


def first_window(
    db: sqlite3.Connection, listing: Listing, size: int = FIRST, *, before: Window | None = None
) -> Window:
    """Return the first keys, as far as a few steps along the order lead: at once, for every key press.

    There may be none yet where they are rare; then `full_window` is not far. ``before`` is what was listed last:
    when this list narrows it, the steps lead along its rows.
    """
    total = _total(db, listing)
    if _match(db, listing) is None:
        return Window(listing, array("I"), 0, True, total)
    narrowing = before is not None and before.complete and narrows(listing, before.listing)
    passed = walk(db, listing, size + 1, before.keys if narrowing and before else None)
    keys = passed.keys[:size]
    if listing.everything:
        return Window(listing, keys, total, True, total)
    return Window(listing, keys, len(keys), passed.whole, total)


def full_window(db: sqlite3.Connection, listing: Listing) -> Window:
    """Return every key in order; run it beside the event loop, SQLite works without Python meanwhile."""
    match = _match(db, listing)
    keys = array("I")
    if match is not None:
        found = hits(listing, match)
        # One value instead of a row per key: 400,000 rows would each wake Python up.
        ordered = f"SELECT printf('%08x', o.key) hex {found.text} {sorted_by(listing)}"
        packed = db.execute(f"SELECT group_concat(hex, '') FROM ({ordered})", found.values).fetchone()[0]
        keys.frombytes(bytes.fromhex(packed or ""))
        if sys.byteorder == "little":
            keys.byteswap()
    return Window(listing, keys, len(keys), True, _total(db, listing))


def _total(db: sqlite3.Connection, listing: Listing) -> int:
    """Return how many rows there are before any filter; of a whole kind it is known from the last write."""
    if listing.within is None:
        return totals(db)[listing.kind.name]
    inside = within(listing)
    query = f"SELECT count(*) FROM {listing.kind.name} t WHERE {inside.text}"
    return int(db.execute(query, inside.values).fetchone()[0])


def _match(db: sqlite3.Connection, listing: Listing) -> str | None:
    return search.expression(db, listing.kind, listing.filter.words, listing.filter.unwanted)
