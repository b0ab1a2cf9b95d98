"""The guard of a workspace: hits without values, and texts with tokens in the place of values."""

from __future__ import annotations

import hmac
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from roster_tui.errors import RosterError
from roster_tui.support.guard import found as kinds
from roster_tui.support.guard.check import Guard
from roster_tui.support.guard.found import Found, Hit, merged
from roster_tui.support.guard.index import IndexFiles, RosterIndex, State
from roster_tui.workspace import Workspace

_BLOCK, _OVERLAP = 64_000, 400
"""Characters of a long text that are read at a time, and how many are read again with the next."""

_TOKEN_WORDS = {
    kinds.NAME: "Student",
    kinds.EMAIL: "Email",
    kinds.NUMBER: "Number",
    kinds.BIRTH_DATE: "Birthdate",
    kinds.PHONE: "Phone",
    kinds.ADDRESS: "Address",
    kinds.SSN: "Number",
    kinds.PERSON: "Person",
    kinds.STAFF_NAME: "Staff",
    kinds.STAFF_EMAIL: "Email",
}


class Redacted(NamedTuple):
    """A text with a token for each value, and what each token stands for."""

    text: str
    tokens: dict[str, str]
    """The value as it was first written, by token: for the ledger, never for what leaves."""


def check(workspace: Workspace, text: str, *, lists_staff: bool = False) -> list[Hit]:
    """Return the places of a text that give a student away, in order.

    In a text that ``lists_staff`` a name that a student shares with one of them is theirs. Raises OSError or
    `FolderUnusable` when the index cannot be made.
    """
    lines = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]
    return [
        Hit(place.kind, place.start, place.end, bisect_right(lines, place.start, hi=max(1, len(lines) - 1)))
        for place in find(workspace, text, lists_staff=lists_staff)
    ]


def redact(workspace: Workspace, text: str, key: bytes, known: Mapping[str, str] | None = None) -> Redacted:
    """Return a text with each value replaced by a token such as ``Student-7F3A``.

    A token follows from the ticket's key and the value: all spellings of a value have one token within a ticket,
    another in another ticket. ``known`` are the tokens of the ticket's other texts. Raises as `check` does.
    """
    tokens = dict(known or {})
    forms: dict[str, str] = {}
    parts, behind = [], 0
    for place in find(workspace, text):
        token = _token(place, key, forms)
        forms[token] = place.value
        tokens.setdefault(token, text[place.start : place.end])
        parts += [text[behind : place.start], token]
        behind = place.end
    return Redacted("".join([*parts, text[behind:]]), tokens)


WITHHELD = "(withheld: it could not be checked for students' data)"


def outgoing(workspace: Workspace, text: str) -> str:
    """Return a text as it may leave by itself, without anybody who looks at it: hits masked.

    Nothing of it leaves where it cannot be checked.
    """
    try:
        return masked(text, check(workspace, text))
    except (OSError, RosterError, sqlite3.Error):
        return WITHHELD


def cleaned_names(workspace: Workspace, names: Sequence[str]) -> dict[str, str]:
    """Return names of sections as they may leave, by name; a teacher's name in one stays. Raises as `check` does."""
    # A blank line parts them: no name of a person goes over it.
    flat = [" ".join(name.split()) for name in names]
    safe = masked("\n\n".join(flat), check(workspace, "\n\n".join(flat), lists_staff=True)).split("\n\n")
    return {name: now if now != was else name for name, was, now in zip(names, flat, safe, strict=True)}


def masked(text: str, hits: Iterable[Hit]) -> str:
    """Return a text with a dot for each character of its hits."""
    for hit in hits:
        text = text[: hit.start] + "•" * (hit.end - hit.start) + text[hit.end :]
    return text


def find(workspace: Workspace, text: str, *, lists_staff: bool = False) -> list[Found]:
    """Return the places with their values, for those who replace them."""
    guard = Guard(_index(workspace), workspace.settings.support.allow_staff, lists_staff)
    return merged(
        place._replace(start=place.start + begin, end=place.end + begin)
        for begin, block in _blocks(text)
        for place in guard.find(block)
    )


_OPEN: dict[Path, tuple[State, RosterIndex]] = {}
"""The index of each district that this process has asked, as long as its files are those that were opened."""


def _index(workspace: Workspace) -> RosterIndex:
    files = IndexFiles(workspace)
    known = _OPEN.get(workspace.folder)
    if known is None or known[0] != files.state():
        index = files.open()
        known = _OPEN[workspace.folder] = (files.state(), index)
    return known[1]


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield a long text in parts that end where a line does, with the place of each."""
    begin = 0
    while len(text) - begin > _BLOCK + _OVERLAP:
        end = text.rfind("\n", begin + _BLOCK // 2, begin + _BLOCK) + 1 or begin + _BLOCK
        yield begin, text[begin : end + _OVERLAP]
        begin = end
    yield begin, text[begin:]


def _token(place: Found, key: bytes, forms: Mapping[str, str]) -> str:
    digest = hmac.digest(key, f"{place.kind} {place.value}".encode(), "sha256").hex().upper()
    for length in (4, 8, 16):
        for at in range(0, len(digest) - length, length):
            token = f"{_TOKEN_WORDS[place.kind]}-{digest[at : at + length]}"
            # A token of digits alone could be somebody's number; one of another value would mix two people up.
            if not digest[at : at + length].isdecimal() and forms.get(token, place.value) == place.value:
                return token
    raise AssertionError("a digest of digits only")
