"""Text as the guard reads it: folded words, with the place each has in the text as written.

The same reading is done to the roster's values and to the text, so that one spelling of a name meets the other.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from roster_tui.roster.text import fold

LOWER, CAPITAL, UPPER, UNCASED, DIGITS = "lower", "capital", "upper", "uncased", "digits"


class Token(NamedTuple):
    """One word or number; ``GarciaLopez`` is two, and so is ``S123``."""

    word: str
    """Folded: without case, marks and apostrophes."""
    start: int
    end: int
    """Where it stands in the text as written."""
    case: str
    gap: str
    """What stands between the token before and this one; empty where they touch."""

    @property
    def capital(self) -> bool:
        """Whether it looks like a name: a capital first, or a script without capitals."""
        return self.case in (CAPITAL, UPPER, UNCASED)


class Folded(NamedTuple):
    """Folded text, and where each of its characters comes from."""

    text: str
    shown: str
    """The same characters with their case."""
    origins: Sequence[int]
    """Start of each character in the text as written, and the end of the last behind them."""
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the folded text stands in the text as written."""
        return self.origins[start], self.ends[end - 1]


# What mail programs, web forms and JSON make of letters beyond ASCII.
_ESCAPE = re.compile(
    r"(?:%[0-9a-f]{2})+|&(?:#\d{2,7}|#x[0-9a-f]{2,6}|[a-z]{2,8}\d{0,2});|\\u[0-9a-f]{4}|=[c-f][0-9a-f](?:=[89ab][0-9a-f])+|=\r?\n",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[\x00-\x7f]*\Z")


def folded(text: str) -> Folded:
    """Return text folded, with letters that are written as escapes (``%C3%AD``, ``&iacute;``) read as letters."""
    escaped = _ESCAPE.search(text)
    if escaped is None and _PLAIN.match(text):
        return Folded(text.lower(), text, range(len(text)), range(1, len(text) + 1))
    chars: list[str] = []
    shown: list[str] = []
    origins: list[int] = []
    ends: list[int] = []
    for plain, start, end in _decoded(text):
        for at, char in enumerate(plain):
            became = _folded_char(char)
            chars.append(became)
            shown.append(char * len(became))
            one = len(plain) == end - start
            origins += [start + at if one else start] * len(became)
            ends += [start + at + 1 if one else end] * len(became)
    return Folded("".join(chars), "".join(shown), origins, ends)


def _decoded(text: str) -> Iterator[tuple[str, int, int]]:
    at = 0
    for found in _ESCAPE.finditer(text):
        if at < found.start():
            yield text[at : found.start()], at, found.start()
        yield _unescaped(found[0]), found.start(), found.end()
        at = found.end()
    if at < len(text):
        yield text[at:], at, len(text)


def _unescaped(escape: str) -> str:
    if escape[0] == "%":
        return unquote(escape)
    if escape[0] == "&":
        return html.unescape(escape)
    if escape[0] == "\\":
        return chr(int(escape[2:], 16))
    return unquote(escape.replace("=", "%")) if escape[1] not in "\r\n" else ""


@lru_cache(maxsize=4_096)
def _folded_char(char: str) -> str:
    # Soft hyphens and zero-width marks part a name for the machine, not for the reader.
    if unicodedata.category(char) == "Cf":
        return ""
    # Taken apart, a syllable of Hangul would be three letters; it is a word of its own.
    return char if "가" <= char <= "힣" else fold(char)


_ALONE = "぀-ヿ㐀-䶿一-鿿豈-﫿가-힣"
"""Characters of scripts that put no blanks between the words of a name: each is a token."""
_TOKEN = re.compile(rf"[{_ALONE}]|[^\W\d_{_ALONE}]+(?:['’ʼ`´][^\W\d_{_ALONE}]+)*|\d+")
_APOSTROPHE = re.compile(r"['’ʼ`´]")
_POSSESSIVE = re.compile(r"['’ʼ`´]s\Z")


def tokens(read: Folded) -> list[Token]:
    """Return the words and numbers of a folded text, in order."""
    found: list[Token] = []
    behind = 0
    for match in _TOKEN.finditer(read.text):
        start, end = match.span()
        if possessive := _POSSESSIVE.search(match[0]):
            end = start + possessive.start()
        for begin, stop in _humps(read.shown, start, end):
            word = _APOSTROPHE.sub("", read.text[begin:stop])
            written = read.span(begin, stop)
            found.append(Token(word, *written, _case(read.shown[begin:stop]), read.text[behind:begin]))
            behind = stop
    return found


def _humps(shown: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a word that a capital begins: ``LuciaGarcia`` has two."""
    inner = shown[start:end]
    if inner.islower() or inner[1:].islower():
        yield start, end
        return
    begin = start
    for at in range(start + 1, end):
        if shown[at].isupper() and shown[at - 1].islower():
            yield begin, at
            begin = at
    yield begin, end


def _case(shown: str) -> str:
    if shown.isdecimal():
        return DIGITS
    if shown.islower():
        return LOWER
    if shown.isupper():
        return UPPER if len(shown) > 1 else CAPITAL
    return CAPITAL if shown[:1].isupper() else LOWER if shown[:1].islower() else UNCASED


_JOINT = re.compile(r"[\s\-‐‑–'’.>]{0,4}\Z")


def joined(found: Sequence[Token], at: int, number: int) -> str | None:
    """Return so many neighbouring tokens as one word: ``O Brien`` and ``de la Cruz``; None where they are apart."""
    parts = found[at : at + number]
    if len(parts) < number:
        return None
    for part in parts[1:]:
        if part.gap and not _joins(part.gap):
            return None
    return "".join(part.word for part in parts)


@lru_cache(maxsize=4_096)
def _joins(gap: str) -> bool:
    return bool(_JOINT.match(gap)) and gap.count("\n") < 2
