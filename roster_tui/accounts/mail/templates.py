"""The texts of mail: the district's own from a folder, or ours. Nothing but values is filled in, all of them inert."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from roster_tui.settings import SettingsError

PLACEHOLDERS: Mapping[str, str] = {
    "name": "the person's name",
    "email": "the person's address",
    "district": "the district's name",
    "link": "the link that is for this person alone; no text goes without it",
    "expires": "until when the link is good, in the district's time zone",
    "platform": "the platform's address",
    "support": "whom to ask",
}
"""What a text may hold after a dollar sign, and what it stands for."""

DEFAULTS = Path(__file__).parent / "defaults"
_SUBJECT = "Subject:"
_LONGEST_VALUE = 1_000
_LARGEST_FILE = 100_000


class TemplateError(SettingsError):
    """A mail text that cannot be used; says which file and line, and what is expected."""


@dataclass(frozen=True)
class Written:
    """A mail's words, as one person gets them."""

    subject: str
    text: str
    html: str | None


@dataclass(frozen=True)
class Texts:
    """The templates of one kind of mail."""

    subject: Template
    text: Template
    html: Template | None

    def filled(self, values: Mapping[str, str]) -> Written:
        """Return the words with the values of one person; a value is one line of text, whatever it holds."""
        plain = {name: one_line(value) for name, value in values.items()}
        escaped = {name: html.escape(value) for name, value in plain.items()}
        return Written(
            one_line(self.subject.substitute(plain)),
            self.text.substitute(plain).lstrip("\r\n"),
            self.html.substitute(escaped) if self.html else None,
        )


def one_line(value: str) -> str:
    """Return a value without line ends, control and direction characters, and not longer than a line should be."""
    shown = "".join(char if char.isprintable() else " " for char in value[:_LONGEST_VALUE])
    return " ".join(shown.split())


def texts_for(kind: str, folder: Path) -> Texts:
    """Return the texts of a kind of mail: those in ``folder`` if there are any, otherwise ours.

    ``KIND.txt`` begins with a line ``Subject: ...``; ``KIND.html`` may stand beside it. Raises `TemplateError`.
    """
    own, beside = folder / f"{kind}.txt", folder / f"{kind}.html"
    if not own.exists():
        if beside.exists():
            raise TemplateError(f"{own} is missing: a mail whose HTML is {beside.name} needs plain text too")
        own, beside = DEFAULTS / own.name, DEFAULTS / beside.name
    subject, body = _subject_and_body(own, _read(own))
    return Texts(
        _template(own, subject, 1),
        _template(own, body, 2, "link"),
        _template(beside, _read(beside), 1, "link") if beside.exists() else None,
    )


def _read(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise TemplateError(f"{file} cannot be read: {error.strerror}") from None
    if len(raw) > _LARGEST_FILE:
        raise TemplateError(f"{file} has {len(raw):,} bytes; a mail's text may have {_LARGEST_FILE:,}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TemplateError(f"{file} line {line} is not UTF-8. Save the file as UTF-8") from None


def _subject_and_body(file: Path, text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    subject = first.strip().removeprefix(_SUBJECT)
    if subject == first.strip() or not subject.strip():
        raise TemplateError(f"{file} must begin with a line such as: {_SUBJECT} Activate your account")
    return subject, rest


def _template(file: Path, text: str, first_line: int, *needed: str) -> Template:
    template = Template(text)
    for found in Template.pattern.finditer(text):
        name = found["named"] or found["braced"]
        line = first_line + text.count("\n", 0, found.start())
        if name is None and found["escaped"] is None:
            raise TemplateError(f"{file} line {line}: write $$ for a dollar sign, or one of {_known()}")
        if name is not None and name not in PLACEHOLDERS:
            raise TemplateError(f"{file} line {line}: there is no ${name}; there is {_known()}")
    for name in needed:
        if name not in template.get_identifiers():
            raise TemplateError(f"{file} does not hold ${name}: {PLACEHOLDERS[name]}")
    return template


def _known() -> str:
    return ", ".join(f"${name}" for name in PLACEHOLDERS)
