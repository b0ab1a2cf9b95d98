"""How far the lists have followed the journal: a mark kept beside the roster, compared at every look.

The lists show accounts, trackers and decisions from the cache. Each of them changes in the ledger first, and a
process may be killed before it has shown the change. So the cache keeps the number of the last entry that it has
taken in: whoever reads it compares, in microseconds, and catches up (`roster_tui.catch_up`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger.head import JournalEnd
from roster_tui.roster.cache import Cache, get_meta, set_meta
from roster_tui.workspace import Workspace

_FOLLOWED = "followed"
_RUNNING = ("running", "running-trackers")


class LedgerReplaced(LedgerDamaged):
    """The lists have followed a journal that goes further, or another one: this ledger is not the one that it was."""

    def __init__(self, journal: Path, why: str) -> None:
        super().__init__(journal, why)
        self.args = (f"{why[0].upper()}{why[1:]}",)

    fix = (
        "Put the newer ledger back from a backup. If this one is meant to stand: roster-tui purge cache, then "
        "roster-tui sync"
    )


@dataclass(frozen=True)
class Mark:
    """What a cache has taken in."""

    end: JournalEnd
    """The last entry that the lists show the effect of."""
    under_way: Mapping[str, bool]
    """Actions that could still change something without an entry; whether all that they named was read again since
    their process was gone."""
    decisions: tuple[int, ...]
    """Stands for the file of decisions about findings as it was read."""

    @classmethod
    def of(cls, db: sqlite3.Connection) -> Mark | None:
        """Return the mark of a cache; None before the first."""
        kept = get_meta(db, _FOLLOWED)
        if kept is None:
            return None
        return cls(JournalEnd(kept["number"], kept["hash"]), kept["under_way"], tuple(kept["decisions"]))

    def write(self, db: sqlite3.Connection) -> None:
        """Keep the mark, in the transaction that writes what it stands for."""
        kept = {**self.end._asdict(), "under_way": dict(self.under_way), "decisions": list(self.decisions)}
        set_meta(db, _FOLLOWED, kept)


@dataclass(frozen=True)
class Lag:
    """That a list may not be as the ledger is."""

    entries: int | None
    """How many entries it has not taken in; None for a cache that has followed none at all."""

    def __str__(self) -> str:
        return f"The list is {self._behind} the journal" if self.entries else "The list may be older than the journal"

    @property
    def short(self) -> str:
        """What a line has room for."""
        return f"list {self._behind}" if self.entries else "list may be old"

    @property
    def _behind(self) -> str:
        return f"{self.entries:,} {'entry' if self.entries == 1 else 'entries'} behind"


def lag_of(workspace: Workspace, db: sqlite3.Connection) -> Lag | None:
    """Return how far the lists in a cache are behind the ledger; None where they are in step, or never synced.

    Raises `LedgerReplaced`, `LedgerDamaged`, OSError.
    """
    mark = Mark.of(db)
    if mark is None:
        return Lag(None) if is_synced(db) else None
    end = checked_end(workspace, mark)
    if end == mark.end and decisions_signature(workspace) == mark.decisions and not _has_ended(workspace, mark):
        return None
    return Lag(end.number - mark.end.number)


def forget(workspace: Workspace) -> None:
    """Let the lists take everything in again: for a ledger that was repaired. Raises `DatabaseUnusable`."""
    with workspace.cache.writing() as db:
        set_meta(db, _FOLLOWED, None)


def is_synced(db: sqlite3.Connection) -> bool:
    """Return whether there is a roster at all: an empty one shows no accounts, whatever the ledger holds."""
    return get_meta(db, "applied_at") is not None


def checked_end(workspace: Workspace, mark: Mark) -> JournalEnd:
    """Return where the journal ends. Raises `LedgerReplaced` when the lists have followed it further."""
    folder = workspace.folder / "ledger" / "journal"
    end = workspace.head.journal_end()
    if why := replaced(mark.end, end):
        raise LedgerReplaced(folder, why)
    return end


def check_followed(workspace: Workspace) -> None:
    """Make sure that the journal goes at least as far as the lists have followed it: what acts build on.

    Raises `LedgerReplaced`, `LedgerDamaged`, OSError.
    """
    with workspace.cache.reading() as db:
        mark = Mark.of(db)
    if mark:
        checked_end(workspace, mark)


def replaced(followed: JournalEnd, end: JournalEnd) -> str | None:
    """Return what tells that a journal is not the one that was followed to an entry; None where nothing does."""
    if end.number < followed.number:
        return (
            f"the lists have followed {followed.number:,} entries, and the journal ends at {end.number:,}: "
            "the ledger was replaced by an older copy"
        )
    if end.number == followed.number and end.hash != followed.hash:
        return f"entry {end.number:,} is not the one that the lists have followed: the ledger was replaced by another"
    return None


def may_lag(workspace: Workspace) -> bool:
    """Return whether the lists may be behind, or the ledger not be the one that they followed.

    For whoever is about to read them: a cache that is not there, or cannot be read, is told of by its reader.
    """
    cache = Cache(workspace.folder / "roster.sqlite")
    if not cache.file.exists():
        return False
    try:
        with closing(cache.reader()) as db:
            return lag_of(workspace, db) is not None
    except LedgerDamaged:
        return True
    except (sqlite3.DatabaseError, OSError):
        return False


def decisions_signature(workspace: Workspace) -> tuple[int, ...]:
    """Return what is different once a decision was written: it stands before its outcome is in the journal."""
    try:
        found = (workspace.folder / "ledger" / "desk.json").stat()
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def under_way(workspace: Workspace) -> dict[str, bool]:
    """Return the actions that are under way in any process, each with whether that process is gone."""
    from roster_tui.accounts.running import Running

    folders = (workspace.folder / "ledger" / name for name in _RUNNING)
    return {action: gone for folder in folders for action, gone in Running(folder).states().items()}


def _has_ended(workspace: Workspace, mark: Mark) -> bool:
    """Return whether an action has ended, or lost its process, since the mark was set."""
    if not mark.under_way:
        return False
    now = under_way(workspace)
    return any(action not in now or now[action] > read for action, read in mark.under_way.items())
