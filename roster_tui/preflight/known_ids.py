"""Which Clever ID a record of the files has: the one the roster knows, or a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from roster_tui.roster.kinds import Kind
from roster_tui.sis.as_clever import derived_id

_TABLE = "CREATE TEMP TABLE known (kind TEXT, sis_id TEXT, id BLOB, PRIMARY KEY (kind, sis_id)) WITHOUT ROWID"
_TEACHES = "(instr(t.roles, 'teacher') > 0 OR t.roles = '')"
# Courses and terms have no SIS ID: the keys are those under which Clever makes them from section rows.
_KEYS = {
    "school": ("school", "t.sis_id", "1", "1"),
    # A leaver who returns within 300 days is the same person again (reference 6); the present ones come first.
    "teacher": ("teacher", "t.sis_id", _TEACHES, "t.in_data DESC"),
    "staff": ("teacher", "t.staff_id", f"NOT {_TEACHES}", "t.in_data DESC"),
    "student": ("student", "t.sis_id", "1", "1"),
    "section": ("section", "t.sis_id", "1", "1"),
    "course": ("course", "coalesce(t.number, t.name)", "1", "1"),
    "term": ("term", "coalesce(t.name, '') || char(0) || coalesce(t.starts, 'None') || char(0)"
             " || coalesce(t.ends, 'None')", "1", "1"),
}  # fmt: skip
_ADMIN = "district_admin"


class KnownIds:
    """The Clever IDs of a roster by kind and key in the files, and the admins that no file holds."""

    def __init__(self, db: sqlite3.Connection, district_id: str) -> None:
        self._db = db
        self._district = district_id
        # Read-only is the roster, not the list made of it here.
        db.execute("PRAGMA query_only = 0")
        db.execute(_TABLE)
        for kind, (table, key, where, first) in _KEYS.items():
            db.execute(
                f"INSERT OR IGNORE INTO temp.known SELECT '{kind}', {key}, r.id FROM {table} t"
                # Written in order of key: into a tree of its size at random it would take five times as long.
                f" JOIN record r ON r.key = t.key WHERE {key} IS NOT NULL AND {where} ORDER BY {key}, {first}"
            )
        self.id_of = lru_cache(maxsize=100_000)(self._id_of)
        self._admins = {record["id"]: record for record in self._district_admins()}

    def _id_of(self, kind: str, sis_id: str) -> bytes:
        """Return the roster's id of a record, or a new one that follows from its key."""
        row = self._db.execute("SELECT id FROM temp.known WHERE kind = ? AND sis_id = ?", (kind, sis_id)).fetchone()
        return bytes(row[0]) if row else derived_id(self._district, kind, sis_id)

    def _district_admins(self) -> Iterator[dict[str, Any]]:
        rows = self._db.execute(
            "SELECT r.id, t.first, t.middle, t.last, t.email, t.title FROM teacher t JOIN record r ON r.key = t.key"
            f" WHERE t.in_data AND instr(t.roles, '{_ADMIN}') > 0"
        )
        for clever_id, first, middle, last, email, title in rows:
            name = {"first": first, "middle": middle, "last": last}
            roles = {_ADMIN: {"title": title}}
            yield {"id": clever_id.hex(), "name": name, "email": email, "roles": roles}

    def with_unsaid(self, kind: Kind, record: dict[str, Any], unsaid: Mapping[str, str]) -> dict[str, Any]:
        """Return a record with what its files cannot say as the roster has it: silence is no change.

        ``unsaid`` maps a field of Clever's record, or of its role, to the roster's column.
        """
        columns = ", ".join(f"t.{column}" for column in unsaid.values())
        row = self._db.execute(
            f"SELECT {columns} FROM {kind.name} t JOIN record r ON r.key = t.key WHERE r.id = ?",
            (bytes.fromhex(record["id"]),),
        ).fetchone()
        if row is None:
            return record
        known = dict(zip(unsaid, row, strict=True))
        if "roles" not in record:
            return {**record, **known}
        return {**record, "roles": {name: {**role, **known} for name, role in record["roles"].items()}}

    def with_admin_role(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return a teacher or staff member, with the role of a district admin if the roster knows it so."""
        admin = self._admins.pop(record["id"], None)
        return record if admin is None else {**record, "roles": {**admin["roles"], **record["roles"]}}

    def other_admins(self) -> Iterator[dict[str, Any]]:
        """Yield the district admins not seen yet: Clever keeps them, whatever the files hold."""
        yield from self._admins.values()
