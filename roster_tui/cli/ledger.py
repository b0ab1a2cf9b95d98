"""``ledger verify|repair``: whether what cannot be fetched again is whole, and what can be rebuilt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from roster_tui.cli.errors import BLOCKED, DONE, FAILED, Stopped
from roster_tui.cli.group import Command, CommandGroup, with_session
from roster_tui.cli.session import Session
from roster_tui.follow_mark import forget
from roster_tui.integrity import Examination, examine
from roster_tui.integrity.repair import Step, carry_out, planned
from roster_tui.present import counted, display_text
from roster_tui.workspace import Workspace, open_workspace


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
        session.say(
            "Nothing was changed. Keep a copy of the data folder. What can be rebuilt: roster-tui ledger repair"
        )
    if not examined.ok:
        raise Stopped(FAILED)


@ledger.command(cls=Command)
@click.option("--from", "backup", type=click.Path(path_type=Path, dir_okay=False), help="A backup to take files from.")
@click.option("--identity", type=click.Path(path_type=Path, dir_okay=False), help="What opens an encrypted backup.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_session
def repair(session: Session, backup: Path | None, identity: Path | None, dry_run: bool, yes: bool) -> None:
    """Rebuild what is damaged: from what is left, a backup, the list and the journal; show it first.

    What was damaged is kept beside the ledger, and the journal notes what was done.
    """
    workspace = open_workspace(session.settings)
    steps = planned(workspace, _files(workspace, backup, identity))
    if session.as_json:
        session.print_json({"steps": [_step(step) for step in steps], "done": not dry_run and yes and bool(steps)})
    else:
        for step in steps:
            click.echo(display_text(f"{step.name}: {step.said}" + (f". Lost: {step.lost}" if step.lost else ""), 600))
        if not steps:
            click.echo("All is as it was written: there is nothing to repair")
    if dry_run or not steps:
        return
    if refusal := session.settings.refusal:
        session.say(f"{refusal}: nothing was done")
        raise Stopped(BLOCKED)
    if not any(step.possible for step in steps):
        session.say("Nothing was done. Restore the whole ledger from a backup: roster-tui restore FILE")
        raise Stopped(FAILED)
    if not yes and (session.as_json or not click.confirm("Do this?", err=True)):
        session.say("Nothing was done")
        raise Stopped(BLOCKED if session.as_json else DONE)
    aside = carry_out(workspace, steps)
    # The lists may have followed entries that are lost: they are read again from what there is.
    forget(workspace)
    session.say(f"Done. What was damaged is in {aside}")
    if not all(step.possible for step in steps):
        session.say("Not all could be rebuilt. Restore the whole ledger from a backup: roster-tui restore FILE")
        raise Stopped(FAILED)


def _files(workspace: Workspace, backup: Path | None, identity: Path | None) -> dict[str, bytes]:
    if backup is None:
        return {}
    from roster_tui.backup.archive import BackupUnusable, read

    found = read(backup, identity)
    if found.district.id != workspace.district.id:
        raise BackupUnusable(backup, f"is of another district, {display_text(found.district.name, 80)}")
    return {name.removeprefix("ledger/"): each for name, each in found.files.items() if name.startswith("ledger/")}


def _step(step: Step) -> dict[str, Any]:
    return {"file": step.name, "said": step.said, "lost": step.lost, "possible": step.possible}


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
