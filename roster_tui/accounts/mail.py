"""Activation mail: written, and sent by SMTP or kept in a Maildir."""

from __future__ import annotations

import asyncio
import mailbox
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from roster_tui.settings import MailSettings, private_file

_TIMEOUT_SECONDS = 30.0


class Fate(Enum):
    """What became of one message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The connection broke before the server's answer: it may have been sent."""


@dataclass(frozen=True)
class Delivery:
    """The fate of one message, in the server's words where it said something."""

    fate: Fate
    said: str = ""


class MailUnavailable(Exception):
    """No message can be sent at all; none was."""


Send = Callable[[EmailMessage], Awaitable[Delivery]]


class Outbox(Protocol):
    """A way for mail to leave."""

    def describe(self) -> str:
        """Say where mail goes, for people."""

    def opened(self) -> AbstractAsyncContextManager[Send]:
        """Connect, and give what sends one message after another. Raises `MailUnavailable`."""


@dataclass(frozen=True)
class Maildir:
    """Mail kept in a folder, since no server is set: to be looked at, or sent by another program."""

    folder: Path

    def describe(self) -> str:
        """Say where mail is kept."""
        return f"no mail server is set: mail is kept in {self.folder}, not sent"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Send]:
        """Give what files a message."""
        try:
            box = await asyncio.to_thread(mailbox.Maildir, str(self.folder))
        except OSError as error:
            raise MailUnavailable(f"{self.folder} cannot be used: {error}") from error

        async def send(message: EmailMessage) -> Delivery:
            try:
                await asyncio.to_thread(box.add, message)
            except OSError as error:
                return Delivery(Fate.REFUSED, f"cannot be written: {error}")
            return Delivery(Fate.ACCEPTED)

        yield send


@dataclass(frozen=True)
class Smtp:
    """Mail sent through a server."""

    settings: MailSettings

    def describe(self) -> str:
        """Say which server sends."""
        return f"mail is sent by {self.settings.host}:{self.settings.port}"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Send]:
        """Connect, secure, authenticate; give what sends a message over this connection."""
        import aiosmtplib

        password = _password(self.settings)
        client = aiosmtplib.SMTP(
            hostname=self.settings.host,
            port=self.settings.port,
            use_tls=self.settings.security == "tls",
            start_tls=self.settings.security == "starttls",
            username=self.settings.username or None,
            password=password,
            timeout=_TIMEOUT_SECONDS,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailUnavailable(
                f"the mail server {self.settings.host}:{self.settings.port} does not take mail: {error}"
            ) from error

        async def send(message: EmailMessage) -> Delivery:
            try:
                await client.send_message(message)
            except aiosmtplib.SMTPRecipientsRefused as error:
                return Delivery(Fate.REFUSED, "; ".join(str(each.message) for each in error.recipients))
            except aiosmtplib.SMTPResponseException as error:
                return Delivery(Fate.REFUSED, f"{error.code} {error.message}")
            except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
                return Delivery(Fate.UNKNOWN, str(error))
            return Delivery(Fate.ACCEPTED)

        try:
            yield send
        finally:
            client.close()


def _password(settings: MailSettings) -> str | None:
    if not (settings.username and settings.password_file):
        return None
    return private_file(Path(settings.password_file).expanduser(), "mail.password_file").reveal()


def outbox_for(settings: MailSettings, kept_in: Path) -> Outbox:
    """Return the way that the settings choose: a server, or a folder when none is named."""
    return Smtp(settings) if settings.host else Maildir(kept_in)


def activation_mail(
    settings: MailSettings, district: str, name: str, address: str, action: str, account: str, at: datetime
) -> EmailMessage:
    """Return the welcome activation mail for one person.

    Its Message-ID follows from action and account, so that a server can tell a repetition. Raises ValueError
    when the address cannot stand in a header.
    """
    message = EmailMessage()
    message["From"] = settings.sender
    message["To"] = address
    message["Subject"] = "Activate your account"
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{action}.{account}@{settings.sender.rpartition('@')[2] or 'localhost'}>"
    # Marks it as sent by a program, so that no out-of-office answer comes back (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"Hello {name},\n\n"
        f"{district} has an account for you on the learning platform.\n"
        f'To activate it, open {settings.platform_url}, choose "Forgot password" and enter this address.\n\n'
        "If something does not work, ask your district's support lead.\n"
    )
    return message
