"""Names of people compared: typing, nicknames, two surnames, swapped fields, names that were married into."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from roster_tui.findings.linkage.nicknames import akin
from roster_tui.roster.text import fold

EXACT, NICKNAME, PART, CLOSE, INITIAL, OTHER = "exact", "nickname", "part", "close", "initial", "other"
_NO_LETTER = re.compile(r"[\W_]+")
_GAP = re.compile(r"[\s\-/.,]+")
_TELLING = 3
"""Letters from which on one of two surnames says something: not the ``de`` of ``de Souza``."""
_ALIKE = 0.94
"""Jaro-Winkler similarity of two spellings of one name."""

_remembered = lru_cache(maxsize=1 << 17)


@lru_cache(maxsize=1 << 16)
def letters(name: str) -> str:
    """Return the letters and digits of a name, folded: ``O'Brien-Díaz`` is ``obriendiaz``."""
    return _NO_LETTER.sub("", fold(name))


@lru_cache(maxsize=1 << 16)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name that say something, folded: ``de Souza-Lima`` has ``souza`` and ``lima``."""
    parts = (letters(part) for part in _GAP.split(name))
    return tuple(part for part in parts if len(part) >= _TELLING)


@lru_cache(maxsize=1)
def _measures() -> tuple[Callable[..., int], Callable[..., float]]:
    # 50 ms of start-up, for those nights only on which somebody left and somebody came.
    from rapidfuzz.distance import OSA, JaroWinkler

    return OSA.distance, JaroWinkler.similarity


def slipped(before: str, after: str, most: int) -> bool:
    """Return whether at most so many slips of the hand (wrong, missing, doubled, swapped) lie between two texts."""
    return _measures()[0](before, after, score_cutoff=most) <= most


@_remembered
def spelled_alike(before: str, after: str) -> bool:
    """Return whether two names without marks are one name spelled or typed differently."""
    shorter = min(len(before), len(after))
    if shorter < _TELLING:
        return False
    # In three letters one slip makes another name: Kim, Tim, Jim.
    return (
        slipped(before, after, (shorter + 1) // 4 if shorter > _TELLING else 0)
        or _measures()[1](before, after) >= _ALIKE
    )


@_remembered
def given(before: str, after: str) -> str:
    """Return how two given names agree: EXACT, NICKNAME, CLOSE, INITIAL or OTHER."""
    old, new = letters(before), letters(after)
    if old == new:
        return EXACT
    short, long = sorted((old, new), key=len)
    if len(short) <= 1:
        return INITIAL if long.startswith(short) else OTHER
    if akin(old, new) or _one_of_several(set(words(before)), set(words(after))):
        return NICKNAME
    # Daniel and Daniela may be one, cut off; or twins.
    return CLOSE if long.startswith(short) or spelled_alike(old, new) else OTHER


def _one_of_several(ours: set[str], theirs: set[str]) -> bool:
    """Whether one goes by some of the other's names: Mary Ann by Mary, but not by Mary Lou."""
    return bool(ours and theirs) and (ours <= theirs or theirs <= ours)


@_remembered
def surname(before: str, after: str) -> str:
    """Return how two surnames agree: EXACT, PART (one of two surnames), CLOSE or OTHER."""
    old, new = letters(before), letters(after)
    if old == new:
        return EXACT
    if not set(words(before)).isdisjoint(words(after)):
        return PART
    return CLOSE if spelled_alike(old, new) else OTHER


@_remembered
def swapped(old_first: str, old_last: str, new_first: str, new_last: str) -> bool:
    """Return whether given name and surname stand in each other's place."""
    return surname(old_first, new_last) in (EXACT, CLOSE) and surname(old_last, new_first) in (EXACT, CLOSE)


@lru_cache(maxsize=1 << 16)
def skeleton(name: str) -> str:
    """Return what stays of a name under most slips: its first letter, and three consonants after it."""
    plain = letters(name)
    rest = [char for char in plain[1:] if char not in "aeiouhwy"]
    kept = [char for at, char in enumerate(rest) if at == 0 or char != rest[at - 1]]
    return plain[:1] + "".join(kept[:3])
