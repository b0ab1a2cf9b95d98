"""What is wrong with the files of a ledger, each against its seal in HEAD; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from roster_tui.ledger.documents import Documents
from roster_tui.ledger.envelope import damaged_documents
from roster_tui.ledger.files import Damage, LedgerDamaged
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Journal
from roster_tui.ledger.kinds import PATTERNS, kind_of


@dataclass(frozen=True)
class Fault:
    """One file that is not what was written."""

    name: str
    """Of the file, in the ledger."""
    damage: Damage
    why: str
    """The end of a sentence that begins with the name."""
    documents: tuple[str, ...] = ()
    """Keys of the documents that do not have their checksum; empty where that cannot be seen."""


def faults(head: Head) -> Iterator[Fault]:
    """Yield what is wrong with HEAD, the journal and each file of documents. Raises OSError."""
    try:
        if head.is_lost():
            yield Fault("HEAD", Damage.MISSING, "is missing, and there are ledger files beside it")
            return
        known = set(head.files())
    except LedgerDamaged as error:
        yield _fault(head, error)
        return
    yield from _of_journal(head)
    there = {file.relative_to(head.folder).as_posix() for pattern in PATTERNS for file in head.folder.glob(pattern)}
    for name in sorted(known | there):
        if kind := kind_of(name):
            file = head.folder / name
            try:
                Documents(file, kind, head).check()
            except LedgerDamaged as error:
                yield _fault(head, error, _without_checksum(file))
                if error.file == head.file:
                    return


def _of_journal(head: Head) -> Iterator[Fault]:
    journal = Journal(head.folder / "journal", head)
    checked = journal.verify()
    if not checked.ok and checked.problem:
        yield Fault("journal", checked.damage or Damage.UNREADABLE, checked.problem)


def _fault(head: Head, error: LedgerDamaged, documents: tuple[str, ...] = ()) -> Fault:
    return Fault(error.file.relative_to(head.folder).as_posix(), error.damage, error.said, documents)


def _without_checksum(file: Path) -> tuple[str, ...]:
    with suppress(OSError, ValueError):
        return tuple(sorted({key for _, key in damaged_documents(file.read_bytes())}))
    return ()
