"""``preflight``: SIS files before they are uploaded: what is wrong with them, and what tonight would do."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from roster_tui.cli.conflicts import finding_document
from roster_tui.cli.errors import BLOCKED, FINDINGS, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.preflight import Preflight, check_only
from roster_tui.preflight import preflight as run_preflight
from roster_tui.present import SEVERITY_WORDS, counted, display_text, number
from roster_tui.sis.problems import Problem, Severity
from roster_tui.workspace import Workspace

if TYPE_CHECKING:
    from roster_tui.accounts.model import Account
    from roster_tui.preflight.forecast import Forecast, Suspension
    from roster_tui.sync.trackers import Archiving

_LINES_A_FILE = 15
_NAMES = 20


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="DIR")
@click.option("--exit-code", is_flag=True, help="Exit with 4 when there are warnings or new findings.")
@with_session
def preflight(session: Session, folder: Path, exit_code: bool) -> None:
    """Show what uploading the SIS files in DIR would do tonight; nothing is written.

    Reads Clever's layout (schools, teachers, students, sections, enrollments, staff) or OneRoster CSV.
    Exits with 3 when there are errors, or when Clever or this console would hold the sync; with 0 otherwise.
    """
    workspace = _workspace(session)
    if workspace is None:
        where = session.settings.data_root
        done = check_only(folder, f"There is no district in {where} to compare with: the files alone were checked")
    else:
        say = (lambda said: None) if session.as_json else session.say
        done = run_preflight(workspace, partial(_accounts, workspace), folder, say)
    if session.as_json:
        session.print_json(preflight_document(workspace, done))
    else:
        _print(done)
    forecast = done.forecast
    if done.checks.problems.count(Severity.ERROR) or (forecast and (forecast.held or forecast.held_by_clever)):
        raise Stopped(BLOCKED)
    if exit_code and (done.checks.problems.count(Severity.WARNING) or (forecast and forecast.new_findings)):
        raise Stopped(FINDINGS)


def _accounts(workspace: Workspace) -> dict[str, Account]:
    return {account.id: account for account in asyncio.run(workspace.directory.list_accounts())}


def _workspace(session: Session) -> Workspace | None:
    """Return the district to compare with; None where there is none at all. Raises `NoDistrict` as others do."""
    if not session.settings.district and not any(session.settings.data_root.glob("*/district.json")):
        return None
    return session.workspace()


# -- JSON -------------------------------------------------------------------------------------------


def preflight_document(workspace: Workspace | None, done: Preflight) -> dict[str, Any]:
    """Return what ``preflight --json`` prints."""
    problems, forecast = done.checks.problems, done.forecast
    return {
        "layout": done.checks.layout,
        "files": dict(done.checks.rows),
        **{f"{each.value}s": [_problem(problem) for problem in problems.of(each)] for each in Severity},
        "problem_counts": problems.counts(),
        "compared": forecast is not None,
        "not_compared_because": done.not_compared or None,
        "changes": _changes(forecast) if forecast else {},
        "suspensions": [_suspension(each) for each in forecast.suspensions] if forecast else [],
        "accounts": {"created": forecast.created, "restored": forecast.restored} if forecast else {},
        "trackers": dict(forecast.trackers) if forecast else {},
        "trackers_archived": [_archiving(each) for each in forecast.archiving] if forecast else [],
        "sections_without_valid_teacher": _sections_left(forecast) if forecast else [],
        "findings": _findings(workspace, forecast) if workspace and forecast else [],
        "would_hold": bool(forecast and forecast.held),
        "hold_reasons": [str(trip) for trip in forecast.held] if forecast else [],
        "clever_would_hold": bool(forecast and forecast.held_by_clever),
        "clever_hold_reasons": [str(trip) for trip in forecast.held_by_clever] if forecast else [],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "code": problem.code.code,
        "message": problem.message,
        "remedy": problem.code.remedy,
        "more_lines": problem.more,
    }


def _changes(forecast: Forecast) -> dict[str, dict[str, int | None]]:
    return {
        f"{kind}s": {
            "added": tally.added,
            "removed": tally.removed,
            "updated": tally.updated,
            "rekeyed": None if kind in forecast.unpaired else forecast.rekeyed.get(kind, 0),
        }
        for kind, tally in forecast.tallies.items()
    }


def _suspension(each: Suspension) -> dict[str, Any]:
    account = each.account
    return {
        "clever_id": account.id,
        "sis_id": account.sis_id,
        "name": account.name,
        "reason": _why(each),
        "cause": str(account.cause.kind) if account.cause else None,
        "sections": each.sections,
        "rekeyed_to": each.rekeyed_to,
    }


def _archiving(each: Archiving) -> dict[str, Any]:
    section = {"clever_id": each.section, "sis_id": each.sis_id, "name": each.name}
    return {"section": section, "cause": str(each.cause)}


def _sections_left(forecast: Forecast) -> list[dict[str, Any]]:
    return [
        {
            "clever_id": each.finding.subject.clever_id,
            "sis_id": each.finding.subject.sis_id,
            "name": each.finding.subject.label,
            "teachers": [{"name": who.before, "reason": who.after} for who in each.finding.evidence],
        }
        for each in forecast.sections_left
    ]


def _findings(workspace: Workspace, forecast: Forecast) -> list[dict[str, Any]]:
    return [
        {**finding_document(workspace, each), "new": each.finding.id in forecast.new_findings}
        for each in forecast.findings
    ]


# -- text -------------------------------------------------------------------------------------------


def _print(done: Preflight) -> None:
    rows = sum(done.checks.rows.values())
    files = counted(len(done.checks.rows), "file")
    click.echo(f"{display_text(done.checks.name)}: {files} in {done.checks.layout}'s layout, {counted(rows, 'row')}")
    if done.forecast:
        _print_forecast(done.forecast)
    else:
        click.echo(f"{done.not_compared}.")
    told = [counted(done.checks.problems.count(each), each.value) for each in Severity]
    click.echo(f"\nFiles: {', '.join(told)}")
    _print_problems(done)


def _print_forecast(forecast: Forecast) -> None:
    click.echo("\nTonight")
    for kind, tally in forecast.tallies.items():
        if tally.added or tally.updated or tally.removed:
            rekeyed = forecast.rekeyed.get(kind, 0)
            again = f"  ({number(rekeyed)} re-keyed)" if rekeyed else ""
            if kind in forecast.unpaired:
                again = "  (too many to tell who is only re-keyed)"
            changes = f"+{number(tally.added)} ~{number(tally.updated)} -{number(tally.removed)}"
            click.echo(f"  {kind + 's':<12}{number(tally.after):>10}  {changes}{again}")
    if not any(tally.added or tally.updated or tally.removed for tally in forecast.tallies.values()):
        click.echo("  nothing would change")
    for trip in forecast.held_by_clever:
        click.echo(f"  Clever would hold the upload: {trip}")
    for trip in forecast.held:
        click.echo(f"  This console would hold the sync: {trip}")
    click.echo(
        f"  accounts: {number(forecast.created)} created, {number(len(forecast.suspensions))} suspended,"
        f" {number(forecast.restored)} restored"
    )
    if forecast.trackers:
        told = ", ".join(f"{number(count)} {what}" for what, count in forecast.trackers.items())
        click.echo(f"  trackers: {told}")
    for tracker in forecast.archiving[:_NAMES]:
        click.echo(f"    archived: {display_text(tracker.name)} ({tracker.cause.told})")
    _print_rest(len(forecast.archiving), _NAMES, "    ")
    for each in forecast.suspensions[:_NAMES]:
        sections = f", teaches {counted(each.sections, 'section')}" if each.sections else ""
        click.echo(f"    suspended: {display_text(each.account.name)} ({display_text(_why(each))}{sections})")
    _print_rest(len(forecast.suspensions), _NAMES, "    ")
    if left := forecast.sections_left:
        click.echo(f"  {counted(len(left), 'section')} would lose the last valid teacher")
        for section in left[:_NAMES]:
            subject = section.finding.subject
            click.echo(f"    {display_text(subject.label)} ({display_text(subject.sis_id)})")
        _print_rest(len(left), _NAMES, "    ")
    new = [each for each in forecast.findings if each.finding.id in forecast.new_findings]
    if new:
        by_code: defaultdict[str, int] = defaultdict(int)
        for known in new:
            by_code[f"{SEVERITY_WORDS[known.finding.code.severity]}, {known.finding.code.title}"] += 1
        click.echo(f"  {counted(len(new), 'new finding')}")
        for title, many in by_code.items():
            click.echo(f"    {number(many)} {title}")


def _why(suspension: Suspension) -> str:
    if suspension.rekeyed_to:
        return f"SIS ID {suspension.account.sis_id} became {suspension.rekeyed_to}: the same person, new to Clever"
    return str(suspension.account.cause)


def _print_rest(many: int, shown: int, indent: str) -> None:
    if many > shown:
        click.echo(f"{indent}and {number(many - shown)} more; --json lists them")


def _print_problems(done: Preflight) -> None:
    by_file: defaultdict[str, list[Problem]] = defaultdict(list)
    for severity in Severity:
        for problem in done.checks.problems.of(severity):
            by_file[problem.file].append(problem)
    for file in sorted(by_file):
        found = by_file[file]
        click.echo(f"\n{file}")
        for problem in found[:_LINES_A_FILE]:
            more = f" (and {counted(problem.more, 'more line')})" if problem.more else ""
            where = f"{problem.where}: " if problem.where else ""
            message = display_text(problem.message)
            click.echo(f"  {problem.code.severity.value:<8}{where}{message}{more} [{problem.code.code}]")
        _print_rest(done.checks.problems.count_in(file), min(len(found), _LINES_A_FILE), "  ")
