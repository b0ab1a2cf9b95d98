"""The syncs: a list of runs under the last thirty nights, and everything about one of them."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from roster_tui.before_after import field_changes, sign
from roster_tui.console.charts import NIGHTS, findings_chart, syncs_chart
from roster_tui.console.columns import Column, Row, sortable
from roster_tui.console.lines import Part, Parts, wrapped
from roster_tui.console.reports import MOST, Report
from roster_tui.findings.store import by_night
from roster_tui.keymap import keys_of
from roster_tui.present import (
    NOTHING,
    counted,
    day_and_time_seen,
    display_text,
    number,
    subject_label,
)
from roster_tui.roster import changes, history
from roster_tui.roster.history import Run
from roster_tui.workspace import Workspace

_SHOWN = 200
"""Changed records that a run's detail lists; enter lists them all."""
_LABEL = 13
_STYLES = {"applied": "good", "held": "warn", "failed": "bad"}


def sync_runs(workspace: Workspace) -> Report:
    """Return the runs, newest first, under charts of the last nights."""
    with workspace.cache.reading() as db:
        found = history.runs(db, MOST)
        charts = _chart_rows(workspace, db, found) if found else []
    columns = sortable(
        Column("Started", 16),
        Column("State", 10),
        Column("Mode", 12, from_width=100),
        Column("Added", 8, right=True),
        Column("Updated", 8, right=True),
        Column("Removed", 8, right=True),
        Column("Seconds", 8, right=True),
        Column("Said", 8, share=1),
    )
    rows = [_run_row(workspace, run) for run in found]
    why_empty = keys_of(workspace.settings.console).told(
        "No sync has run yet.\n{sync.run} fetches the roster from Clever."
    )
    return Report(columns, [*charts, *rows], why_empty, len(rows))


def _chart_rows(workspace: Workspace, db: sqlite3.Connection, found: list[Run]) -> list[Row]:
    """Return the charts above the runs: what each night changed, and how many findings it left."""
    zone = workspace.settings.zone
    nights = history.nights(found, zone, workspace.clock().astimezone(zone).date(), NIGHTS)
    findings = by_night(db, [night.day for night in nights], zone)
    charts = {"nights": syncs_chart(nights), "findings": findings_chart(findings)}
    return [Row(name, "heading", (Part(f" {chart}"),), heading=True) for name, chart in charts.items()]


def _run_row(workspace: Workspace, run: Run) -> Row:
    def total(what: str) -> Part:
        return Part(number(sum(tally[what] for tally in run.counts.values())) if run.counts else NOTHING)

    said = run.error or ("; ".join(run.hold["reasons"]) if run.hold else "; ".join(run.notes))
    cells = (
        Part(_moment(workspace, run.started_at)),
        Part(run.state, _STYLES.get(run.state, "dim")),
        Part(run.mode, "dim"),
        total("added"),
        total("updated"),
        total("removed"),
        Part(f"{run.seconds:.1f}" if run.seconds is not None else NOTHING),
        Part(display_text(said), "dim"),
    )
    return Row(run.id, "run", cells, sorts={"Started": run.id})


def run_lines(workspace: Workspace, wanted: int, width: int) -> list[Parts]:
    """Return a run: how it ended, what it cost, and what it changed, record by record."""
    with workspace.cache.reading() as db:
        run = history.find_run(db, wanted)
        changed = changes.changes(db, wanted, _SHOWN)
        total = changes.total(db, wanted)
    if run is None:
        return [[Part("This run is no longer kept", "dim")]]
    lines = [*_facts(workspace, run, width), *_counts(run)]
    if changed:
        lines += [[], [Part("Changes", "title")]]
        for change in changed:
            lines += _change_lines(change)
        if total > len(changed):
            lines.append([Part(f"... and {number(total - len(changed))} more: enter lists them", "dim")])
    return lines


def _facts(workspace: Workspace, run: Run, width: int) -> list[Parts]:
    steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in run.durations.items())
    lines: list[Parts] = [
        [Part(f"Run {run.id}: {run.state}", "title")],
        _labelled("Started", _moment(workspace, run.started_at)),
        _labelled("Mode", run.mode),
        *(_wrapped("Because", run.reason, width) if run.reason else []),
        _labelled("Seconds", f"{run.seconds:.1f}" if run.seconds is not None else None),
        *(_wrapped("", steps, width) if steps else []),
        _labelled("Requests", f"{run.requests:,}, {counted(run.retries, 'retry', 'retries')}"),
        *([_labelled("Error", "", "bad"), *wrapped(run.error, width, "bad")] if run.error else []),
    ]
    for note in run.notes:
        lines += wrapped(note, width, "warn")
    for reason in run.hold["reasons"] if run.hold else ():
        lines += wrapped(f"Held: {reason}", width, "warn")
    return lines


def _counts(run: Run) -> list[Parts]:
    if not run.counts:
        return []
    lines: list[Parts] = [
        [],
        [Part(f"{'':<{_LABEL}}{'fetched':>10}{'added':>9}{'updated':>9}{'removed':>9}", "dim")],
    ]
    for kind, tally in run.counts.items():
        numbers = f"{tally['fetched']:>10,}{tally['added']:>9,}{tally['updated']:>9,}{tally['removed']:>9,}"
        lines.append([Part(f"{kind:<{_LABEL}}", "dim"), Part(numbers)])
    return lines


STYLES = {"added": "good", "updated": "", "removed": "bad"}


def _change_lines(change: changes.Change) -> list[Parts]:
    lines: list[Parts] = [
        [
            Part(f"{sign(change)} ", STYLES[change.what]),
            Part(f"{change.kind.name:<{_LABEL - 2}}", "dim"),
            Part(subject_label(change.kind.name, change.label)),
        ]
    ]
    if change.what == "updated":
        lines += [
            [Part(f"    {field}: ", "dim"), Part(f"{before} → {after}")]
            for field, before, after in field_changes(change)
        ]
    return lines


def _labelled(label: str, value: object, style: str = "") -> Parts:
    return [Part(f"{label:<{_LABEL}}", "dim"), Part(display_text(value) or NOTHING, style)]


def _wrapped(label: str, text: str, width: int) -> list[Parts]:
    first, *rest = wrapped(text, max(10, width - _LABEL))
    return [[Part(f"{label:<{_LABEL}}", "dim"), *first], *([Part(" " * _LABEL), *line] for line in rest)]


def _moment(workspace: Workspace, at: datetime) -> str:
    return day_and_time_seen(at.astimezone(workspace.settings.zone), workspace.clock())
