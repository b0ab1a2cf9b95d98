"""``status``: how fresh the roster is, what is held, and how many there are of everything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.findings.store import counts as finding_counts
from roster_tui.ledger.clock_trust import is_to_come
from roster_tui.present import ago, clock_time, display_text, number
from roster_tui.roster.account_rows import account_counts, support_leads
from roster_tui.roster.cache import get_meta
from roster_tui.roster.history import Run, runs, waiting
from roster_tui.roster.read import counts
from roster_tui.workspace import Workspace


@click.command(cls=Command)
@with_session
def status(session: Session) -> None:
    """Show when the roster was synced, what is held, and the numbers."""
    workspace = session.workspace()
    document = status_document(workspace)
    if session.as_json:
        session.print_json(document)
        return
    _print(workspace, document)


def status_document(workspace: Workspace) -> dict[str, Any]:
    """Return what ``status --json`` prints."""
    with workspace.cache.reading() as db:
        latest = next(iter(runs(db, 1)), None)
        applied = get_meta(db, "applied_at")
        held = waiting(db) is not None
        leads = support_leads(db)
        numbers, accounts, findings = counts(db), account_counts(db), finding_counts(db)
    finished = datetime.fromisoformat(applied) if applied else None
    age = (workspace.clock() - finished).total_seconds() / 3600 if finished else None
    if finished and is_to_come(finished, workspace.clock()):
        age = None
    return {
        "district": {"id": workspace.district.id, "name": workspace.district.name},
        "sync": {
            "state": _state(latest),
            "finished_at": applied,
            "age_hours": round(age, 2) if age is not None else None,
            "next_at": workspace.next_sync().isoformat(),
            "held": held,
        },
        "counts": numbers,
        "accounts": accounts,
        "support_leads": [{"name": name, "email": email} for name, email in leads],
        "findings": findings,
    }


def _state(latest: Run | None) -> str:
    # A run under way has no outcome yet; the one before it says how things stand.
    return latest.state if latest and latest.state in ("applied", "held", "failed") else "never"


def _print(workspace: Workspace, document: dict[str, Any]) -> None:
    click.echo(f"{display_text(workspace.district.name)} ({workspace.district.id})")
    synced = document["sync"]
    if synced["finished_at"]:
        at = datetime.fromisoformat(synced["finished_at"]).astimezone(workspace.settings.zone)
        click.echo(f"Synced    {clock_time(at)}, {ago(at, workspace.clock())}; last run {synced['state']}")
    else:
        click.echo("Synced    never")
    click.echo(f"Next      {clock_time(workspace.next_sync())}")
    click.echo("Roster    " + ", ".join(f"{number(count)} {name}" for name, count in document["counts"].items()))
    click.echo("Accounts  " + ", ".join(f"{number(count)} {name}" for name, count in document["accounts"].items()))
    for lead in document["support_leads"]:
        click.echo(f"Support   {display_text(lead['name'])}, {display_text(lead['email']) or 'no email'}")
    findings = [f"{count} {code}" for code, count in document["findings"].items()]
    click.echo("Findings  " + (", ".join(findings) or "none"))
    if synced["held"]:
        click.echo("A sync is held for review: roster-tui hold show")
