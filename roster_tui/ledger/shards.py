"""Many documents in many small files: each change rewrites one file, so no file may grow with the district."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from roster_tui.concurrency import Lock
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.envelope import Kind, unpacked
from roster_tui.ledger.head import Head

_LOCK_SECONDS = 30.0
_DIGITS = 2
"""A Clever ID counts up at its end: its last digits spread evenly over 256 files."""


class Shards:
    """The documents of a folder, in files by the last two digits of a Clever ID."""

    def __init__(self, folder: Path, kind: Kind, head: Head) -> None:
        """Use a folder of the ledger that ``head`` seals."""
        self.folder = folder
        self._kind = kind
        self.head = head

    def of(self, ids: Iterable[str]) -> Mapping[str, list[str]]:
        """Return the ids by the name of the shard that they belong to, shards in order."""
        found: dict[str, list[str]] = {}
        for each in sorted(ids, key=shard_of):
            found.setdefault(shard_of(each), []).append(each)
        return found

    def documents(self, shard: str) -> Documents:
        """Return the documents of a shard; they need not exist yet."""
        return Documents(self.folder / f"{shard}.json", self._kind, self.head)

    def of_id(self, clever_id: str) -> Documents:
        """Return the documents among which those of an id are."""
        return self.documents(shard_of(clever_id))

    def take_over(self, file: Path, table: str) -> None:
        """Move a table here that an earlier version kept in one file; done again after a crash without harm.

        The file is left beside, renamed. Raises `LedgerDamaged`, OSError.
        """
        with Lock(Path(f"{file}.lock"), _LOCK_SECONDS):
            if file.exists():
                documents = unpacked(file, self._kind, file.read_bytes()).get(table, {})
                for shard, ids in self.of(documents).items():
                    with self.documents(shard).changing() as database:
                        database.table(table).put({each: documents[each] for each in ids})
                file.replace(file.with_suffix(".before-split"))

    def all(self) -> list[str]:
        """Return the names of the shards that exist, or should, in order. Raises `LedgerDamaged`."""
        there = set(self.folder.glob(f"{'[0-9a-f]' * _DIGITS}.json"))
        return sorted(file.stem for file in there.union(self.head.in_folder(self.folder)))


def shard_of(clever_id: str) -> str:
    """Return the name of the shard that an id belongs to."""
    return clever_id[-_DIGITS:]
