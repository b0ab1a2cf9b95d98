"""The mail that an action would send, as its first recipient would read it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from roster_tui.accounts.mail import Preview
from roster_tui.console.dialogs import TextScreen
from roster_tui.console.lines import Parts, wrapped


class MailScreen(TextScreen):
    """One mail as plain text; its link is made when it is sent."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("t", "app.pop_screen", show=False)]

    def __init__(self, mail: Preview) -> None:
        super().__init__()
        self._mail = mail

    def text_lines(self, width: int) -> list[Parts]:
        """Return the mail's head and words, each line broken where it is too long."""
        mail = self._mail
        head = [*wrapped(f"To: {mail.to}", width, "dim"), *wrapped(mail.words.subject, width, "title"), []]
        return [*head, *(line for text in mail.words.text.splitlines() for line in wrapped(text, width))]
