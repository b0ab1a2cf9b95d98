"""Who somebody is that another system names by Clever ID or SIS ID; staff only."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from roster_tui.roster.kinds import STUDENT

Key = Literal["clever_id", "sis_id"]
_CLEVER_ID = re.compile("[0-9a-f]{24}")


class Identity(NamedTuple):
    """Both ids of a member of staff."""

    clever_id: str
    sis_id: str | None


def staff(db: sqlite3.Connection, key: Key) -> dict[str, Identity]:
    """Return everybody who is or was staff in Clever's data, by Clever ID or by SIS ID.

    A SIS ID that several people have or had stands for the one in the data; for nobody if there are more.
    """
    rows = db.execute("SELECT r.id, t.sis_id, t.in_data FROM teacher t JOIN record r ON r.key = t.key").fetchall()
    if key == "clever_id":
        return {clever_id.hex(): Identity(clever_id.hex(), sis_id) for clever_id, sis_id, _ in rows}
    found: dict[str, list[tuple[bool, Identity]]] = {}
    for clever_id, sis_id, in_data in rows:
        if sis_id:
            found.setdefault(sis_id, []).append((bool(in_data), Identity(clever_id.hex(), sis_id)))
    return {sis_id: only for sis_id, people in found.items() if (only := _only(people))}


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
