"""Which Clever ID a record of the files has, the one the roster knows or a new one, and whether the row is known."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from roster_tui.roster.kinds import SECTION, STUDENT, Kind
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
_MANY = (STUDENT.name, SECTION.name)
_ADMIN = "district_admin"
_ID_BYTES = 12
_HASH = (1 << 64) - 1
_PLACE_BITS = 32
_PLACE = (1 << _PLACE_BITS) - 1


def _ids(db: sqlite3.Connection, table: str, key: str, where: str, last: str) -> dict[str, bytes]:
    """Return ids by key; of one key the last row counts."""
    rows = db.execute(
        f"SELECT {key}, r.id FROM {table} t JOIN record r ON r.key = t.key"
        f" WHERE {key} IS NOT NULL AND {where} ORDER BY {last}"
    )
    return dict(rows)


class _Records:
    """The records of one kind by SIS ID: 33 bytes each, where dicts of a city's students would take 250 MB.

    Keys are told apart by their 64-bit hash, salted by the process: that two of a million share one is less likely
    than one in thirty million.
    """

    def __init__(self, db: sqlite3.Connection, table: str) -> None:
        rows = db.execute(f"SELECT t.sis_id, r.id, r.hash FROM {table} t JOIN record r ON r.key = t.key")
        self._ids = bytearray()
        self._row_hashes = array("q")
        places: list[int] = []
        for place, (sis_id, clever_id, row_hash) in enumerate(rows):
            self._ids += clever_id
            self._row_hashes.append(row_hash)
            if sis_id is not None:
                # Hash and place in one number sort faster than pairs do; of one key the first row comes first.
                places.append((hash(sis_id) & _HASH) << _PLACE_BITS | place)
        places.sort()
        self._hashes = array("Q", (each >> _PLACE_BITS for each in places))
        self._places = array("I", (each & _PLACE for each in places))
        self._came = bytearray(len(self._row_hashes))
        self._asked: tuple[str, int | None] = ("", None)

    def _place(self, sis_id: str) -> int | None:
        # Of each row the id is asked first, then whether it stays.
        if self._asked[0] is not sis_id:
            self._asked = (sis_id, self._searched(sis_id))
        return self._asked[1]

    def _searched(self, sis_id: str) -> int | None:
        wanted = hash(sis_id) & _HASH
        at = bisect_left(self._hashes, wanted)
        if at == len(self._hashes) or self._hashes[at] != wanted:
            return None
        return self._places[at]

    def _id_at(self, place: int) -> bytes:
        return bytes(self._ids[place * _ID_BYTES : (place + 1) * _ID_BYTES])

    def get(self, sis_id: str) -> bytes | None:
        """Return the id of a key, or None."""
        place = self._place(sis_id)
        return None if place is None else self._id_at(place)

    def stays(self, sis_id: str, row_hash: int) -> bool:
        """Note that the record of a key came; return whether its row has the hash that it had."""
        place = self._place(sis_id)
        if place is None:
            return False
        self._came[place] = True
        return self._row_hashes[place] == row_hash

    def missing(self) -> Iterator[bytes]:
        """Yield the ids of those that did not come."""
        at = self._came.find(0)
        while at >= 0:
            yield self._id_at(at)
            at = self._came.find(0, at + 1)


class KnownIds:
    """The Clever IDs of a roster by kind and key in the files, and the admins that no file holds."""

    def __init__(self, db: sqlite3.Connection, district_id: str) -> None:
        self._db = db
        self._district = district_id
        self._few = {kind: _ids(db, *source) for kind, source in _KEYS.items()}
        self._many: dict[str, _Records] = {}
        self._admins = {record["id"]: record for record in self._district_admins()}

    def id_of(self, kind: str, sis_id: str) -> bytes:
        """Return the roster's id of a record, or a new one that follows from its key."""
        found = None
        if kind in self._few:
            found = self._few[kind].get(sis_id)
        elif kind in _MANY:
            found = self._records(kind).get(sis_id)
        return found or derived_id(self._district, kind, sis_id)

    def _records(self, kind: str) -> _Records:
        """Return the records of a kind with many, read when they are first asked for."""
        if kind not in self._many:
            self._many[kind] = _Records(self._db, kind)
        return self._many[kind]

    def stays(self, kind: Kind, sis_id: str, row_hash: int) -> bool:
        """Note that a student or section came; return whether the roster has this very row."""
        return self._records(kind.name).stays(sis_id, row_hash)

    def missing(self, kind: Kind) -> Iterator[str]:
        """Yield the ids of the roster's students or sections that did not come."""
        return map(bytes.hex, self._records(kind.name).missing())

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

        ``unsaid`` maps a field of Clever's record, or of its role, to the roster's column.
        """
        known = self.unsaid(kind, bytes.fromhex(record["id"]), unsaid)
        if not known:
            return record
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
