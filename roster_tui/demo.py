"""A demo district: the simulated Clever is loaded, and synced by the same code as any district."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock

from roster_tui.access import clever_access
from roster_tui.accounts.changes import Confirm
from roster_tui.errors import RosterError
from roster_tui.roster.cache import discard
from roster_tui.sandbox.generator import SIZES, GeneratedDistrict, school_year_of
from roster_tui.sandbox.incidents import WithIncidents, plan_demo
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.store import Store
from roster_tui.settings import Settings, demo_store
from roster_tui.sis import SisDistrict, SisFolder
from roster_tui.sync import SyncResult, sync
from roster_tui.workspace import Clock, Workspace, now, private_folder

SEED = 2026
NAME = "Lincoln Unified"
_DAYS_BETWEEN = 7
"""From the first sync to last night's: long enough for accounts to have been pending for days."""

Say = Callable[[str], None]


class OtherDemo(RosterError):
    """The folder holds another demo already."""


@dataclass(frozen=True)
class DemoOptions:
    """Which district a demo shows."""

    csv: tuple[Path, ...] = ()
    """Folders of SIS files, one a night; none means a generated district."""
    size: str = "small"


def prepare(settings: Settings, options: DemoOptions, say: Say, clock: Clock = now) -> Workspace | None:
    """Build the demo's data where there is none yet, or add another night of files; return its district.

    A folder that was prepared before without new files is left as it is; None then. Raises `SisFileError`
    before anything is changed when files cannot be read.
    """
    root = private_folder(settings.data_root)
    folders = [SisFolder(folder) for folder in options.csv]
    with FileLock(root / "demo.lock", mode=0o600):
        return _prepare(root, settings, folders, options.size, say, clock)


def _prepare(
    root: Path, settings: Settings, folders: list[SisFolder], size: str, say: Say, clock: Clock
) -> Workspace | None:
    unfinished = root / "demo-unfinished"
    if unfinished.exists():
        # Whoever made it was stopped, and the folder was empty before: all of it is half a demo.
        _clear(root)
    fresh = not demo_store(root).exists()
    if not folders and not fresh:
        return None
    if fresh and any(root.glob("*/district.json")):
        raise OtherDemo(f"{root} holds a real district's data. A demo needs a folder of its own: --data-dir")
    if fresh:
        unfinished.touch(mode=0o600)
    store = Store(demo_store(root))
    demo_store(root).chmod(0o600)
    try:
        if folders:
            workspace = _nights_of_files(settings, store, folders, say, clock)
        else:
            workspace = _two_nights(settings, store, size, say, clock)
    finally:
        store.close()
    unfinished.unlink(missing_ok=True)
    return workspace


def _clear(root: Path) -> None:
    for described in root.glob("*/district.json"):
        shutil.rmtree(described.parent)
    discard(demo_store(root))


def _nights_of_files(
    settings: Settings, store: Store, folders: list[SisFolder], say: Say, clock: Clock
) -> Workspace | None:
    workspace = None
    for folder in folders:
        say(f"Night {store.nights + 1}: Clever reads {folder.folder}")
        workspace = _night(settings, store, folder, say, clock)
    return workspace


def _two_nights(settings: Settings, store: Store, size: str, say: Say, clock: Clock) -> Workspace:
    last_night = _last_sync_time(settings, clock())
    first_night = last_night - timedelta(days=_DAYS_BETWEEN)
    district = GeneratedDistrict(SIZES[size], SEED, school_year_of(last_night.date()), NAME)
    planned = plan_demo(district)
    say(f"Night 1: a {size} district of {SIZES[size].students:,} students, first sync")
    workspace = _night(settings, store, district, say, lambda: first_night)
    asyncio.run(_activate_most(workspace, planned.never_activated, first_night + timedelta(hours=8)))
    say("Night 2: the SIS office has been busy, second sync")
    return _night(settings, store, WithIncidents(district, planned.incidents), say, lambda: last_night)


def _last_sync_time(settings: Settings, at: datetime) -> datetime:
    here = at.astimezone(settings.zone)
    tonight = datetime.combine(here.date(), settings.sync_time, here.tzinfo) + timedelta(minutes=4)
    return tonight if tonight <= here else tonight - timedelta(days=1)


def _night(settings: Settings, store: Store, source: SisDistrict, say: Say, clock: Clock) -> Workspace:
    load_night(store, source, clock() - timedelta(minutes=30))
    with clever_access(settings) as access:
        workspace, result = asyncio.run(sync(settings, access.token, access.base_url, clock=clock))
    say(_told(result))
    return workspace


def _told(result: SyncResult) -> str:
    if result.state == "held":
        reasons = "; ".join(result.hold["reasons"]) if result.hold else ""
        return f"  held for review: {reasons}"
    changes = sum(tally.added + tally.updated + tally.removed for tally in result.counts.values())
    return f"  applied in {result.seconds:.1f} s: {changes:,} changes"


async def _activate_most(workspace: Workspace, never_activated: frozenset[str], at: datetime) -> None:
    """Let everybody but a few follow the link in the welcome mail, as people do in a week."""
    accounts = await workspace.directory.list_accounts()
    activated = [account for account in accounts if account.sis_id not in never_activated]
    await workspace.directory.change(activated, Confirm(at), "platform-confirmation")
    workspace.show_accounts(await workspace.directory.list_accounts())
