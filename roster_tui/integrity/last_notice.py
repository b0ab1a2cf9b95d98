"""Where the journal ended when somebody was last told of a sync: kept outside the ledger, so that no rollback takes it.

A ledger that was replaced as a whole by an older copy is sound in itself; only what is kept elsewhere shows it.
"""

from __future__ import annotations

from pathlib import Path

import orjson

from roster_tui.ledger.files import replace_atomically
from roster_tui.ledger.head import JournalEnd
from roster_tui.workspace import Workspace


def note(workspace: Workspace, end: JournalEnd) -> None:
    """Keep what a notice tells of the journal. Raises OSError."""
    replace_atomically(_file(workspace), orjson.dumps(end._asdict()))


def last(workspace: Workspace) -> JournalEnd | None:
    """Return what the last notice told; None before the first, or where that cannot be read."""
    try:
        return JournalEnd(**orjson.loads(_file(workspace).read_bytes()))
    except (OSError, orjson.JSONDecodeError, TypeError):
        return None


def _file(workspace: Workspace) -> Path:
    return workspace.folder / "last-notice.json"
