"""How schools are compared. A school's double is the one that half of it moved to: a split, a merger, an annex."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from roster_tui.findings.linkage.model import (
    Compare,
    Double,
    Field,
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
from roster_tui.findings.linkage.names import letters, spelled_alike, words

MEMBERS = ("students", "sections", "teachers")

_SAME_NAME = level(True, 0.85, 0.0005, 0.005)
_NEAR_NAME = level(True, 0.1, 0.005, 0.2)
_OTHER_NAME = level(False, 0.05, 0.99, 0.795)


def _name(old: Record, new: Record) -> Sequence[Sight]:
    before, after = old.values.get("name"), new.values.get("name")
    if not before or not after:
        return ()
    ours, theirs = letters(before), letters(after)
    if ours == theirs:
        return (Sight("name", _SAME_NAME),)
    # Adams Elementary No. 2 is not No. 3, however alike they are spelled.
    near = _digits(before) == _digits(after) and (
        spelled_alike(ours, theirs)
        or set(words(before)) <= set(words(after))
        or set(words(after)) <= set(words(before))
    )
    return (Sight("name", _NEAR_NAME, how="much alike") if near else Sight("other name", _OTHER_NAME),)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def _moved(name: str, levels: Overlap) -> Compare:
    """Return a comparison of members; those that come after others who speak already are shown, not counted again."""
    counted = overlapping(name, levels)
    silent = Overlap(*(each._replace(same=0.0, others=(0.0, 0.0)) for each in levels))
    shown = overlapping(name, silent)
    before = MEMBERS[: MEMBERS.index(name)]

    def compare(old: Record, new: Record) -> Sequence[Sight]:
        spoken = any(old.members.get(each) and new.members.get(each) for each in before)
        return (shown if spoken else counted)(old, new)

    return compare


_MOVED = Overlap(level(True, 0.9, 0.0002, 0.05), level(True, 0.07, 0.01, 0.6), level(False, 0.03, 0.99, 0.35))


def _block_keys(record: Record) -> Iterator[tuple[str, ...]]:
    values = record.values
    for name in ("number", "state_id", "principal"):
        if value := values.get(name):
            yield name, value.lower()
    for word in words(values.get("name", "")):
        yield "word", word
    for name in MEMBERS:
        for member in ids_of(record.members.get(name, b"")):
            yield "member", member.hex()


def _most(agreeing: frozenset[str], opposing: frozenset[str]) -> Outcome:
    """A match takes its name or its people, and one more thing."""
    people = bool(agreeing & set(MEMBERS))
    named = "name" in agreeing
    more = bool(agreeing & {"number", "state_id", "principal"})
    return Outcome.MATCH if (people or named) and (more or (people and named)) else Outcome.POSSIBLE


MODEL = Model(
    fields=(
        Field("name", _name),
        Field("number", equal("number", level(True, 0.6, None, 0.02), level(False, 0.4, 1.0, 0.98))),
        Field("state_id", equal("state_id", level(True, 0.9, None, 0.05), level(False, 0.1, 1.0, 0.95))),
        Field("principal", equal("principal", level(True, 0.85, 0.001, 0.05), level(False, 0.15, 0.999, 0.95))),
        *(Field(name, _moved(name, _MOVED)) for name in MEMBERS),
    ),
    doubles=(Double("split or merged", 0.1, among_all=False),),
    block_keys=_block_keys,
    signs=lambda record: (),
    most=_most,
)
