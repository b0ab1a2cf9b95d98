"""Which records are compared at all: those with a key in common, so that a city night is no product of its sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from roster_tui.findings.linkage.model import Record

CROWDED = 400
"""A key that more records bear (an ID of zeros, a default birth date) tells nobody apart and is left aside."""

Keys = Callable[[Record], Iterable[tuple[str, ...]]]


class Blocks:
    """Records by key."""

    def __init__(self, records: Iterable[Record], keys: Keys) -> None:
        self._keys = keys
        # By hash of the key: two keys with one hash cost a comparison, a city's keys as text 100 MB.
        self._places: dict[int, list[int]] = {}
        for place, record in enumerate(records):
            for key in set(keys(record)):
                self._places.setdefault(hash(key), []).append(place)

    def near(self, record: Record) -> Iterator[int]:
        """Yield the places of all records that share a key with one of the other side, each once."""
        seen: set[int] = set()
        for key in self._keys(record):
            places = self._places.get(hash(key), ())
            if len(places) <= CROWDED:
                seen.update(places)
        return iter(sorted(seen))
