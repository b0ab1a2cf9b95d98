"""What the simulated Clever holds: one SQLite file of ready-made JSON bodies, read in pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from roster_tui.sandbox.relations import Relation

RESOURCES = ("districts", "schools", "courses", "terms", "users", "sections")
ROLES = ("student", "teacher", "staff", "district_admin", "contact")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    id TEXT PRIMARY KEY, resource TEXT NOT NULL, created TEXT NOT NULL, modified TEXT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS record_resource ON record (resource, id);
CREATE TABLE IF NOT EXISTS user_role (role TEXT, id TEXT, PRIMARY KEY (role, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, created TEXT NOT NULL, body BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS night (number INTEGER PRIMARY KEY, at TEXT NOT NULL, source TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after or before an id, and how long it may be."""

    limit: int
    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class Page:
    """Bodies in ascending order of id, and whether there are more on either side."""

    rows: Sequence[tuple[str, bytes]]
    more_after: bool
    more_before: bool


class Store:
    """The records and events of one simulated district."""

    def __init__(self, path: Path | str) -> None:
        self.path = path
        # One connection serves one event loop; SQLite itself refuses a second writer.
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @property
    def nights(self) -> int:
        """How many nights have been loaded."""
        return int(self.db.execute("SELECT count(*) FROM night").fetchone()[0])

    def district_id(self) -> str | None:
        """Return the id of the district, or None before the first night."""
        row = self.db.execute("SELECT id FROM record WHERE resource = 'districts'").fetchone()
        return str(row[0]) if row else None

    def last_night(self) -> datetime | None:
        """Return when Clever last processed files, or None before the first night."""
        row = self.db.execute("SELECT at FROM night ORDER BY number DESC LIMIT 1").fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    def record(self, resource: str, clever_id: str) -> bytes | None:
        """Return one record's body, or None when there is none with this id."""
        row = self.db.execute(
            f"SELECT {_BODY} FROM record WHERE id = ? AND resource = ?", (clever_id, resource)
        ).fetchone()
        return bytes(row[0]) if row else None

    def roles(self, user_id: str) -> set[str]:
        """Return the roles that a user holds."""
        rows = self.db.execute(
            "SELECT j.key FROM record r, json_each(CAST(r.body AS TEXT), '$.roles') j"
            " WHERE r.id = ? AND r.resource = 'users'",
            (user_id,),
        )
        return {role for (role,) in rows}

    def records(self, resource: str, role: str | None, cursor: Cursor) -> Page:
        """Return one page of a list; ``role`` narrows users to those who hold it."""
        if role is None:
            sql = f"SELECT id, {_BODY} FROM record WHERE resource = :resource"
            return self._page(sql, "id", {"resource": resource}, cursor)
        sql = f"SELECT r.id, {_BODY} FROM user_role u JOIN record r ON r.id = u.id WHERE u.role = :role"
        return self._page(sql, "u.id", {"role": role}, cursor)

    def related(self, relation: Relation, holder: str, role: str | None, primary: bool, cursor: Cursor) -> Page:
        """Return one page of what stands in a relation to the record with the id ``holder``."""
        sql = f"SELECT r.id, {_BODY} FROM record r WHERE r.resource = :resource AND r.id <> :id AND {relation.where}"
        if role is not None:
            sql += f" AND {relation.role}"
        if primary:
            sql += f" AND {relation.primary}"
        values = {"resource": relation.resource, "id": holder, "mention": f'"{holder}"'.encode(), "held": role}
        return self._page(sql, "r.id", values, cursor)

    def count(self, resource: str, role: str | None) -> int:
        """Return how many records a list holds in all."""
        if role is None:
            row = self.db.execute("SELECT count(*) FROM record WHERE resource = ?", (resource,)).fetchone()
        else:
            row = self.db.execute("SELECT count(*) FROM user_role WHERE role = ?", (role,)).fetchone()
        return int(row[0])

    def event(self, event_id: str) -> bytes | None:
        """Return one event's body, or None."""
        row = self.db.execute("SELECT body FROM event WHERE id = ?", (event_id,)).fetchone()
        return bytes(row[0]) if row else None

    def events(self, record_types: Iterable[str], school: str | None, cursor: Cursor) -> Page:
        """Return one page of events, oldest first, of some record types and of one school or of all."""
        types = list(record_types)
        sql = "SELECT id, body FROM event WHERE 1"
        if types:
            sql += " AND substr(type, 1, instr(type, '.') - 1) IN (SELECT value FROM json_each(:types))"
        if school:
            sql += " AND instr(body, :mention)"
        values = {"types": orjson.dumps(types).decode(), "mention": f'"{school}"'.encode()}
        return self._page(sql, "id", values, cursor)

    def forget_events_before_last_night(self) -> None:
        """Drop the events of all nights but the last, as Clever does after thirty days (reference 5.3)."""
        self.db.execute("DELETE FROM event WHERE created < (SELECT max(created) FROM event)")

    def _page(self, sql: str, key: str, values: Mapping[str, object], cursor: Cursor) -> Page:
        values = {**values, "after": cursor.after, "before": cursor.before, "limit": cursor.limit + 1}
        if cursor.before:
            rows = self._fetch(f"{sql} AND {key} < :before ORDER BY {key} DESC", values)
            more_before, rows = len(rows) > cursor.limit, rows[: cursor.limit][::-1]
            return Page(rows, more_after=True, more_before=more_before)
        rows = self._fetch(f"{sql} AND {key} > :after ORDER BY {key}", values)
        more_after, rows = len(rows) > cursor.limit, rows[: cursor.limit]
        return Page(rows, more_after=more_after, more_before=bool(cursor.after and rows))

    def _fetch(self, sql: str, values: Mapping[str, object]) -> list[tuple[str, bytes]]:
        return self.db.execute(f"{sql} LIMIT :limit", values).fetchall()

    def bodies(self, resource: str) -> Iterator[tuple[str, bytes]]:
        """Yield id and body of every record of one resource, in order of id."""
        yield from self.db.execute(f"SELECT id, {_BODY} FROM record WHERE resource = ? ORDER BY id", (resource,))


# Districts, terms and courses have no time stamps of their own in Clever's answers.
_BODY = """CASE WHEN resource IN ('districts', 'terms', 'courses') THEN body ELSE
    CAST(substr(body, 1, length(body) - 1)
    || ',"created":"' || created || '","last_modified":"' || modified || '"}' AS BLOB) END"""
