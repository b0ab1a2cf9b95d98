"""``ticket seal|deliver``: what a vendor asked for about students, encrypted for that vendor, and put on its server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.present import counted, display_text
from roster_tui.roster.students import STUDENT_FIELDS

if TYPE_CHECKING:
    from roster_tui.support.bundle.lock import Lock
    from roster_tui.support.bundle.seal import Plan

_MOST_DAYS = 365


@click.command(cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--where", metavar="FILTER", help="Students by school, grade, sis or finding, as in 'school:bluff'.")
@click.option("--section", "sections", multiple=True, metavar="ID", help="The students of a section; may be repeated.")
@click.option("--finding", metavar="ID", help="The students whom a finding is about.")
@click.option("--ticket", type=click.IntRange(min=1), help="The students whom a ticket is about.")
@click.option(
    "--field",
    "fields",
    multiple=True,
    type=click.Choice(tuple(STUDENT_FIELDS)),
    help="One more field; may be repeated.",
)
@click.option("--to", multiple=True, metavar="NAME|KEY", help="Whose public key opens it; may be repeated.")
@click.option("--passphrase", is_flag=True, help="Ask for a passphrase to open it with, instead of a key.")
@click.option("--days", type=click.IntRange(1, _MOST_DAYS), default=30, show_default=True, help="Until it is deleted.")
@click.option("--reason", default="", help="Why; kept in the journal.")
@click.option("--dry-run", is_flag=True, help="Only say what would be in it, and for whom.")
@with_session
def seal(
    session: Session,
    file: Path,
    ids: tuple[str, ...],
    where: str | None,
    sections: tuple[str, ...],
    finding: str | None,
    ticket: int | None,
    fields: tuple[str, ...],
    to: tuple[str, ...],
    passphrase: bool,
    days: int,
    reason: str,
    dry_run: bool,
) -> None:
    """Seal what a vendor asked for about students into FILE, as CSV encrypted with age; admins only.

    Students are chosen by Clever ID or SIS ID and by the options together. Without --field the file has their SIS ID
    and Clever ID. It can hold nothing that is not held here: demographics, addresses and contacts are never stored.
    The file and its manifest are all that is written; the journal tells who sealed which fields for whom.
    """
    from roster_tui.support.bundle.choosing import Choice
    from roster_tui.support.bundle.seal import planned
    from roster_tui.support.bundle.seal import seal as sealed

    if bool(to) == passphrase:
        raise click.UsageError("Say who can open it: --to with a public key or its name, or --passphrase")
    choice = Choice(ids, _filter(session, where) if where else None, sections, finding, ticket)
    if choice == Choice():
        raise click.UsageError("Say which students: by ID, --where, --section, --finding or --ticket")
    workspace = session.workspace()
    plan = planned(workspace, file, choice, fields, days)
    if dry_run:
        whom = ["whoever has the passphrase"] if passphrase else list(_keys(session, to).recipients)
        _tell(session, {**_planned_document(plan), "recipients": whom, "dry_run": True}, "Would be sealed")
        return
    from roster_tui.support.bundle.seal import need_admin

    # Nobody types a passphrase for nothing.
    need_admin(workspace)
    lock = _asked() if passphrase else _keys(session, to)
    manifest = sealed(workspace, plan, lock, reason)
    _tell(session, {**manifest, "file": str(file), "dry_run": False}, "Sealed")


@click.command(cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_session
def deliver(session: Session, file: Path) -> None:
    """Put a sealed bundle and its manifest on the vendor's SFTP server (support.sftp in the settings); admins only.

    The server is known by its host key. What is there already, whole, is left as it is, so the same can be run again.
    """
    from roster_tui.support.bundle.delivery import deliver as delivered

    done = asyncio.run(delivered(session.workspace(), file))
    if session.as_json:
        session.print_json({"file": str(file), "to": done.to, "sha256": done.sha256, "before": done.before})
        return
    session.say(
        f"{display_text(done.name)} is {'there already' if done.before else 'delivered'}: {display_text(done.to)}"
    )


def _filter(session: Session, text: str) -> Any:
    from roster_tui.cli.filters import filter_from
    from roster_tui.roster.fields import field_types
    from roster_tui.roster.kinds import STUDENT

    found = filter_from(session, text, field_types(STUDENT))
    if found.words or found.unwanted:
        raise click.UsageError("Students are chosen by field:value, as in 'school:bluff grade:4'; not by words")
    return found


def _keys(session: Session, to: tuple[str, ...]) -> Lock:
    from roster_tui.support.bundle.lock import public_keys

    return public_keys(to, session.settings.support.vendor_keys)


def _asked() -> Lock:
    from roster_tui.settings import Secret
    from roster_tui.support.bundle.lock import Passphrase

    return Passphrase(
        Secret(
            click.prompt("Passphrase (tell it by another way than the file)", hide_input=True, confirmation_prompt=True)
        )
    )


def _planned_document(plan: Plan) -> dict[str, Any]:
    return {
        "file": str(plan.file),
        "about": plan.about,
        "students": plan.chosen.number,
        "fields": list(plan.fields),
        "delete_by": plan.delete_by.isoformat(),
    }


def _tell(session: Session, document: dict[str, Any], done: str) -> None:
    if session.as_json:
        session.print_json(document)
        return
    for line in (
        f"{done}: {counted(document['students'], 'student')} ({document['about']}), {', '.join(document['fields'])}",
        *(f"For {each}" for each in document["recipients"]),
        f"In {document['file']}, to be deleted by {document['delete_by']}",
        *([f"sha256 {document['sha256']}"] if "sha256" in document else []),
    ):
        click.echo(display_text(line, 600))
