"""``journal show|verify``: the record of actions, and its check."""

from __future__ import annotations

import click

from roster_tui.cli.errors import FAILED, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.present import day_and_time


@click.group()
def journal() -> None:
    """Who did what to whom, when and why."""


@journal.command(cls=Command)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Entries at most.")
@with_session
def show(session: Session, limit: int) -> None:
    """Show the latest entries, newest first."""
    workspace = session.workspace()
    entries = workspace.journal.latest(limit)
    if session.as_json:
        session.print_json({"entries": [entry.document() for entry in entries]})
        return
    rows = [
        (
            entry.number,
            day_and_time(entry.at.astimezone(workspace.settings.zone)),
            entry.facts.get("operator"),
            entry.facts.get("kind"),
            entry.facts.get("phase"),
            entry.facts.get("action"),
            entry.facts.get("reason"),
        )
        for entry in entries
    ]
    print_table(("number", "at", "operator", "kind", "phase", "action", "reason"), rows)


@journal.command(cls=Command)
@with_session
def verify(session: Session) -> None:
    """Check that no entry was changed, dropped or moved; keep the head elsewhere to prove it later."""
    checked = session.workspace().journal.verify()
    if session.as_json:
        session.print_json(
            {
                "ok": checked.ok,
                "entries": checked.entries,
                "head": checked.head,
                "first_bad": checked.first_bad,
                "problem": checked.problem,
            }
        )
    elif checked.ok:
        click.echo(f"{checked.entries} entries, all in order. Head: {checked.head}")
    else:
        session.say(f"Entry {checked.first_bad} is bad: {checked.problem}. {checked.entries} before it are good")
    if not checked.ok:
        raise Stopped(FAILED)
