"""``ticket``: ask for help without giving students away. Written, checked, sent, kept; and any text checked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from roster_tui.cli.bundles import deliver, seal
from roster_tui.cli.conflicts import refuse_when_read_only
from roster_tui.cli.errors import BLOCKED, FAILED, Stopped
from roster_tui.cli.group import CommandGroup, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.present import counted, day_and_time_seen, display_text

if TYPE_CHECKING:
    from roster_tui.support.guard import Hit
    from roster_tui.support.help_desk import Hits
    from roster_tui.support.tickets import Attachment, Ticket
    from roster_tui.workspace import Workspace

_CONTEXT = 30
"""Characters of a line that are shown before a hit and behind it."""
_KINDS = ("finding", "school", "teacher", "section", "sync", "failure")
_STATES = ("draft", "checked", "sent", "answered", "closed")
_NUMBER = click.argument("number", type=click.IntRange(min=1), metavar="TICKET")
_OVERRIDE = click.option(
    "--override", default="", metavar="REASON", help="Let it leave with what the guard found; admins only, journaled."
)
_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.group(cls=CommandGroup)
def ticket() -> None:
    """Ask for help without giving students away."""


ticket.add_command(seal)
ticket.add_command(deliver)


@ticket.command()
@click.argument("kind", type=click.Choice((*_KINDS, "crosswalk")), required=False)
@click.argument("wanted", metavar="ID", required=False)
@click.option("--subject", help="Of a ticket about nothing in particular, or instead of the one proposed.")
@click.option("--text", type=_FILE, help="File with the text, or - for standard input, instead of the one proposed.")
@click.option("--attach", "files", multiple=True, type=_FILE, help="Text file that goes with it; may be repeated.")
@click.option("--to", type=click.Choice(("help-center", "clever")), help="Who is asked; by default who can fix it.")
@with_session
def new(
    session: Session,
    kind: str | None,
    wanted: str | None,
    subject: str | None,
    text: Path | None,
    files: tuple[Path, ...],
    to: str | None,
) -> None:
    """Draft a ticket: about KIND ID with the facts filled in, or with --subject about anything.

    ID is a finding's, a school's, teacher's or section's (Clever ID, SIS ID, email), the number of a sync, or an
    incident's.
    `crosswalk` has none: it asks Clever support to map the IDs of the accepted pairs, and attaches them as a file.
    """
    from dataclasses import replace

    from roster_tui.support import drafts, help_desk
    from roster_tui.support.tickets import Desk

    refuse_when_read_only(session)
    if (kind in (None, "crosswalk")) != (wanted is None) or (kind is None and not subject):
        raise click.UsageError("Say what it is about, as in: ticket new teacher ID; or give a --subject")
    workspace = session.workspace()
    if kind and wanted:
        draft = drafts.about(workspace, kind, wanted)
    else:
        draft = drafts.crosswalk(workspace) if kind else drafts.blank(workspace, subject or "")
    draft = replace(
        draft,
        desk=Desk(to) if to else draft.desk,
        attachments=(*draft.attachments, *(_attachment(session, file) for file in files)),
    )
    body = _text(session, text) if text else None
    made = help_desk.open_ticket(workspace, draft, subject=subject, body=body)
    _tell(session, workspace, made, f"Ticket {made.number}: {made.subject}. Next: roster-tui ticket edit {made.number}")


@ticket.command("list")
@click.argument("words", nargs=-1)
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only these; may be repeated.")
@with_session
def list_tickets(session: Session, words: tuple[str, ...], states: tuple[str, ...]) -> None:
    """List tickets, newest first: those that hold every one of WORDS, or all."""
    from roster_tui.support.help_desk import store
    from roster_tui.support.tickets import State, matching

    workspace = session.workspace()
    found = matching(store(workspace).all(), " ".join(words), frozenset(map(State, states)))
    if session.as_json:
        session.print_json({"total": len(found), "tickets": [_summary(each) for each in found]})
        return
    header = ("ticket", "state", "to", "subject", "changed", "by")
    zone = workspace.settings.zone
    print_table(
        header,
        [
            (
                each.number,
                _state(each),
                each.desk,
                each.subject,
                day_and_time_seen(each.changed_at.astimezone(zone), workspace.clock()),
                each.author,
            )
            for each in found
        ],
    )
    session.say(counted(len(found), "ticket"))


@ticket.command()
@_NUMBER
@with_session
def show(session: Session, number: int) -> None:
    """Show a ticket as it would leave; what the guard finds is masked."""
    from roster_tui.support.help_desk import store

    workspace = session.workspace()
    found = store(workspace).get(number)
    if session.as_json:
        session.print_json(_document(workspace, found))
        return
    document = _document(workspace, found)
    click.echo(f"Ticket {number}, {_state(found)}, to {found.desk}, by {display_text(found.author)}")
    click.echo(f"\n{display_text(document['subject'])}\n")
    for line in document["body"].splitlines():
        click.echo(display_text(line, 2_000))
    for each in found.attachments:
        click.echo(f"\nAttached: {display_text(each.name)} ({len(each.text.encode()):,} bytes)")


@ticket.command()
@_NUMBER
@click.option("--subject", help="Another subject.")
@click.option("--text", type=_FILE, help="File with another text, or - for standard input.")
@click.option("--attach", "files", multiple=True, type=_FILE, help="Text file that goes with it; may be repeated.")
@with_session
def edit(session: Session, number: int, subject: str | None, text: Path | None, files: tuple[Path, ...]) -> None:
    """Change a ticket: by options, or in $VISUAL or $EDITOR, where the first line is the subject."""
    from roster_tui.support import help_desk

    refuse_when_read_only(session)
    workspace = session.workspace()
    before = help_desk.store(workspace).get(number)
    if subject is None and text is None and not files:
        written = click.edit(before.text, require_save=True, extension=".txt")
        if written is None:
            session.say("Nothing was changed")
            return
        subject, _, body = written.lstrip("\n").partition("\n")
        after = help_desk.edit(workspace, number, subject, body.lstrip("\n"))
    else:
        body = _text(session, text) if text else before.body
        after = help_desk.edit(workspace, number, subject or before.subject, body)
        for file in files:
            after = help_desk.attach(workspace, number, _attachment(session, file))
    _tell(session, workspace, after, f"Ticket {number} is {after.state}. Next: roster-tui ticket check {number}")


@ticket.command()
@click.argument("what", metavar="FILE|TICKET", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@with_session
def check(session: Session, what: Path) -> None:
    """Check FILE, standard input (-) or a ticket for students' names, emails, IDs, birth dates, and what looks so.

    Exits 3 when there is any. No value is printed. A ticket in which nothing is found is checked.
    """
    from roster_tui.support import guard, help_desk

    workspace = session.workspace()
    if str(what).isdecimal() and not what.exists():
        if session.settings.refusal:
            ticket = help_desk.store(workspace).get(int(str(what)))
            hits = help_desk.look(workspace, ticket)
        else:
            ticket, hits = help_desk.check_ticket(workspace, int(str(what)))
        _tell_hits(session, {part: (ticket.texts[part], found) for part, found in hits.items()})
    elif str(what) != "-" and not what.exists():
        raise click.UsageError(f"There is no file {what}")
    else:
        text = _text(session, what)
        _tell_hits(session, {"": (text, guard.check(workspace, text))})


@ticket.command()
@_NUMBER
@with_session
def redact(session: Session, number: int) -> None:
    """Replace what the guard finds in a ticket by tokens such as Student-7F3A; what they stand for stays here."""
    from roster_tui.support import help_desk

    refuse_when_read_only(session)
    workspace = session.workspace()
    before = help_desk.counts(help_desk.look(workspace, help_desk.store(workspace).get(number)))
    after = help_desk.redact_ticket(workspace, number)
    _tell(session, workspace, after, f"{counted(before.total(), 'place')} replaced in ticket {number}")


@ticket.command()
@_NUMBER
@click.option("--by-hand", is_flag=True, help="Send nothing; note that you have put it into the desk's own form.")
@click.option("--again", is_flag=True, help="Send it though an earlier mail may have left.")
@_OVERRIDE
@with_session
def send(session: Session, number: int, by_hand: bool, again: bool, override: str) -> None:
    """Mail a ticket to its desk, once the guard finds nothing in it."""
    from roster_tui.support import help_desk

    refuse_when_read_only(session)
    workspace = session.workspace()
    if by_hand:
        sent = help_desk.note_sent(workspace, number, override=override)
    else:
        sent = asyncio.run(help_desk.send(workspace, number, override=override, again=again))
    _tell(session, workspace, sent, f"Ticket {number} is sent: {display_text(sent.sent_to)}")


@ticket.command()
@_NUMBER
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_OVERRIDE
@with_session
def export(session: Session, number: int, folder: Path, override: str) -> None:
    """Write a ticket and its attachments into FOLDER, for the desk's own form; the guard stands here as well."""
    from roster_tui.ledger.files import replace_atomically
    from roster_tui.support import help_desk

    workspace = session.workspace()
    found = help_desk.store(workspace).get(number)
    files = {f"ticket-{number}.txt": found.text, **{each.name: each.text for each in found.attachments}}
    with help_desk.leaving(workspace, found, override):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            replace_atomically(folder / name, text.encode())
    if session.as_json:
        session.print_json({"ticket": number, "files": [str(folder / name) for name in files]})
    else:
        session.say(f"Written: {', '.join(display_text(folder / name) for name in files)}")


def _noting(name: str, help: str, told: str) -> None:
    @ticket.command(name, help=help)
    @_NUMBER
    @with_session
    def command(session: Session, number: int) -> None:
        from roster_tui.support import help_desk

        refuse_when_read_only(session)
        workspace = session.workspace()
        steps: dict[str, Callable[[Workspace, int], Ticket]] = {
            "answered": help_desk.note_answered,
            "close": help_desk.close,
            "reopen": help_desk.reopen,
        }
        _tell(session, workspace, steps[name](workspace, number), f"Ticket {number} {told}")


_noting("answered", "Note that the desk has answered.", "is answered")
_noting("close", "Close a ticket; one that was never sent is given up.", "is closed")
_noting("reopen", "Make a ticket a draft again, to be edited and sent once more.", "is a draft again")


# -- what is read and told ------------------------------------------------------------------------------


def _tell_hits(session: Session, found: dict[str, tuple[str, list[Hit]]]) -> None:
    """Tell kind and place of each hit, by part of a ticket or of a text without parts; end with 3 if there is any."""
    from roster_tui.support.guard.stand import masked

    number = sum(len(hits) for _, hits in found.values())
    if session.as_json:
        documents = [
            {**hit._asdict(), **({"part": part} if part else {})} for part, (_, hits) in found.items() for hit in hits
        ]
        session.print_json({"hits": documents})
    else:
        for part, (text, hits) in found.items():
            safe = masked(text, hits)
            for hit in hits:
                begin = text.rfind("\n", 0, hit.start) + 1
                end = text.find("\n", hit.end)
                around = safe[max(begin, hit.start - _CONTEXT) : min(len(text) if end < 0 else end, hit.end + _CONTEXT)]
                where = f"{display_text(part)} " if part else ""
                click.echo(f"{where}{hit.line}:{hit.start - begin + 1} {hit.kind}  {display_text(around)}")
        session.say(f"{counted(number, 'place')} to take out before this leaves" if number else "Nothing was found")
    if number:
        raise Stopped(BLOCKED)


def _tell(session: Session, workspace: Workspace, ticket: Ticket, sentence: str) -> None:
    if session.as_json:
        session.print_json(_document(workspace, ticket))
    else:
        session.say(display_text(sentence, 600))


def _state(ticket: Ticket) -> str:
    return "in doubt" if ticket.attempt else ticket.state.value


def _summary(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "state": ticket.state.value,
        "in_doubt": ticket.attempt is not None,
        "to": ticket.desk.value,
        "subject": ticket.subject,
        "about": ticket.about,
        "author": ticket.author,
        "created_at": ticket.created_at.isoformat(),
        "changed_at": ticket.changed_at.isoformat(),
        "sent_at": ticket.sent_at.isoformat() if ticket.sent_at else None,
        "sent_to": ticket.sent_to or None,
        "attachments": [each.name for each in ticket.attachments],
    }


def _document(workspace: Workspace, ticket: Ticket) -> dict[str, Any]:
    """Return a ticket as JSON, what the guard finds masked, and how many hits there are by kind."""
    from roster_tui.support import help_desk
    from roster_tui.support.guard.stand import masked

    hits: Hits = help_desk.look(workspace, ticket)
    return {
        **_summary(ticket),
        "subject": masked(ticket.subject, hits.get("subject", [])),
        "body": masked(ticket.body, hits.get("body", [])),
        "hits": dict(help_desk.counts(hits)),
    }


def _attachment(session: Session, file: Path) -> Attachment:
    from roster_tui.support.attaching import NotAttachable, attachment

    try:
        return attachment(file)
    except NotAttachable as error:
        session.say(str(error))
        raise Stopped(FAILED) from None


def _text(session: Session, file: Path) -> str:
    """Return the text of a file. Raises `Stopped` when it is none: nobody could say what is in it."""
    from roster_tui.support.attaching import NotAttachable, text_of

    with click.open_file(str(file), "rb") as source:
        raw: bytes = source.read()
    try:
        return text_of(raw)
    except NotAttachable as error:
        session.say(str(error))
        raise Stopped(FAILED) from None
