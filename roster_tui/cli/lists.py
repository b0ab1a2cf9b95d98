"""``schools``, ``teachers``, ``sections``: the lists of the console as text, JSON or CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

import click
import orjson

from roster_tui.cli.filters import filter_from
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.saved import saved_text
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_csv, print_table
from roster_tui.ledger.clock_trust import is_to_come
from roster_tui.present import number, state_label
from roster_tui.roster.fields import field_types
from roster_tui.roster.kinds import SCHOOL, SECTION, TEACHER, Kind
from roster_tui.roster.listing import Listing
from roster_tui.roster.read import AnyRow, MailView, Named, SchoolRow, SectionRow, TeacherRow, rows
from roster_tui.roster.window import Window, full_window
from roster_tui.workspace import Workspace

_PAGE = 500
_SHOWN = 50
"""Rows of a text list unless --limit says otherwise."""


def _named(value: Named | None) -> dict[str, str | None] | None:
    return {"clever_id": value.clever_id, "name": value.name} if value else None


def school_document(row: SchoolRow) -> dict[str, Any]:
    """Return a school as JSON."""
    return {
        "clever_id": row.clever_id,
        "sis_id": row.sis_id,
        "name": row.name,
        "teachers": row.teachers,
        "sections": row.sections,
        "students": row.students,
        "findings": row.findings,
    }


def teacher_document(row: TeacherRow, cooldown: timedelta, now: datetime) -> dict[str, Any]:
    """Return a teacher as JSON, with what became of the last mail and from when on there may be another."""
    account = row.account and {
        "state": row.account.state,
        "role": row.account.role,
        "permission": row.account.permission,
        "role_until": row.account.role_until,
        "support_lead": row.account.support_lead,
        "pinned": row.account.pinned,
        "since": row.account.since,
        "cause": row.account.cause,
        "mail": _mail_document(row.account.mail, cooldown, now),
    }
    return {
        "clever_id": row.clever_id,
        "sis_id": row.sis_id,
        "name": row.name,
        "email": row.email,
        "schools": [_named(school) for school in row.schools],
        "sections": row.sections,
        "account": account,
        "in_data": row.in_data,
        "findings": row.findings,
    }


def _mail_document(mail: MailView | None, cooldown: timedelta, now: datetime) -> dict[str, Any] | None:
    if mail is None:
        return None
    at = datetime.fromisoformat(mail.at)
    again_at = None if mail.state == "refused" or is_to_come(at, now) else (at + cooldown).isoformat()
    return {"kind": mail.kind, "at": mail.at, "state": mail.state, "said": mail.said, "again_at": again_at}


def section_document(row: SectionRow) -> dict[str, Any]:
    """Return a section as JSON."""
    return {
        "clever_id": row.clever_id,
        "sis_id": row.sis_id,
        "name": row.name,
        "school": _named(row.school),
        "teachers": [_named(teacher) for teacher in row.teachers],
        "students": row.students,
        "term": row.term,
        "subject": row.subject,
        "grade": row.grade,
        "tracker": row.tracker,
        "findings": row.findings,
    }


def _school_cells(row: SchoolRow) -> Sequence[object]:
    return row.name, row.sis_id, row.teachers, row.sections, row.students, " ".join(row.findings)


def _teacher_cells(row: TeacherRow) -> Sequence[object]:
    state = state_label(row.account.state, row.account.pinned) if row.account else "no account"
    return row.name, row.email, row.sis_id, row.sections, state, " ".join(row.findings), row.clever_id


def _section_cells(row: SectionRow) -> Sequence[object]:
    teachers = "; ".join(teacher.name or teacher.clever_id for teacher in row.teachers)
    school = row.school.name if row.school else None
    return row.name, row.sis_id, school, teachers, row.students, row.term, row.grade, " ".join(row.findings)


def _document(kind: Kind, session: Session, now: datetime) -> Callable[[Any], dict[str, Any]]:
    if kind is TEACHER:
        return partial(teacher_document, cooldown=timedelta(hours=session.settings.mail.cooldown_hours), now=now)
    return school_document if kind is SCHOOL else section_document


_CELLS: dict[str, tuple[tuple[str, ...], Callable[[Any], Sequence[object]]]] = {
    SCHOOL.name: (("name", "sis_id", "teachers", "sections", "students", "findings"), _school_cells),
    TEACHER.name: (
        ("name", "email", "sis_id", "sections", "account", "findings", "clever_id"),
        _teacher_cells,
    ),
    SECTION.name: (
        ("name", "sis_id", "school", "teachers", "students", "term", "grade", "findings"),
        _section_cells,
    ),
}


def _list_command(kind: Kind) -> click.Command:
    fields = ", ".join(field_types(kind))

    @click.command(
        f"{kind.name}s",
        cls=Command,
        help=f"List {kind.name}s that pass FILTER: words, or field:value with the fields {fields}. "
        'Put a minus before what must not be; quote "two words"; numbers take >, >=, <, <=.',
    )
    @click.argument("filter", nargs=-1)
    @click.option("--saved", metavar="NAME", help="What was saved in the console as NAME; FILTER narrows it further.")
    @click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
    @click.option("--limit", type=click.IntRange(min=0), help=f"Rows at most; 0 means all. Text shows {_SHOWN}.")
    @with_session
    def command(session: Session, filter: tuple[str, ...], saved: str | None, as_csv: bool, limit: int | None) -> None:
        typed = map(_requoted, filter)
        text = " ".join(typed if saved is None else (saved_text(session, saved, kind), *typed))
        _print(session, kind, text, as_csv, limit)

    return command


def _requoted(argument: str) -> str:
    """Return an argument as the filter language has it: the shell took its quotes away."""
    if " " not in argument or '"' in argument:
        return argument
    field, colon, value = argument.partition(":")
    return f'{field}:"{value}"' if colon and " " not in field else argument


def _print(session: Session, kind: Kind, text: str, as_csv: bool, limit: int | None) -> None:
    wanted = filter_from(session, text, field_types(kind))
    everything = session.as_json or as_csv
    most = limit if limit is not None else 0 if everything else _SHOWN
    workspace = session.workspace()
    with workspace.cache.reading() as db:
        window = full_window(db, Listing(kind, filter=wanted))
        keys = window.keys[:most] if most else window.keys
        found = (row for page in _pages(keys) for row in rows(db, kind, page))
        if session.as_json:
            _print_json(_document(kind, session, workspace.clock()), window, found)
            return
        header, cells = _CELLS[kind.name]
        if as_csv:
            print_csv(header, (cells(row) for row in _guarded(workspace, found)))
            return
        print_table(header, (cells(row) for row in found))
        session.say(_told(window, len(keys), kind))


def _guarded(workspace: Workspace, found: Iterator[AnyRow]) -> Iterator[AnyRow]:
    """Yield rows for a file that is handed on, students masked in the names of sections, which the SIS office types.

    The other columns come from no student. Each name is checked once: a city has few for its 400,000 sections.
    """
    from roster_tui.support.guard.stand import cleaned_names

    known: dict[str, str] = {}
    while page := list(islice(found, _PAGE)):
        unseen = {row.name for row in page if isinstance(row, SectionRow) and row.name} - known.keys()
        known |= cleaned_names(workspace, sorted(unseen)) if unseen else {}
        for row in page:
            yield replace(row, name=known.get(row.name or "", row.name)) if isinstance(row, SectionRow) else row


def _pages(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[at : at + _PAGE] for at in range(0, len(keys), _PAGE))


def _told(window: Window, shown: int, kind: Kind) -> str:
    of = "" if window.count == window.total else f" of {number(window.total)}"
    more = f"; {number(shown)} shown, --limit 0 shows all" if shown < window.count else ""
    return f"{number(window.count)}{of} {kind.name}s{more}"


def _print_json(document: Callable[[Any], dict[str, Any]], window: Window, found: Iterator[AnyRow]) -> None:
    """Print ``{total, rows}`` row by row: a city's sections are never held at once."""
    click.echo(b'{"total":%d,"rows":[' % window.count, nl=False)
    for index, row in enumerate(found):
        click.echo((b",\n" if index else b"\n") + orjson.dumps(document(row)), nl=False)
    click.echo(b"]}")


schools = _list_command(SCHOOL)
teachers = _list_command(TEACHER)
sections = _list_command(SECTION)
