"""``ticket check``: whether a text that is to leave gives a student away."""

from __future__ import annotations

from pathlib import Path

import click

from roster_tui.cli.errors import BLOCKED, FAILED, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.present import counted, display_text

_CONTEXT = 30
"""Characters of a line that are shown before a hit and behind it."""


@click.group()
def ticket() -> None:
    """Ask for help without giving students away."""


@ticket.command(cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@with_session
def check(session: Session, file: Path) -> None:
    """Check FILE, or standard input (-), for students' names, emails, IDs, birth dates, and what looks like them.

    Exits 3 when there is any. No value is printed.
    """
    from roster_tui.support.guard import check as hits_of
    from roster_tui.support.guard.stand import masked

    text = _text(session, file)
    hits = hits_of(session.workspace(), text)
    if session.as_json:
        session.print_json({"hits": [hit._asdict() for hit in hits]})
    else:
        safe = masked(text, hits)
        for hit in hits:
            begin = text.rfind("\n", 0, hit.start) + 1
            end = text.find("\n", hit.end)
            around = safe[max(begin, hit.start - _CONTEXT) : min(len(text) if end < 0 else end, hit.end + _CONTEXT)]
            click.echo(f"{hit.line}:{hit.start - begin + 1} {hit.kind}  {display_text(around)}")
        session.say(f"{counted(len(hits), 'place')} to take out before this leaves" if hits else "Nothing was found")
    if hits:
        raise Stopped(BLOCKED)


def _text(session: Session, file: Path) -> str:
    """Return the text of a file. Raises `Stopped` when it is none: nobody could say what is in it."""
    with click.open_file(str(file), "rb") as source:
        raw: bytes = source.read()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw:
        session.say("This is no text file, so the guard cannot tell what is in it. Check it as text or CSV")
        raise Stopped(FAILED)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
