"""Names of the roster's people in a text: in any order, by nickname, middle name or initial, whole or in parts."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from roster_tui.findings.linkage.nicknames import kin
from roster_tui.support.guard.context import Context
from roster_tui.support.guard.found import NAME, STAFF_NAME
from roster_tui.support.guard.reading import CAPITAL, DIGITS, LOWER, Token, joined
from roster_tui.support.guard.spellings import (
    ALONE,
    INITIAL,
    LONGEST_NAME,
    PAIR,
    STAFF_INITIAL,
    STAFF_PAIR,
    WORD,
)
from roster_tui.support.guard.words import LABELS, MONTHS, PARTICLES, SUFFIXES, is_common, uses

_APART = 5
"""Words that may stand between given name and surname: a middle name, marks of a form."""
_MIDDLE_NAMES = 2
_SENTENCE, _TITLE = 500_000, 150_000
"""Uses from which on a word may stand behind a letter for another reason than being a surname."""
_LINK = re.compile(r"[\s\-–—,.:;/|\\\"'“”‘’()\[\]{}<>*_=~`+&#»«、・·]{0,24}\Z")
_TIGHT = frozenset(("", " ", "-", ". ", ".", "_"))
_STOP = re.compile(r"[.]\s")
_PARAGRAPH = re.compile(r"\n[\s>]*\n")
_SECTIONS = frozenset(
    "section period room option plan part group grade class block building team level type unit page".split()
)
"""A letter behind one of these is no initial."""
_ABBREVIATED = frozenset(("e", "i", "p", "a", "u"))
"""First letters of ``e.g.``, ``i.e.``, ``p.m.``, ``a.m.``, ``U.S.``"""


class Word(NamedTuple):
    """One way in which words from a place on are a given name or a surname that somebody has."""

    form: str
    first: int
    last: int


class Name(NamedTuple):
    """A name found: which words it takes, whose it is, and its one form."""

    first: int
    last: int
    kind: str
    """NAME, or STAFF_NAME for one that only staff have, or that the context tells to be theirs."""
    form: str


def names(index: Container[str], context: Context, staff_nearby: Container[int]) -> Iterator[Name]:
    """Yield the names of students and staff; ``staff_nearby`` are the words of emails and IDs of staff."""
    yield from _Search(index, context, staff_nearby).found()


def told_apart(found: Sequence[Name], tokens: Sequence[Token]) -> list[Name]:
    """Return the names of a list as its writer parted them.

    In "Ann Lee, Bo Diaz" some other student may be called Lee, Bo: words that are nearer to each other go first.
    """
    chosen: list[Name] = []
    crossing: list[Name] = []
    taken: set[int] = set()
    for name in sorted(found, key=lambda name: (_looseness(name, tokens), name.first - name.last, name.first)):
        words = range(name.first, name.last + 1)
        if taken.isdisjoint(words):
            chosen.append(name)
            taken.update(words)
        else:
            crossing.append(name)
    return chosen + [name for name in crossing if not taken.issuperset(range(name.first, name.last + 1))]


def _looseness(name: Name, tokens: Sequence[Token]) -> tuple[int, int]:
    """Return how far apart the words of a name stand: the widest kind of gap, and how many are wide."""
    gaps = [tokens[at].gap for at in range(name.first + 1, name.last + 1)]
    wide = [2 if "\n" in gap or ";" in gap else 1 for gap in gaps if gap not in _TIGHT]
    return max(wide, default=0), len(wide)


class _Search:
    def __init__(self, index: Container[str], context: Context, staff_nearby: Container[int]) -> None:
        self._index = index
        self._context = context
        self._tokens = context.tokens
        self._staff_nearby = staff_nearby
        self._known: dict[str, bool] = {}
        self._words = {at: self._words_at(at) for at in range(len(self._tokens)) if at not in context.ours}

    def found(self) -> Iterator[Name]:
        staff: set[int] = set()
        for words in self._words.values():
            for word in words:
                yield from self._noting(staff, self._alone(word))
                for other in self._following(word.last):
                    yield from self._noting(staff, self._pair(word, other, staff))
                yield from self._noting(staff, self._with_initials(word, staff))

    @staticmethod
    def _noting(staff: set[int], found: Iterator[Name]) -> Iterator[Name]:
        for name in found:
            if name.kind == STAFF_NAME:
                staff.add(name.last)
            yield name

    # -- words ----------------------------------------------------------------------------------------

    def _words_at(self, at: int) -> list[Word]:
        words = []
        for number in range(1, LONGEST_NAME + 1):
            form = joined(self._tokens, at, number)
            if form is None:
                break
            if self._is_name(form):
                words.append(Word(form, at, at + number - 1))
        return words

    def _is_name(self, form: str) -> bool:
        known = self._known.get(form)
        if known is None:
            # Who goes by a nickname may be the only one called so.
            known = WORD + form in self._index or any(WORD + other in self._index for other in kin(form))
            self._known[form] = known
        return known

    def _following(self, last: int) -> Iterator[Word]:
        """Yield the names that may belong to one that ends at ``last``."""
        middle = 0
        for at in range(last + 1, min(last + 2 + _APART, len(self._tokens))):
            if not _links(self._tokens[at].gap, self._tokens[at - 1].word):
                return
            yield from self._words.get(at, ())
            token = self._tokens[at]
            if token.word in PARTICLES or token.word in LABELS or token.word in SUFFIXES:
                continue
            middle += 1
            may_be_middle = len(token.word) == 1 or self._words.get(at) or (token.capital and not is_common(token.word))
            if middle > _MIDDLE_NAMES or not may_be_middle:
                return

    # -- names ----------------------------------------------------------------------------------------

    def _pair(self, one: Word, other: Word, staff: set[int]) -> Iterator[Name]:
        for given, surname in ((one, other), (other, one)):
            form = self._form(PAIR, given.form, surname.form)
            of_staff = self._form(STAFF_PAIR, given.form, surname.form)
            if (form or of_staff) and self._credible(one, other):
                yield self._named(one.first, self._with_middle(other.last), form, of_staff, staff)
                return

    def _with_middle(self, last: int) -> int:
        """Return the last word of a name, its middle initial being behind it: ``Glover, Braeden L.``"""
        ahead = last + 1
        if ahead >= len(self._tokens) or self._tokens[ahead].gap not in (" ", ",", ", "):
            return last
        token = self._tokens[ahead]
        return ahead if len(token.word) == 1 and token.case == CAPITAL and token.word != "i" else last

    def _form(self, prefix: str, given: str, surname: str) -> str | None:
        if f"{prefix}{given} {surname}" in self._index:
            return f"{given} {surname}"
        for name in kin(given):
            if f"{prefix}{name} {surname}" in self._index:
                return f"{name} {surname}"
        return None

    def _named(self, first: int, last: int, form: str | None, of_staff: str | None, staff: set[int]) -> Name:
        if form is None:
            return Name(first, last, STAFF_NAME, of_staff or "")
        theirs = of_staff is not None and self._about_staff(first, last, staff)
        return Name(first, last, STAFF_NAME if theirs else NAME, form)

    def _about_staff(self, first: int, last: int, staff: set[int]) -> bool:
        context = self._context
        if context.follows_staff_word(first) or context.precedes_staff_word(last):
            return True
        if any(at in self._staff_nearby for at in range(first - 4, last + 5)):
            return not context.student_near(first, last, 3)
        # "teachers A and B": whoever is listed behind one of the staff.
        if first > 1 and self._tokens[first - 1].word in ("and", "y", "or"):
            return first - 2 in staff
        return first - 1 in staff and "," in self._tokens[first].gap

    def _credible(self, one: Word, other: Word) -> bool:
        """Return whether two words that are somebody's names are a name here, and not just words."""
        uncommon = [not is_common(word.form) for word in (one, other)]
        if all(uncommon):
            return True
        if self._is_date(other) or self._is_date(one):
            return False
        cases = [self._cased(word) for word in (one, other)]
        if any(uncommon):
            # "who will Garcia call": names of one person are cased alike.
            return cases[0] == cases[1]
        if all(cases) and not self._context.titled(one.first):
            return True
        return cases[0] == cases[1] and self._context.student_near(one.first, other.last, 4)

    def _cased(self, word: Word) -> bool:
        return self._tokens[word.first].capital

    def _is_date(self, word: Word) -> bool:
        ahead = word.last + 1
        return word.form in MONTHS and ahead < len(self._tokens) and self._tokens[ahead].case == DIGITS

    def _alone(self, word: Word) -> Iterator[Name]:
        if ALONE + word.form not in self._index:
            return
        context = self._context
        if not is_common(word.form) or context.student_near(word.first, word.last):
            yield Name(word.first, word.last, NAME, word.form)

    # -- initials -------------------------------------------------------------------------------------

    def _with_initials(self, word: Word, staff: set[int]) -> Iterator[Name]:
        """Yield a surname with the initials before it (``J. R. Smith``) or behind it (``Smith, J.``)."""
        first = word.first
        while first and word.first - first < 3 and self._is_initial_before(first - 1):
            first -= 1
        for begin in range(first, word.first):
            # "made a G. Brown": not every letter before is an initial.
            yield from self._initialled(begin, word.last, begin, word, staff)
        last = word.last
        while last + 1 < len(self._tokens) and last - word.last < 2 and self._is_initial_behind(last + 1):
            last += 1
        if last > word.last:
            yield from self._initialled(word.first, last, word.last + 1, word, staff)

    def _initialled(self, first: int, last: int, initial: int, word: Word, staff: set[int]) -> Iterator[Name]:
        letter = self._tokens[initial].word
        form = f"{letter} {word.form}"
        student, of_staff = INITIAL + form in self._index, STAFF_INITIAL + form in self._index
        if not (student or of_staff) or not self._credible_initial(initial, word):
            return
        yield self._named(first, last, form if student else None, form if of_staff else None, staff)

    def _counts(self, at: int) -> bool:
        """Return whether a letter is the name of a section, a period or the like."""
        return at > 0 and self._tokens[at - 1].word in _SECTIONS

    def _is_initial_before(self, at: int) -> bool:
        token, behind = self._tokens[at], self._tokens[at + 1]
        if len(token.word) != 1 or token.case == DIGITS or at in self._context.ours:
            return False
        parted = behind.gap.strip(" .\n\t>") or _PARAGRAPH.search(behind.gap)
        return not (token.gap.endswith(("'", "’")) or parted)

    def _is_initial_behind(self, at: int) -> bool:
        token = self._tokens[at]
        if len(token.word) != 1 or token.case == DIGITS or token.gap.strip(" ,.\n\t>"):
            return False
        ahead = self._tokens[at + 1].gap if at + 1 < len(self._tokens) else "."
        # A letter that begins a word of another alphabet, or "Smith, I think".
        return token.case == CAPITAL and (ahead[:1] in (".", ",", ")", ";", "\n") or "," in token.gap or ahead == "")

    def _credible_initial(self, initial: int, word: Word) -> bool:
        token = self._tokens[initial]
        dotted = self._tokens[initial + 1].gap.startswith(".") if initial + 1 < len(self._tokens) else False
        near = self._context.student_near(min(initial, word.first), max(initial, word.last))
        if self._is_date(word):
            return False
        if is_common(word.form):
            # "in section B. Will it", "Vitamin C may"
            seldom = word.form not in MONTHS and uses(word.form) < (_SENTENCE if dotted else _TITLE)
            article = token.word in ("a", "i") and not dotted
            counted = self._counts(initial) and self._tokens[initial + 1].gap != "."
            return (near or seldom) and self._cased(word) and token.case != LOWER and not article and not counted
        if self._counts(initial) and not dotted:
            return False
        if token.case == LOWER:
            abbreviated = initial and self._tokens[initial - 1].word in _ABBREVIATED and token.gap == "."
            return (
                not abbreviated and (near or token.word not in ("a", "i", "e", "o", "y", "s")) and not self._cased(word)
            )
        if initial < word.first and not dotted and token.word in ("a", "i"):
            return near
        if initial > word.last and token.word in ("a", "i") and not dotted:
            return near
        return True


@lru_cache(maxsize=8_192)
def _links(gap: str, before: str) -> bool:
    """Return whether two words on both sides of a gap may belong to one name."""
    if not _LINK.match(gap) or _PARAGRAPH.search(gap):
        return False
    # "with Lucía. Garcia went": a full stop behind a word ends a sentence, behind an initial or "Jr" it does not.
    return not (_STOP.search(gap) and len(before) > 2)
