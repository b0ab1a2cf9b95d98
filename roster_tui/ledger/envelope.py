"""What each ledger file says about itself: its kind, its format, and the release that wrote it, around its tables.

Format 1 (release 0.1.0) was the bare tables. An empty or unknown shape is never read as an empty store: a file
that is not understood is refused by name and never written over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from roster_tui import __version__
from roster_tui.ledger.files import LedgerDamaged, LedgerNewer

Tables = dict[str, dict[str, Any]]
"""Documents by id, by table: what TinyDB gives a storage."""
Migration = Callable[[Tables], Tables]
"""Returns the tables of one format as the next format has them."""

_FIRST_ENVELOPE = 2


@dataclass(frozen=True)
class Kind:
    """A kind of ledger file."""

    name: str
    tables: frozenset[str]
    """Names of its tables: by them a file of format 1, which does not say its kind, is known."""
    migrations: tuple[Migration, ...] = ()
    """From format 2 to 3, from 3 to 4 and so on; format 1 has the same tables as format 2."""

    @property
    def format(self) -> int:
        """The format that this release writes, and the newest that it reads."""
        return _FIRST_ENVELOPE + len(self.migrations)


def packed(kind: Kind, tables: Mapping[str, Mapping[str, Any]] | None) -> bytes:
    """Return the content of a file, with a checksum for each document."""
    held = tables or {}
    sums = {table: {key: _sum(document) for key, document in found.items()} for table, found in held.items()}
    header = {"kind": kind.name, "format": kind.format, "by": __version__, "sums": sums}
    # A list, since release 0.1.0 takes any object for tables of its own, and refuses everything else.
    return orjson.dumps([header, held])


def unpacked(file: Path, kind: Kind, raw: bytes) -> Tables:
    """Return the tables in a file's content, migrated to this release's format.

    Raises `LedgerNewer` for a format of a later release, `LedgerDamaged` for anything else that is not understood.
    """
    match _parsed(file, raw):
        case dict(tables):
            return _migrated(kind, 1, _bare(file, kind, tables))
        case [dict(header), dict(tables)] if all(isinstance(each, dict) for each in tables.values()):
            return _migrated(kind, _format(file, kind, header), tables)
    raise LedgerDamaged(file, "not a set of tables")


def damaged_documents(raw: bytes) -> Iterator[tuple[str, str]]:
    """Yield table and key of each document that does not have its checksum; nothing where there are no checksums."""
    match orjson.loads(raw):
        case [{"sums": dict(all_sums)}, dict(tables)]:
            for table, sums in all_sums.items():
                found = tables.get(table, {})
                for key in sums.keys() | found.keys():
                    if key not in found or sums.get(key) != _sum(found[key]):
                        yield table, key


def _parsed(file: Path, raw: bytes) -> object:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise LedgerDamaged(file, str(error)) from None


def _format(file: Path, kind: Kind, header: Mapping[str, Any]) -> int:
    if header.get("kind") != kind.name:
        raise LedgerDamaged(file, f"it holds {header.get('kind')!r}, not {kind.name}")
    found = header.get("format")
    if not isinstance(found, int) or found < _FIRST_ENVELOPE:
        raise LedgerDamaged(file, f"its format {found!r} is unknown")
    if found > kind.format:
        raise LedgerNewer(file, found, kind.format, str(header.get("by", "")))
    return found


def _bare(file: Path, kind: Kind, document: dict[str, Any]) -> Tables:
    if (
        not document
        or not document.keys() <= kind.tables
        or not all(isinstance(each, dict) for each in document.values())
    ):
        raise LedgerDamaged(file, f"it does not say what it is, and it is not {kind.name} of release 0.1.0")
    return document


def _migrated(kind: Kind, found: int, tables: Tables) -> Tables:
    for migration in kind.migrations[max(found, _FIRST_ENVELOPE) - _FIRST_ENVELOPE :]:
        tables = migration(tables)
    return tables


def _sum(document: object) -> str:
    return f"{crc32(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)):08x}"
