"""What stands around a place in the text: whether a student or one of the staff is meant, and how lines are cased."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from roster_tui.support.guard.reading import DIGITS, Token
from roster_tui.support.guard.words import NOT_PERSONS, NUMBERED, SIGNING, STAFF, STUDENT

_NEAR, _ABOUT = 6, 15
"""Words within which a student is spoken of in a sentence, and in the sentences around."""
_ALL_CAPITALS = 0.7
_BLANK_LINE = re.compile(r"\n\s*\n")
_APPOSED = frozenset("a an the is our new math science school reading lead head".split())
_TOLD = frozenset("is was says said asks asked has had writes".split())
_END = re.compile(r"[.!?]\s|\n\s*\n")
OUR_TOKEN = re.compile(r"\b(?:Student|Email|Number|Birthdate|Phone|Address|Person|Staff)-[0-9A-F]{4,16}\b")
"""What stands for a value that was taken out; it is no name, and nobody near it is a student for that."""


class Context:
    """The words of a text, and where students and staff are spoken of."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        ours = [match.span() for match in OUR_TOKEN.finditer(text)]
        self.ours = frozenset(
            at for at, token in enumerate(tokens) if any(start <= token.start < end for start, end in ours)
        )
        self._students = [at for at, token in enumerate(tokens) if token.word in STUDENT and at not in self.ours]
        self._titled = _titled_lines(text, tokens)

    def student_near(self, first: int, last: int, within: int = _NEAR) -> bool:
        """Return whether a student is spoken of near the words from first to last, themselves not counted."""
        return any(
            self._same_sentence(min(at, first), max(at, last)) for at in self._students_beside(first, last, within)
        )

    def student_about(self, first: int, last: int) -> bool:
        """Return whether a student is spoken of in the sentences around, of one paragraph."""
        return any(
            not any(
                _BLANK_LINE.search(self.tokens[place].gap) for place in range(min(at, last) + 1, max(at, first) + 1)
            )
            for at in self._students_beside(first, last, _ABOUT)
        )

    def _students_beside(self, first: int, last: int, within: int) -> list[int]:
        low = bisect_left(self._students, first - within)
        high = bisect_right(self._students, last + within)
        return [at for at in self._students[low:high] if not first <= at <= last]

    def _same_sentence(self, first: int, last: int) -> bool:
        # "Mr. Lopez" ends no sentence, "grade 5. Lopez" does.
        return not any(self._ends(at) for at in range(first + 1, min(last + 1, len(self.tokens))))

    def _ends(self, at: int) -> bool:
        gap = self.tokens[at].gap
        return len(self.tokens[at - 1].word) > 3 and bool(_END.search(gap)) if gap else False

    def begins_sentence(self, at: int) -> bool:
        """Return whether a word is the first of a sentence or a line, where every word has a capital."""
        return at == 0 or "\n" in self.tokens[at].gap or bool(re.search(r"[.!?]\s", self.tokens[at].gap))

    def titled(self, at: int) -> bool:
        """Return whether the line of a word has capitals on nearly every word: they tell nothing there."""
        return at in self._titled

    def follows_staff_word(self, first: int) -> bool:
        """Return whether the words before name one of the staff: ``Ms.``, ``teacher:``, ``the principal, ``."""
        if first == 0:
            return False
        before = self.tokens[first - 1]
        gap = self.tokens[first].gap
        if before.word in STAFF:
            return not gap.startswith(("'", "’")) and len(gap) <= 4 and "\n\n" not in gap
        if before.word in SIGNING:
            return "\n" in gap
        return before.word in ("named", "called", "is", "name") and first > 1 and self.tokens[first - 2].word in STAFF

    def precedes_staff_word(self, last: int) -> bool:
        """Return whether the words behind name one of the staff: ``(teacher)``, ``, a counselor``."""
        for ahead in range(last + 1, min(last + 5, len(self.tokens))):
            token = self.tokens[ahead]
            if ahead == last + 1 and token.gap == " " and token.word != "is":
                # "for Ann Lee teachers have no key": beside each other they belong to different parts.
                return False
            if token.word in STAFF:
                # "Ann Lee, the teacher is out": the teacher is somebody else.
                behind = self.tokens[ahead + 1] if ahead + 1 < len(self.tokens) else None
                told = behind is not None and behind.gap == " " and behind.word in _TOLD
                return token.word not in ("mr", "mrs", "ms", "miss", "dr") and not told and not _END.search(token.gap)
            if token.word not in _APPOSED:
                return False
            if _END.search(token.gap):
                return False
        return False

    def follows_student_word(self, first: int) -> bool:
        """Return whether a word for a student stands just before: "student 47", but not "47 students"."""
        before = range(max(0, first - 2), first)
        return any(self.tokens[at].word in STUDENT - NOT_PERSONS and at not in self.ours for at in before)

    def numbered(self, first: int) -> bool:
        """Return whether the words before tell that an ID follows: ``ID``, ``SIS ID:``, ``#``."""
        if "#" in self.tokens[first].gap:
            return True
        return any(self.tokens[at].word in NUMBERED for at in range(max(0, first - 2), first))


def _titled_lines(text: str, tokens: Sequence[Token]) -> frozenset[int]:
    titled: set[int] = set()
    line: list[int] = []
    for at, token in enumerate(tokens):
        if "\n" in token.gap and line:
            titled.update(line if _is_titled(tokens, line) else ())
            line = []
        line.append(at)
    titled.update(line if _is_titled(tokens, line) else ())
    return frozenset(titled)


def _is_titled(tokens: Sequence[Token], line: Sequence[int]) -> bool:
    words = [tokens[at] for at in line if tokens[at].case != DIGITS]
    return len(words) >= 4 and sum(word.capital for word in words) >= _ALL_CAPITALS * len(words)
