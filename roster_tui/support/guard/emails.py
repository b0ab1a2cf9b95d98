"""Emails in a text: the roster's, however they are disguised, and strangers' near words for students."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from roster_tui.support.guard.reading import Folded
from roster_tui.support.guard.spellings import EMAIL, LOCAL, STAFF_EMAIL, id_form

_AT = r"(?:\s?@\s?|\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?| at )"
_DOT = r"(?:\.|\s?[\[({]\s?(?:dot|\.)\s?[\])}]\s?| dot )"
_EMAIL = re.compile(
    rf"(?P<local>[\w!#$%&'*+/=?^{{|}}~-]+(?:\.[\w!#$%&'*+/=?^{{|}}~-]+)*){_AT}(?P<domain>[\w-]+(?:{_DOT}[\w-]+)+)"
)
_DOTS = re.compile(_DOT)
_OFFICES = frozenset(
    "support help helpdesk info admin noreply no-reply office contact webmaster sis it tech techsupport registrar data"
    " roster rosters clever service servicedesk ticket tickets sales security privacy abuse postmaster mail".split()
)
"""Who reads these is an office."""


class Email(NamedTuple):
    """An email found, as the part of the folded text it takes."""

    start: int
    end: int
    value: str
    owner: str
    """``student, staff, office`` or ``unknown``."""


def emails(index: Container[str], read: Folded) -> Iterator[Email]:
    """Yield the emails of a folded text."""
    at = 0
    while match := _EMAIL.search(read.text, at):
        email = _email(index, match)
        # "look at Ann@example.org" has an email behind the first words that look like one.
        at = email.end if email else match.end("local")
        if email:
            yield email


def _email(index: Container[str], match: re.Match[str]) -> Email | None:
    domain = _DOTS.sub(".", match["domain"])
    plain = "@" in match[0][len(match["local"]) :]
    for local in dict.fromkeys((match["local"], match["local"].lstrip("'*=/+&?|{~#!^$-"))):
        value = f"{local}@{domain}"
        if owner := _owner(index, value, plain):
            return Email(match.end("local") - len(local), match.end(), value, owner)
    return None


def _owner(index: Container[str], value: str, plain: bool) -> str:
    local = value.partition("@")[0]
    if EMAIL + value in index:
        return "student"
    if STAFF_EMAIL + value in index:
        return "staff"
    if any(char.isdigit() for char in local) and len(local) > 4 and LOCAL + id_form(local) in index:
        return "student"
    if local in _OFFICES:
        return "office"
    # "look at example.org" is no email.
    return "unknown" if plain else ""
