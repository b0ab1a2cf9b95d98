"""Sending through a real server that refuses, hangs up and answers late: each message has its own fate."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from roster_tui.accounts.mail import Delivery, Fate, MailUnavailable, Smtp
from roster_tui.settings import MailSettings
from tests.mailing import smtp_server


class Moody:
    """A server whose mood a recipient's name sets."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.port = 0

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: list[str]
    ) -> str:
        if address.startswith("hangup-early"):
            server.transport.abort()
        if address.startswith("unknown"):
            return "550 5.1.1 no such user here"
        if address.startswith("later"):
            return "451 4.7.1 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        (address,) = envelope.rcpt_tos
        if address.startswith("spam"):
            return "554 5.7.1 looks like spam"
        self.taken.append(address)
        if address.startswith("hangup-late"):
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def moody() -> Iterator[Moody]:
    handler = Moody()
    with smtp_server(handler) as handler.port:
        yield handler


def mail_to(address: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "roster@lincoln.example", address, "x"
    message.set_content("x")
    return message


def settings(port: int, **options: Any) -> MailSettings:
    return MailSettings(host="127.0.0.1", port=port, security="none", **options)


async def test_every_message_has_its_own_fate_and_the_next_one_goes_out(moody: Moody) -> None:
    wanted = ["a@x.org", "unknown@x.org", "b@x.org", "hangup-early@x.org", "c@x.org", "hangup-late@x.org", "d@x.org",
              "later@x.org", "spam@x.org", "e@x.org"]  # fmt: skip
    async with Smtp(settings(moody.port)).opened() as send:
        fates = {address.partition("@")[0]: await send(mail_to(address)) for address in wanted}
    accepted = Delivery(Fate.ACCEPTED)
    assert [fates[each] for each in "abcde"] == [accepted] * 5
    assert fates["unknown"] == Delivery(Fate.REFUSED, "550 5.1.1 no such user here")
    assert fates["later"] == Delivery(Fate.REFUSED, "451 4.7.1 greylisted, come again")
    assert fates["spam"] == Delivery(Fate.REFUSED, "554 5.7.1 looks like spam")
    # Before the text was handed over nothing can have left; after it only the server's answer would tell.
    assert fates["hangup-early"].fate is Fate.REFUSED
    assert fates["hangup-late"].fate is Fate.UNKNOWN
    assert moody.taken == ["a@x.org", "b@x.org", "c@x.org", "hangup-late@x.org", "d@x.org", "e@x.org"]


async def test_no_server_and_no_password_are_told_before_anything_is_sent(moody: Moody, tmp_path: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(MailUnavailable, match="does not take mail"):
            async with Smtp(settings(taken.getsockname()[1])).opened():
                pass
    password = tmp_path / "password"
    password.write_text("secret")
    password.chmod(0o644)
    with pytest.raises(MailUnavailable, match="can be read by others"):
        async with Smtp(settings(moody.port, username="u", password_file=str(password))).opened():
            pass


async def test_the_rate_limit_holds_mail_up(moody: Moody, tmp_path: Any) -> None:
    import time

    from roster_tui.accounts.mail import outbox_for

    outbox = outbox_for(settings(moody.port, per_minute=600), tmp_path, tmp_path / "pace")
    assert "at most 600 a minute" in outbox.describe()
    began = time.monotonic()
    async with outbox.opened() as send:
        for number in range(4):
            await send(mail_to(f"t{number}@x.org"))
    assert time.monotonic() - began >= 0.3
    assert len(moody.taken) == 4
