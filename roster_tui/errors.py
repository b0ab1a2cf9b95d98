"""The one root of our errors: a face says any of them by its message, what to do, and an exit code.

Whatever else is raised and is no OSError is a fault of ours, and ends in a report.
"""

from __future__ import annotations

import errno

DONE, FAILED, USAGE, BLOCKED, FINDINGS, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
"""The exit codes of the contract."""


class RosterError(Exception):
    """Something that is known to go wrong: the message says what happened, and what was kept."""

    fix: str = ""
    """What the reader can do about it, without a period; empty where the message says it."""
    exit_code: int = FAILED
    """What a command ends with."""


_KEPT = "What had been written before stands"
_NO_RIGHT = ("This user has no right to that file", "Give the user who runs roster-tui the right, then do it again")
_OF_SYSTEM = {
    errno.ENOSPC: ("The disk is full", "Make room on it, then do it again"),
    errno.EDQUOT: ("Your share of the disk is used up", "Make room on it, then do it again"),
    errno.EROFS: ("The disk is mounted read-only", "Mount it for writing, or choose another folder with --data-dir"),
    errno.EACCES: (
        "This user has no right to that file",
        "Give the user who runs roster-tui the right, then do it again",
    ),
    errno.EPERM: (
        "This user has no right to that file",
        "Give the user who runs roster-tui the right, then do it again",
    ),
    errno.EIO: ("The disk does not read or write", "Check the disk, then do it again"),
    errno.EMFILE: ("Too many files are open", "Close another roster-tui, or raise the limit (ulimit -n)"),
    errno.ENFILE: ("Too many files are open", "Close other programs"),
}
"""By the system's number of an error, what happened and what to do."""


def in_words(error: RosterError | OSError) -> tuple[str, str]:
    """Return what happened and was kept, and what to do, which may be empty; both without a period at the end."""
    if isinstance(error, RosterError):
        return str(error), error.fix
    if error.errno not in _OF_SYSTEM:
        return str(error), ""
    happened, fix = _OF_SYSTEM[error.errno]
    file = f": {error.filename}" if error.filename else ""
    return f"{happened}{file}. {_KEPT}", fix


def in_one_line(error: RosterError | OSError) -> str:
    """Return what happened and was kept and what to do as a message."""
    happened, fix = in_words(error)
    return f"{happened}. {fix}" if fix else happened
