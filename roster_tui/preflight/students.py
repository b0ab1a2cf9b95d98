"""Tonight's students beside the roster's: of a million, the few hundred that differ.

The roster keeps a hash of every row. A row of the file is hashed as the sync would hash what Clever makes of it; the
same hash is the same row.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

import orjson

from roster_tui.preflight.known_ids import KnownIds
from roster_tui.preflight.places import Places
from roster_tui.roster.kinds import STUDENT
from roster_tui.roster.rows import hashed_ids, row_hash
from roster_tui.sis import values
from roster_tui.sis.checked import Columns
from roster_tui.sis.folder import Row

_AT_ONCE = 5_000
_NO_LIST = (b"",)
_COMPARED = ("first_name", "middle_name", "last_name", "student_email", "student_id", "student_number")
"""Columns that the roster keeps as they come, in its order."""


class Students:
    """The roster's students by place: a known one's is his key, a new one's a number behind all keys."""

    def __init__(
        self,
        db: sqlite3.Connection,
        known: KnownIds,
        today: date,
        unsaid: Mapping[str, Mapping[str, str]],
        *,
        kept: bool,
    ) -> None:
        """Take the roster's students; none where they are not to be kept, whoever is in it still."""
        self._db = db
        self._known = known
        self._unsaid = unsaid.get(STUDENT.name, {})
        self._behind = known.highest_key + 1
        self._places = Places(known.highest_key)
        self._row_hashes = array("q", bytes(8 * self._behind))
        self.marks = array("q", bytes(8 * self._behind))
        """By key, what a student adds to the sum of a class list: the hash of the SIS ID."""
        self._new: dict[str, int] = {}
        self._new_in_order: list[str] = []
        # A whole district was born on some thousands of days.
        self._born = lru_cache(maxsize=32_768)(lambda text: _born(text, today))
        self._school = lru_cache(maxsize=8_192)(lambda sis_id: hashed_ids((known.id_of("school", sis_id),), _NO_LIST))
        if kept:
            self._read()

    def _read(self) -> None:
        rows = self._db.execute(
            "SELECT t.key, t.sis_id, r.hash FROM student t JOIN record r ON r.key = t.key ORDER BY t.key"
        )
        while page := rows.fetchmany(_AT_ONCE):
            keys, sis_ids, hashes = zip(*page, strict=True)
            self._places.add(keys, sis_ids)
            for key, row_hash_, mark in zip(keys, hashes, map(hash, sis_ids), strict=True):
                self._row_hashes[key] = row_hash_
                self.marks[key] = mark
        self._places.sort()
        for key in self._places.shadowed():
            self._disown(key)

    def _disown(self, key: int) -> None:
        """Let no class list of the files be taken for one that holds this record."""
        self.marks[key] = hash((self.marks[key], key))

    def differing(self, batches: Iterable[Columns]) -> Iterator[Row]:
        """Yield the rows that are not just so in the roster; of one SIS ID the first row counts.

        At the end whoever did not come is `missing`.
        """
        for columns in batches:
            sis_ids = columns["student_id"]
            keys = list(map(self._places.find, sis_ids))
            hashes = self._hashes(columns, keys)
            for at, (sis_id, key, row_hash_) in enumerate(zip(sis_ids, keys, hashes, strict=True)):
                if self._is_new(sis_id) if key is None else self._differs(key, row_hash_):
                    yield {name: column[at] for name, column in columns.items()}
        for key in self._places.missing():
            self._disown(key)

    def _is_new(self, sis_id: str) -> bool:
        if not sis_id or sis_id in self._new:
            return False
        self._new[sis_id] = self._behind + len(self._new_in_order)
        self._new_in_order.append(sis_id)
        return True

    def _differs(self, key: int, row_hash_: int) -> bool:
        return self._places.come(key) and self._row_hashes[key] != row_hash_

    def _hashes(self, columns: Columns, keys: Sequence[int | None]) -> Iterator[int]:
        blank: Sequence[str] = ("",) * len(keys)
        plain = [[value or None for value in columns.get(name, blank)] for name in _COMPARED]
        state_ids: Sequence[str | None] = [value or None for value in columns.get("state_id", blank)]
        born: Sequence[str | None] = list(map(self._born, columns.get("dob", blank)))
        if self._unsaid:
            # What the files cannot say stays as it is.
            told = self._told(keys)
            state_ids = [told[key][0] if key in told else value for key, value in zip(keys, state_ids, strict=True)]
            born = [told[key][1] if key in told else value for key, value in zip(keys, born, strict=True)]
        grades = (values.grade(value) or None for value in columns.get("grade", blank))
        rows = zip(*plain, state_ids, born, grades, strict=True)
        return map(row_hash, rows, map(self._school, columns["school_id"]))

    def _told(self, keys: Sequence[int | None]) -> dict[int | None, tuple[str | None, str | None]]:
        wanted = orjson.dumps([key for key in keys if key is not None]).decode()
        found = self._db.execute(
            "SELECT t.key, t.state_id, t.born FROM json_each(?) w JOIN student t ON t.key = w.value", (wanted,)
        )
        return {key: (state_id, born) for key, state_id, born in found}

    def missing(self) -> Iterator[int]:
        """Yield the keys of those who did not come."""
        return self._places.missing()

    def find(self, sis_id: str) -> int | None:
        """Return the key of a student whom the roster knows."""
        return self._places.find(sis_id)

    def place(self, sis_id: str) -> int | None:
        """Return the place of a student who came; None of anybody else."""
        key = self._places.find(sis_id)
        if key is None:
            return self._new.get(sis_id)
        return None if self._places.is_awaited(key) else key

    def ids(self, places: Iterable[int]) -> Iterator[bytes]:
        """Yield the Clever IDs of the students at some places."""
        known = []
        for place in places:
            if place < self._behind:
                known.append(place)
            else:
                yield self._known.new_id(STUDENT.name, self._new_in_order[place - self._behind])
        yield from self._known.ids_at(known)


def _born(text: str, today: date) -> str | None:
    day = values.day(text, not_after=today)
    return day.isoformat() if day else None
