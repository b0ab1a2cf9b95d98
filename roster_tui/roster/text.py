"""Text as it is searched and sorted: without case and without marks on letters."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not take apart into letter and mark.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(text: str) -> str:
    """Return text without case and diacritics: ``Núñez`` and ``NUNEZ`` are one."""
    if text.isascii():
        return text.lower()
    # Twice: taking a letter such as 𝕊 apart gives a capital, and folding one such as ẞ gives others.
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in spread if not unicodedata.combining(char)).translate(_LETTERS)


def listed_name(first: str | None, middle: str | None, last: str | None) -> str:
    """Return a person's name as lists show it: ``Glover, Braeden L``."""
    given = " ".join(part for part in (first, middle) if part)
    return ", ".join(part for part in (last, given) if part)


def spoken_name(first: str | None, last: str | None) -> str:
    """Return a person's name as it is said: ``Braeden Glover``."""
    return " ".join(part for part in (first, last) if part)
