"""Fellegi-Sunter weights: what each outcome of comparing a field says for and against, as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from math import exp, inf, log, log1p
from typing import NamedTuple

from roster_tui.findings.linkage.shares import Shares
from roster_tui.findings.model import Evidence, Subject

ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Record:
    """One side of a possible pair, as the roster has it."""

    subject: Subject
    values: Mapping[str, str]
    """What is compared, by field; a field that is not there is silent. References are Clever IDs."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """How a value is shown where it is not shown as it is: the name of a school."""
    members: Mapping[str, bytes] = field(default_factory=dict)
    """Clever IDs of other records that belong to it, 12 bytes each end to end; empty is silent."""


class Level(NamedTuple):
    """One outcome of comparing a part of two records, and the logarithm of how often it comes about."""

    agrees: bool
    same: float
    """Among two records of one."""
    others: tuple[float | None, ...]
    """Among strangers, then among each kind of double; None: as often as the roster has the value."""


def level(agrees: bool, same: float, *others: float | None) -> Level:
    """Return a level from probabilities."""
    return Level(agrees, log(same), tuple(each if each is None else log(each) for each in others))


class Sight(NamedTuple):
    """What comparing one part of a field showed."""

    part: str
    level: Level
    value: str | None = None
    """The value whose frequency matters, where it does."""
    how: str = ""
    """In which way they agree, where they are not the same: ``nickname``."""


Compare = Callable[[Record, Record], Sequence[Sight]]


class Field(NamedTuple):
    """A field as it is compared and shown."""

    name: str
    compare: Compare
    """Returns nothing when one side is silent; several sights where a field has parts."""


class Outcome(IntEnum):
    """What two records are to each other."""

    NON_MATCH = 0
    POSSIBLE = 1
    """For a person to decide."""
    MATCH = 2


class Double(NamedTuple):
    """Somebody or something else that looks alike for a reason: a twin, a successor, a parallel section."""

    name: str
    number: float
    """How many of them a record has."""
    among_all: bool
    """Whether they are spread over the roster (siblings), or come and go in the same night (a successor)."""


@dataclass(frozen=True)
class Model:
    """How records of one kind are compared."""

    fields: tuple[Field, ...]
    doubles: tuple[Double, ...]
    block_keys: Callable[[Record], Iterable[tuple[str, ...]]]
    """Only records with a key in common are compared."""
    signs: Callable[[Record], Iterable[tuple[str, ...]]]
    """Keys by which somebody who stays in the data is taken for one of the others; far fewer than those above."""
    most: Callable[[frozenset[str], frozenset[str]], Outcome]
    """The most that a pair can be, whatever its weight, given the parts that agree and those that do not."""


class Weighed(NamedTuple):
    """What comparing two records gave."""

    weight: float
    """Natural logarithm of the likelihood ratio: one record against two."""
    most: Outcome


def weigh(model: Model, old: Record, new: Record, shares: Shares, crowd: int) -> Weighed:
    """Compare two records; ``crowd`` is how many such records came and went, which is where successors are.

    Against "the same" stand all explanations at once: two strangers that agree by chance, and each kind of double.
    """
    same = 0.0
    others = [0.0, *(log(_odds_of(double, shares.total, crowd)) for double in model.doubles)]
    agreeing: list[str] = []
    opposing: list[str] = []
    for each in model.fields:
        for part, seen, value, _ in each.compare(old, new):
            same += seen.same
            for at, other in enumerate(seen.others):
                others[at] += shares.log_of(part, value) if other is None else other
            (agreeing if seen.agrees else opposing).append(part)
    return Weighed(same - log_sum(others), model.most(frozenset(agreeing), frozenset(opposing)))


def _odds_of(double: Double, total: int, crowd: int) -> float:
    return min(0.5, double.number / max(total if double.among_all else crowd, 1))


def log_sum(logs: Iterable[float]) -> float:
    """Return the logarithm of a sum of numbers given by their logarithms."""
    total = -inf
    for each in logs:
        high, low = (total, each) if total > each else (each, total)
        total = high if low == -inf else high + log1p(exp(low - high))
    return total


def evidence(model: Model, old: Record, new: Record, shares: Shares) -> tuple[Evidence, ...]:
    """Return what speaks for and against a pair, field by field, the changed SIS ID first."""
    told = [Evidence("sis_id", old.subject.sis_id, new.subject.sis_id, False, "what changed")]
    for name, compare in model.fields:
        sights = compare(old, new)
        agrees = all(seen.level.agrees for seen in sights) if sights else None
        how = "; ".join(seen.how for seen in sights if seen.how)
        weight = sum(_doublings(seen, shares) for seen in sights) if sights else None
        told.append(Evidence(name, _shown(old, name), _shown(new, name), agrees, how, weight))
    return tuple(told)


def _doublings(seen: Sight, shares: Shares) -> float:
    """Return how much likelier a sight is between two records of one than between strangers, as a power of two."""
    strangers = seen.level.others[0]
    by_chance = shares.log_of(seen.part, seen.value) if strangers is None else strangers
    return round((seen.level.same - by_chance) / log(2), 1)


def _shown(record: Record, name: str) -> str | None:
    if name == "name" and record.subject.label:
        return record.subject.label
    if name in record.members:
        return str(len(record.members[name]) // ID_BYTES)
    return record.labels.get(name) or record.values.get(name)


def ids_of(packed: bytes) -> Iterator[bytes]:
    """Yield the Clever IDs of a list of members."""
    return (packed[at : at + ID_BYTES] for at in range(0, len(packed), ID_BYTES))


class Overlap(NamedTuple):
    """The levels of two lists that have most, some or none of their members in common."""

    most: Level
    some: Level
    none: Level


MOST, SOME = 0.6, 0.2
"""Jaccard index from which on two lists have most or some members in common."""


def overlapping(name: str, levels: Overlap) -> Compare:
    """Return a comparison of two lists of members."""

    def compare(old: Record, new: Record) -> Sequence[Sight]:
        before, after = old.members.get(name), new.members.get(name)
        if not before or not after:
            return ()
        ours, theirs = set(ids_of(before)), set(ids_of(after))
        common, either = len(ours & theirs), len(ours | theirs)
        jaccard = common / either
        seen = levels.most if jaccard >= MOST else levels.some if jaccard >= SOME else levels.none
        return (Sight(name, seen, how="" if common == either else f"{common:,} of {either:,} in common"),)

    return compare


def equal(name: str, same: Level, other: Level) -> Compare:
    """Return a comparison of values that are equal, whatever their case, or not."""

    def compare(old: Record, new: Record) -> Sequence[Sight]:
        before, after = old.values.get(name), new.values.get(name)
        if before is None or after is None:
            return ()
        before, after = before.lower(), after.lower()
        return (Sight(name, same, before),) if before == after else (Sight(name, other),)

    return compare
