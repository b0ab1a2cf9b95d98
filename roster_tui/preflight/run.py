"""What tonight would do if these SIS files were uploaded, worked out by the sync's own code on a throwaway copy.

Nothing of the district is written: neither roster, accounts, journal nor mail.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roster_tui.preflight.altered import tell_altered
from roster_tui.preflight.checking import Checks, check, checking, no_search_for_cycles, room_in
from roster_tui.preflight.scratch import scratch_folder
from roster_tui.sis.upload import Upload, open_upload

if TYPE_CHECKING:
    from roster_tui.accounts.model import Account
    from roster_tui.preflight.forecast import Forecast
    from roster_tui.workspace import Workspace

_SCRATCH = "preflight"


@dataclass(frozen=True)
class Preflight:
    """What was found in the files, and what they would do."""

    checks: Checks
    forecast: Forecast | None
    not_compared: str
    """Why there is no forecast; ``""`` when there is one."""


Say = Callable[[str], None]


def check_only(folder: Path, why: str) -> Preflight:
    """Return what is wrong with the files of a folder, where there is no district to compare them with."""
    folder_for_all = Path(tempfile.gettempdir())
    with scratch_folder(folder_for_all, f"roster-tui-{_SCRATCH}") as scratch:
        return Preflight(check(folder, scratch), None, why)


def preflight(
    workspace: Workspace,
    accounts: Callable[[], Mapping[str, Account]],
    folder: Path,
    say: Say = lambda message: None,
) -> Preflight:
    """Return what is wrong with the files of a folder, and what uploading them would do to a district tonight.

    ``accounts`` returns the directory's, by Clever ID; it is called when the files have been read. Works in a
    private folder beside the roster. Raises `DatabaseFull` when the disk has no room for it, `CacheDamaged` when the
    roster cannot be read.
    """
    from roster_tui.preflight.forecast import Copy

    # Beside the roster: the copy of student data is guarded as the roster itself is.
    with (
        scratch_folder(workspace.folder, _SCRATCH) as scratch,
        room_in(scratch),
        no_search_for_cycles(),
        checking(folder, scratch) as checks,
        closing(open_upload(folder, scratch / "reading.sqlite", check=False)) as upload,
    ):
        why = _why_not(workspace, upload)
        if why:
            return Preflight(checks(), None, why)
        say("Reading the files")
        copy = Copy(workspace, scratch)
        copy.stage(upload)
        say("Comparing with the roster")
        forecast = copy.forecast(accounts())
        found = checks()
        tell_altered(forecast.altered, upload, found.problems)
        return Preflight(found, forecast, "")


def _why_not(workspace: Workspace, upload: Upload) -> str:
    if not upload.stands:
        return "Clever could not process these files as they are, so nothing would change tonight"
    with workspace.cache.reading() as db:
        if db.execute("SELECT 1 FROM record WHERE hash IS NOT NULL LIMIT 1").fetchone() is None:
            return f"There is no roster of {workspace.district.name} yet to compare with. Run: roster-tui sync"
    return ""
