"""``crosswalk``: proposed pairs decided on, written for Clever support; a planned change of IDs checked."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import Any

import click

from roster_tui.cli.conflicts import refuse_when_read_only
from roster_tui.cli.errors import BLOCKED, FAILED, Stopped
from roster_tui.cli.group import CommandGroup, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.findings.crosswalk import Checked, Planned, Verdict
from roster_tui.present import counted, display_text

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(cls=CommandGroup)
def crosswalk() -> None:
    """Old SIS IDs to new ones: decide on proposed pairs, write them for Clever support, check a planned change."""


def _deciding(verb: str, verdict: str, help: str) -> click.Command:
    @crosswalk.command(verb, help=help)
    @click.argument("findings", nargs=-1, required=True, metavar="ID...")
    @click.option("--reason", default="", help="Why; kept in the journal.")
    @with_session
    def command(session: Session, findings: tuple[str, ...], reason: str) -> None:
        from roster_tui import decisions

        refuse_when_read_only(session)
        workspace = session.workspace()
        for finding in findings:
            decisions.decide(workspace, finding, verdict, reason)
            session.show_done(workspace)
        if session.as_json:
            session.print_json({"items": [{"id": finding, "verdict": verdict} for finding in findings]})
        else:
            session.say(f"{counted(len(findings), 'pair')} {verdict}")

    return command


accept = _deciding("accept", "accepted", "Accept proposed pairs, by the ids of their findings: they are the same.")
reject = _deciding("reject", "rejected", "Reject proposed pairs, by the ids of their findings: they are different.")


@crosswalk.command("export")
@click.argument("file", type=_FILE)
@with_session
def export(session: Session, file: Path) -> None:
    """Write the accepted pairs as FILE for Clever support, with a covering note beside it; no name is in either."""
    from roster_tui.ledger.files import replace_atomically
    from roster_tui.support.crosswalk_request import crosswalk_request

    request = crosswalk_request(session.workspace())
    plan, withheld, undecided = request.plan, request.withheld, request.undecided
    note = file.with_name(f"{file.stem}-note.txt")
    replace_atomically(file, request.file.encode())
    replace_atomically(note, request.note.encode())
    if session.as_json:
        session.print_json(
            {
                "file": str(file),
                "note": str(note),
                "rows": len(plan.changes),
                "chains": plan.chains,
                "swaps": plan.swaps,
                "withheld": [{"old_id": each.old_id, "new_id": each.new_id, "type": each.type} for each in withheld],
                "undecided": undecided,
            }
        )
        return
    session.say(f"{counted(len(plan.changes), 'pair')} written to {file}, with a note for Clever support in {note}")
    if plan.swaps:
        session.say(f"{counted(len(plan.swaps), 'swap')} need an intermediate ID: see the note")
    if withheld:
        session.say(f"{counted(len(withheld), 'pair')} left out, since a spreadsheet would change the ID: see the note")
    if undecided:
        session.say(f"{counted(undecided, 'pair')} not decided yet: roster-tui crosswalk accept|reject ID, or y and n")


@crosswalk.command("import")
@click.argument("file", type=_FILE)
@with_session
def check_plan(session: Session, file: Path) -> None:
    """Check a planned change of SIS IDs against roster and history, before anybody edits the SIS. Nothing is written.

    FILE is CSV with the columns old_id and new_id; type (user, teacher, student, section, school) is optional.
    """
    from roster_tui.findings.crosswalk import check
    from roster_tui.findings.planned_ids import known_ids

    plan = read_plan(file)
    with session.workspace().cache.reading() as db:
        checked = check(plan, known_ids(db, plan))
    tally = Counter(each.verdict for each in checked)
    sections, trackers = sum(each.sections for each in checked), sum(each.trackers for each in checked)
    if session.as_json:
        session.print_json(
            {
                "rows": [_document(each) for each in checked],
                "verdicts": {verdict.value: tally[verdict] for verdict in Verdict},
                "sections": sections,
                "trackers": trackers,
            }
        )
    else:
        print_table(
            ("line", "old", "new", "verdict", "sections", "trackers"),
            [
                (
                    each.planned.line,
                    each.planned.old_id,
                    each.planned.new_id,
                    each.verdict.value,
                    each.sections,
                    each.trackers,
                )
                for each in checked
            ],
        )
        for each in checked:
            for reason in each.reasons:
                click.echo(f"line {each.planned.line}: {display_text(reason, 600)}")
        session.say(
            f"{counted(len(checked), 'change')}: {tally[Verdict.OK]} ok, {tally[Verdict.WARNING]} to look at,"
            f" {tally[Verdict.BLOCKED]} blocked. {counted(sections, 'section')} and {counted(trackers, 'tracker')}"
            " hang on them: ask Clever support to map the IDs before the SIS is changed"
        )
    if tally[Verdict.BLOCKED]:
        raise Stopped(BLOCKED)


def _document(each: Checked) -> dict[str, Any]:
    return {
        "line": each.planned.line,
        "type": each.planned.type,
        "old_id": each.planned.old_id,
        "new_id": each.planned.new_id,
        "verdict": each.verdict.value,
        "reasons": each.reasons,
        "kind": each.kind,
        "sections": each.sections,
        "trackers": each.trackers,
    }


def read_plan(file: Path) -> list[Planned]:
    """Return the changes of a file, exactly as written. Stops with a plain message when it is no such file."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(file, f"it is not UTF-8 at byte {error.start + 1}") from None
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _unreadable(file, str(error)) from None
    header = [name.strip().lower().replace(" ", "_") for name in rows[0]] if rows else []
    missing = [name for name in ("old_id", "new_id") if name not in header]
    if missing:
        raise _unreadable(file, f"its first line has no column {' and '.join(missing)}; it must be old_id,new_id")
    old, new = header.index("old_id"), header.index("new_id")
    type_ = header.index("type") if "type" in header else None
    plan = []
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise _unreadable(file, f"line {line} has {counted(len(row), 'column')}, not {len(header)}")
        kind = row[type_].strip().lower() if type_ is not None else ""
        plan.append(Planned(line, kind or None, row[old], row[new]))
    if not plan:
        raise _unreadable(file, "it holds no change, only the header")
    return plan


def _unreadable(file: Path, why: str) -> Stopped:
    click.echo(f"Error: {file} cannot be checked: {why}. Nothing was changed", err=True)
    return Stopped(FAILED)
