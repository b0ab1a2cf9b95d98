"""Runs, and what each changed: every record and field, before and after."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

import orjson

from roster_tui.roster.kinds import KINDS, Kind, Link, PackedList

_ID_BYTES = 12
_MADE = ("sort_name", "spoken_name")
"""Columns that follow from others, so that their change tells nothing."""


class Run(NamedTuple):
    """One sync."""

    id: int
    mode: str
    """``full`` or ``incremental``."""
    reason: str | None
    """Why everything was fetched, where it was."""
    state: str
    """``running, applied, held, failed`` or ``discarded``."""
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None
    durations: dict[str, float]
    """Seconds by step: ``fetch, compare, apply, accounts``."""
    counts: dict[str, dict[str, int]]
    """By type: ``fetched, added, removed, updated``."""
    hold: dict[str, Any] | None
    error: str | None
    notes: list[str]
    """What else there is to know: the district is paused, Clever counts other numbers than it lists."""
    requests: int
    retries: int


_RUN_COLUMNS = ", ".join(Run._fields)


def start_run(db: sqlite3.Connection, mode: str, at: datetime, reason: str | None = None) -> int:
    """Note that a run has begun; returns its number."""
    done = db.execute(
        "INSERT INTO run (mode, reason, state, started_at) VALUES (?, ?, 'running', ?)", (mode, reason, at.isoformat())
    )
    return int(done.lastrowid or 0)


def end_run(db: sqlite3.Connection, run: int, state: str, at: datetime, **facts: Any) -> None:
    """Note how a run ended; ``facts`` are further columns, JSON values given as objects."""
    note_run(db, run, state=state, finished_at=at.isoformat(), **facts)


def note_run(db: sqlite3.Connection, run: int, **facts: Any) -> None:
    """Write columns of a run, JSON values given as objects."""
    columns = ", ".join(f"{name} = :{name}" for name in facts)
    values = {
        name: orjson.dumps(value).decode() if isinstance(value, dict | list) else value for name, value in facts.items()
    }
    db.execute(f"UPDATE run SET {columns} WHERE id = :run", {"run": run, **values})


def find_run(db: sqlite3.Connection, run: int) -> Run | None:
    """Return a run by number, or None."""
    row = db.execute(f"SELECT {_RUN_COLUMNS} FROM run WHERE id = ?", (run,)).fetchone()
    return _run(row) if row else None


def waiting(db: sqlite3.Connection) -> Run | None:
    """Return the run that is held for review: no later one has been applied, held or discarded."""
    row = db.execute(
        f"SELECT {_RUN_COLUMNS} FROM run WHERE state IN ('applied', 'held', 'discarded') ORDER BY id DESC LIMIT 1"
    ).fetchone()
    found = _run(row) if row else None
    return found if found and found.state == "held" else None


class Night(NamedTuple):
    """What the syncs of one day came to."""

    day: date
    state: str | None
    """``applied`` when one was, otherwise how the last one ended; None when none ran."""
    changes: int
    """Records that the applied ones changed."""


def nights(found: Iterable[Run], zone: tzinfo | None, today: date, number: int) -> list[Night]:
    """Return the last days up to today in the district's time zone, oldest first. Pure."""
    by_day: dict[date, list[Run]] = {}
    for run in found:
        by_day.setdefault(run.started_at.astimezone(zone).date(), []).append(run)
    days = [today - timedelta(days=ago) for ago in reversed(range(number))]
    return [_night(day, by_day.get(day, [])) for day in days]


def _night(day: date, found: list[Run]) -> Night:
    applied = [run for run in found if run.state == "applied"]
    tallies = [tally for run in applied for tally in run.counts.values()]
    changed = (tally[what] for tally in tallies for what in ("added", "updated", "removed"))
    latest = max(found, key=lambda run: run.id).state if found else None
    return Night(day, "applied" if applied else latest, sum(changed))


def prune(db: sqlite3.Connection, before: datetime) -> None:
    """Forget runs that began before a moment, and what they changed."""
    old = "SELECT id FROM run WHERE started_at < ?"
    db.execute(f"DELETE FROM change WHERE run IN ({old})", (before.isoformat(),))
    db.execute("DELETE FROM run WHERE started_at < ?", (before.isoformat(),))


def runs(db: sqlite3.Connection, limit: int, state: str | None = None) -> list[Run]:
    """Return the latest runs, newest first, of one state or of all."""
    where = "WHERE state = ?" if state else ""
    values = (state, limit) if state else (limit,)
    rows = db.execute(f"SELECT {_RUN_COLUMNS} FROM run {where} ORDER BY id DESC LIMIT ?", values)
    return [_run(row) for row in rows]


def _run(row: tuple[Any, ...]) -> Run:
    run = Run(*row)
    return run._replace(
        started_at=datetime.fromisoformat(str(run.started_at)),
        finished_at=datetime.fromisoformat(str(run.finished_at)) if run.finished_at else None,
        durations=orjson.loads(str(run.durations)),
        counts=orjson.loads(str(run.counts)),
        hold=orjson.loads(str(run.hold)) if run.hold else None,
        notes=orjson.loads(str(run.notes)),
    )


def record_changes(db: sqlite3.Connection, run: int) -> None:
    """Write what ``staged.change`` is about to do to the roster, while the old values still stand there."""
    for kind in KINDS:
        db.executemany(
            "INSERT INTO change (run, kind, key, what, before, after) VALUES (?, ?, ?, ?, ?, ?)",
            _changes(db, run, kind),
        )


def _changes(db: sqlite3.Connection, run: int, kind: Kind) -> Iterator[tuple[Any, ...]]:
    for key in _keys(db, kind, "added"):
        yield run, kind.code, key, "added", None, None
    for key in _keys(db, kind, "removed"):
        yield run, kind.code, key, "removed", _json(_current(db, kind, key)), None
    for key in _keys(db, kind, "updated"):
        before, after = _differing(_current(db, kind, key), _next(db, kind, key))
        yield run, kind.code, key, "updated", _json(before), _json(after)


def _keys(db: sqlite3.Connection, kind: Kind, what: str) -> list[int]:
    rows = db.execute(
        "SELECT r.key FROM staged.change c CROSS JOIN record r ON r.id = c.id WHERE c.kind = ? AND c.what = ?",
        (kind.code, what),
    )
    return [key for (key,) in rows]


def _current(db: sqlite3.Connection, kind: Kind, key: int) -> dict[str, Any]:
    """Return a record's fields as they stand; references and lists as Clever IDs."""
    references = [f"(SELECT id FROM record WHERE key = t.{name})" for name, _ in kind.references]
    row = db.execute(
        f"SELECT {', '.join((*kind.columns, *references))} FROM {kind.name} t WHERE key = ?", (key,)
    ).fetchone()
    names = (*kind.columns, *(name for name, _ in kind.references))
    fields = dict(zip(names, map(_readable, row), strict=True))
    for link in kind.links:
        fields[link.column] = _linked(db, link, key)
    for packed in kind.packed:
        fields[packed.column] = _unpacked(db, kind, packed, key)
    return fields


def _linked(db: sqlite3.Connection, link: Link, key: int) -> list[str]:
    order = "l.position" if link.ordered else "r.id"
    rows = db.execute(
        f"SELECT r.id FROM {link.table} l CROSS JOIN record r ON r.key = l.{link.member}"
        f" WHERE l.{link.owner} = ? ORDER BY {order}",
        (key,),
    )
    return [clever_id.hex() for (clever_id,) in rows]


def _unpacked(db: sqlite3.Connection, kind: Kind, packed: PackedList, key: int) -> list[str]:
    raw = db.execute(f"SELECT {packed.name} FROM {kind.name} WHERE key = ?", (key,)).fetchone()[0] or b""
    keys = orjson.dumps([member for (member,) in struct.iter_unpack(">I", raw)]).decode()
    rows = db.execute("SELECT id FROM record WHERE key IN (SELECT value FROM json_each(?)) ORDER BY id", (keys,))
    return [clever_id.hex() for (clever_id,) in rows]


def _next(db: sqlite3.Connection, kind: Kind, key: int) -> dict[str, Any]:
    """Return a record's fields as they are staged."""
    row = db.execute(
        f"SELECT {', '.join(kind.staged_columns)} FROM staged.{kind.name}"
        " WHERE id = (SELECT id FROM record WHERE key = ?)",
        (key,),
    ).fetchone()
    fields = dict(zip(kind.staged_columns, row, strict=True))
    for name, _ in kind.references:
        fields[name] = _readable(fields[name])
    for column in kind.list_columns:
        raw = fields[column].hex()
        fields[column] = [raw[at : at + 2 * _ID_BYTES] for at in range(0, len(raw), 2 * _ID_BYTES)]
    return fields


def _readable(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def _differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [name for name in after if before[name] != after[name] and name not in _MADE]
    old = {name: before[name] for name in names}
    new = {name: after[name] for name in names}
    for name in names:
        # Of a class list only who left and who came is kept; the rest is in the roster.
        if isinstance(old[name], list):
            stayed = set(old[name]) & set(new[name])
            old[name] = [member for member in old[name] if member not in stayed]
            new[name] = [member for member in new[name] if member not in stayed]
    return old, new


def _json(fields: dict[str, Any]) -> str:
    return orjson.dumps(fields).decode()
