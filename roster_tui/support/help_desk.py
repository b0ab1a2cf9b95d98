"""The tickets of an open district: written, checked by the guard, sent by mail, answered, closed, opened again.

Console and command line call the same functions. What leaves has passed the guard, or an admin has said why not.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

from msgspec.structs import replace

from roster_tui.accounts.mail import Delivery, Fate, MailUnavailable, outbox_for
from roster_tui.concurrency import in_thread
from roster_tui.errors import RosterError
from roster_tui.refusals import ONLY_ADMINS_OVERRIDE
from roster_tui.settings import SettingsError
from roster_tui.support import tickets
from roster_tui.support.guard import Hit, check, redact
from roster_tui.support.ticket_store import TicketStore
from roster_tui.support.tickets import Attachment, Attempt, Desk, Ticket, TicketRefused
from roster_tui.workspace import Workspace, private_folder

_KEY_BYTES = 32
Hits = Mapping[str, list[Hit]]
"""What the guard found, by part of the ticket; parts without a hit are left out."""


class GivesAway(TicketRefused):
    """A ticket that the guard does not let out."""

    def __init__(self, ticket: Ticket, hits: Hits) -> None:
        self.hits = hits
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(counts(hits).items()))
        super().__init__(
            f"Ticket {ticket.number} gives students away ({kinds}), so it does not leave. See where: roster-tui ticket "
            f"check {ticket.number}. Replace each by a token: roster-tui ticket redact {ticket.number}"
        )


class TicketNotSent(RosterError):
    """A ticket whose mail did not leave, or of which nobody knows; says what to do."""


@dataclass(frozen=True)
class Draft:
    """What a new ticket begins with."""

    subject: str
    body: str
    about: str = ""
    desk: Desk = Desk.HELP_CENTER
    attachments: tuple[Attachment, ...] = ()


def store(workspace: Workspace) -> TicketStore:
    """Return the tickets of a district."""
    return TicketStore(private_folder(private_folder(workspace.folder / "ledger") / "tickets"), workspace.head)


def open_ticket(workspace: Workspace, draft: Draft, *, subject: str | None = None, body: str | None = None) -> Ticket:
    """Store a draft as a new ticket and return it; what the guard finds in its facts is a token from the start.

    Words of one's own in the place of the draft's stand as they were typed, and so do attachments. Raises OSError.
    """
    at = workspace.clock().astimezone(UTC)
    key = secrets.token_bytes(_KEY_BYTES)
    drafted_subject = redact(workspace, " ".join(draft.subject.split()), key)
    drafted_body = redact(workspace, draft.body, key, drafted_subject.tokens)
    return store(workspace).add(
        Ticket(
            subject=drafted_subject.text if subject is None else " ".join(subject.split()),
            body=drafted_body.text if body is None else body,
            about=draft.about,
            desk=draft.desk,
            author=workspace.settings.operator_name,
            created_at=at,
            changed_at=at,
            attachments=draft.attachments,
            key=key.hex(),
            tokens=drafted_body.tokens,
        )
    )


def edit(workspace: Workspace, number: int, subject: str, body: str) -> Ticket:
    """Give a ticket other words. Raises `TicketRefused`, `NoSuchTicket`, OSError."""
    at = _now(workspace)
    return store(workspace).change(number, lambda ticket: tickets.edited(ticket, subject, body, at))


def attach(workspace: Workspace, number: int, attachment: Attachment) -> Ticket:
    """Put a file on a ticket. Raises `TicketRefused`, `NoSuchTicket`, OSError."""
    at = _now(workspace)
    return store(workspace).change(number, lambda ticket: tickets.attached(ticket, attachment, at))


def look(workspace: Workspace, ticket: Ticket) -> Hits:
    """Return what the guard finds in everything that would leave with a ticket."""
    found = {part: check(workspace, text) for part, text in ticket.texts.items()}
    return {part: hits for part, hits in found.items() if hits}


def counts(hits: Hits) -> Counter[str]:
    """Return how many hits there are of each kind."""
    return Counter(hit.kind for part in hits.values() for hit in part)


def check_ticket(workspace: Workspace, number: int) -> tuple[Ticket, Hits]:
    """Let the guard look at a ticket, and note it as checked when nothing is found; returns it and the hits.

    One that was sent is looked at all the same. Raises `TicketRefused` when it was changed meanwhile.
    """
    seen = store(workspace).get(number)
    hits = look(workspace, seen)
    if hits or seen.state not in (tickets.State.DRAFT, tickets.State.CHECKED):
        return seen, hits
    at = _now(workspace)
    return store(workspace).change(number, lambda ticket: tickets.checked(ticket, seen, at)), hits


def redact_ticket(workspace: Workspace, number: int) -> Ticket:
    """Replace every hit of a ticket, attachments too, by the token that stands for it in this ticket."""
    at = _now(workspace)

    def step(ticket: Ticket) -> Ticket:
        tokens = dict(ticket.tokens)

        def clean(text: str) -> str:
            redacted = redact(workspace, text, bytes.fromhex(ticket.key), tokens)
            tokens.update(redacted.tokens)
            return redacted.text

        files = tuple(Attachment(clean(each.name), clean(each.text)) for each in ticket.attachments)
        after = tickets.edited(ticket, clean(ticket.subject), clean(ticket.body), at, files)
        return replace(after, tokens=tokens)

    return store(workspace).change(number, step)


def allow(workspace: Workspace, ticket: Ticket, override: str = "") -> Hits:
    """Return the hits that a ticket may leave with: none, but for an admin who says why.

    Raises `GivesAway`, or `TicketRefused` when somebody else would override.
    """
    hits = look(workspace, ticket)
    if not hits:
        return hits
    if not override.strip():
        raise GivesAway(ticket, hits)
    if workspace.settings.refusal or workspace.settings.operator_role != "admin":
        raise TicketRefused(workspace.settings.refusal or ONLY_ADMINS_OVERRIDE)
    return hits


def address(workspace: Workspace, desk: Desk) -> str:
    """Return the mail address of who is asked. Raises `TicketNotSent` when none is set."""
    support = workspace.settings.support
    name, found = {
        Desk.HELP_CENTER: ("help_desk", support.help_desk),
        Desk.CLEVER: ("clever_support", support.clever_support),
    }[desk]
    if not found:
        raise TicketNotSent(f"No address is set to send to: support.{name}. {_BY_HAND}")
    return found


_BY_HAND = (
    "Or copy the ticket into the desk's own form (roster-tui ticket export), then: roster-tui ticket send --by-hand"
)


async def send(workspace: Workspace, number: int, *, override: str = "", again: bool = False) -> Ticket:
    """Mail a ticket to its desk and return it as sent.

    Raises `TicketRefused` (`GivesAway` when the guard stops it) and `TicketNotSent`; in both cases it was not
    sent, or `TicketNotSent` says that nobody knows, and the ticket says so too until somebody decides.
    """
    outbox = outbox_for(workspace.settings.mail, workspace.folder / "mail", workspace.folder.parent / "mail-pace")
    attempt, message, facts = await in_thread(_begin, workspace, number, outbox.sends, override, again=again)
    try:
        async with outbox.opened() as deliver:
            delivery = await deliver(message)
    except (MailUnavailable, SettingsError) as error:
        delivery = Delivery(Fate.REFUSED, str(error))
    return await in_thread(_settle, workspace, number, attempt, delivery, facts)


def _begin(
    workspace: Workspace, number: int, can_send: bool, override: str, *, again: bool
) -> tuple[Attempt, EmailMessage, dict[str, Any]]:
    """Write down that a ticket is about to be sent; returns the attempt, its mail, and what the journal says of it."""
    seen = store(workspace).get(number)
    to = address(workspace, seen.desk)
    if not can_send:
        raise TicketNotSent(f"No mail server is set (mail.host). {_BY_HAND}")
    hits = allow(workspace, seen, override)
    attempt = Attempt(_now(workspace), to, make_msgid(domain=workspace.settings.mail.sender_domain))
    message = _message(workspace, seen, attempt)
    tickets.begun(seen, seen, attempt, again=again)
    facts = {"kind": "ticket send", "ticket": number, "to": to, **workspace.operator.facts()}
    _journal(workspace, {**facts, "phase": "intent", **_overridden(hits, override)})
    store(workspace).change(number, lambda ticket: tickets.begun(ticket, seen, attempt, again=again))
    return attempt, message, facts


def _settle(
    workspace: Workspace, number: int, attempt: Attempt, delivery: Delivery, facts: Mapping[str, Any]
) -> Ticket:
    def step(ticket: Ticket) -> Ticket:
        if delivery.fate is Fate.ACCEPTED:
            return tickets.delivered(ticket, attempt)
        return ticket if delivery.fate is Fate.UNKNOWN else tickets.unsent(ticket)

    verdict = {Fate.ACCEPTED: "done", Fate.UNKNOWN: "in_doubt"}.get(delivery.fate, "failed")
    ticket = store(workspace).change(number, step)
    _journal(workspace, {**facts, "phase": "outcome", "results": [{"id": str(number), "verdict": verdict}]})
    if verdict == "in_doubt":
        raise TicketNotSent(
            f"The connection broke before the mail server answered ({delivery.said}): ticket {number} may have been "
            f"sent to {attempt.to}. Ask there before it is sent again"
        )
    if verdict == "failed":
        raise TicketNotSent(f"Ticket {number} did not leave: {delivery.said}. It is kept as it is")
    return ticket


def note_sent(workspace: Workspace, number: int, *, override: str = "") -> Ticket:
    """Note that somebody has put the ticket into the desk's own form. Raises as `send` does."""
    seen = store(workspace).get(number)
    hits = allow(workspace, seen, override)
    at = _now(workspace)
    facts = {"kind": "ticket sent by hand", **_overridden(hits, override)}
    return _step(workspace, number, facts, lambda ticket: tickets.sent_by_hand(ticket, at))


def note_answered(workspace: Workspace, number: int) -> Ticket:
    """Note that the desk has answered. Raises `TicketRefused` for a ticket that was not sent."""
    at = _now(workspace)
    return _step(workspace, number, {"kind": "ticket answered"}, lambda ticket: tickets.answered(ticket, at))


def close(workspace: Workspace, number: int) -> Ticket:
    """Close a ticket. Raises `TicketRefused` for a closed one."""
    at = _now(workspace)
    return _step(workspace, number, {"kind": "ticket close"}, lambda ticket: tickets.closed(ticket, at))


def reopen(workspace: Workspace, number: int) -> Ticket:
    """Make a ticket a draft again. Raises `TicketRefused` for one that was never sent or closed."""
    at = _now(workspace)
    return _step(workspace, number, {"kind": "ticket reopen"}, lambda ticket: tickets.reopened(ticket, at))


@contextmanager
def leaving(workspace: Workspace, ticket: Ticket, override: str = "") -> Iterator[None]:
    """Let a ticket leave as a file or over the clipboard while the block runs. Raises as `allow` does.

    What leaves though the guard found something in it is in the journal.
    """
    hits = allow(workspace, ticket, override)
    facts = {"kind": "ticket export", "ticket": ticket.number, **workspace.operator.facts()}
    if hits:
        _journal(workspace, {**facts, "phase": "intent", **_overridden(hits, override)})
    yield
    if hits:
        _journal(workspace, {**facts, "phase": "outcome", "results": [{"id": str(ticket.number), "verdict": "done"}]})


def _step(workspace: Workspace, number: int, facts: Mapping[str, Any], step: Callable[[Ticket], Ticket]) -> Ticket:
    """Take a step with its intent and outcome in the journal; one that cannot be taken leaves no entry."""
    step(store(workspace).get(number))
    told = {**facts, "ticket": number, **workspace.operator.facts()}
    _journal(workspace, {**told, "phase": "intent"})
    ticket = store(workspace).change(number, step)
    _journal(workspace, {**told, "phase": "outcome", "results": [{"id": str(number), "verdict": "done"}]})
    return ticket


def _overridden(hits: Hits, override: str) -> dict[str, Any]:
    """Return what the journal holds of an override: kinds and numbers, never a value."""
    return {"reason": override.strip(), "overridden": dict(counts(hits))} if hits else {}


def _journal(workspace: Workspace, facts: Mapping[str, Any]) -> None:
    workspace.journal.append([facts], workspace.clock())


def _message(workspace: Workspace, ticket: Ticket, attempt: Attempt) -> EmailMessage:
    """Return the mail. Raises `TicketNotSent` when an address of the settings cannot stand in a mail."""
    settings = workspace.settings
    message = EmailMessage()
    try:
        message["From"] = settings.mail.sender
        message["To"] = attempt.to
        if settings.operator_email:
            message["Reply-To"] = settings.operator_email
        message["Subject"] = f"{ticket.subject} [{workspace.district.name}, ticket {ticket.number}]"
    except ValueError as error:
        raise TicketNotSent(f"This cannot stand in a mail: {error}. Look at mail and support in the settings") from None
    message["Date"] = format_datetime(attempt.at)
    message["Message-ID"] = attempt.message_id
    if ticket.message_id:
        message["In-Reply-To"] = message["References"] = ticket.message_id
    message.set_content(f"{ticket.body.rstrip()}\n")
    for each in ticket.attachments:
        message.add_attachment(each.text, subtype="csv" if each.name.endswith(".csv") else "plain", filename=each.name)
    return message


def _now(workspace: Workspace) -> datetime:
    return workspace.clock().astimezone(UTC)
