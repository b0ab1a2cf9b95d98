"""What a staged roster would change: added, updated and removed records by type, found in SQL by row hash."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from roster_tui.roster.cache import get_meta
from roster_tui.roster.kinds import KINDS, Kind

ADDED, UPDATED, REMOVED = "added", "updated", "removed"


@dataclass(frozen=True)
class Tally:
    """How one type of record changes."""

    before: int
    fetched: int
    """Records that came: all of them, or in an incremental run those that events spoke of."""
    added: int
    updated: int
    removed: int

    @property
    def after(self) -> int:
        """Records once this is applied."""
        return self.before + self.added - self.removed


def compare(db: sqlite3.Connection) -> Mapping[str, Tally]:
    """Fill ``staged.change`` and return a tally per kind; reads hashes only, never fields.

    ``db`` is a connection to the roster with the staged file attached. Of a roster staged from events only
    what they touched is compared; all else is as it was.
    """
    db.execute("DELETE FROM staged.change")
    for kind in KINDS:
        _find_differing(db, kind)
    _find_removed(db)
    return _tallies(db)


def _find_differing(db: sqlite3.Connection, kind: Kind) -> None:
    """Find added and updated records in one pass: every look-up of a city's million ids counts."""
    db.execute(
        f"INSERT INTO staged.change SELECT {kind.code}, s.id,"
        f" CASE WHEN r.hash IS NULL THEN '{ADDED}' ELSE '{UPDATED}' END"
        f" FROM staged.{kind.name} s LEFT JOIN record r ON r.id = s.id WHERE r.hash IS NOT s.hash"
    )


def _find_removed(db: sqlite3.Connection) -> None:
    candidates = "staged.touched t CROSS JOIN record r ON r.id = t.id" if touched_only(db) else "record r"
    came = " ".join(
        f"WHEN {kind.code} THEN EXISTS (SELECT 1 FROM staged.{kind.name} WHERE id = r.id)" for kind in KINDS
    )
    db.execute(
        f"INSERT INTO staged.change SELECT r.kind, r.id, '{REMOVED}' FROM {candidates} WHERE r.hash IS NOT NULL"
        f" AND NOT CASE r.kind {came} END AND NOT EXISTS (SELECT 1 FROM staged.kept k WHERE k.id = r.id)"
    )


def _tallies(db: sqlite3.Connection) -> Mapping[str, Tally]:
    of_each = ", ".join(f"count(CASE kind WHEN {kind.code} THEN 1 END)" for kind in KINDS)
    before = db.execute(f"SELECT {of_each} FROM record WHERE hash IS NOT NULL").fetchone()
    rows = db.execute("SELECT kind, what, count(*) FROM staged.change GROUP BY kind, what")
    changed = {(code, what): number for code, what, number in rows}
    return {
        kind.name: Tally(
            had,
            db.execute(f"SELECT count(*) FROM staged.{kind.name}").fetchone()[0],
            *(changed.get((kind.code, what), 0) for what in (ADDED, UPDATED, REMOVED)),
        )
        for kind, had in zip(KINDS, before, strict=True)
    }


def touched_only(db: sqlite3.Connection) -> bool:
    """Return whether the staged roster holds only what events touched."""
    return bool(get_meta(db, "touched_only", staged=True))


def stays(db: sqlite3.Connection) -> str:
    """Return SQL that says whether a record ``r`` stays as it is, whatever is staged."""
    if touched_only(db):
        return "NOT EXISTS (SELECT 1 FROM staged.touched o WHERE o.id = r.id)"
    return "EXISTS (SELECT 1 FROM staged.kept o WHERE o.id = r.id)"


def digest(db: sqlite3.Connection, also: str = "") -> str:
    """Return a fingerprint of what ``staged.change`` would do: which records, how, and to which content.

    ``also`` is whatever else was shown with it.

    An approval names it, so that other data than was shown cannot be applied (24 hex digits).
    """
    fingerprint = blake2b(also.encode(), digest_size=12)
    for kind in KINDS:
        rows = db.execute(
            f"SELECT c.what, c.id, s.hash FROM staged.change c LEFT JOIN staged.{kind.name} s ON s.id = c.id"
            " WHERE c.kind = ? ORDER BY c.what, c.id",
            (kind.code,),
        )
        for row in rows:
            fingerprint.update(repr(row).encode())
    return fingerprint.hexdigest()
