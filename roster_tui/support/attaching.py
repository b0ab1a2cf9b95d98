"""Files that go with a ticket: text alone, of which the guard can tell what is in it."""

from __future__ import annotations

from pathlib import Path

from roster_tui.errors import USAGE, RosterError
from roster_tui.support.tickets import Attachment

MOST_ATTACHED = 1_000_000
"""Bytes of an attachment; every change of a ticket writes all of it."""


class NotAttachable(RosterError):
    """A file that cannot go with a ticket; says why."""

    exit_code = USAGE


def attachment(path: Path | str) -> Attachment:
    """Return a file as an attachment. Raises `NotAttachable`, OSError."""
    file = Path(path).expanduser()
    if not file.is_file() or file.stat().st_size > MOST_ATTACHED:
        raise NotAttachable(f"{file}: only a file of at most {MOST_ATTACHED:,} bytes can be attached")
    return Attachment(file.name, text_of(file.read_bytes()))


def text_of(raw: bytes) -> str:
    """Return the text of a file. Raises `NotAttachable` when it is none: nobody could say what is in it."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw:
        raise NotAttachable("This is no text file, so the guard cannot tell what is in it. Check it as text or CSV")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
