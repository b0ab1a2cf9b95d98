"""What this console runs on."""

from __future__ import annotations

import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version

from roster_tui import __version__
from roster_tui.doctor.checks import Check, failed, ok

_OLDEST_SQLITE = (3, 34, 0)
"""The first with the trigram index that searching needs."""


def check_versions() -> Check:
    """Return the versions of what decides whether the console works."""
    try:
        textual = version("textual")
    except PackageNotFoundError:
        return failed("versions", "Textual is not installed", "Install roster-tui again: pip install roster-tui")
    said = (
        f"roster-tui {__version__}, Python {platform.python_version()}, Textual {textual}, "
        f"SQLite {sqlite3.sqlite_version}, {platform.system()}"
    )
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        return failed("versions", said, "Use a Python with SQLite 3.34 or newer: searching needs its trigram index")
    return ok("versions", said)
