"""``backup`` and ``restore``: what cannot be fetched again, in one file and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from roster_tui.cli.errors import BLOCKED, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.present import counted, display_text
from roster_tui.workspace import now, open_workspace

if TYPE_CHECKING:
    from roster_tui.backup import Archive

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=Command)
@click.argument("file", type=_FILE)
@click.option("--recipient", "recipients", multiple=True, metavar="KEY", help="Encrypt to this age or SSH public key.")
@with_session
def backup(session: Session, file: Path, recipients: tuple[str, ...]) -> None:
    """Write accounts, trackers, decisions, tickets and journal into a new FILE, with the settings.

    The roster is not in it, since the next sync fetches it. Tokens, passwords and webhooks never are; the key of
    mailed links only when the file is encrypted.
    """
    from roster_tui.backup import back_up

    made = back_up(open_workspace(session.settings), file, recipients)
    if session.as_json:
        session.print_json(
            {"file": str(file), "files": len(made.files), "entries": made.end.number, "head": made.end.hash}
        )
        return
    click.echo(
        f"{file}: {counted(len(made.files), 'file')}, {counted(made.end.number, 'entry', 'entries')} of the journal"
    )
    click.echo(f"Head: {made.end.hash}")
    if not recipients:
        session.say("The key of mailed links is not in it, since the file is not encrypted: --recipient KEY")


@click.command(cls=Command)
@click.argument("file", type=_FILE)
@click.option("--identity", type=_FILE, help="File of the age identity that opens an encrypted backup.")
@with_session
def restore(session: Session, file: Path, identity: Path | None) -> None:
    """Make an empty data folder hold what is in the backup FILE; the next sync fetches the roster."""
    from roster_tui.backup import restore as carry_out
    from roster_tui.ledger import operator_here

    settings = session.settings
    if refusal := settings.refusal:
        session.say(f"{refusal}: nothing was done")
        raise Stopped(BLOCKED)
    made, folder = carry_out(
        file, settings.data_root, operator_here(settings.operator_name, os.environ), now(), identity
    )
    if session.as_json:
        session.print_json({"folder": str(folder), "entries": made.end.number, "head": made.end.hash, "of": made.at})
        return
    entries = counted(made.end.number, "entry", "entries")
    click.echo(
        f"{display_text(made.district.name)} as of {made.at}: {entries} of the journal, all in order, in {folder}"
    )
    click.echo(f"Head: {made.end.hash}")
    if "settings.toml" in made.files:
        session.say(f"The settings are in {folder / 'settings.toml'}: look through them, and put them in place")
    if "ledger/link-key" not in made.files:
        session.say("The key of mailed links is not restored. Make a new one: roster-tui accounts new-link-key")
    session.say("Next: roster-tui sync")


def _entries(made: Archive) -> str:
    return f"{counted(made.end.number, 'entry', 'entries')} of the journal"


def _journal(made: Archive) -> dict[str, Any]:
    return {"entries": made.end.number, "head": made.end.hash}
