"""A data folder made of a backup: all of it or nothing, whatever ends it on the way."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import orjson

from roster_tui.backup.archive import Archive, BackupUnusable, read
from roster_tui.errors import BLOCKED, RosterError
from roster_tui.ledger import Operator
from roster_tui.ledger.faults import faults
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Journal

_UNFINISHED = ".restoring"


class FolderTaken(RosterError):
    """There is something where the backup should go; it was left alone."""

    fix = "Restore into an empty folder: --data-dir FOLDER"
    exit_code = BLOCKED

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not empty. Nothing was changed")


def restore(
    file: Path, data_root: Path, operator: Operator, at: datetime, identity: Path | None = None
) -> tuple[Archive, Path]:
    """Make the folder of a district in an empty data folder; returns what was restored, and the folder.

    The ledger must be whole and its journal end where the backup says. The journal gets an entry about it. Raises
    `BackupUnusable`, `FolderTaken`, OSError.
    """
    archive = read(file, identity)
    if data_root.exists() and any(each.name != _UNFINISHED for each in data_root.iterdir()):
        raise FolderTaken(data_root)
    unfinished = data_root / _UNFINISHED
    # What an earlier try left that was stopped.
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        _unpack(archive, unfinished)
        _check(file, archive, unfinished)
        _journal(archive, unfinished, operator, at)
        folder = data_root / archive.district.id
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return archive, folder


def _unpack(archive: Archive, folder: Path) -> None:
    described = orjson.dumps({"id": archive.district.id, "name": archive.district.name})
    for name, content in {**archive.files, "district.json": described}.items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    for full in sorted((folder / "ledger" / "journal").glob("[0-9]*.json"))[:-1]:
        full.chmod(0o400)


def _check(file: Path, archive: Archive, folder: Path) -> None:
    head = Head(folder / "ledger")
    for fault in faults(head):
        raise BackupUnusable(file, f"holds a ledger that is not whole: {fault.name}: {fault.why}")
    if head.journal_end() != archive.end:
        raise BackupUnusable(file, "holds another journal than it says")


def _journal(archive: Archive, folder: Path, operator: Operator, at: datetime) -> None:
    ledger = folder / "ledger"
    (ledger / "journal").mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = {"kind": "restore", "phase": "outcome", "backup_of": archive.at, **operator.facts()}
    Journal(ledger / "journal", Head(ledger)).append([{**facts, "results": []}], at)
