"""A ticket: what is asked, of whom, how far it has come, and which step may follow which. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec.structs import replace

from roster_tui.errors import BLOCKED, RosterError


class TicketRefused(RosterError):
    """A step that this ticket cannot take now; it is as it was."""

    exit_code = BLOCKED


class State(StrEnum):
    """How far a ticket has come."""

    DRAFT = "draft"
    CHECKED = "checked"
    """The guard found no student in it as it stands."""
    SENT = "sent"
    ANSWERED = "answered"
    CLOSED = "closed"


class Desk(StrEnum):
    """Who is asked."""

    HELP_CENTER = "help-center"
    """The platform's."""
    CLEVER = "clever"


class Attachment(msgspec.Struct, frozen=True):
    """A text file that goes with a ticket."""

    name: str
    text: str


class Attempt(msgspec.Struct, frozen=True):
    """A mail that was begun. While it stands on the ticket, nobody knows whether it left."""

    at: datetime
    to: str
    message_id: str


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """One request for help."""

    number: int = 0
    """Counts from 1; 0 until it is stored."""
    subject: str
    body: str
    about: str = ""
    """What it was drafted from, as in ``teacher 5f3c...``; empty for a blank one."""
    desk: Desk = Desk.HELP_CENTER
    state: State = State.DRAFT
    author: str
    created_at: datetime
    changed_at: datetime
    attachments: tuple[Attachment, ...] = ()
    sent_at: datetime | None = None
    """When it was sent last; also of one that was opened again."""
    sent_to: str = ""
    message_id: str = ""
    """Of the mail sent last, so that the next one continues its thread."""
    attempt: Attempt | None = None
    key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    """What the tokens of this ticket follow from, as hex; it never leaves."""
    tokens: dict[str, str] = {}
    """The value behind each token; for us alone."""

    @property
    def texts(self) -> dict[str, str]:
        """Everything that leaves with it, by part: ``subject, body`` and the names of attachments."""
        attached = {f"attachment {each.name}": f"{each.name}\n{each.text}" for each in self.attachments}
        return {"subject": self.subject, "body": self.body, **attached}

    @property
    def text(self) -> str:
        """Subject and body as one text, for a form or a file."""
        return f"{self.subject}\n\n{self.body.rstrip()}\n"


_UNSENT = frozenset({State.DRAFT, State.CHECKED})
_SENT = frozenset({State.SENT, State.ANSWERED})


def edited(
    ticket: Ticket, subject: str, body: str, at: datetime, attachments: tuple[Attachment, ...] | None = None
) -> Ticket:
    """Return the ticket with other words: a draft again. Raises `TicketRefused` for one that was sent."""
    _need(ticket, _UNSENT, "edited")
    subject = " ".join(subject.split())
    if not subject:
        raise TicketRefused("A ticket needs a subject. Nothing was changed")
    files = ticket.attachments if attachments is None else attachments
    after = replace(ticket, subject=subject, body=body, attachments=files)
    return ticket if after == ticket else replace(after, state=State.DRAFT, changed_at=at)


def attached(ticket: Ticket, attachment: Attachment, at: datetime) -> Ticket:
    """Return the ticket with one more file, or another under the same name."""
    _need(ticket, _UNSENT, "edited")
    others = tuple(each for each in ticket.attachments if each.name != attachment.name)
    return replace(ticket, attachments=(*others, attachment), state=State.DRAFT, changed_at=at)


def checked(ticket: Ticket, seen: Ticket, at: datetime) -> Ticket:
    """Return the ticket as checked, if it still says what the guard has seen."""
    _need(ticket, _UNSENT, "checked")
    _need_same(ticket, seen)
    return ticket if ticket.state is State.CHECKED else replace(ticket, state=State.CHECKED, changed_at=at)


def begun(ticket: Ticket, seen: Ticket, attempt: Attempt, *, again: bool) -> Ticket:
    """Return the ticket with a mail under way.

    Raises `TicketRefused` when it says something else than what the guard has seen, or when nobody knows whether
    an earlier mail left, unless it is to be sent ``again``.
    """
    _need(ticket, _UNSENT, "sent")
    _need_same(ticket, seen)
    if ticket.attempt and not again:
        raise TicketRefused(
            f"Ticket {ticket.number} may have been sent to {ticket.attempt.to} already, at "
            f"{ticket.attempt.at:%Y-%m-%d %H:%M} UTC (message {ticket.attempt.message_id}). Ask there; then close it, "
            "note it as sent by hand, or send it again: roster-tui ticket send --again"
        )
    return replace(ticket, attempt=attempt)


def unsent(ticket: Ticket) -> Ticket:
    """Return the ticket after a mail that certainly did not leave."""
    return replace(ticket, attempt=None)


def delivered(ticket: Ticket, attempt: Attempt) -> Ticket:
    """Return the ticket after the mail server has taken its mail, whatever became of the ticket meanwhile."""
    return replace(
        ticket,
        state=State.SENT,
        sent_at=attempt.at,
        sent_to=attempt.to,
        changed_at=attempt.at,
        attempt=None,
        message_id=attempt.message_id,
    )


def sent_by_hand(ticket: Ticket, at: datetime) -> Ticket:
    """Return the ticket as sent in some other way than by our mail."""
    _need(ticket, _UNSENT, "sent")
    return replace(ticket, state=State.SENT, sent_at=at, sent_to="by hand", changed_at=at, attempt=None)


def answered(ticket: Ticket, at: datetime) -> Ticket:
    """Return the ticket as answered."""
    _need(ticket, _SENT, "answered")
    return replace(ticket, state=State.ANSWERED, changed_at=at)


def closed(ticket: Ticket, at: datetime) -> Ticket:
    """Return the ticket as closed; one that was never sent is given up."""
    _need(ticket, _UNSENT | _SENT, "closed")
    return replace(ticket, state=State.CLOSED, changed_at=at, attempt=None)


def reopened(ticket: Ticket, at: datetime) -> Ticket:
    """Return the ticket as a draft again, to be edited and sent once more."""
    _need(ticket, _SENT | {State.CLOSED}, "opened again")
    return replace(ticket, state=State.DRAFT, changed_at=at)


def matching(tickets: Iterable[Ticket], words: str, states: frozenset[State] = frozenset()) -> list[Ticket]:
    """Return the tickets that hold every word somewhere and are in one of the states, or in any."""
    wanted = words.lower().split()
    return [
        ticket
        for ticket in tickets
        if (not states or ticket.state in states) and all(word in _searched(ticket) for word in wanted)
    ]


def _searched(ticket: Ticket) -> str:
    return f"#{ticket.number} {ticket.text} {ticket.about} {ticket.desk} {ticket.author} {ticket.state}".lower()


def _need(ticket: Ticket, states: frozenset[State], what: str) -> None:
    if ticket.state not in states:
        then = "" if ticket.state in _UNSENT else "; open it again first" if what != "answered" else ""
        raise TicketRefused(f"Ticket {ticket.number} is {ticket.state}, so it cannot be {what}{then}")


def _need_same(ticket: Ticket, seen: Ticket) -> None:
    if ticket.texts != seen.texts:
        raise TicketRefused(f"Ticket {ticket.number} was changed meanwhile by somebody else. Look at it again")
