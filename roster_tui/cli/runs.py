"""A run as ``sync show`` prints it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from roster_tui.cli.table import print_table
from roster_tui.present import NOTHING, counted, day_and_time, display_text, masked, number, subject_label
from roster_tui.roster import changes, history
from roster_tui.roster.kinds import STUDENT, Kind
from roster_tui.workspace import Workspace


def run_document(workspace: Workspace, wanted: int | None, limit: int) -> dict[str, Any] | None:
    """Return a run, the latest by default, with its changes; students' values masked. None when there is none."""
    with workspace.cache.reading() as db:
        run = next(iter(history.runs(db, 1)), None) if wanted is None else history.find_run(db, wanted)
        if run is None:
            return None
        rows = [_change_document(change) for change in changes.changes(db, run.id, limit)]
        total = changes.total(db, run.id)
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
        "changes": {"total": total, "rows": rows},
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


def print_run(workspace: Workspace, document: dict[str, Any]) -> None:
    """Print a run for people."""
    at = datetime.fromisoformat(document["started_at"]).astimezone(workspace.settings.zone)
    click.echo(f"Run {document['run']}: {document['state']}, {day_and_time(at)}, {_how(document)}")
    if document["seconds"] is not None:
        steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in document["durations"].items())
        click.echo(f"{document['seconds']:.1f} s ({steps})")
    click.echo(f"{counted(document['requests'], 'request')}, {counted(document['retries'], 'retry', 'retries')}")
    for line in _told(document):
        click.echo(display_text(line))
    for kind, tally in document["counts"].items():
        numbers = f"+{number(tally['added'])} ~{number(tally['updated'])} -{number(tally['removed'])}"
        click.echo(f"{kind:<10}{number(tally['fetched']):>10} fetched  {numbers}")
    _print_changes(document["changes"])


def _how(document: dict[str, Any]) -> str:
    return f"everything fetched: {display_text(document['reason'])}" if document["reason"] else "from Clever's events"


def _told(document: dict[str, Any]) -> list[str]:
    held = [f"Held: {reason}" for reason in document["hold"]["reasons"]] if document["hold"] else []
    return [*([f"Error: {document['error']}"] if document["error"] else []), *held, *document["notes"]]


def _print_changes(found: dict[str, Any]) -> None:
    if not found["rows"]:
        return
    rows = []
    for change in found["rows"]:
        first, *rest = change["fields"] if change["what"] == "updated" else [None]
        rows.append((change["type"], change["what"], change["label"], *_field_cells(first)))
        rows += [("", "", "", *_field_cells(each)) for each in rest]
    print_table(("type", "what", "record", "field", "before", "after"), rows)
    if (more := found["total"] - len(found["rows"])) > 0:
        click.echo(f"... and {number(more)} more of {number(found['total'])}: --limit {found['total']}")


def _field_cells(field: dict[str, Any] | None) -> tuple[str, str, str]:
    if field is None:
        return ("", "", "")
    return field["field"], _text(field["before"]), _text(field["after"])


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)}: {', '.join(value[:3])}{', ...' if len(value) > 3 else ''}" if value else NOTHING
    return NOTHING if value is None or value == "" else str(value)
