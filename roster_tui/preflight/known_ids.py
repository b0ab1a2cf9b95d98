"""Which Clever ID a record of the files has: the one the roster knows, or a new one."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any

from roster_tui.roster.kinds import Kind
from roster_tui.sis.as_clever import derived_id

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
_ID_BYTES = 12
_HASH = (1 << 64) - 1
_PLACE_BITS = 32
_PLACE = (1 << _PLACE_BITS) - 1


class _Ids:
    """The ids of one kind by key: 24 bytes each, where a dict of a city's students would take 150 MB.

    Keys are told apart by their 64-bit hash, salted by the process: that two of a million share one is less likely
    than one in thirty million.
    """

    def __init__(self, db: sqlite3.Connection, table: str, key: str, where: str, first: str) -> None:
        rows = db.execute(
            f"SELECT {key}, r.id FROM {table} t JOIN record r ON r.key = t.key"
            f" WHERE {key} IS NOT NULL AND {where} ORDER BY {first}"
        )
        self._ids = bytearray()
        places: list[int] = []
        for place, (sis_id, clever_id) in enumerate(rows):
            # Hash and place in one number sort faster than pairs do; of one key the first row comes first.
            places.append((hash(sis_id) & _HASH) << _PLACE_BITS | place)
            self._ids += clever_id
        places.sort()
        self._hashes = array("Q", (each >> _PLACE_BITS for each in places))
        self._places = array("I", (each & _PLACE for each in places))

    def find(self, sis_id: str) -> bytes | None:
        """Return the id of a key, or None."""
        wanted = hash(sis_id) & _HASH
        at = bisect_left(self._hashes, wanted)
        if at == len(self._hashes) or self._hashes[at] != wanted:
            return None
        place = self._places[at] * _ID_BYTES
        return bytes(self._ids[place : place + _ID_BYTES])


class KnownIds:
    """The Clever IDs of a roster by kind and key in the files, and the admins that no file holds."""

    def __init__(self, db: sqlite3.Connection, district_id: str) -> None:
        self._db = db
        self._district = district_id
        self._known = {kind: _Ids(db, *source) for kind, source in _KEYS.items()}
        self._admins = {record["id"]: record for record in self._district_admins()}

    def id_of(self, kind: str, sis_id: str) -> bytes:
        """Return the roster's id of a record, or a new one that follows from its key."""
        known = self._known.get(kind)
        found = known.find(sis_id) if known else None
        return found or derived_id(self._district, kind, sis_id)

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
