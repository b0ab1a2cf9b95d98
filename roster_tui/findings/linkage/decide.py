"""From weights to outcomes: match, possible match, leaver, joiner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log

from roster_tui.findings.linkage.assignment import assign
from roster_tui.findings.linkage.blocking import Blocks
from roster_tui.findings.linkage.model import Model, Outcome, Record, Weighed, evidence, log_sum, weigh
from roster_tui.findings.linkage.shares import Shares
from roster_tui.findings.model import Evidence, Subject

MATCH = 0.999
"""Probability from which on two records are one."""
POSSIBLE = 0.2
"""Probability from which on a person should look."""

_CERTAIN = 0.9999
"""The most that is ever said: the model's own mistakes are not in its numbers."""
_EXPECTED, _WORTH = 0.1, 10
"""Share of the removed that is expected to come back under a new ID, and how many records that guess is worth."""
_ROUNDS = 3
_WORTH_KEEPING = -4.0
"""Weights below this are not looked at again: no share of re-keys makes them possible."""


@dataclass(frozen=True)
class Pair:
    """A removed record and an added one that are, or may be, one."""

    old: Subject
    new: Subject
    confidence: float
    """Probability that they are one, 0 to 1."""
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Linkage:
    """What became of the removed records of one kind, and where the added ones come from."""

    matches: tuple[Pair, ...] = ()
    """Re-keyed."""
    possible: tuple[Pair, ...] = ()
    """For a person to decide; nothing is done about them."""
    leavers: tuple[Subject, ...] = ()
    joiners: tuple[Subject, ...] = ()


def link(
    model: Model, removed: Sequence[Record], added: Sequence[Record], shares: Shares, stayers: Iterable[Record] = ()
) -> Linkage:
    """Pair removed records with added ones, each in one pair at most.

    ``stayers`` are records that are in the data on both sides and resemble one of these: where an added record
    is more like somebody who never left (the twin of a leaver), it is nobody's new half.
    """
    if not removed or not added:
        return Linkage(leavers=_subjects(removed), joiners=_subjects(added))
    rivals = _Rivals(model, removed, added, shares)
    for stayer in stayers:
        rivals.add_stayer(stayer)
    return rivals.outcome()


def _subjects(records: Iterable[Record]) -> tuple[Subject, ...]:
    return tuple(record.subject for record in records)


class _Rivals:
    """Every pair worth a thought, and what else each of its sides could be."""

    def __init__(self, model: Model, removed: Sequence[Record], added: Sequence[Record], shares: Shares) -> None:
        self._model, self._shares = model, shares
        self._removed, self._added = removed, added
        self._crowd = max(len(removed), len(added))
        blocks = Blocks(added, model.block_keys)
        self._edges: list[dict[int, Weighed]] = [self._weighed(old, blocks) for old in removed]
        self._old_signs, self._new_signs = Blocks(removed, model.signs), Blocks(added, model.signs)
        self._old_stayers: dict[int, list[float]] = {}
        self._new_stayers: dict[int, list[float]] = {}

    def _weigh(self, old: Record, new: Record) -> Weighed:
        return weigh(self._model, old, new, self._shares, self._crowd)

    def _weighed(self, old: Record, blocks: Blocks) -> dict[int, Weighed]:
        near = ((place, self._weigh(old, self._added[place])) for place in blocks.near(old))
        return {place: each for place, each in near if each.most and each.weight > _WORTH_KEEPING}

    def add_stayer(self, stayer: Record) -> None:
        """Note how likely an added record is one who never left, and a removed one a duplicate of such."""
        for place in self._new_signs.near(stayer):
            weight = self._weigh(stayer, self._added[place]).weight
            self._new_stayers.setdefault(place, []).append(weight)
        for place in self._old_signs.near(stayer):
            weight = self._weigh(self._removed[place], stayer).weight
            self._old_stayers.setdefault(place, []).append(weight)

    def _chances(self, share: float) -> list[dict[int, float]]:
        """Return the probability of each pair, given the share of removed records that come back.

        Against a pair stand all others of either side, and that neither has any.
        """
        prior = log(share / (1 - share) / self._crowd)
        by_new: dict[int, list[float]] = {}
        for edges in self._edges:
            for new, weighed in edges.items():
                by_new.setdefault(new, []).append(weighed.weight)
        ours = [
            log_sum([*(each.weight for each in edges.values()), *self._old_stayers.get(old, ())])
            for old, edges in enumerate(self._edges)
        ]
        theirs = {new: log_sum([*weights, *self._new_stayers.get(new, ())]) for new, weights in by_new.items()}
        return [
            {new: _chance(each.weight, ours[old], theirs[new], prior) for new, each in edges.items()}
            for old, edges in enumerate(self._edges)
        ]

    def outcome(self) -> Linkage:
        share = _EXPECTED
        for _ in range(_ROUNDS):
            # One expectation and one maximisation: a night of migration has another share than a quiet one.
            expected = sum(max(each.values(), default=0.0) for each in self._chances(share))
            share = (_EXPECTED * _WORTH + expected) / (_WORTH + len(self._removed) + 1)
        return self._decided(self._chances(share))

    def _decided(self, chances: list[dict[int, float]]) -> Linkage:
        possible = {
            old: {
                new: each.weight - _WORTH_KEEPING for new, each in edges.items() if chances[old][new] > POSSIBLE / 100
            }
            for old, edges in enumerate(self._edges)
        }
        matches: list[Pair] = []
        maybe: list[Pair] = []
        paired_old, paired_new = set(), set()
        for old, new in sorted(assign(possible).items()):
            chance = chances[old][new]
            if chance < POSSIBLE:
                continue
            paired_old.add(old)
            paired_new.add(new)
            sure = chance >= MATCH and self._edges[old][new].most is Outcome.MATCH
            (matches if sure else maybe).append(self._pair(old, new, chance))
        return Linkage(
            tuple(matches),
            tuple(maybe),
            _subjects(each for place, each in enumerate(self._removed) if place not in paired_old),
            _subjects(each for place, each in enumerate(self._added) if place not in paired_new),
        )

    def _pair(self, old: int, new: int, chance: float) -> Pair:
        before, after = self._removed[old], self._added[new]
        confidence = min(_CERTAIN, round(chance, 4))
        return Pair(before.subject, after.subject, confidence, evidence(self._model, before, after, self._shares))


def _chance(weight: float, ours: float, theirs: float, prior: float) -> float:
    high = max(ours, theirs, -prior)
    total = exp(ours - high) + exp(theirs - high) - exp(weight - high) + exp(-prior - high)
    return exp(weight - high) / total
