"""``purge cache|everything``: what is kept about a district is thrown away, and what remains is told."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from roster_tui.cli.errors import BLOCKED, DONE, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.present import counted, display_text
from roster_tui.support.purge import Purge, Scope, planned
from roster_tui.support.purge import purge as carry_out


@click.command(cls=Command)
@click.argument("scope", type=click.Choice([scope.value for scope in Scope]))
@click.option("--dry-run", is_flag=True, help="Only show what would go and what would remain.")
@click.option("--yes", is_flag=True, help="Do not ask before the cache goes.")
@click.option("--name", metavar="DISTRICT", help="The district's name, typed to let everything go.")
@with_session
def purge(session: Session, scope: str, dry_run: bool, yes: bool, name: str | None) -> None:
    """Remove a district's cache, or everything that is kept about it.

    The cache holds all values of students, and the next sync fetches it again. Everything includes accounts, journal
    and decisions, which nothing brings back.
    """
    workspace = session.workspace()
    chosen = Scope(scope)
    plan = planned(workspace, chosen)
    if dry_run:
        _tell(session, plan, dry_run=True)
        return
    if refusal := session.settings.refusal:
        session.say(f"{refusal}: nothing was done")
        raise Stopped(BLOCKED)
    if chosen is Scope.EVERYTHING:
        _confirm_name(session, plan, workspace.district.name, name)
    elif not yes:
        _tell_plan(session, plan)
        if not click.confirm("Remove the cache?", err=True):
            session.say("Nothing was done")
            raise Stopped(DONE)
    _tell(session, asyncio.run(carry_out(workspace, chosen)), dry_run=False)


def _confirm_name(session: Session, plan: Purge, wanted: str, given: str | None) -> None:
    if given is None:
        _tell_plan(session, plan)
        given = click.prompt(f"This cannot be undone. Type the district's name ({display_text(wanted)})", err=True)
    if given != wanted:
        session.say("That is not the district's name: nothing was done")
        raise Stopped(BLOCKED)


def _tell(session: Session, done: Purge, *, dry_run: bool) -> None:
    if session.as_json:
        session.print_json(document(done, dry_run=dry_run))
        return
    for line in _lines(done, "Would remove" if dry_run else "Removed"):
        click.echo(line)


def _tell_plan(session: Session, plan: Purge) -> None:
    for line in _lines(plan, "To be removed"):
        session.say(line)


def _lines(told: Purge, verb: str) -> list[str]:
    lines = [
        f"{verb}: {portion.what} ({counted(portion.files, 'file')}, {portion.bytes / 1e6:,.1f} MB)"
        for portion in told.removed
    ]
    return (lines or ["There is nothing to remove"]) + [f"Remains: {display_text(each, 600)}" for each in told.remains]


def document(told: Purge, *, dry_run: bool) -> dict[str, Any]:
    """Return a purge as JSON."""
    return {
        "scope": told.scope.value,
        "dry_run": dry_run,
        "removed": [{"what": portion.what, "files": portion.files, "bytes": portion.bytes} for portion in told.removed],
        "remains": list(told.remains),
    }
