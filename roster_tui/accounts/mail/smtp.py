"""A connection to a mail server that is made anew after it broke, and that knows whether a message had left."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib

from roster_tui.accounts.mail.outbox import Delivery, Fate
from roster_tui.settings import MailSettings, SettingsError, private_line

_TIMEOUT_SECONDS = 30.0

CONNECT_ERRORS = (aiosmtplib.SMTPException, OSError, SettingsError)
"""What `Connection.connect` raises; SettingsError is for the password's file."""


class _Client(aiosmtplib.SMTP):
    """A client that notes when it hands a message's text over: from then on only the server's answer tells."""

    handed_over = False

    async def data(self, *arguments: Any, **options: Any) -> aiosmtplib.SMTPResponse:
        self.handed_over = True
        return await super().data(*arguments, **options)


class Connection:
    """One connection at a time to the server of the settings."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._client = _Client()

    async def connect(self) -> None:
        """Connect, secure, authenticate. Raises one of `CONNECT_ERRORS`."""
        self.close()
        settings = self._settings
        client = _Client(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            username=settings.username or None,
            password=_password(settings),
            timeout=_TIMEOUT_SECONDS,
        )
        await client.connect()
        self._client = client

    async def greet(self) -> None:
        """Exchange greetings and goodbyes without sending anything. Raises one of `CONNECT_ERRORS`."""
        await self._client.ehlo()
        await self._client.quit()

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    async def send(self, message: EmailMessage) -> Delivery:
        """Send one message and return its fate; whatever that is, the next one can be sent."""
        try:
            if not self._client.is_connected:
                await self.connect()
            self._client.handed_over = False
            await self._client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return Delivery(Fate.REFUSED, "; ".join(f"{each.code} {each.message}" for each in error.recipients))
        except aiosmtplib.SMTPResponseException as error:
            return Delivery(Fate.REFUSED, f"{error.code} {error.message}")
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
            # An answer that comes late must not be taken for the next message's.
            self.close()
            return Delivery(Fate.UNKNOWN if self._client.handed_over else Fate.REFUSED, str(error))
        except (aiosmtplib.SMTPException, SettingsError, ValueError) as error:
            return Delivery(Fate.REFUSED, str(error))
        return Delivery(Fate.ACCEPTED)


def _password(settings: MailSettings) -> str | None:
    if not (settings.username and settings.password_file):
        return None
    return private_line(Path(settings.password_file).expanduser(), "mail.password_file").reveal()
