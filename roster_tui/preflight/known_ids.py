"""Which Clever ID a record of the files has, the one the roster knows or a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from roster_tui.roster.kinds import Kind
from roster_tui.sis.as_clever import derived_id

_TEACHES = "(instr(t.roles, 'teacher') > 0 OR t.roles = '')"
# Courses and terms have no SIS ID: the keys are those under which Clever makes them from section rows.
_KEYS = {
    "school": ("school", "t.sis_id", "1", "t.key DESC"),
    # A leaver who returns within 300 days is the same person again (reference 6); the present ones come last.
    "teacher": ("teacher", "t.sis_id", _TEACHES, "t.in_data"),
    "staff": ("teacher", "t.staff_id", f"NOT {_TEACHES}", "t.in_data"),
    "course": ("course", "coalesce(t.number, t.name)", "1", "t.key DESC"),
    "term": ("term", "coalesce(t.name, '') || char(0) || coalesce(t.starts, 'None') || char(0)"
             " || coalesce(t.ends, 'None')", "1", "t.key DESC"),
}  # fmt: skip
_ADMIN = "district_admin"


def _ids(db: sqlite3.Connection, table: str, key: str, where: str, last: str) -> dict[str, bytes]:
    """Return ids by key; of one key the last row counts."""
    rows = db.execute(
        f"SELECT {key}, r.id FROM {table} t JOIN record r ON r.key = t.key"
        f" WHERE {key} IS NOT NULL AND {where} ORDER BY {last}"
    )
    return dict(rows)


class KnownIds:
    """The Clever IDs of a roster by kind and key in the files, and the admins that no file holds."""

    def __init__(self, db: sqlite3.Connection, district_id: str) -> None:
        self._db = db
        self._district = district_id
        self._few = {kind: _ids(db, *source) for kind, source in _KEYS.items()}
        self.highest_key = int(db.execute("SELECT coalesce(max(key), 0) FROM record").fetchone()[0])
        self._hex: dict[int, str] = {}
        self._admins = {record["id"]: record for record in self._district_admins()}

    def id_of(self, kind: str, key: str) -> bytes:
        """Return the roster's id of a school, teacher, staff member, course or term, or a new one."""
        return self._few.get(kind, {}).get(key) or self.new_id(kind, key)

    def new_id(self, kind: str, key: str) -> bytes:
        """Return the id of a record that the roster does not know; it follows from its key in the files."""
        return derived_id(self._district, kind, key)

    def id_at(self, key: int) -> bytes:
        """Return the id of a record of the roster by the roster's own key."""
        return bytes(self._db.execute("SELECT id FROM record WHERE key = ?", (key,)).fetchone()[0])

    def ids_at(self, keys: Sequence[int]) -> Iterator[bytes]:
        """Yield the ids of some records."""
        rows = self._db.execute(
            "SELECT id FROM record WHERE key IN (SELECT value FROM json_each(?))", (orjson.dumps(keys).decode(),)
        )
        return (clever_id for (clever_id,) in rows)

    def hex_at(self, key: int | None) -> str | None:
        """Return the id of a record to which many refer, as Clever writes it."""
        if key is None:
            return None
        found = self._hex.get(key)
        if found is None:
            found = self._hex[key] = self.id_at(key).hex()
        return found

    def all_but(self, kinds: Iterable[Kind]) -> Iterator[str]:
        """Yield the ids of the roster's records of all other kinds."""
        codes = ", ".join(str(kind.code) for kind in kinds)
        rows = self._db.execute(f"SELECT id FROM record WHERE hash IS NOT NULL AND kind NOT IN ({codes})")
        return (clever_id.hex() for (clever_id,) in rows)

    def unsaid(self, kind: Kind, clever_id: bytes, fields: Mapping[str, str]) -> dict[str, Any]:
        """Return what the roster has in the columns of ``fields``, by field; nothing of a record it does not know."""
        columns = ", ".join(f"t.{column}" for column in fields.values())
        row = self._db.execute(
            f"SELECT {columns} FROM {kind.name} t JOIN record r ON r.key = t.key WHERE r.id = ?", (clever_id,)
        ).fetchone()
        return dict(zip(fields, row, strict=True)) if row else {}

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

        ``unsaid`` maps a field of Clever's record, or of its role, to the roster's column; ``a.b`` is the ``b`` in
        ``a``.
        """
        known = self.unsaid(kind, bytes.fromhex(record["id"]), unsaid)
        if not known:
            return record
        if "roles" not in record:
            return _with(record, known)
        return {**record, "roles": {name: _with(role, known) for name, role in record["roles"].items()}}

    def with_admin_role(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return a teacher or staff member, with the role of a district admin if the roster knows it so."""
        admin = self._admins.pop(record["id"], None)
        return record if admin is None else {**record, "roles": {**admin["roles"], **record["roles"]}}

    def other_admins(self) -> Iterator[dict[str, Any]]:
        """Yield the district admins not seen yet: Clever keeps them, whatever the files hold."""
        yield from self._admins.values()


def _with(record: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(record)
    for path, value in fields.items():
        outer, _, inner = path.partition(".")
        told[outer] = {**told.get(outer, {}), inner: value} if inner else value
    return told
