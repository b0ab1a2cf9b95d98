"""The tickets of a district in the ledger: a file each, since each is rewritten at every change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from roster_tui.concurrency import Lock
from roster_tui.errors import USAGE, RosterError
from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger.documents import Database, Documents
from roster_tui.ledger.files import replace_atomically
from roster_tui.ledger.head import Head
from roster_tui.ledger.kinds import TICKET
from roster_tui.support.tickets import State, Ticket

_LOCK_SECONDS = 30.0
_TABLE, _KEY = "ticket", "ticket"


class NoSuchTicket(RosterError):
    """No ticket has this number."""

    exit_code = USAGE

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no ticket {number}. List them: roster-tui ticket list")


class TicketStore:
    """Tickets by number; any number of consoles may use it at once."""

    def __init__(self, folder: Path, head: Head) -> None:
        """Use a folder of the ledger that ``head`` seals."""
        self.folder = folder
        self._lock = Lock(folder / ".lock", _LOCK_SECONDS)
        self._head = head
        self._newest = folder / "NEWEST"
        """The highest number among forgotten tickets: it stands in mails, so no other ticket gets it."""

    def add(self, ticket: Ticket) -> Ticket:
        """Store a new ticket under the next number and return it. Raises OSError when it cannot be written."""
        with self._lock:
            numbered = replace(ticket, number=self._highest() + 1)
            with self._documents(numbered.number).changing() as database:
                database.table(_TABLE).put({_KEY: msgspec.to_builtins(numbered)})
        return numbered

    def get(self, number: int) -> Ticket:
        """Return a ticket. Raises `NoSuchTicket`, `LedgerDamaged`."""
        documents = self._documents(number)
        found = documents.reading().table(_TABLE).pick([_KEY])
        if not found:
            raise NoSuchTicket(number)
        return _ticket(documents.file, found[_KEY])

    def all(self) -> list[Ticket]:
        """Return every ticket, newest first. Raises `LedgerDamaged`."""
        return [self.get(number) for number in sorted(self._numbers(), reverse=True)]

    def change(self, number: int, step: Callable[[Ticket], Ticket]) -> Ticket:
        """Let a ticket take a step, nobody else changing it meanwhile, and return it.

        Raises `NoSuchTicket`, OSError, `LedgerDamaged`, and what the step raises: the ticket is as it was then.
        """
        documents = self._documents(number)
        if not documents.file.exists():
            raise NoSuchTicket(number)
        with documents.changing() as database:
            table = database.table(_TABLE)
            if not (found := table.pick([_KEY])):
                raise NoSuchTicket(number)
            before = _ticket(documents.file, found[_KEY])
            after = step(before)
            if after != before:
                table.put({_KEY: msgspec.to_builtins(after)})
        return after

    def closed_before(self, moment: datetime) -> list[int]:
        """Return the tickets that were closed and not touched since, in order. Raises `LedgerDamaged`."""
        return [each.number for each in reversed(self.all()) if _over(each, moment)]

    def forget(self, number: int, before: datetime) -> bool:
        """Remove a ticket unless somebody has touched it meanwhile; returns whether it went. Raises OSError."""
        documents = self._documents(number)

        def agreed(database: Database) -> bool:
            found = database.table(_TABLE).pick([_KEY])
            if not found or not _over(_ticket(documents.file, found[_KEY]), before):
                return False
            replace_atomically(self._newest, str(self._highest()).encode())
            return True

        with self._lock:
            return documents.remove(agreed)

    def _highest(self) -> int:
        kept = int(self._newest.read_bytes()) if self._newest.exists() else 0
        return max([kept, *self._numbers()])

    def _documents(self, number: int) -> Documents:
        return Documents(self.folder / f"{number:06d}.json", TICKET, self._head)

    def _numbers(self) -> list[int]:
        # One that is lost is asked for as well, so that its loss shows.
        there = {*self.folder.glob("[0-9]*.json"), *self._head.in_folder(self.folder)}
        return [int(file.stem) for file in there if file.stem.isdecimal()]


def _over(ticket: Ticket, moment: datetime) -> bool:
    return ticket.state is State.CLOSED and ticket.changed_at < moment


def _ticket(file: Path, document: object) -> Ticket:
    try:
        return msgspec.convert(document, Ticket)
    except msgspec.ValidationError as error:
        raise LedgerDamaged(file, str(error)) from None
