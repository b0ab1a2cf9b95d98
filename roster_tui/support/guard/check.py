"""One text checked: every finder asked, what the settings allow left out, places that overlap made one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property

from roster_tui.support.guard import found as kinds
from roster_tui.support.guard.context import Context
from roster_tui.support.guard.dates import Date, dates
from roster_tui.support.guard.emails import Email, emails
from roster_tui.support.guard.found import Found, merged
from roster_tui.support.guard.names import Name, names, told_apart
from roster_tui.support.guard.numbers import Number, numbers
from roster_tui.support.guard.patterns import addresses, phones, social_security_numbers
from roster_tui.support.guard.reading import folded, tokens
from roster_tui.support.guard.spellings import BORN, WORD
from roster_tui.support.guard.strangers import strangers
from roster_tui.support.guard.words import BIRTH


@dataclass(frozen=True)
class Guard:
    """What knows the values of one roster."""

    index: Container[str]
    allow_staff: bool
    lists_staff: bool = False
    """Whether a name that a student shares with one of the staff is theirs, as in our own lists of teachers."""

    def find(self, text: str) -> list[Found]:
        """Return the places of a text that give somebody away, in order, none overlapping another."""
        return merged(_Reading(self, text).found())


class _Reading:
    def __init__(self, guard: Guard, text: str) -> None:
        self._index = guard.index
        self._allow_staff = guard.allow_staff
        self._lists_staff = guard.lists_staff
        self._text = text
        self._read = folded(text)
        self._context = Context(text, tokens(self._read))
        self._starts = [token.start for token in self._context.tokens]

    def found(self) -> Iterator[Found]:
        """Yield every place, the later finders knowing what the earlier ones have taken."""
        addressed = list(self._emails())
        dated = list(self._dates())
        numbered = list(numbers(self._index, self._context, self._words(*addressed, *dated, *self._any_dates())))
        named = told_apart(self._named(numbered), self._context.tokens)
        yield from addressed
        yield from dated
        yield from self._numbers(numbered)
        people = list(self._names(named))
        yield from people
        patterns = list(self._patterns())
        yield from patterns
        taken = self._words(*addressed, *dated, *people, *patterns) | self._staff_spans(named)
        for first, last in strangers(self._context, lambda word: WORD + word in self._index, taken):
            yield self._place(kinds.PERSON, first, last, self._form(first, last))

    # -- places -----------------------------------------------------------------------------------------

    def _place(self, kind: str, first: int, last: int, value: str) -> Found:
        return Found(kind, self._context.tokens[first].start, self._context.tokens[last].end, value)

    def _span(self, kind: str, start: int, end: int, value: str) -> Found:
        return Found(kind, *self._read.span(start, end), value)

    def _form(self, first: int, last: int) -> str:
        return " ".join(token.word for token in self._context.tokens[first : last + 1])

    def _word_at(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, offset) - 1)

    def _words(self, *places: Found) -> set[int]:
        """Return the words inside places."""
        return {
            at
            for place in places
            for at in range(self._word_at(place.start), self._word_at(place.end - 1) + 1)
            if self._starts and self._starts[at] >= place.start
        }

    # -- emails and dates -------------------------------------------------------------------------------

    @cached_property
    def _all_emails(self) -> list[Email]:
        return list(emails(self._index, self._read))

    def _emails(self) -> Iterator[Found]:
        for email in self._all_emails:
            place = self._span(kinds.EMAIL, email.start, email.end, email.value)
            if email.owner == "student":
                yield place
            elif email.owner == "staff" and not self._allow_staff:
                yield place._replace(kind=kinds.STAFF_EMAIL)
            elif email.owner == "unknown" and self._context.student_near(*self._around(place), 4):
                yield place

    def _around(self, place: Found) -> tuple[int, int]:
        return self._word_at(place.start), self._word_at(place.end - 1)

    @cached_property
    def _all_dates(self) -> list[Date]:
        return list(dates(self._read.text))

    def _any_dates(self) -> Iterator[Found]:
        """Yield dates of whatever day, whose parts make no ID; eight digits in a row may be one all the same."""
        for date in self._all_dates:
            if not self._read.text[date.start : date.end].isdecimal():
                yield self._span("", date.start, date.end, "")

    def _dates(self) -> Iterator[Found]:
        for date in self._all_dates:
            days = [day for day in date.days if f"{BORN}{day.isoformat()}" in self._index]
            place = self._span(kinds.BIRTH_DATE, date.start, date.end, (days or list(date.days))[0].isoformat())
            if days or self._of_birth(place):
                yield place

    def _of_birth(self, place: Found) -> bool:
        first, last = self._around(place)
        words = self._context.tokens[max(0, first - 4) : last + 4]
        return any(word.word in BIRTH for word in words) or any(
            (one.word, two.word, three.word) == ("d", "o", "b")
            for one, two, three in zip(words, words[1:], words[2:], strict=False)
        )

    def _named(self, numbered: list[Number]) -> list[Name]:
        beside = range(len(self._context.tokens)) if self._lists_staff else self._staff_words(numbered)
        return list(names(self._index, self._context, beside))

    # -- names and numbers ------------------------------------------------------------------------------

    def _staff_words(self, found: list[Number]) -> set[int]:
        """Return the words of staff's emails and IDs: a name beside one is theirs."""
        words = self._words(
            *(self._span("", email.start, email.end, "") for email in self._all_emails if email.owner == "staff")
        )
        for number in found:
            if number.of_staff and not number.form:
                words.update(range(number.first, number.last + 1))
        return words

    def _numbers(self, found: list[Number]) -> Iterator[Found]:
        for number in found:
            if not number.form:
                continue
            theirs = number.of_staff and self._allow_staff and not self._context.student_near(number.first, number.last)
            if not theirs:
                yield self._place(kinds.NUMBER, number.first, number.last, number.form)

    @staticmethod
    def _staff_spans(found: list[Name]) -> set[int]:
        return {at for name in found if name.kind == kinds.STAFF_NAME for at in range(name.first, name.last + 1)}

    def _names(self, found: list[Name]) -> Iterator[Found]:
        staff = self._staff_spans(found)
        for name in found:
            if name.kind == kinds.STAFF_NAME:
                if not self._allow_staff:
                    yield self._place(name.kind, name.first, name.last, name.form)
            # "Ann Lee, Bo Diaz" are two of the staff, though some student is called Lee, Bo.
            elif not staff.issuperset(range(name.first, name.last + 1)):
                yield self._place(name.kind, name.first, name.last, name.form)

    # -- what no roster knows ---------------------------------------------------------------------------

    def _patterns(self) -> Iterator[Found]:
        lowered = self._read.text
        for start, end in social_security_numbers(lowered):
            yield self._span(kinds.SSN, start, end, lowered[start:end])
        for start, end in phones(self._text):
            yield Found(kinds.PHONE, start, end, "".join(filter(str.isdigit, self._text[start:end])))
        for start, end in addresses(lowered):
            yield self._span(kinds.ADDRESS, start, end, " ".join(lowered[start:end].split()))
