"""The mail server, up to the point where a message would be handed over; none is."""

from __future__ import annotations

import asyncio

from roster_tui.doctor.checks import Check, failed, ok
from roster_tui.present import display_text
from roster_tui.settings import MailSettings

_SECONDS = 15.0


async def check_mail(settings: MailSettings) -> Check:
    """Return whether the server greets us, secures the connection and takes the password."""
    if not settings.host:
        return ok("mail", "no server is set: mail is kept in a Maildir in the data folder, not sent")
    from roster_tui.accounts.mail.smtp import CONNECT_ERRORS, Connection

    server = f"{display_text(settings.host, 80)}:{settings.port}"
    connection = Connection(settings)
    try:
        async with asyncio.timeout(_SECONDS):
            await connection.connect()
            await connection.greet()
    except TimeoutError:
        return failed("mail", f"{server} gave no answer in {_SECONDS:.0f} s", "Check mail.host and mail.port")
    except CONNECT_ERRORS as error:
        said = f"{server}: {type(error).__name__}: {display_text(error)}"
        return failed("mail", said, "Check mail.host, port, security, username and password_file")
    finally:
        connection.close()
    how = {"starttls": "STARTTLS", "tls": "TLS", "none": "not encrypted"}[settings.security]
    signed_in = ", signed in" if settings.username else ""
    return ok("mail", f"{server} answers, {how}{signed_in}; nothing was sent")
