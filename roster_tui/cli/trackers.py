"""``trackers``: the class gradebooks of sections, as text, JSON or CSV."""

from __future__ import annotations

from typing import Any

import click

from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_csv, print_table
from roster_tui.present import number
from roster_tui.roster.tracker_rows import TrackerView, count_trackers
from roster_tui.roster.tracker_rows import trackers as read_trackers

_SHOWN = 50
_HEADER = ("tracker", "teacher", "school", "year", "students", "former", "state", "since", "why", "section")


@click.command(cls=Command)
@click.option("--state", type=click.Choice(["live", "archived"]), help="Only those in this state.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--limit", type=click.IntRange(min=0), help=f"Rows at most; 0 means all. Text shows {_SHOWN}.")
@with_session
def trackers(session: Session, state: str | None, as_csv: bool, limit: int | None) -> None:
    """List trackers, the class gradebooks of sections: live ones first. Students in them are only counted."""
    everything = session.as_json or as_csv
    most = limit if limit is not None else 0 if everything else _SHOWN
    with session.workspace().cache.reading() as db:
        total = sum(count_trackers(db, state=state).values())
        # SQLite takes a negative limit for none.
        found = read_trackers(db, most or -1, state=state)
    if session.as_json:
        session.print_json({"total": total, "rows": [_document(each) for each in found]})
    elif as_csv:
        print_csv(_HEADER, map(_cells, found))
    else:
        print_table(_HEADER, map(_cells, found))
        more = f"; {number(len(found))} shown, --limit 0 shows all" if len(found) < total else ""
        session.say(f"{number(total)} trackers{more}")


def _cells(each: TrackerView) -> tuple[object, ...]:
    who = (each.name, each.teacher, each.school, each.year, each.students, each.former)
    return (*who, each.state, each.since, each.cause, each.section)


def _document(each: TrackerView) -> dict[str, Any]:
    return {
        "section": {"clever_id": each.section, "sis_id": each.sis_id, "name": each.name},
        "school": each.school,
        "teacher": each.teacher,
        "year": each.year,
        "state": each.state,
        "since": each.since,
        "cause": each.cause,
        "students": each.students,
        "former": each.former,
        "collaborators": each.collaborators,
    }
