"""The data folder of a district as it lies there: rights, room, cache, ledger. Read only."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import orjson

from roster_tui.databases import error_of
from roster_tui.doctor.checks import Check, failed, ok, warning
from roster_tui.doctor.modes import OTHERS_WRITE, mode_of, open_to_others
from roster_tui.errors import RosterError
from roster_tui.follow_mark import LedgerReplaced, lag_of
from roster_tui.integrity import examine, last_notice
from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger.clock_trust import is_to_come
from roster_tui.ledger.journal import Journal
from roster_tui.present import counted, display_text
from roster_tui.roster.schema import VERSION
from roster_tui.settings import SettingsError
from roster_tui.workspace import Workspace

_LITTLE_ROOM = 500 * 1024 * 1024
_CACHE_SECONDS = 10.0
"""For which the cache is read; a city's takes longer, and what is found until then is told."""
_STEPS = 10_000
"""Of SQLite, between two looks at the clock."""


def check_root(root: Path) -> list[Check]:
    """Return whether the folder that holds the districts can be used; it need not exist yet."""
    there = next(each for each in (root, *root.parents) if each.exists())
    if not os.access(there, os.W_OK | os.X_OK) or not there.is_dir():
        return [failed("data folder", f"{root} cannot be written", "Choose another: data_dir, or --data-dir")]
    if root.exists() and (mode_of(root) or 0) & OTHERS_WRITE:
        return [failed("data folder", f"others can write to {root}", f"Run: chmod 700 {root}")]
    free = shutil.disk_usage(there).free
    if free < _LITTLE_ROOM:
        left = f"{root}, {free // 2**20} MB left"
        return [warning("data folder", left, "Make room: a sync writes the next roster beside the old one")]
    return [ok("data folder", str(root))]


def check_district(workspace: Workspace) -> list[Check]:
    """Return whether a district's own folder is kept from others, and what is in it is whole."""
    named = f"{display_text(workspace.district.name, 80)} ({workspace.district.id})"
    return [
        ok("district", named),
        _modes(workspace.folder),
        check_cache(workspace.folder / "roster.sqlite"),
        _ledger(workspace),
        _lists(workspace),
        _link_key(workspace.folder / "ledger"),
        _running(workspace),
    ]


def _modes(folder: Path) -> Check:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return failed("rights", f"{folder} is not yours to write", f"Run as its owner: {_owner(folder)}")
    found = open_to_others(folder)
    if not found:
        return ok("rights", "folders 0700, files 0600")
    said = f"others have rights to {counted(len(found), 'file or folder', 'files or folders')}, as {found[0].name}"
    return failed("rights", said, f"Run: chmod -R go= {folder}")


def _owner(folder: Path) -> str:
    try:
        return folder.owner()
    except (KeyError, NotImplementedError, OSError):
        return "whoever made it"


# -- cache ------------------------------------------------------------------------------------------


def check_cache(file: Path) -> Check:
    """Return whether the roster's file is one of ours and whole."""
    if not file.exists():
        return warning("cache", "no roster yet", "Run: roster-tui sync")
    deadline = time.monotonic() + _CACHE_SECONDS
    try:
        version, problem = _looked_through(file, deadline)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return ok("cache", f"nothing amiss in the first {_CACHE_SECONDS:.0f} s of reading")
        if ours := error_of(error, file, "The roster cache", "Nothing was changed"):
            return failed("cache", str(ours), ours.fix)
        if isinstance(error, sqlite3.OperationalError):
            return failed("cache", f"cannot be read: {error}", "Look at the rights and the disk of the data folder")
        version, problem = VERSION, str(error)
    if problem != "ok":
        said = f"damaged: {display_text(problem, 120)}"
        return failed("cache", said, "Run: roster-tui sync. It moves the file aside and fetches the roster again")
    if version != VERSION:
        return warning("cache", f"of version {version}, this is {VERSION}", "Run: roster-tui sync. It is made anew")
    return ok("cache", f"version {version}, whole, {file.stat().st_size / 2**20:.0f} MB")


def _looked_through(file: Path, deadline: float) -> tuple[int, str]:
    log = file.with_name(f"{file.name}-wal")
    how = _how_to_read(log)
    with closing(_opened(file, how)) as db:
        db.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        problem = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    if problem != "ok" and how != "mode=ro" and log.exists():
        # Somebody began to write meanwhile.
        return _looked_through(file, deadline)
    return version, problem


def _how_to_read(log: Path) -> str:
    # A file that nobody has open is read as one that cannot change: SQLite would leave its log beside it otherwise.
    return "mode=ro" if log.exists() else "immutable=1"


def _opened(file: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True)


# -- ledger -----------------------------------------------------------------------------------------


def _ledger(workspace: Workspace) -> Check:
    folder = workspace.folder / "ledger"
    if not folder.exists():
        return ok("ledger", "empty: no action was taken yet")
    try:
        examined = examine(workspace)
        journal = Journal(folder / "journal", workspace.head)
        newest = next(iter(journal.latest(1)), None) if examined.ok else None
    except (LedgerDamaged, OSError) as error:
        return failed("ledger", display_text(error), "Restore the file from a backup; nothing was changed")
    if not examined.ok:
        first, *more = examined.problems
        said = f"{first}; {len(more)} more" if more else first
        return failed("ledger", display_text(said, 300), "Run: roster-tui ledger verify. It names all that is wrong")
    if problem := _not_as_told(workspace, journal):
        return failed("ledger", problem, "Put the newer ledger back from a backup")
    if newest and is_to_come(newest.at, workspace.clock()):
        return warning(
            "ledger",
            f"the journal's newest entry is of {newest.at:%Y-%m-%d %H:%M} UTC, which is still to come",
            "The clock was wrong then, or is now. Let this machine set its clock (NTP): ages and links go by it",
        )
    return ok("ledger", f"{counted(examined.end.number, 'entry', 'entries')}, every hash right")


def _not_as_told(workspace: Workspace, journal: Journal) -> str:
    """Return what shows that the journal is not the one of the last notice; nothing where it is."""
    told = last_notice.last(workspace)
    if told is None or journal.verify(told.hash).ok:
        return ""
    if journal.end().number < told.number:
        return (
            f"the last notice of a sync told of {told.number:,} entries, and there are {journal.end().number:,}: "
            "the ledger was replaced by an older copy"
        )
    return f"entry {told.number:,} is not the one that the last notice of a sync told of: the ledger was replaced"


def _lists(workspace: Workspace) -> Check:
    """Return whether the lists show what the ledger holds, and the ledger is the one that they followed."""
    file = workspace.folder / "roster.sqlite"
    if not file.exists():
        return ok("lists", "empty: no roster yet")
    try:
        with closing(_opened(file, _how_to_read(file.with_name(f"{file.name}-wal")))) as db:
            lag = lag_of(workspace, db)
    except LedgerReplaced as error:
        return failed("lists", display_text(error), error.fix)
    except (RosterError, sqlite3.DatabaseError, OSError) as error:
        why = "the cache cannot be read" if isinstance(error, sqlite3.Error) else display_text(error, 120)
        said = f"cannot be compared with the journal: {why}"
        return warning("lists", said, "Mend the cache or the ledger first: see above")
    if lag:
        return warning("lists", str(lag), "Look at a list, or run: roster-tui sync. Both catch up")
    return ok("lists", "as the journal has it")


def _link_key(ledger: Path) -> Check:
    from roster_tui.accounts.mail.link_key import LinkKeyDamaged
    from roster_tui.accounts.mail.links import Links

    try:
        key = Links(ledger).key
        key.check()
    except LinkKeyDamaged as error:
        return failed("link key", display_text(error), error.fix)
    except (SettingsError, LedgerDamaged, OSError) as error:
        return failed("link key", display_text(error), "Restore the file from a backup; nothing was changed")
    return ok("link key", "32 random bytes, yours alone" if key.file.exists() else "none yet: the first mail makes it")


def _running(workspace: Workspace) -> Check:
    if not _is_held(workspace.sync_lock):
        return ok("locks", "no sync is running")
    try:
        said = orjson.loads(workspace.sync_lock.with_suffix(".json").read_bytes())
        who = f" ({display_text(said['operator'], 60)}, since {display_text(said['since'], 40)})"
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        who = ""
    return ok("locks", f"a sync is running{who}")


def _is_held(lock: Path) -> bool:
    try:
        import fcntl
    except ImportError:
        return False
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        # The library would open the file for writing; a shared lock shows as much.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
