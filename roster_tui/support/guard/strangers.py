"""People that no roster knows: words that look like names where a student or a parent is spoken of."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator

from roster_tui.findings.linkage.nicknames import families
from roster_tui.support.guard.context import Context
from roster_tui.support.guard.reading import CAPITAL, LOWER, UPPER
from roster_tui.support.guard.words import (
    LABELS,
    MONTHS,
    NO_PERSON,
    NOT_PERSONS,
    PARTICLES,
    PLACES_AND_THINGS,
    STAFF,
    STUDENT,
    is_common,
    is_english,
    is_unheard_of,
)

_LONGEST = 5
_NEXT = re.compile(r"(?:[ \t]|\n[> \t]*|-|\. )\Z")
_SLOT_BEFORE = frozenset("of for named called is and".split())
_ACRONYM = 4
_CLOSE = STUDENT - NOT_PERSONS - frozenset("parent parents child children".split())
"""Words right before which, in whatever case, a name is to be expected."""


def strangers(
    context: Context, is_roster_word: Callable[[str], bool], taken: Container[int]
) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of names near words for students; ``taken`` words are something else already."""
    yield from _Search(context, is_roster_word, taken).found()


class _Search:
    def __init__(self, context: Context, is_roster_word: Callable[[str], bool], taken: Container[int]) -> None:
        self._context = context
        self._tokens = context.tokens
        self._is_roster_word = is_roster_word
        self._taken = taken

    def found(self) -> Iterator[tuple[int, int]]:
        at = 0
        while at < len(self._tokens):
            last = self._run(at)
            if last is None:
                at += 1
                continue
            first, end = self._trimmed(at, last)
            if first > end:
                at = last + 1
            elif (behind := self._turned_round(first, last)) is not None:
                yield first, behind
                at = behind + 1
            else:
                if self._is_person(first, end):
                    yield first, end
                at = last + 1
        yield from self._lower_case()

    # -- words with capitals ----------------------------------------------------------------------------

    def _run(self, at: int) -> int | None:
        """Return the last of the words with capitals that begin here; None where none does."""
        if not self._may_begin(at):
            return None
        last = at
        while last + 1 < len(self._tokens) and last - at + 1 < _LONGEST:
            token = self._tokens[last + 1]
            inside = token.word in PARTICLES and self._leads_on(last + 2)
            if (not _NEXT.match(token.gap) and token.gap) or not (self._may_be_part(last + 1) or inside):
                break
            if token.gap.startswith(". ") and len(self._tokens[last].word) > 2:
                break
            if "\n" in token.gap and self._gap(last + 2).startswith(":"):
                # The next line of a form.
                break
            last += 1
        return last

    def _leads_on(self, at: int) -> bool:
        """Return whether a part of a name stands here, small words such as ``de la`` before it."""
        while at < len(self._tokens) and self._tokens[at].word in PARTICLES and self._gap(at) == " ":
            at += 1
        return self._may_be_part(at)

    def _turned_round(self, first: int, last: int) -> int | None:
        """Return the last word of a name written surname first, ``Okonkwo, Brynlee``; None where it is none."""
        if self._gap(last + 1) not in (",", ", ") or last - first > 2 or not self._may_begin(last + 1):
            return None
        end = self._run(last + 1)
        if end is None or end - last > 3 or not self._context.student_about(first, end):
            return None
        words = [word.word for word in self._tokens[first : end + 1] if len(word.word) > 1]
        if any(word in PLACES_AND_THINGS or word in NO_PERSON for word in words):
            return None
        unsure = sum(map(is_common, words))
        return end if sum(map(self._likely, words)) * 2 >= len(words) and unsure * 2 < len(words) else None

    def _gap(self, at: int) -> str:
        return self._tokens[at].gap if at < len(self._tokens) else ""

    def _may_begin(self, at: int) -> bool:
        if self._tokens[at].gap == "" and at > 0:
            return False
        return self._may_be_part(at) or (self._tokens[at].word in PARTICLES and self._leads_on(at + 1))

    def _may_be_part(self, at: int) -> bool:
        if at >= len(self._tokens) or at in self._taken or at in self._context.ours:
            return False
        token = self._tokens[at]
        if token.case == UPPER and self._context.titled(at) and is_common(token.word) and not families(token.word):
            # "ANN LEE IS NEW": where all is shouted, common words part the names.
            return False
        return token.case in (CAPITAL, UPPER) and token.word not in STUDENT and token.word not in STAFF

    def _trimmed(self, first: int, last: int) -> tuple[int, int]:
        """Return a run without the words at its ends that are nobody's name."""
        while first <= last and self._is_no_name(first, beginning=self._context.begins_sentence(first)):
            first += 1
        while first <= last and self._is_no_name(last, beginning=False):
            last -= 1
        return first, last

    def _is_no_name(self, at: int, *, beginning: bool) -> bool:
        token = self._tokens[at]
        if token.word in LABELS:
            return True
        if token.word in NO_PERSON:
            return True
        if token.word in MONTHS:
            # Jan and April are called so, where a surname follows.
            return not (at + 1 < len(self._tokens) and self._tokens[at + 1].capital and self._gap(at + 1) == " ")
        shouted = self._context.titled(at) or self._beside_shouted(at)
        if token.case == UPPER and len(token.word) <= _ACRONYM and not shouted and not self._is_known(token.word):
            return True
        # The first word of a sentence has a capital whatever it is.
        return beginning and is_common(token.word) and not self._is_known(token.word)

    def _beside_shouted(self, at: int) -> bool:
        """Return whether another word in capitals stands beside: ``EMIL TOMA``, which no acronyms do."""
        beside = [place for place in (at - 1, at + 1) if 0 <= place < len(self._tokens)]
        return any(
            self._tokens[place].case == UPPER
            and self._gap(max(place, at)) == " "
            and self._tokens[place].word not in NO_PERSON
            for place in beside
        )

    def _is_known(self, word: str) -> bool:
        return bool(families(word)) or self._is_roster_word(word)

    def _is_person(self, first: int, last: int) -> bool:
        words = self._tokens[first : last + 1]
        behind = self._tokens[last + 1] if last + 1 < len(self._tokens) else None
        if any(word.word in PLACES_AND_THINGS for word in words):
            return False
        if behind and behind.word in PLACES_AND_THINGS and behind.gap == " ":
            return False
        if self._is_staff(first, last) or any(word.gap == "" for word in words[1:]):
            return False
        whole = [word.word for word in words if len(word.word) > 1 and word.word not in PARTICLES]
        likely = sum(map(self._likely, whole))
        common = sum(map(is_common, whole))
        titled = self._context.titled(first)
        if len(whole) == 1:
            return len(whole[0]) > 2 and self._in_slot(first, last, bool(likely), bool(common))
        if not whole or not self._context.student_about(first, last):
            return False
        if not self._context.student_near(first, last):
            return likely == len(whole) if titled else likely >= 1 and not common
        if titled and not self._named_by_label(first):
            return likely == len(whole)
        return (likely >= 1 or not common) and common * 2 <= len(whole)

    def _named_by_label(self, first: int) -> bool:
        """Return whether a label says that a name follows: ``Student name: ``, ``STUDENT: ``."""
        return ":" in self._gap(first) and self._context.student_near(first, first, 3)

    def _likely(self, word: str) -> bool:
        """Return whether a word with a capital is a name, as far as a dictionary and the roster can tell."""
        if is_common(word):
            return bool(families(word))
        return not is_english(word) or self._is_known(word)

    def _is_staff(self, first: int, last: int) -> bool:
        context = self._context
        staff = context.follows_staff_word(first) or context.precedes_staff_word(last)
        # "parent Mrs. Okafor" is none of the staff.
        return staff and not self._is_titled_parent(first)

    def _is_titled_parent(self, first: int) -> bool:
        before = self._tokens[first - 2].word if first > 1 else ""
        return before in STUDENT - NOT_PERSONS and self._gap(first - 1) == " "

    def _in_slot(self, first: int, last: int, likely: bool, common: bool) -> bool:
        """Return whether one word alone stands where the name of a student or a parent is given."""
        tokens, near = self._tokens, self._context.student_near(first, last, 3)
        behind = tokens[last + 1] if last + 1 < len(tokens) else None
        if behind and behind.gap.startswith(("'s ", "’s ")) and behind.word in STUDENT:
            return likely or not common
        if self._context.titled(first):
            return False
        if (
            behind
            and likely
            and near
            and behind.gap in (" (", ", ")
            and (behind.word in STUDENT or behind.word in ("a", "who", "in"))
        ):
            return True
        if not first:
            return False
        before = tokens[first - 1]
        if before.word in STAFF and self._is_titled_parent(first):
            # A title of a parent: "parent Mrs. Okonkwo".
            return likely or not common
        if len(tokens[first].gap) > 3 or "." in tokens[first].gap:
            return False
        if before.word in _CLOSE:
            # "Student Handbook" is a title, "student Stefan" is somebody.
            return likely or (not common and before.case == LOWER)
        if before.word == "name":
            return likely and self._context.student_about(first, last)
        return likely and near and before.word in _SLOT_BEFORE

    # -- words without ------------------------------------------------------------------------------------

    def _lower_case(self) -> Iterator[tuple[int, int]]:
        """Yield names that somebody in a hurry has written small: ``student brynlee okonkwo``."""
        for at, token in enumerate(self._tokens[:-2]):
            if token.word not in _CLOSE or at in self._context.ours:
                continue
            first, last = at + 1, at + 2
            names = self._tokens[first : last + 1]
            if any(place in self._taken for place in (first, last)) or any(name.gap != " " for name in names):
                continue
            if all(name.case == LOWER and len(name.word) > 2 for name in names):
                unheard = [is_unheard_of(name.word) for name in names]
                likely = [bool(families(name.word)) or self._is_roster_word(name.word) for name in names]
                common = any(is_common(name.word) for name in names)
                if not common and (all(map(max, unheard, likely)) or any(unheard)):
                    yield first, last
