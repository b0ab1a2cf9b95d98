"""What a run changed, read back: every record with its fields before and after."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from roster_tui.roster.kinds import BY_CODE, Kind
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


def changes(db: sqlite3.Connection, run: int, limit: int) -> Iterator[Change]:
    """Yield what a run changed, by type, then removed, updated, added; at most so many records."""
    rows = db.execute(
        "SELECT c.kind, c.key, r.id, c.what, c.before, c.after FROM change c JOIN record r ON r.key = c.key"
        " WHERE c.run = ? ORDER BY c.kind, c.what = 'added', c.what = 'updated', c.key LIMIT ?",
        (run, limit),
    )
    for code, key, clever_id, what, before, after in rows.fetchall():
        kind, old = BY_CODE[code], orjson.loads(before or b"{}")
        label = _label(old) if what == "removed" else _current_label(db, kind, key)
        yield Change(kind, clever_id.hex(), label or clever_id.hex(), what, old, orjson.loads(after or b"{}"))


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
