"""What goes into a backup: the ledger as it is at one moment, and the settings without what is secret."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from roster_tui.backup.archive import Archive
from roster_tui.errors import BLOCKED, RosterError
from roster_tui.ledger.faults import faults
from roster_tui.ledger.files import LedgerDamaged, replace_atomically
from roster_tui.settings import config_path
from roster_tui.workspace import Workspace

_KEY = "link-key"
"""Signs mailed links: only in a backup that is encrypted."""
_SECRET = re.compile(r"(?:^|_)(?:webhook|token|secret|password|token_command)$")
"""Names of settings that are secret themselves, or may hold a secret; a setting that names a file is none."""
_LINE = re.compile(r"^\s*([A-Za-z0-9_]+)\s*=")


class FileTaken(RosterError):
    """There is such a file; a backup is never written over anything."""

    fix = "Choose another name, or move that file away"
    exit_code = BLOCKED

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is there already. It was left as it is")


def back_up(workspace: Workspace, file: Path, recipients: Sequence[str] = (), config: Path | None = None) -> Archive:
    """Write a backup, encrypted to public keys where some are given; returns what is in it.

    The ledger is copied while nothing can be sealed, so that it fits together while others act. Raises
    `LedgerDamaged` when it is not whole, `KeyUnusable`, `FileTaken`, OSError.
    """
    head = workspace.head
    for fault in faults(head):
        raise LedgerDamaged(head.folder / fault.name, fault.why, fault.damage)
    with head.held():
        files = dict(_ledger(workspace, with_key=bool(recipients)))
        end = head.journal_end()
    if settings := _without_secrets(config or config_path()):
        files["settings.toml"] = settings
    made = Archive(workspace.district, workspace.clock().isoformat(timespec="seconds"), end, files)
    _write_new(file, made.packed(recipients))
    return made


def _ledger(workspace: Workspace, *, with_key: bool) -> Iterator[tuple[str, bytes]]:
    folder = workspace.folder / "ledger"
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        hidden = any(part.startswith((".", "running")) for part in below.parts)
        if hidden or path.is_symlink() or not path.is_file() or path.suffix in (".lock", ".tmp", ".before-split"):
            continue
        if path.name != _KEY or with_key:
            yield f"ledger/{below.as_posix()}", path.read_bytes()


def _without_secrets(config: Path) -> bytes:
    """Return the settings without lines that may be secret; nothing where some would be left."""
    try:
        lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = "".join(line for line in lines if not ((key := _LINE.match(line)) and _SECRET.search(key[1])))
        return b"" if _has_secret(tomllib.loads(kept)) else kept.encode()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return b""


def _has_secret(settings: dict[str, Any]) -> bool:
    return any(
        _SECRET.search(name) is not None or (isinstance(value, dict) and _has_secret(value))
        for name, value in settings.items()
    )


def _write_new(file: Path, content: bytes) -> None:
    """Write a file of its owner's that was not there: all of it or nothing, whatever ends it on the way."""
    beside = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    replace_atomically(beside, content)
    try:
        # Unlike a rename, a second name is never given over a file that is there.
        os.link(beside, file)
    except FileExistsError:
        raise FileTaken(file) from None
    finally:
        beside.unlink(missing_ok=True)
