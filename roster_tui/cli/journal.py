"""``journal show|verify``: the record of actions, and its check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from roster_tui.cli.errors import FAILED, Stopped
from roster_tui.cli.group import Command, CommandGroup, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_csv, print_table
from roster_tui.ledger.journal import Entry
from roster_tui.present import full_time
from roster_tui.roster.kinds import TEACHER
from roster_tui.roster.read import clever_ids, key_of
from roster_tui.workspace import Workspace

_HEADER = ("number", "at", "operator", "kind", "phase", "action", "reason")
_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])


@click.group(cls=CommandGroup)
def journal() -> None:
    """Who did what to whom, when and why."""


@journal.command(cls=Command)
@click.option("--operator", help="Only what this operator did; the sync is one too.")
@click.option("--action", "action_id", help="Only this action.")
@click.option("--kind", help="Only this kind, such as suspend or sync.")
@click.option("--on", metavar="ID", help="Only what was done to this person: Clever ID, SIS ID or email.")
@click.option("--since", type=_DAY, help="From this day, or minute, on; in the district's time zone.")
@click.option("--until", type=_DAY, help="Until before this day or minute.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="At most; 0 means all.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@with_session
def show(
    session: Session,
    operator: str | None,
    action_id: str | None,
    kind: str | None,
    on: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_csv: bool,
) -> None:
    """Show entries, newest first."""
    workspace = session.workspace()
    wanted = {"operator": operator, "action": action_id.upper() if action_id else None, "kind": kind}
    whom = _clever_id(workspace, on) if on else None
    from_day, to_day = (_in_zone(workspace, day) if day else None for day in (since, until))
    found: list[Entry] = []
    for entry in workspace.journal.newest_first(from_day):
        if (
            all(value is None or entry.facts.get(name) == value for name, value in wanted.items())
            and (to_day is None or entry.at < to_day)
            and (whom is None or _concerns(entry, whom))
        ):
            found.append(entry)
            if len(found) == limit:
                break
    if session.as_json:
        session.print_json({"entries": [entry.document() for entry in found]})
    elif as_csv:
        print_csv((*_HEADER, "host", "ids", "verdicts", "hash"), (_csv_row(entry) for entry in found))
    else:
        print_table(_HEADER, [_row(workspace, entry) for entry in found])


def _clever_id(workspace: Workspace, wanted: str) -> str:
    with workspace.cache.reading() as db:
        key = key_of(db, TEACHER, wanted)
        # Somebody who left the roster is still in the journal.
        return wanted.lower() if key is None else clever_ids(db, [key])[0]


def _in_zone(workspace: Workspace, day: datetime) -> datetime:
    return day.replace(tzinfo=workspace.settings.zone).astimezone()


def _concerns(entry: Entry, clever_id: str) -> bool:
    """Return whether an entry names an account, in whatever part of it."""
    facts = entry.facts
    if clever_id in facts.get("ids", ()) or clever_id in facts.get("restored", ()):
        return True
    results, suspended = facts.get("results", ()), facts.get("suspended", ())
    return any(isinstance(each, dict) and each.get("id") == clever_id for each in (*results, *suspended))


def _row(workspace: Workspace, entry: Entry) -> tuple[object, ...]:
    facts = entry.facts
    at = full_time(entry.at.astimezone(workspace.settings.zone))
    return entry.number, at, *(facts.get(name) for name in _HEADER[2:])


def _csv_row(entry: Entry) -> tuple[object, ...]:
    facts = entry.facts
    ids = facts.get("ids") or [each["id"] for each in _results(entry)]
    told = " ".join(f"{each['id']}:{each['verdict']}" for each in _results(entry))
    cells = (facts.get(name) for name in (*_HEADER[2:], "host"))
    return entry.number, entry.at.isoformat(), *cells, " ".join(ids), told, entry.hash


def _results(entry: Entry) -> Iterator[dict[str, Any]]:
    return (each for each in entry.facts.get("results", ()) if isinstance(each, dict) and "id" in each)


@journal.command(cls=Command)
@click.option("--head", metavar="HASH", help="A head that was told before and kept elsewhere.")
@with_session
def verify(session: Session, head: str | None) -> None:
    """Check that no entry was changed, dropped or moved; keep the head elsewhere to prove it later."""
    checked = session.workspace().journal.verify(head)
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
    elif checked.first_bad is None:
        session.say(f"The journal is not the one that was kept: {checked.problem}")
    else:
        session.say(f"Entry {checked.first_bad} is bad: {checked.problem}. {checked.entries} before it are good")
    if not checked.ok:
        raise Stopped(FAILED)
