"""Welcome and password mail: written from templates, with a signed link, sent by SMTP or kept in a Maildir."""

from roster_tui.accounts.mail.letters import Letters, Preview
from roster_tui.accounts.mail.links import Links
from roster_tui.accounts.mail.outbox import Delivery, Fate, Maildir, MailUnavailable, Outbox, Send, Smtp, outbox_for
from roster_tui.accounts.model import MailKind

__all__ = [
    "Delivery",
    "Fate",
    "Letters",
    "Links",
    "MailKind",
    "MailUnavailable",
    "Maildir",
    "Outbox",
    "Preview",
    "Send",
    "Smtp",
    "outbox_for",
]
