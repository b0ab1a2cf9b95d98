"""Where trackers are kept: in the ledger, by section, a shard at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from roster_tui.accounts.trackers.model import Tracker, from_document, to_document
from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger.documents import KeyedTable
from roster_tui.ledger.head import Head
from roster_tui.ledger.kinds import TRACKERS
from roster_tui.ledger.shards import Shards

_TABLE = "trackers"

Trackers = Mapping[str, Tracker]
"""Trackers by the Clever ID of their section."""
Rewrite = Callable[[Sequence[str], Trackers], Iterable[Tracker]]
"""Is given some sections and the trackers they have, and returns those to be written, new or changed."""


class TrackerStore:
    """The trackers of one district; any number of consoles may use them at once.

    A section may have had a tracker in each school year; what is given out is its latest one.
    """

    def __init__(self, folder: Path, head: Head) -> None:
        """Use a folder of the ledger that ``head`` seals."""
        self._shards = Shards(folder, TRACKERS, head)

    def latest(self, sections: Iterable[str]) -> dict[str, Tracker]:
        """Return the trackers of these sections; sections without one are left out. Raises `LedgerDamaged`."""
        return {section: tracker for found in self.each(sections) for section, tracker in found.items()}

    def each(self, sections: Iterable[str] | None = None) -> Iterator[dict[str, Tracker]]:
        """Yield the trackers of these sections, or all there are, a shard at a time. Raises `LedgerDamaged`."""
        wanted = self._shards.of(sections) if sections is not None else dict.fromkeys(self._shards.all())
        for shard, ids in wanted.items():
            documents = self._shards.documents(shard)
            table = documents.reading().table(_TABLE)
            yield self._found(documents.file, table, [str(each.doc_id) for each in table] if ids is None else ids)

    def rewrite(self, sections: Iterable[str], rewrite: Rewrite) -> Iterator[list[Tracker]]:
        """Change the trackers of these sections, a shard at a time, and yield what was written to each.

        Everybody else's change of a shard waits meanwhile; on disk when it is yielded. Raises `LedgerDamaged`,
        OSError when a shard cannot be written: it is as before then.
        """
        for shard, ids in self._shards.of(sections).items():
            documents = self._shards.documents(shard)
            with documents.changing() as database:
                table = database.table(_TABLE)
                written = list(rewrite(ids, self._found(documents.file, table, ids)))
                if written:
                    _put(table, written)
            yield written

    def _found(self, file: Path, table: KeyedTable, sections: Iterable[str]) -> dict[str, Tracker]:
        years = table.pick(list(sections))
        try:
            return {section: from_document(found[max(found)]) for section, found in years.items()}
        except (msgspec.ValidationError, ValueError, TypeError) as error:
            raise LedgerDamaged(file, str(error)) from None


def _put(table: KeyedTable, trackers: Iterable[Tracker]) -> None:
    given = {tracker.section: tracker for tracker in trackers}
    known: Mapping[str, Mapping[str, Any]] = table.pick(list(given))
    table.put(
        {
            section: {**known.get(section, {}), str(tracker.year): to_document(tracker)}
            for section, tracker in given.items()
        }
    )
