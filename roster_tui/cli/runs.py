"""A run as ``sync show`` prints it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import click

from roster_tui.before_after import field_changes
from roster_tui.cli.table import print_table
from roster_tui.present import counted, day_and_time_seen, display_text, masked, number, subject_label
from roster_tui.roster import changes, history
from roster_tui.roster.filter import Filter
from roster_tui.roster.kinds import STUDENT, Kind
from roster_tui.workspace import Workspace


class Shown(NamedTuple):
    """A run with those of its changes that are shown."""

    run: history.Run
    changes: list[changes.Change]
    passing: int
    """Changes that pass the filter."""
    total: int


def read_run(workspace: Workspace, wanted: int | None, limit: int, only: Filter) -> Shown | None:
    """Return a run, the latest by default, with its changes that pass a filter; None when there is no such run."""
    with workspace.cache.reading() as db:
        run = next(iter(history.runs(db, 1)), None) if wanted is None else history.find_run(db, wanted)
        if run is None:
            return None
        passing = len({line.change for line in changes.lines(db, run.id, only)})
        return Shown(run, changes.changes(db, run.id, limit, only), passing, changes.total(db, run.id))


def run_document(shown: Shown) -> dict[str, Any]:
    """Return a run as JSON; students' values masked."""
    run = shown.run
    return {
        "run": run.id,
        "mode": run.mode,
        "reason": run.reason,
        "state": run.state,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "seconds": run.seconds,
        "durations": run.durations,
        "requests": run.requests,
        "retries": run.retries,
        "counts": run.counts,
        "hold": run.hold,
        "error": run.error,
        "notes": run.notes,
        "changes": {
            "total": shown.total,
            "passing": shown.passing,
            "rows": [_change_document(change) for change in shown.changes],
        },
    }


def _change_document(change: changes.Change) -> dict[str, Any]:
    names = change.before if change.what == "removed" else change.after
    pairs = [(name, change.before.get(name), change.after.get(name)) for name in names]
    return {
        "type": change.kind.name,
        "clever_id": change.clever_id,
        "label": subject_label(change.kind.name, change.label),
        "what": change.what,
        "fields": [
            {"field": name, "before": _shown(change.kind, before), "after": _shown(change.kind, after)}
            for name, before, after in pairs
            if before or after
        ],
    }


def _shown(kind: Kind, value: Any) -> Any:
    """Return a value to print; of a student no text can be read. Lists hold ids only."""
    return masked(value) if kind is STUDENT and isinstance(value, str) else value


def print_run(workspace: Workspace, shown: Shown) -> None:
    """Print a run for people."""
    document = run_document(shown)
    at = datetime.fromisoformat(document["started_at"]).astimezone(workspace.settings.zone)
    click.echo(
        f"Run {document['run']}: {document['state']}, {day_and_time_seen(at, workspace.clock())}, {_how(document)}"
    )
    if document["seconds"] is not None:
        steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in document["durations"].items())
        click.echo(f"{document['seconds']:.1f} s ({steps})")
    click.echo(f"{counted(document['requests'], 'request')}, {counted(document['retries'], 'retry', 'retries')}")
    for line in _told(document):
        click.echo(display_text(line))
    for kind, tally in document["counts"].items():
        numbers = f"+{number(tally['added'])} ~{number(tally['updated'])} -{number(tally['removed'])}"
        click.echo(f"{kind:<10}{number(tally['fetched']):>10} fetched  {numbers}")
    _print_changes(shown)


def _how(document: dict[str, Any]) -> str:
    return f"everything fetched: {display_text(document['reason'])}" if document["reason"] else "from Clever's events"


def _told(document: dict[str, Any]) -> list[str]:
    held = [f"Held: {reason}" for reason in document["hold"]["reasons"]] if document["hold"] else []
    return [*([f"Error: {document['error']}"] if document["error"] else []), *held, *document["notes"]]


def _print_changes(shown: Shown) -> None:
    rows = []
    for change in shown.changes:
        first, *rest = field_changes(change) if change.what == "updated" else [("", "", "")]
        rows.append((change.kind.name, change.what, subject_label(change.kind.name, change.label), *first))
        rows += [("", "", "", *each) for each in rest]
    if rows:
        print_table(("type", "what", "record", "field", "before", "after"), rows)
    if (more := shown.passing - len(shown.changes)) > 0:
        click.echo(f"... and {number(more)} more of {number(shown.passing)}: --limit {shown.passing}")
    if shown.passing < shown.total:
        click.echo(f"{number(shown.passing)} of {counted(shown.total, 'change')} pass the filter")
