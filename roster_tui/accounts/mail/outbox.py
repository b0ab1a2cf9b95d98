"""The ways for mail to leave: through an SMTP server, or into a Maildir when none is set."""

from __future__ import annotations

import asyncio
import mailbox
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from pathlib import Path
from typing import ClassVar, Protocol

from roster_tui.accounts.mail.pace import Pace
from roster_tui.errors import RosterError
from roster_tui.settings import MailSettings


class Fate(Enum):
    """What became of one message."""

    ACCEPTED = "accepted"
    """The server took it."""
    KEPT = "kept"
    """It lies in a folder; nobody has sent it."""
    REFUSED = "refused"
    """It has not left."""
    UNKNOWN = "unknown"
    """The connection broke before the server's answer: it may have been sent."""


@dataclass(frozen=True)
class Delivery:
    """The fate of one message, in the server's words where it said something."""

    fate: Fate
    said: str = ""


class MailUnavailable(RosterError):
    """No message can be sent at all; none was."""


Send = Callable[[EmailMessage], Awaitable[Delivery]]


class Outbox(Protocol):
    """A way for mail to leave."""

    sends: ClassVar[bool]
    """Whether a message that it takes leaves, and does not only lie somewhere."""

    def describe(self) -> str:
        """Say where mail goes, for people."""

    def opened(self) -> AbstractAsyncContextManager[Send]:
        """Connect, and give what sends one message after another. Raises `MailUnavailable`."""


@dataclass(frozen=True)
class Maildir:
    """Mail kept in a folder, since no server is set: to be looked at, or sent by another program."""

    sends: ClassVar[bool] = False
    folder: Path

    def describe(self) -> str:
        """Say where mail is kept."""
        return f"no mail server is set: mail is kept in {self.folder}, not sent"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Send]:
        """Give what files a message."""
        try:
            box = await asyncio.to_thread(self._box)
        except OSError as error:
            raise MailUnavailable(f"{self.folder} cannot be used: {error}") from error

        async def send(message: EmailMessage) -> Delivery:
            try:
                await asyncio.to_thread(box.add, message)
            except OSError as error:
                return Delivery(Fate.REFUSED, f"cannot be written: {error}")
            return Delivery(Fate.KEPT)

        yield send

    def _box(self) -> mailbox.Maildir:
        # The library's own making of folders fails when two do it at once.
        for part in ("tmp", "new", "cur"):
            (self.folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        return mailbox.Maildir(str(self.folder), create=False)


@dataclass(frozen=True)
class Smtp:
    """Mail sent through a server, no faster than the settings allow."""

    sends: ClassVar[bool] = True
    settings: MailSettings
    pace: Pace | None = None
    """None sends as fast as the server takes it."""

    def describe(self) -> str:
        """Say which server sends, and how fast."""
        most = f", at most {self.settings.per_minute} a minute" if self.settings.per_minute else ""
        return f"mail is sent by {self.settings.host}:{self.settings.port}{most}"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Send]:
        """Connect, secure, authenticate; give what sends a message over this connection, or over a new one."""
        from roster_tui.accounts.mail.smtp import CONNECT_ERRORS, Connection

        connection = Connection(self.settings)
        try:
            await connection.connect()
        except CONNECT_ERRORS as error:
            raise MailUnavailable(
                f"the mail server {self.settings.host}:{self.settings.port} does not take mail: {error}"
            ) from error

        async def send(message: EmailMessage) -> Delivery:
            if self.pace is not None:
                await self.pace.turn()
            return await connection.send(message)

        try:
            yield send
        finally:
            connection.close()


def outbox_for(settings: MailSettings, kept_in: Path, pace_file: Path) -> Outbox:
    """Return the way that the settings choose: a server, or a folder when none is named."""
    if not settings.host:
        return Maildir(kept_in)
    return Smtp(settings, Pace(pace_file, settings.per_minute) if settings.per_minute else None)
