"""The filter language, one line everywhere: ``glover -status:active section-count:>5 "two words"``.

Pure: text to conditions, or a mistake with its place. What a field means in SQL stands in `fields`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from roster_tui.errors import USAGE, RosterError
from roster_tui.roster.text import fold


class FilterError(RosterError):
    """A filter that cannot be understood; ``start`` to ``end`` is the part that is wrong."""

    exit_code = USAGE

    def __init__(self, message: str, start: int, end: int) -> None:
        self.message = message
        self.start = start
        self.end = end
        super().__init__(message)


@dataclass(frozen=True)
class FieldType:
    """What values a field takes."""

    choices: tuple[str, ...] = ()
    """Allowed values; any beginning of one will do. Empty: any text."""
    number: bool = False
    """Whether it is compared as a number, with ``>``, ``>=``, ``<`` or ``<=`` before it."""


@dataclass(frozen=True)
class Condition:
    """``field:value``, or a word when ``field`` is empty; ``negated`` turns it round."""

    field: str
    value: str
    """Folded: without case and diacritics."""
    comparison: str = "="
    negated: bool = False


@dataclass(frozen=True)
class Filter:
    """Conditions that must all hold."""

    conditions: tuple[Condition, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words that must stand somewhere in the row."""
        return tuple(each.value for each in self.conditions if not each.field and not each.negated)

    @property
    def unwanted(self) -> tuple[str, ...]:
        """The words that may stand nowhere in the row."""
        return tuple(each.value for each in self.conditions if not each.field and each.negated)


EVERYTHING = Filter()

_TERM = re.compile(r"""(?P<not>-)?(?:(?P<field>[A-Za-z][\w-]*):)?(?:"(?P<quoted>[^"]*)(?P<close>"?)|(?P<bare>\S*))""")
_NUMBER = re.compile(r"(?P<comparison>>=|<=|>|<|=)?(?P<digits>\d{1,15})")


def parse(text: str, fields: Mapping[str, FieldType]) -> Filter:
    """Return the filter that ``text`` describes for lists that have ``fields``.

    Raises `FilterError` for an unknown field, a value the field does not take, or an open quote.
    """
    conditions: list[Condition] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TERM.match(text, at)
        if match is None or match.end() == at:
            raise FilterError("this cannot be read", at, len(text))
        if (condition := _condition(match, fields)) is not None:
            conditions.append(condition)
        at = match.end()
    return Filter(tuple(conditions))


def _condition(match: re.Match[str], fields: Mapping[str, FieldType]) -> Condition | None:
    start, end = match.span()
    if match["quoted"] is not None and not match["close"]:
        raise FilterError("the quote is not closed", match.start("quoted") - 1, end)
    value = match["quoted"] if match["quoted"] is not None else match["bare"]
    negated = bool(match["not"])
    if match["field"] is None:
        folded = fold(value)
        return Condition("", folded, negated=negated) if folded.strip() else None
    name = match["field"].lower()
    if name not in fields:
        raise FilterError(_unknown(name, fields), match.start("field"), match.end("field"))
    if match["quoted"] is None and not value:
        raise FilterError(f"{name}: needs a value", start, end)
    value_start = end - len(value) if match["quoted"] is None else match.start("quoted")
    return _field_condition(name, fields[name], value, negated, (value_start, end))


def _field_condition(name: str, kind: FieldType, value: str, negated: bool, place: tuple[int, int]) -> Condition:
    if kind.number:
        number = _NUMBER.fullmatch(value)
        if number is None:
            raise FilterError(f"{name}: takes a number, as in {name}:>5", *place)
        return Condition(name, number["digits"], number["comparison"] or "=", negated)
    folded = fold(value)
    if kind.choices:
        found = [choice for choice in kind.choices if choice.startswith(folded)]
        if not found:
            raise FilterError(f"{name}: is one of {', '.join(kind.choices)}", *place)
        folded = folded if folded in found else found[0]
    return Condition(name, folded, negated=negated)


def _unknown(name: str, fields: Mapping[str, FieldType]) -> str:
    from rapidfuzz import process

    nearest = process.extractOne(name, list(fields), score_cutoff=60)
    guess = f"; did you mean {nearest[0]}:?" if nearest else ""
    return f"there is no field {name}{guess} (fields: {', '.join(fields)})"
