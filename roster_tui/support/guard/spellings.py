"""The roster's values as keys: what is hashed into the index, and what the text is asked for.

A key is a short prefix for its sort, and the folded value. Every spelling that people use of a value leads to the
same key, or to one of few: names in any order, without marks, by one of several names, by initial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from roster_tui.sis import values
from roster_tui.support.guard.reading import Token, folded, tokens
from roster_tui.support.guard.words import PARTICLES, SUFFIXES

LONGEST_NAME, LONGEST_ID = 5, 6
"""Parts of a name, and of an ID, that are looked up as one word."""

WORD, PAIR, INITIAL, ALONE, EMAIL, LOCAL, ID, BORN = "w", "p", "i", "1", "@", "u", "#", "d"
STAFF_PAIR, STAFF_INITIAL, STAFF_EMAIL, STAFF_ID = "P", "I", "%", "$"


@lru_cache(maxsize=1 << 16)
def name_forms(name: str) -> tuple[str, ...]:
    """Return how a given name or a surname is written as one word: whole, by each part, by neighbouring parts.

    ``de la Cruz-Lopez`` is ``delacruzlopez``, ``cruz``, ``lopez``, ``cruzlopez``, ``delacruz``, ``lacruz``.
    """
    parts = _parts(tokens(folded(name)))
    if not parts:
        return ()
    whole = "".join(parts)
    telling = [part for part in parts if part not in SUFFIXES]
    forms = dict.fromkeys((whole, *(part for part in telling if len(part) > 1 and part not in PARTICLES)))
    for first in range(len(telling)):
        for last in range(first + 2, min(len(telling), first + LONGEST_NAME) + 1):
            if any(len(part) > 1 and part not in PARTICLES for part in telling[first:last]):
                forms["".join(telling[first:last])] = None
    return tuple(forms)


def _parts(found: list[Token]) -> list[str]:
    """Return the words of a name; what only a capital or a digit parts (``McDonald``) is one."""
    parts: list[str] = []
    for token in found:
        if parts and not token.gap:
            parts[-1] += token.word
        else:
            parts.append(token.word)
    return parts


def name_keys(first: str | None, middle: str | None, last: str | None, pair: str, initial: str) -> Iterator[str]:
    """Yield the keys of a person's name."""
    given, surnames = name_forms(first or ""), name_forms(last or "")
    if not (given and surnames):
        # Who has but one name is known by it.
        for form in given or surnames:
            yield WORD + form
            yield ALONE + form
        return
    # Some go by their middle name.
    by_middle = tuple(form for form in name_forms(middle or "") if len(form) > 1)
    for form in (*given, *by_middle, *surnames):
        yield WORD + form
    for surname in surnames:
        for name in (*given, *by_middle):
            yield f"{pair}{name} {surname}"
        for letter in {name[0] for name in given}:
            yield f"{initial}{letter} {surname}"


# Most IDs need no reading; a city has millions.
_CHUNK = re.compile(r"[a-z0-9]+")
_UNUSUAL = re.compile(r"['`%&\\=]")


@lru_cache(maxsize=1 << 15)
def day_key(born: str) -> str | None:
    """Return the key of a birth date as the cache or a SIS file has it; None for what is no date."""
    day = values.day(born)
    return f"{BORN}{day.isoformat()}" if day else None


def email_key(email: str, prefix: str = EMAIL) -> str:
    """Return the key of an email."""
    return prefix + folded(email.strip()).text


def id_form(value: str) -> str:
    """Return an ID without what parts it, and without leading zeros: ``00-123`` is ``123``."""
    if value.isascii():
        if value.isdecimal():
            return value.lstrip("0")
        if not _UNUSUAL.search(value):
            form = "".join(_CHUNK.findall(value.lower())[:LONGEST_ID])
            return form.lstrip("0") if form.isdecimal() else form
    # An ID of very many parts is known by its first ones.
    form = "".join(_parts(tokens(folded(value)))[:LONGEST_ID])
    return form.lstrip("0") if form.isdecimal() else form


def local_form(email: str) -> str:
    """Return the part of an email before the ``@`` where it says who: with a digit in it; otherwise nothing."""
    local = email.partition("@")[0]
    return id_form(local) if any(char.isdigit() for char in local) and len(local) > 4 else ""


def student_keys(row: tuple[str | None, ...]) -> Iterator[str]:
    """Yield the keys of a student: ``first, middle, last, email, sis_id, number, state_id, born``."""
    first, middle, last, email, sis_id, number, state_id, born = row
    yield from name_keys(first, middle, last, PAIR, INITIAL)
    if email:
        yield email_key(email)
        if local := local_form(email):
            yield LOCAL + local
    for value in {sis_id, number, state_id}:
        if value and (form := id_form(value)):
            yield ID + form
    if born and (key := day_key(born)):
        yield key


def staff_keys(row: tuple[str | None, ...]) -> Iterator[str]:
    """Yield the keys of one of the staff: ``first, middle, last, email``, then any IDs."""
    first, middle, last, email, *ids = row
    yield from name_keys(first, middle, last, STAFF_PAIR, STAFF_INITIAL)
    if email:
        yield email_key(email, STAFF_EMAIL)
    for value in set(ids):
        if value and (form := id_form(value)):
            yield STAFF_ID + form
