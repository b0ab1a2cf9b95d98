"""``sync``: one run, with progress."""

from __future__ import annotations

import asyncio
import sys

import click

from roster_tui.access import clever_access
from roster_tui.cli.errors import BLOCKED, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.present import counted, number
from roster_tui.sync import Progress, Step, SyncResult
from roster_tui.sync import sync as run_sync


@click.command(cls=Command)
@with_session
def sync(session: Session) -> None:
    """Fetch the roster from Clever, compare it, and apply it or hold it for review."""
    if session.settings.read_only:
        session.say("The console is read-only: nothing was done")
        raise Stopped(BLOCKED)
    with clever_access(session.settings) as access:
        progress = _progress(session)
        _, result = asyncio.run(run_sync(session.settings, access.token, access.base_url, progress=progress))
    if session.as_json:
        session.print_json(result.document())
    else:
        _print(result)
    if result.state == "held":
        raise Stopped(BLOCKED)


def _progress(session: Session) -> Progress:
    """Show one line that counts, on a terminal only: a log wants no thousand lines."""

    def show(step: Step) -> None:
        text = f"{step.what} {number(step.fetched)} records" if step.fetched else step.what
        click.echo(f"\r{text:<40}", nl=False, err=True)
        if step.what == "accounts":
            click.echo(f"\r{'':<40}\r", nl=False, err=True)

    return show if sys.stderr.isatty() and not session.as_json else lambda step: None


def _print(result: SyncResult) -> None:
    for kind, tally in result.counts.items():
        changes = f"+{number(tally.added)} ~{number(tally.updated)} -{number(tally.removed)}"
        click.echo(f"{kind + 's':<10}{number(tally.fetched):>10}  {changes}")
    click.echo(", ".join(f"{number(count)} accounts {what}" for what, count in result.accounts.items()))
    if result.unreadable:
        click.echo(f"{counted(result.unreadable, 'record')} could not be read and were left out")
    if result.hold:
        for reason in result.hold["reasons"]:
            click.echo(f"Held: {reason}")
        click.echo("The roster is as before.")
    click.echo(f"{result.state} in {result.seconds:.1f} s")
