"""A person's mail: two parts, a link of her own, and no header that a name or an address could add."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.accounts.mail import Letters, MailKind
from roster_tui.accounts.mail.letters import spoken_name
from roster_tui.accounts.mail.links import Links
from roster_tui.settings import MailSettings
from tests.accounts.conftest import account
from tests.conftest import NOW

ACTION = "261124-1430-ABCDEF"


def letters(folder: Path, **options: Any) -> Letters:
    settings = MailSettings(sender="Rosters <roster@lincoln.example>", templates=str(folder / "none"), **options)
    return Letters(settings, "Lincoln Unified", Links(folder))


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def test_text_and_html_carry_the_same_link(tmp_path: Path) -> None:
    message = letters(tmp_path).mail_for(MailKind.ACTIVATION, account(1), ACTION, NOW)
    assert message["To"] == "t1@example.org"
    assert message["Message-ID"] == f"<{ACTION}.{account(1).id}@lincoln.example>"
    text, html = part(message, "plain"), part(message, "html")
    assert text.startswith("Hello Ann Le1,")
    (url,) = (line for line in text.splitlines() if line.startswith("https://"))
    assert html.count(url) == 2
    parts = urlsplit(url)
    assert (parts.netloc, parts.path) == ("app.masteryconnect.com", "/activate")
    link = Links(tmp_path).read(parse_qs(parts.query)["token"][0], NOW)
    assert (link.kind, link.account, link.action) == ("activation", account(1).id, ACTION)
    assert "Tuesday, December 01, 2026" in text


def test_kinds_differ_in_page_words_and_time(tmp_path: Path) -> None:
    written = letters(tmp_path, platform_url="https://x.example/", password_path="/reset")
    text = part(written.mail_for(MailKind.PASSWORD, account(1), ACTION, NOW), "plain")
    assert "https://x.example/reset?token=" in text
    assert "Wednesday, November 25, 2026" in text


def test_a_preview_opens_nothing(tmp_path: Path) -> None:
    written = letters(tmp_path).preview(MailKind.ACTIVATION, account(1), NOW).words
    assert "?token=(made-when-it-is-sent)\n" in written.text
    assert not (tmp_path / "link-key").exists()


def test_the_zone_is_the_districts(tmp_path: Path) -> None:
    from zoneinfo import ZoneInfo

    chicago = Letters(MailSettings(), "L", Links(tmp_path), ZoneInfo("America/Chicago"))
    assert "08:30" in chicago.preview(MailKind.ACTIVATION, account(1), NOW).words.text


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b, c@d", "a@b\r\nBcc: c@d", "A <a@b>", "a@b;c@d", "group:a@b;", "a@\u202eb", "a@", "\x00@b"],
)
def test_what_is_not_one_address_gets_no_mail(address: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r".+"):
        letters(tmp_path).mail_for(MailKind.ACTIVATION, account(1, email=address), ACTION, NOW)


NASTY = st.text(st.characters(codec="utf-8")) | st.lists(
    st.sampled_from(
        ["\r\n", "\n", "\r", "Bcc: c@d", "a@b", ",", ";", "<", ">", '"', "(", ")", "\\", " ", ":", "@", "é"]
    )
).map("".join)


@given(address=NASTY, name=NASTY)
def test_no_name_and_no_address_adds_a_header_or_a_recipient(tmp_path: Path, address: str, name: str) -> None:
    from dataclasses import replace

    given = replace(account(1, email=address), name=name)
    try:
        message = letters(tmp_path).mail_for(MailKind.ACTIVATION, given, ACTION, NOW)
    except ValueError:
        return
    sent = email.message_from_bytes(message.as_bytes(policy=email.policy.SMTPUTF8), policy=email.policy.default)
    assert sorted(sent.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    assert len(sent["To"].addresses) == 1
    assert "Bcc" not in sent


def test_names_are_said_as_people_say_them() -> None:
    assert spoken_name("Glover, Braeden L") == "Braeden L Glover"
    assert spoken_name("Glover") == "Glover"
