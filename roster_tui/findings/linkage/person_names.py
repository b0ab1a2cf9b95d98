"""How the names of two people are compared: given name, surname and middle name, or the first two swapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from roster_tui.findings.linkage import names
from roster_tui.findings.linkage.model import Compare, Level, Record, Sight, level


@dataclass(frozen=True)
class NameLevels:
    """What each way of agreeing is worth."""

    first: dict[str, Level]
    last: dict[str, Level]
    middle: dict[str, Level]
    swapped: Level


# Twins often have names that are one slip apart: Jayden and Kayden.
STUDENT_NAMES = NameLevels(
    first={
        names.EXACT: level(True, 0.86, None, 0.003),
        names.NICKNAME: level(True, 0.05, 0.004, 0.006),
        names.CLOSE: level(True, 0.05, 0.01, 0.06),
        names.INITIAL: level(True, 0.02, 0.06, 0.08),
        names.OTHER: level(False, 0.02, 0.92, 0.85),
    },
    last={
        names.EXACT: level(True, 0.92, None, 0.9),
        names.PART: level(True, 0.03, 0.004, 0.04),
        names.CLOSE: level(True, 0.03, 0.004, 0.01),
        names.OTHER: level(False, 0.02, 0.98, 0.05),
    },
    middle={
        names.EXACT: level(True, 0.7, None, 0.01),
        names.INITIAL: level(True, 0.2, 0.08, 0.08),
        names.OTHER: level(False, 0.1, 0.9, 0.9),
    },
    swapped=level(True, 0.005, 0.000_01, 0.000_001),
)
TEACHER_NAMES = NameLevels(
    first={
        names.EXACT: level(True, 0.86, None, None),
        names.NICKNAME: level(True, 0.06, 0.004, 0.004),
        names.CLOSE: level(True, 0.04, 0.01, 0.01),
        names.INITIAL: level(True, 0.03, 0.06, 0.06),
        names.OTHER: level(False, 0.01, 0.92, 0.92),
    },
    last={
        names.EXACT: level(True, 0.86, None, None),
        names.PART: level(True, 0.04, 0.004, 0.004),
        names.CLOSE: level(True, 0.02, 0.004, 0.004),
        # Marriage.
        names.OTHER: level(False, 0.08, 0.98, 0.98),
    },
    middle={
        names.EXACT: level(True, 0.7, None, None),
        names.INITIAL: level(True, 0.2, 0.08, 0.08),
        names.OTHER: level(False, 0.1, 0.9, 0.9),
    },
    swapped=level(True, 0.005, 0.000_01, 0.000_01),
)


def named(levels: NameLevels) -> Compare:
    """Return a comparison of names that yields one sight for each part both records have."""

    def compare(old: Record, new: Record) -> Sequence[Sight]:
        return tuple(_name_sights(levels, old, new))

    return compare


def _name_sights(levels: NameLevels, old: Record, new: Record) -> Iterator[Sight]:
    first, last, middle = ((old.values.get(part), new.values.get(part)) for part in ("first", "last", "middle"))
    given = names.given(first[0], first[1]) if first[0] and first[1] else None
    family = names.surname(last[0], last[1]) if last[0] and last[1] else None
    by_middle = False
    if family is names.OTHER and _moved_to_middle(last, middle):
        family = names.PART
    if given is names.OTHER:
        if family is names.OTHER and names.swapped(first[0] or "", last[0] or "", first[1] or "", last[1] or ""):
            yield Sight("first", levels.swapped, how="given name and surname swapped")
            return
        if by_middle := _goes_by_middle_name(first, middle):
            given = names.NICKNAME
    if given:
        nearly = given in (names.CLOSE, names.INITIAL)
        how = "goes by the middle name" if by_middle else _GIVEN[given] or _written(*first)
        yield Sight("first~" if nearly else "first", levels.first[given], names.letters(first[0] or ""), how)
    if family:
        yield Sight("last", levels.last[family], names.letters(last[0] or ""), _FAMILY[family] or _written(*last))
    if middle[0] and middle[1]:
        yield _middle(levels, middle[0], middle[1])


_GIVEN = {
    names.EXACT: "",
    names.NICKNAME: "nickname",
    names.CLOSE: "given name a slip apart",
    names.INITIAL: "initial",
    names.OTHER: "another given name",
}
_FAMILY = {
    names.EXACT: "",
    names.PART: "one of two surnames",
    names.CLOSE: "surname a slip apart",
    names.OTHER: "another surname",
}

_Both = tuple[str | None, str | None]


def _written(before: str | None, after: str | None) -> str:
    """Say it where one name is written in two ways: Smith-Jones and Smith Jones."""
    return "" if before == after else "written another way"


def _moved_to_middle(last: _Both, middle: _Both) -> bool:
    """Whether one's surname is the other's middle name: Ann Le became Ann Le Jones."""
    return any(
        family and other and not set(names.words(family)).isdisjoint(names.words(other))
        for family, other in ((last[0], middle[1]), (last[1], middle[0]))
    )


def _goes_by_middle_name(first: _Both, middle: _Both) -> bool:
    return any(
        name and other and len(other) > 1 and names.given(name, other) in (names.EXACT, names.NICKNAME)
        for name, other in ((first[0], middle[1]), (first[1], middle[0]))
    )


def _middle(levels: NameLevels, before: str, after: str) -> Sight:
    old, new = names.letters(before), names.letters(after)
    if len(old) > 1 and len(new) > 1:
        found = names.given(before, after)
        alike = names.EXACT if old == new else names.INITIAL if found != names.OTHER else names.OTHER
    else:
        alike = names.INITIAL if old[:1] == new[:1] else names.OTHER
    return Sight("middle", levels.middle[alike], old)
