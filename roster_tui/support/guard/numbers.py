"""IDs of the roster's people in a text: SIS IDs, student numbers, state IDs, with or without what parts them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from roster_tui.support.guard.context import Context
from roster_tui.support.guard.reading import Token
from roster_tui.support.guard.spellings import ID, LOCAL, LONGEST_ID, STAFF_ID
from roster_tui.support.guard.words import is_common

_TELLING_DIGITS = 5
"""Digits from which on a number is an ID wherever it stands; shorter ones count things as well."""
_SPACED_DIGITS = 7
_TELLING_LETTERS = 4
_YEARS = range(1900, 2101)
_JOINT = re.compile(r"[\-‐‑–_./#@+]{1,2}\Z")
_SPACE = re.compile(r"[ \t ]{1,2}\Z")


class _Chunk(NamedTuple):
    """Letters and digits without a break."""

    word: str
    first: int
    last: int
    gap: str


class Number(NamedTuple):
    """An ID found, and the words it takes."""

    first: int
    last: int
    form: str
    of_staff: bool


def numbers(index: Container[str], context: Context, taken: Container[int]) -> Iterator[Number]:
    """Yield the IDs in a text; words that are ``taken`` (parts of dates and emails) are passed over."""
    chunks = list(_chunks(context, taken))
    for at, chunk in enumerate(chunks):
        form, gaps = "", ""
        for last in range(at, min(at + LONGEST_ID, len(chunks))):
            part = chunks[last]
            if last > at:
                if not (_JOINT.match(part.gap) or _SPACE.match(part.gap)):
                    break
                gaps += part.gap
            form += part.word
            if found := _number(index, context, form, gaps, chunk.first, part.last):
                yield found
        yield from _inside(index, context, chunk)


def _chunks(context: Context, taken: Container[int]) -> Iterator[_Chunk]:
    current: list[Token] = []
    begun = 0
    for at, token in enumerate(context.tokens):
        if at in taken or at in context.ours:
            if current:
                yield _chunk(current, begun)
                current = []
            continue
        if current and token.gap:
            yield _chunk(current, begun)
            current = []
        if not current:
            begun = at
        current.append(token)
    if current:
        yield _chunk(current, begun)


def _chunk(tokens: list[Token], begun: int) -> _Chunk:
    return _Chunk("".join(token.word for token in tokens), begun, begun + len(tokens) - 1, tokens[0].gap)


def _number(index: Container[str], context: Context, written: str, gaps: str, first: int, last: int) -> Number | None:
    form = written.lstrip("0") if written.isdecimal() else written
    if not form or (len(gaps) and not any(char.isdigit() for char in form)):
        return None
    if ID + form in index or (len(form) > _TELLING_LETTERS and LOCAL + form in index):
        if not _credible(context, written, gaps, first):
            return None
        return Number(first, last, form, STAFF_ID + form in index)
    if STAFF_ID + form in index and _credible(context, written, gaps, first):
        return Number(first, last, "", True)
    return None


def _credible(context: Context, written: str, gaps: str, first: int) -> bool:
    if context.numbered(first) or context.follows_student_word(first):
        return True
    if written.isdecimal():
        if " " in gaps or "\t" in gaps:
            return len(written) >= _SPACED_DIGITS
        return len(written) >= _TELLING_DIGITS
    if any(char.isdigit() for char in written):
        return len(written) >= _TELLING_LETTERS and " " not in gaps
    return len(written) >= _TELLING_LETTERS and not is_common(written)


def _inside(index: Container[str], context: Context, chunk: _Chunk) -> Iterator[Number]:
    """Yield long numbers that stick to letters: ``SIS222361388``."""
    if chunk.first == chunk.last:
        return
    for at in range(chunk.first, chunk.last + 1):
        word = context.tokens[at].word
        form = word.lstrip("0")
        if word.isdecimal() and len(form) >= _TELLING_DIGITS and ID + form in index:
            yield Number(at, at, form, STAFF_ID + form in index)
