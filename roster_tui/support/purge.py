"""What is kept on this machine about a district, thrown away: the cache, or everything; and what remains then."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from roster_tui.present import counted
from roster_tui.settings import config_path, demo_store
from roster_tui.sync.lock import locked
from roster_tui.workspace import Workspace

_DESCRIBED = "district.json"
_CACHE = {
    "the roster, and older ones that were moved aside": ("roster.sqlite*",),
    "a roster that was fetched and not applied": ("staged.sqlite*",),
    "the guard's index": ("guard",),
    "what the platform's SCIM service offers": ("scim-offers.json",),
    "what a preflight left behind": ("preflight-*", "oneroster-*"),
}
_LEDGER = {
    "ledger": "accounts of staff, journal, decisions, tickets, filters; a decided pair of students by its SIS IDs",
    "mail": "mail to staff that was kept and not sent",
}
_BEYOND = "backups, snapshots of the disk, what was exported or sealed: they are out of reach"
_OPEN = "consoles that are open show the old roster until they are closed"


class Scope(StrEnum):
    """How much goes."""

    CACHE = "cache"
    """What the next sync fetches again: all values of students."""
    EVERYTHING = "everything"
    """The district's whole folder; what cannot be fetched again as well."""


@dataclass(frozen=True)
class Portion:
    """Files that go together."""

    what: str
    paths: tuple[Path, ...]
    files: int
    bytes: int


@dataclass(frozen=True)
class Purge:
    """What would go, or has gone, and what remains."""

    scope: Scope
    removed: tuple[Portion, ...]
    remains: tuple[str, ...]


def planned(workspace: Workspace, scope: Scope) -> Purge:
    """Return what a purge would remove and what would remain."""
    portions = tuple(_portions(workspace.folder, scope))
    gone = {path for portion in portions for path in portion.paths}
    return Purge(scope, portions, tuple(_remains(workspace, scope, gone)))


async def purge(workspace: Workspace, scope: Scope) -> Purge:
    """Remove files for good; returns what went and what remains.

    No sync may run meanwhile. Killed on the way, it is done again by the next call: what tells that there is a
    district goes last. Raises `SyncRunning`, OSError, or `LedgerDamaged` before anything is removed.
    """
    async with locked(workspace):
        done = planned(workspace, scope)
        at = workspace.clock()
        facts = {"kind": "purge", "operator": workspace.settings.operator_name, "host": socket.gethostname()}
        if scope is Scope.CACHE:
            workspace.journal.append([{**facts, "phase": "intent", "scope": scope.value}], at)
        for portion in done.removed:
            for path in portion.paths:
                _remove(path)
        if scope is Scope.CACHE:
            removed = {"files": sum(each.files for each in done.removed)}
            workspace.journal.append([{**facts, "phase": "outcome", "results": removed}], workspace.clock())
            return done
    shutil.rmtree(workspace.folder)
    return done


def _portions(folder: Path, scope: Scope) -> Iterator[Portion]:
    parts = {what: _latest_first(folder, globs) for what, globs in _CACHE.items()}
    if scope is Scope.EVERYTHING:
        known = {path for paths in parts.values() for path in paths}
        parts |= {what: [folder / name] for name, what in _LEDGER.items() if (folder / name).exists()}
        known |= {folder / name for name in _LEDGER}
        others = sorted(path for path in folder.iterdir() if path not in known)
        # Without it nobody would find a folder that was half removed.
        parts["the rest of the district's folder"] = sorted(others, key=lambda path: path.name == _DESCRIBED)
    for what, paths in parts.items():
        if paths:
            files = [file for path in paths for file in _files(path)]
            yield Portion(what, tuple(paths), len(files), sum(file.lstat().st_size for file in files))


def _latest_first(folder: Path, globs: Iterable[str]) -> list[Path]:
    """Return files so that a database goes after what SQLite keeps beside it, which would spoil the next one."""
    return sorted((path for glob in globs for path in folder.glob(glob)), reverse=True)


def _files(path: Path) -> Iterable[Path]:
    if path.is_dir() and not path.is_symlink():
        return [file for file in path.rglob("*") if not file.is_dir() or file.is_symlink()]
    return [path]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _tickets(workspace: Workspace) -> Iterator[str]:
    """Yield how many tickets stay: their tokens stand for students' values."""
    if number := sum(1 for _ in (workspace.folder / "ledger" / "tickets").glob("[0-9]*.json")):
        days = workspace.settings.support.ticket_days
        yield (
            f"{counted(number, 'ticket')}, with what the tokens in them stand for: close them, and each goes with a "
            f"sync {days} days after it was touched last"
        )


def _remains(workspace: Workspace, scope: Scope, gone: set[Path]) -> Iterator[str]:
    settings, folder = workspace.settings, workspace.folder
    if scope is Scope.CACHE:
        for name, what in _LEDGER.items():
            if (folder / name).exists():
                yield f"{folder / name}: {what}"
        yield from _tickets(workspace)
        ours = {folder / name for name in (*_LEDGER, _DESCRIBED, "sync.lock", "sync.json")}
        for path in sorted(set(folder.iterdir()) - gone - ours):
            yield f"{path}: not the roster's"
    root = settings.data_root
    if demo_store(root).exists():
        yield f"{demo_store(root)}: the simulated Clever of the demo, with its invented students"
    for other in sorted(root.glob(f"*/{_DESCRIBED}")):
        if other.parent != folder:
            yield f"{other.parent}: another district"
    if config_path().exists():
        yield f"{config_path()}: the settings"
    for file in (settings.clever.token_file, settings.clever.client_secret_file, settings.mail.password_file):
        if file:
            yield f"{Path(file).expanduser()}: a secret of the settings"
    if scope is Scope.CACHE:
        yield _OPEN
    yield _BEYOND
