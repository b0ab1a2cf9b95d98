"""How students, teachers and staff are compared.

The probabilities are priors, set by what school offices do; those of strangers come from the roster where a value's
share says more. A double of a student is a twin or sibling; of a teacher, whoever got the classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from roster_tui.findings.linkage import births, names
from roster_tui.findings.linkage.model import (
    Compare,
    Double,
    Field,
    Level,
    Model,
    Outcome,
    Overlap,
    Record,
    Sight,
    equal,
    ids_of,
    level,
    overlapping,
)
from roster_tui.findings.linkage.nicknames import families
from roster_tui.findings.linkage.person_names import STUDENT_NAMES, TEACHER_NAMES, named

_IDS = ("state_id", "number", "staff_id")
_LONG_ID = 6
"""Characters from which on an ID with one slip is still recognised."""


_BORN = {
    births.EXACT: level(True, 0.94, None, 0.02),
    births.CLOSE: level(True, 0.035, 0.006, 0.006),
    births.OTHER: level(False, 0.025, 0.99, 0.97),
}


def _born(old: Record, new: Record) -> Sequence[Sight]:
    before, after = old.values.get("born"), new.values.get("born")
    if not before or not after:
        return ()
    found = births.born(before, after)
    if found is births.CLOSE:
        return (Sight("born~", _BORN[found], before, "one slip apart"),)
    return (Sight("born", _BORN[found], before),)


@dataclass(frozen=True)
class _IdLevels:
    same: Level
    slip: Level
    other: Level


def _identified(name: str, levels: _IdLevels) -> Compare:
    def compare(old: Record, new: Record) -> Sequence[Sight]:
        before, after = _own_id(old, name), _own_id(new, name)
        if not before or not after:
            return ()
        if before == after:
            return (Sight(name, levels.same, before),)
        slip = min(len(before), len(after)) >= _LONG_ID and names.slipped(before, after, 1)
        return (Sight(f"{name}~", levels.slip, how="one slip apart") if slip else Sight(name, levels.other),)

    return compare


def _own_id(record: Record, name: str) -> str | None:
    """Return an ID that says something: one that merely repeats the SIS ID changes with it."""
    value = record.values.get(name)
    return value.lower() if value and value != record.subject.sis_id else None


_STATE_ID = _IdLevels(
    same=level(True, 0.93, None, 0.0005),
    slip=level(True, 0.03, 0.000_1, 0.05),
    other=level(False, 0.04, 1.0, 0.95),
)
# A successor gets the classes, not the ID: an ID typed on the wrong line is all that can happen.
_TEACHER_STATE_ID = _IdLevels(
    same=level(True, 0.93, None, 0.000_005),
    slip=level(True, 0.03, 0.000_1, 0.000_1),
    other=level(False, 0.04, 1.0, 1.0),
)
_TEACHER_NUMBER = _IdLevels(
    same=level(True, 0.5, None, 0.000_005),
    slip=level(True, 0.02, 0.02, 0.02),
    other=level(False, 0.48, 1.0, 1.0),
)
# Numbers of the district often change together with the SIS ID.
_NUMBER = _IdLevels(
    same=level(True, 0.5, None, 0.0005),
    slip=level(True, 0.02, 0.02, 0.05),
    other=level(False, 0.48, 1.0, 0.95),
)


def _email(local: Level, same: Level, other: Level) -> Compare:
    def compare(old: Record, new: Record) -> Sequence[Sight]:
        before, after = (each.values.get("email", "").lower() for each in (old, new))
        if not before or not after:
            return ()
        if before == after:
            return (Sight("email", same, before),)
        moved = before.partition("@")[0] == after.partition("@")[0]
        return (Sight("email", local, how="same name, another domain") if moved else Sight("email", other),)

    return compare


def _grade(old: Record, new: Record) -> Sequence[Sight]:
    """The grade follows from the birth date, so it speaks only where that is silent."""
    if old.values.get("born") and new.values.get("born"):
        return ()
    before, after = old.values.get("grade"), new.values.get("grade")
    if before is None or after is None:
        return ()
    if before == after:
        return (Sight("grade", _SAME_GRADE, before.lower()),)
    promoted = before.isdecimal() and after.isdecimal() and int(after) - int(before) == 1
    return (Sight("grade", _NEXT_GRADE, how="the next grade") if promoted else Sight("grade", _OTHER_GRADE),)


_SAME_GRADE = level(True, 0.8, None, 0.15)
_NEXT_GRADE = level(True, 0.12, 0.1, 0.1)
_OTHER_GRADE = level(False, 0.08, 0.8, 0.75)


def _block_keys(record: Record) -> Iterator[tuple[str, ...]]:
    values = record.values
    for name in _IDS:
        if value := _own_id(record, name):
            yield name, value
    if email := values.get("email"):
        yield "email", email.lower().partition("@")[0]
    first, last, born = values.get("first", ""), values.get("last", ""), values.get("born", "")
    given, family = names.letters(first), names.letters(last)
    if born:
        # Dates with a slip are found by the names below.
        yield "born, last", born, names.skeleton(last)
        yield "born, first", born, names.skeleton(first)
        yield "born, initials", born, "".join(sorted(given[:1] + family[:1]))
        if school := values.get("school"):
            yield "born, school", born, school
    yield "names", *sorted((given, family))
    yield "first, last~", given, names.skeleton(last)
    yield "first~, last", names.skeleton(first), family
    yield "first, beginning", given, family[:2]
    yield "beginning, last", given[:2], family
    # One of two surnames, and a nickname or the middle name for the first.
    called = {name for name in (given, names.letters(values.get("middle", ""))) if len(name) > 1}
    for word in names.words(last) + names.words(values.get("middle", "")):
        for name in called:
            yield "word", word, name
            for family_number in families(name):
                yield "family", word, str(family_number)
    for section in ids_of(record.members.get("sections", b"")):
        yield "section", section.hex(), given


def _signs(record: Record) -> Iterator[tuple[str, ...]]:
    values = record.values
    if "last" in values:
        other = values.get("born") or names.letters(values.get("first", ""))
        yield "last", names.letters(values["last"]), other
    for name in ("state_id", "email"):
        if name in values:
            yield name, values[name].lower()


def _most(agreeing: frozenset[str], opposing: frozenset[str]) -> Outcome:
    """A match takes the given name, or an ID in its place, and one more thing that a namesake would not share.

    So neither twins (surname, birth date, school, even the parents' email) nor namesakes, nor the colleague who got
    the classes, are ever more than possible. One thing alone, a given name say, is nothing;
    nor is a sibling, with another given name and another birth date. A state ID that says otherwise leaves it to
    a person.
    """
    own = bool(agreeing & {"state_id", "number", "staff_id"})
    named = bool(agreeing & {"first", "first~"})
    if len(agreeing) < 2 or not (named or own or {"last", "born"} <= agreeing):
        return Outcome.NON_MATCH
    if "state_id" in opposing:
        return Outcome.POSSIBLE
    if "first" in agreeing:
        told_apart = own or bool(agreeing & {"born", "born~", "email", "sections", "state_id~"})
    else:
        told_apart = own and (named or ("last" in agreeing and bool(agreeing & {"born", "email"})))
    return Outcome.MATCH if told_apart else Outcome.POSSIBLE


STUDENT_MODEL = Model(
    fields=(
        Field("name", named(STUDENT_NAMES)),
        Field("born", _born),
        Field(
            "email",
            _email(level(True, 0.1, 0.02, 0.002), level(True, 0.6, None, 0.03), level(False, 0.3, 0.98, 0.97)),
        ),
        Field("state_id", _identified("state_id", _STATE_ID)),
        Field("number", _identified("number", _NUMBER)),
        Field("school", equal("school", level(True, 0.88, None, 0.7), level(False, 0.12, 0.97, 0.3))),
        Field("grade", _grade),
        Field(
            "sections",
            overlapping(
                "sections",
                Overlap(level(True, 0.7, 0.03, 0.1), level(True, 0.2, 0.1, 0.2), level(False, 0.1, 0.87, 0.7)),
            ),
        ),
    ),
    doubles=(Double("twin or sibling", 1.0, among_all=True),),
    block_keys=_block_keys,
    signs=_signs,
    most=_most,
)

TEACHER_MODEL = Model(
    fields=(
        Field("name", named(TEACHER_NAMES)),
        Field(
            "email",
            _email(level(True, 0.15, 0.02, 0.01), level(True, 0.6, None, 0.000_5), level(False, 0.25, 0.98, 0.97)),
        ),
        Field("state_id", _identified("state_id", _TEACHER_STATE_ID)),
        Field("number", _identified("number", _TEACHER_NUMBER)),
        Field("staff_id", _identified("staff_id", _TEACHER_NUMBER)),
        Field("school", equal("school", level(True, 0.9, None, 0.95), level(False, 0.1, 0.97, 0.05))),
        Field("title", equal("title", level(True, 0.8, None, 0.9), level(False, 0.2, 0.9, 0.1))),
        Field(
            "sections",
            overlapping(
                "sections",
                Overlap(level(True, 0.8, 0.001, 0.7), level(True, 0.1, 0.005, 0.2), level(False, 0.1, 0.99, 0.1)),
            ),
        ),
    ),
    doubles=(Double("successor", 0.5, among_all=False),),
    block_keys=_block_keys,
    signs=_signs,
    most=_most,
)
