"""The records of a kind by SIS ID, in arrays: a city's students take 14 bytes each, where a dict would take 150."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import compress, islice
from operator import eq

_HASH = (1 << 64) - 1
_KEY_BITS = 32
_KEY = (1 << _KEY_BITS) - 1


class Places:
    """Keys of records by SIS ID, and which of them have come.

    SIS IDs are told apart by their 64-bit hash, salted by the process: that two of a million share one is less likely
    than one in thirty million.
    """

    def __init__(self, highest: int) -> None:
        """Take the highest key that there is."""
        self._awaited = bytearray(highest + 1)
        self._unsorted: list[int] = []
        self._hashes = array("Q")
        self._keys = array("I")

    def add(self, keys: Sequence[int], sis_ids: Sequence[str | None]) -> None:
        """Take some records, in order of their keys."""
        for key in keys:
            self._awaited[key] = 1
        # Hash and key in one number sort faster than pairs do; of one SIS ID the first record comes first.
        self._unsorted += [
            (hash(sis_id) & _HASH) << _KEY_BITS | key
            for key, sis_id in zip(keys, sis_ids, strict=True)
            if sis_id is not None
        ]

    def sort(self) -> None:
        """Make ready to `find`; all have been added."""
        self._unsorted.sort()
        self._hashes = array("Q", (each >> _KEY_BITS for each in self._unsorted))
        self._keys = array("I", (each & _KEY for each in self._unsorted))
        self._unsorted = []

    def find(self, sis_id: str) -> int | None:
        """Return the key of a record, or None; of several with one SIS ID the first."""
        wanted = hash(sis_id) & _HASH
        at = bisect_left(self._hashes, wanted)
        if at == len(self._hashes) or self._hashes[at] != wanted:
            return None
        return self._keys[at]

    def shadowed(self) -> Iterator[int]:
        """Yield the keys of records whose SIS ID an earlier one has."""
        same = map(eq, self._hashes, islice(self._hashes, 1, None))
        return compress(islice(self._keys, 1, None), same)

    def come(self, key: int) -> bool:
        """Note that a record came; return whether it is the first time."""
        first = self.is_awaited(key)
        self._awaited[key] = 0
        return first

    def is_awaited(self, key: int) -> bool:
        """Return whether a record has not come yet."""
        return bool(self._awaited[key])

    def missing(self) -> Iterator[int]:
        """Yield the keys of those that did not come."""
        key = self._awaited.find(1)
        while key >= 0:
            yield key
            key = self._awaited.find(1, key + 1)
