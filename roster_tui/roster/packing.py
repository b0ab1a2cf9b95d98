"""Lists of ids become lists of keys: class lists are most of a district, seven million entries in a city."""

from __future__ import annotations

import sqlite3
import struct
import sys
from array import array
from itertools import chain

_ID = struct.Struct("12s")


class Keys(dict[bytes, int]):
    """Keys of records by id: looked up when first asked for, and remembered; 0 for an id that has none (yet)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__()
        self._db = db

    def __missing__(self, clever_id: bytes) -> int:
        row = self._db.execute("SELECT key FROM record WHERE id = ?", (clever_id,)).fetchone()
        if row is None:
            return 0
        self[clever_id] = key = int(row[0])
        return key

    def know(self, kind: int) -> None:
        """Remember all records of a kind: for nearly all of them, one pass is a fifth of single look-ups."""
        self.update(self._db.execute("SELECT id, key FROM record WHERE kind = ?", (kind,)))

    def packed(self, ids: bytes) -> bytes:
        """Return the keys of ids that stand end to end, four bytes each; those without a key are left out."""
        keys = array("I", filter(None, map(self.__getitem__, chain.from_iterable(_ID.iter_unpack(ids)))))
        if sys.byteorder == "little":
            keys.byteswap()
        return keys.tobytes()
