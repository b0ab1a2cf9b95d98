"""One entry of the journal, its seal, and the files that entries stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from roster_tui.ledger.envelope import packed, unpacked
from roster_tui.ledger.files import LedgerDamaged, LedgerNewer
from roster_tui.ledger.kinds import JOURNAL

VERSION = 2
"""Of an entry; those of release 0.1.0, which say none, are of version 1 and have the same facts."""
_TABLE = "entries"


_OWN_FIELDS = frozenset({"number", "at", "version", "previous", "hash"})


@dataclass(frozen=True)
class Entry:
    """One sealed line of the journal."""

    number: int
    """Counts from 1 without gaps."""
    at: datetime
    facts: Mapping[str, Any]
    """What happened, as given to `Journal.append`."""
    previous: str
    hash: str
    version: int = VERSION

    def document(self) -> dict[str, Any]:
        """Return the entry as it is stored and shown."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            **({"version": self.version} if self.version > 1 else {}),
            **self.facts,
            "previous": self.previous,
            "hash": self.hash,
        }


def sealed_entry(number: int, at: datetime, facts: Mapping[str, Any], previous: str, version: int = VERSION) -> Entry:
    """Return an entry with its hash over everything in it and the hash before it.

    Raises ValueError for facts that are named as one of an entry's own fields.
    """
    if taken := _OWN_FIELDS & facts.keys():
        raise ValueError(f"an entry has a field of its own named {', '.join(sorted(taken))}")
    sealed: dict[str, Any] = {"number": number, "at": at.isoformat(), "previous": previous, "facts": facts}
    if version > 1:
        sealed["version"] = version
    digest = sha256(orjson.dumps(sealed, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Entry(number, at, facts, previous, digest, version)


def packed_entries(entries: Sequence[Entry]) -> bytes:
    """Return the content of a file with these entries."""
    return packed(JOURNAL, {_TABLE: {str(entry.number): entry.document() for entry in entries}})


def read_entries(file: Path) -> list[Entry]:
    """Return the entries of a file, oldest first. Raises `LedgerDamaged`, `LedgerNewer`, OSError."""
    return entries_in(file, file.read_bytes())


def entries_in(file: Path, content: bytes) -> list[Entry]:
    """Return the entries in the content of a file, oldest first. Raises `LedgerDamaged`, `LedgerNewer`."""
    return [_entry(file, dict(each)) for each in unpacked(file, JOURNAL, content).get(_TABLE, {}).values()]


def _entry(file: Path, fields: dict[str, Any]) -> Entry:
    try:
        version = fields.pop("version", 1)
        if version > VERSION:
            raise LedgerNewer(file, version, VERSION, "")
        at = datetime.fromisoformat(fields.pop("at"))
        number, previous, seal = fields.pop("number"), fields.pop("previous"), fields.pop("hash")
        return Entry(number, at, fields, previous, seal, version)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise LedgerDamaged(file, f"an entry lacks or garbles {error}") from None
