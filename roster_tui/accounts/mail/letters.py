"""A mail for one person: words from a template, a link of the person's own, headers that nothing can be put into."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlencode

from roster_tui.accounts.mail.links import Link, Links
from roster_tui.accounts.mail.templates import Texts, Written, texts_for
from roster_tui.accounts.model import Account, MailKind
from roster_tui.settings import MailSettings

NO_TOKEN = "(made-when-it-is-sent)"
"""Stands in the link of a mail that is only looked at."""


@dataclass(frozen=True)
class Preview:
    """A mail as it would leave."""

    to: str
    words: Written


@dataclass(frozen=True)
class Letters:
    """What writes a district's mail."""

    settings: MailSettings
    district: str
    links: Links
    zone: tzinfo | None = None
    support: str = "your district's support lead"
    """Whom to ask, as a text names them."""
    _read: dict[MailKind, Texts] = field(default_factory=dict, init=False, repr=False, compare=False)

    def mail_for(self, kind: MailKind, account: Account, action: str, at: datetime) -> EmailMessage:
        """Return the mail of a kind for the person of an account, with a link that nobody else has.

        Its Message-ID follows from action and account, so that a server can tell a repetition. Raises ValueError
        when the address is none or is more than one, `TemplateError`, SettingsError, OSError.
        """
        recipient = _one_recipient(account.email or "")
        token = self.links.issue(Link(kind, account.id, action, at + self.good_for(kind)))
        written = self._written(kind, account, token, at)
        message = EmailMessage()
        message["From"] = self.settings.sender
        message["To"] = recipient
        message["Subject"] = written.subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{action}.{account.id}@{self.settings.sender_domain}>"
        # Marks it as sent by a program, so that no out-of-office answer comes back (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(written.text)
        if written.html:
            message.add_alternative(written.html, subtype="html")
        return message

    def check(self, kind: MailKind) -> None:
        """Raise `TemplateError` when the texts of a kind cannot be used, `LinkKeyDamaged` when its links cannot."""
        self._texts_of(kind)
        self.links.key.check()

    def preview(self, kind: MailKind, account: Account, at: datetime) -> Preview:
        """Return a mail that is not sent; its link opens nothing. Raises `TemplateError`."""
        return Preview(account.email or "", self._written(kind, account, NO_TOKEN, at))

    def _written(self, kind: MailKind, account: Account, token: str, at: datetime) -> Written:
        values = {
            "name": spoken_name(account.name),
            "email": account.email or "",
            "district": self.district,
            "link": self._link(kind, token),
            "expires": f"{(at + self.good_for(kind)).astimezone(self.zone):%A, %B %d, %Y, %H:%M}",
            "platform": self.settings.platform_url,
            "support": self.support,
        }
        return self._texts_of(kind).filled(values)

    def _link(self, kind: MailKind, token: str) -> str:
        settings = self.settings
        path = settings.activation_path if kind is MailKind.ACTIVATION else settings.password_path
        return f"{settings.platform_url.rstrip('/')}{path}?{urlencode({'token': token}, safe='()')}"

    def good_for(self, kind: MailKind) -> timedelta:
        """Return how long the link of a kind of mail opens something."""
        settings = self.settings
        is_activation = kind is MailKind.ACTIVATION
        return timedelta(hours=settings.activation_link_hours if is_activation else settings.password_link_hours)

    def _texts_of(self, kind: MailKind) -> Texts:
        if kind not in self._read:
            self._read[kind] = texts_for(kind, self.settings.templates_folder)
        return self._read[kind]


def _one_recipient(email: str) -> Address:
    try:
        recipient = Address(addr_spec=email)
    except (HeaderParseError, IndexError) as error:
        raise ValueError(f"{email!r} is no address") from error
    if not (recipient.username and recipient.domain and email.isprintable()):
        raise ValueError(f"{email!r} is no address")
    return recipient


def spoken_name(listed: str) -> str:
    """Return a name in the order in which people say it: ``Braeden L Glover`` for ``Glover, Braeden L``."""
    last, comma, first = listed.partition(", ")
    return f"{first} {last}" if comma else listed
