"""When the console itself fails: an incident id on the screen, and a report that holds no roster data.

Textual's own report prints local variables and the error's message; either may be a student's name.
"""

from __future__ import annotations

import platform
import secrets
import traceback
from datetime import UTC, datetime
from pathlib import Path

from textual.worker import WorkerFailed

from roster_tui import __version__
from roster_tui.errors import in_one_line


def reported(error: BaseException, folder: Path) -> str:
    """Write a report and return the incident and where it is told; without one, why: a full disk is no second crash."""
    try:
        incident, file = write_report(error, folder)
    except OSError as unwritten:
        return f"(no report could be written: {in_one_line(unwritten)})"
    return f"(incident {incident}). A report without roster data is in {file}"


def write_report(error: BaseException, folder: Path) -> tuple[str, Path]:
    """Write a report of type and places only, readable by its owner; returns the incident id and the file."""
    incident = secrets.token_hex(4).upper()
    file = folder / f"incident-{incident}.txt"
    lines = [
        f"incident {incident}",
        f"at {datetime.now(UTC).isoformat(timespec='seconds')}",
        f"roster-tui {__version__}, Python {platform.python_version()}, {platform.system()}",
    ]
    for each in _chain(error):
        lines.append(f"{type(each).__module__}.{type(each).__qualname__}")
        lines += [
            f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(each.__traceback__)
        ]
    file.touch(mode=0o600)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return incident, file


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        # Of work beside the screen Textual tells only that it failed.
        error = error.error if isinstance(error, WorkerFailed) else error.__cause__ or error.__context__
    return found
