"""Who somebody is that another system names by Clever ID or SIS ID; staff only."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

import orjson

from roster_tui.roster.kinds import STUDENT

Key = Literal["clever_id", "sis_id"]
_CLEVER_ID = re.compile("[0-9a-f]{24}")


class Identity(NamedTuple):
    """Both ids of a member of staff."""

    clever_id: str
    sis_id: str | None


_STAFF = "SELECT r.id, t.sis_id, t.in_data FROM teacher t JOIN record r ON r.key = t.key"
_FEW = 1_000
"""Up to so many people are looked up one by one; of more, everybody is read."""


def staff(db: sqlite3.Connection, key: Key, names: Collection[str]) -> dict[str, Identity]:
    """Return who of these names is or was staff in Clever's data, by Clever ID or by SIS ID as they are named.

    A SIS ID that several people have or had stands for the one in the data; for nobody if there are more.
    """
    if key == "clever_id":
        rows = _by_clever_id(db, names)
        everybody = {clever_id.hex(): sis_id for clever_id, sis_id, _ in rows}
        return {name: Identity(name, everybody[name]) for name in names if name in everybody}
    found: dict[str, list[tuple[bool, Identity]]] = {}
    for clever_id, sis_id, in_data in _by_sis_id(db, names):
        if sis_id:
            found.setdefault(sis_id, []).append((bool(in_data), Identity(clever_id.hex(), sis_id)))
    return {name: only for name in names if (only := _only(found.get(name, ())))}


def sis_ids(db: sqlite3.Connection, clever_ids: Collection[str]) -> dict[str, str]:
    """Return the SIS IDs of staff by Clever ID; without those who have none."""
    told = {clever_id.hex(): sis_id for clever_id, sis_id, _ in _by_clever_id(db, clever_ids) if sis_id}
    return {each: told[each] for each in clever_ids if each in told}


def _by_clever_id(db: sqlite3.Connection, names: Collection[str]) -> Iterable[tuple[bytes, str | None, int]]:
    if len(names) > _FEW:
        return db.execute(_STAFF)
    ids = [(bytes.fromhex(name),) for name in names if is_clever_id(name)]
    return [row for each in ids if (row := db.execute(f"{_STAFF} WHERE r.id = ?", each).fetchone())]


def _by_sis_id(db: sqlite3.Connection, names: Collection[str]) -> Iterable[tuple[bytes, str | None, int]]:
    if len(names) > _FEW:
        return db.execute(_STAFF)
    wanted = orjson.dumps(list(names)).decode()
    return db.execute(f"{_STAFF} WHERE t.sis_id IN (SELECT value FROM json_each(?))", (wanted,))


def students_among(db: sqlite3.Connection, clever_ids: Iterable[str]) -> set[str]:
    """Return which of these Clever IDs are students'."""
    query = f"SELECT 1 FROM record WHERE id = ? AND kind = {STUDENT.code}"
    return {each for each in clever_ids if db.execute(query, (bytes.fromhex(each),)).fetchone()}


def is_clever_id(text: str) -> bool:
    """Return whether this is a Clever ID as the cache knows it."""
    return _CLEVER_ID.fullmatch(text) is not None


def _only(people: Sequence[tuple[bool, Identity]]) -> Identity | None:
    present = [identity for in_data, identity in people if in_data]
    wanted = present or [identity for _, identity in people]
    return wanted[0] if len(wanted) == 1 else None
