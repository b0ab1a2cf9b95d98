"""``ledger verify``: whether what cannot be fetched again is whole."""

from __future__ import annotations

from typing import Any

import click

from roster_tui.cli.errors import FAILED, Stopped
from roster_tui.cli.group import Command, CommandGroup, with_session
from roster_tui.cli.session import Session
from roster_tui.integrity import Examination, examine
from roster_tui.present import counted, display_text
from roster_tui.workspace import open_workspace


@click.group(cls=CommandGroup)
def ledger() -> None:
    """What cannot be fetched again: accounts, trackers, decisions, tickets and the journal."""


@ledger.command(cls=Command)
@with_session
def verify(session: Session) -> None:
    """Check every file, and accounts and trackers against the journal; nothing is changed."""
    examined = examine(open_workspace(session.settings))
    if session.as_json:
        session.print_json(_document(examined))
    elif examined.ok:
        files, entries = counted(examined.files, "file"), counted(examined.end.number, "entry", "entries")
        click.echo(f"{files} and {entries} of the journal, all as written. Head: {examined.end.hash}")
    else:
        for problem in examined.problems:
            session.say(display_text(problem, 600))
        session.say("Nothing was changed. Keep a copy of the data folder, and restore what is damaged from a backup")
    if not examined.ok:
        raise Stopped(FAILED)


def _document(examined: Examination) -> dict[str, Any]:
    return {
        "ok": examined.ok,
        "files": examined.files,
        "entries": examined.end.number,
        "head": examined.end.hash,
        "faults": [
            {"file": each.name, "damage": each.damage.value, "why": each.why, "documents": list(each.documents)}
            for each in examined.faults
        ],
        "accounts": [{"id": each.id, "fields": list(each.fields)} for each in examined.accounts],
        "trackers": list(examined.trackers),
    }
