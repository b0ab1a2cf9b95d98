"""What the simulated Clever holds: one SQLite file of ready-made JSON bodies, read in pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

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

    def record(self, resource: str, clever_id: str) -> bytes | None:
        """Return one record's body, or None when there is none with this id."""
        row = self.db.execute(
            f"SELECT {_BODY} FROM record WHERE id = ? AND resource = ?", (clever_id, resource)
        ).fetchone()
        return bytes(row[0]) if row else None

    def records(self, resource: str, role: str | None, cursor: Cursor) -> Page:
        """Return one page of a list; ``role`` narrows users to those who hold it."""
        if role is None:
            return self._page(f"SELECT id, {_BODY} FROM record WHERE resource = ?", "id", (resource,), cursor)
        return self._page(
            f"SELECT r.id, {_BODY} FROM user_role u JOIN record r ON r.id = u.id WHERE u.role = ?",
            "u.id",
            (role,),
            cursor,
        )

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
        types = tuple(record_types)
        sql = "SELECT id, body FROM event WHERE 1"
        values: list[str] = []
        if types:
            sql += f" AND substr(type, 1, instr(type, '.') - 1) IN ({', '.join('?' * len(types))})"
            values += types
        if school:
            sql += " AND instr(body, ?)"
            values.append(f'"{school}"')
        return self._page(sql, "id", values, cursor)

    def _page(self, sql: str, key: str, values: Sequence[str], cursor: Cursor) -> Page:
        if cursor.before:
            rows = self._fetch(f"{sql} AND {key} < ? ORDER BY {key} DESC", [*values, cursor.before], cursor)
            more_before, rows = len(rows) > cursor.limit, rows[: cursor.limit][::-1]
            return Page(rows, more_after=True, more_before=more_before)
        rows = self._fetch(f"{sql} AND {key} > ? ORDER BY {key}", [*values, cursor.after], cursor)
        more_after, rows = len(rows) > cursor.limit, rows[: cursor.limit]
        return Page(rows, more_after=more_after, more_before=bool(cursor.after and rows))

    def _fetch(self, sql: str, values: Sequence[str], cursor: Cursor) -> list[tuple[str, bytes]]:
        return self.db.execute(f"{sql} LIMIT ?", [*values, cursor.limit + 1]).fetchall()

    def bodies(self, resource: str) -> Iterator[tuple[str, bytes]]:
        """Yield id and body of every record of one resource, in order of id."""
        yield from self.db.execute(f"SELECT id, {_BODY} FROM record WHERE resource = ? ORDER BY id", (resource,))


# Districts, terms and courses have no time stamps of their own in Clever's answers.
_BODY = """CASE WHEN resource IN ('districts', 'terms', 'courses') THEN body ELSE
    CAST(substr(body, 1, length(body) - 1)
    || ',"created":"' || created || '","last_modified":"' || modified || '"}' AS BLOB) END"""
