"""What tonight would do if these SIS files were uploaded, worked out by the sync's own code on a throwaway copy.

Nothing of the district is written: neither roster, accounts, journal nor mail.
"""

from __future__ import annotations

import errno
import gc
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roster_tui.preflight.scratch import scratch_folder
from roster_tui.sis.problems import Problems
from roster_tui.sis.upload import Upload, open_upload

if TYPE_CHECKING:
    from roster_tui.accounts.model import Account
    from roster_tui.preflight.forecast import Forecast
    from roster_tui.workspace import Workspace

_SCRATCH = "preflight"


@dataclass(frozen=True)
class Preflight:
    """What was found in the files, and what they would do."""

    name: str
    """The folder's name."""
    layout: str
    rows: Mapping[str, int]
    """Rows by file."""
    problems: Problems
    forecast: Forecast | None
    not_compared: str
    """Why there is no forecast; ``""`` when there is one."""


Say = Callable[[str], None]


def check_only(folder: Path, why: str) -> Preflight:
    """Return what is wrong with the files of a folder, where there is no district to compare them with."""
    folder_for_all = Path(tempfile.gettempdir())
    with scratch_folder(folder_for_all, f"roster-tui-{_SCRATCH}") as scratch, _no_search_for_cycles():
        upload = open_upload(folder, scratch / "checks.sqlite")
        with closing(upload):
            upload.finish()
    return _told(upload, None, why)


def preflight(
    workspace: Workspace,
    accounts: Callable[[], Mapping[str, Account]],
    folder: Path,
    say: Say = lambda message: None,
) -> Preflight:
    """Return what is wrong with the files of a folder, and what uploading them would do to a district tonight.

    ``accounts`` returns the directory's, by Clever ID; it is called when the files have been read. Works in a
    private folder beside the roster. Raises OSError when the disk has no room for it, `CacheDamaged` when the
    roster cannot be read.
    """
    from roster_tui.preflight.forecast import Copy

    # Beside the roster: the copy of student data is guarded as the roster itself is.
    with scratch_folder(workspace.folder, _SCRATCH) as scratch, _no_search_for_cycles():
        try:
            upload = open_upload(folder, scratch / "checks.sqlite")
            with closing(upload):
                why = _why_not(workspace, upload)
                if why:
                    upload.finish()
                    return _told(upload, None, why)
                say("Reading the files")
                copy = Copy(workspace, scratch)
                copy.stage(upload)
                upload.finish()
                say("Comparing with the roster")
                return _told(upload, copy.forecast(upload, accounts()), "")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
                raise
            raise OSError(errno.ENOSPC, "No room for the preflight's copy of the roster", str(scratch)) from error


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Let millions of rows come and go, none of them in a cycle: looking for cycles among them costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _why_not(workspace: Workspace, upload: Upload) -> str:
    if not upload.stands:
        return "Clever could not process these files as they are, so nothing would change tonight"
    with workspace.cache.reading() as db:
        if db.execute("SELECT 1 FROM record WHERE hash IS NOT NULL LIMIT 1").fetchone() is None:
            return f"There is no roster of {workspace.district.name} yet to compare with. Run: roster-tui sync"
    return ""


def _told(upload: Upload, forecast: Forecast | None, why: str) -> Preflight:
    return Preflight(upload.name, upload.layout, upload.row_counts, upload.problems, forecast, why)
