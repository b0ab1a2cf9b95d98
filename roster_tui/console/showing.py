"""What a place shows when it is no list of records: its report, and the detail of a row of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from roster_tui.console import reports
from roster_tui.console.columns import Row
from roster_tui.console.failing import EXPECTED
from roster_tui.console.lines import Part, Parts
from roster_tui.console.places import Place
from roster_tui.errors import in_one_line
from roster_tui.present import display_text
from roster_tui.workspace import Workspace


def report_at(workspace: Workspace, place: Place, revealed: str | None) -> reports.Report:
    """Return what a place lists; what could not be read is said in place of rows.

    Of a finding about a student whose id is ``revealed`` the values can be read.
    """
    try:
        if place.view == "pairs":
            return _side_by_side(workspace, place, revealed)
        return _REPORTS[place.view](workspace, place)
    except (*EXPECTED, sqlite3.Error) as error:
        return failed(error)


def failed(error: Exception) -> reports.Report:
    """Return an empty report that says why it is empty."""
    return reports.Report((), (), f"This could not be read.\n{could_not_be_read(error)}")


def could_not_be_read(error: Exception) -> str:
    """Return why, as text that may be drawn."""
    return display_text(in_one_line(error) if isinstance(error, EXPECTED) else error, 600)


def detail_at(
    workspace: Workspace, report: reports.Report | None, row: Row, width: int, *, revealed: bool
) -> list[Parts]:
    """Return everything about a row, of a report or, without one, of a list of records."""
    from roster_tui.console import details

    if row.kind == "change":
        from roster_tui.console.changes import change_lines

        return change_lines(workspace, str(row.key), width)
    if report is None:
        return details.record_lines(workspace, row, width)
    if known := report.findings.get(str(row.key)):
        lines = details.finding_lines(workspace, known, width, revealed=revealed)
        return [*_field_lines(row, width), *lines] if row.kind == "field" else lines
    if row.kind == "entry":
        return details.entry_lines(workspace, int(row.key), width)
    if row.kind == "tracker":
        return details.tracker_lines(workspace, int(row.key), width)
    if row.kind == "run":
        from roster_tui.console.runs import run_lines

        return run_lines(workspace, int(row.key), width)
    return [[Part(part.text)] for part in row.cells if part.text]


def _side_by_side(workspace: Workspace, place: Place, revealed: str | None) -> reports.Report:
    from roster_tui.console.pairs import pair_report, pairs_of

    if not place.finding:
        place.among = pairs_of(workspace)
        place.finding = next(iter(place.among), "")
    shown = bool(revealed) and revealed == place.finding
    return pair_report(workspace, place.finding, place.among, revealed=shown)


def _field_lines(row: Row, width: int) -> list[Parts]:
    from roster_tui.console.pairs import field_lines

    return field_lines(row, width)


def _conflicts(workspace: Workspace, place: Place) -> reports.Report:
    return reports.conflicts(workspace, narrowed=place.narrowed, with_set_aside=place.set_aside)


def _trackers(workspace: Workspace, place: Place) -> reports.Report:
    from roster_tui.console.trackers import tracker_report

    return tracker_report(workspace, place.within, place.narrowed)


def _sync_runs(workspace: Workspace, place: Place) -> reports.Report:
    from roster_tui.console.runs import sync_runs

    return sync_runs(workspace)


_REPORTS: Mapping[str, Callable[[Workspace, Place], reports.Report]] = {
    "triage": lambda workspace, place: reports.triage(workspace),
    "conflicts": _conflicts,
    "trackers": _trackers,
    "activity": lambda workspace, place: reports.activity(workspace),
    "sync": _sync_runs,
}
