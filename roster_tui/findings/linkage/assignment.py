"""Each record in one pair at most, so that the sum of weights is the largest there is.

Written here since scipy, which has it, takes 60 MB and most of a second to import.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from math import inf

Edges = Mapping[int, Mapping[int, float]]
"""Weight of each possible pair: by place on the left, then on the right."""


def assign(edges: Edges) -> dict[int, int]:
    """Return the pairs of largest sum, left to right; only weights above 0 are worth a pair.

    Successive shortest augmenting paths over the edges there are (Jonker and Volgenant's dual updates).
    """
    found: dict[int, int] = {}
    for lefts in _components(edges):
        if len(lefts) == 1:
            weights = edges[lefts[0]]
            best = max(weights, key=lambda right: (weights[right], -right))
            if weights[best] > 0:
                found[lefts[0]] = best
        else:
            found.update(_Matching(edges, lefts).pairs())
    return found


def _components(edges: Edges) -> Iterator[list[int]]:
    """Yield the left places of each connected part."""
    by_right: dict[int, list[int]] = {}
    for left, rights in edges.items():
        for right in rights:
            by_right.setdefault(right, []).append(left)
    seen: set[int] = set()
    for start, rights in edges.items():
        if start in seen or not rights:
            continue
        seen.add(start)
        part, waiting = [], [start]
        while waiting:
            left = waiting.pop()
            part.append(left)
            for right in edges[left]:
                for other in by_right[right]:
                    if other not in seen:
                        seen.add(other)
                        waiting.append(other)
        yield sorted(part)


class _Matching:
    """One connected part. Every left place also has a partner of its own, worth 0: to stay alone."""

    def __init__(self, edges: Edges, lefts: list[int]) -> None:
        self._costs = {
            left: {**{right: -weight for right, weight in edges[left].items()}, ~left: 0.0} for left in lefts
        }
        self._left_of: dict[int, int] = {}
        self._right_of: dict[int, int] = {}
        self._left_price: dict[int, float] = {}
        self._right_price: dict[int, float] = {}

    def pairs(self) -> dict[int, int]:
        for left, costs in self._costs.items():
            self._left_price[left] = min(cost - self._right_price.get(right, 0.0) for right, cost in costs.items())
            self._place(left)
        return {left: right for left, right in self._right_of.items() if right >= 0}

    def _place(self, start: int) -> None:
        """Find the cheapest way to give one more left place a partner, moving others where that pays."""
        distance: dict[int, float] = {}
        came_from: dict[int, int] = {}
        settled: list[int] = []
        done: set[int] = set()
        heap: list[tuple[float, int]] = []
        left, reached = start, 0.0
        reached_left = {start: 0.0}
        while True:
            for right, cost in self._costs[left].items():
                through = reached + cost - self._left_price[left] - self._right_price.get(right, 0.0)
                if right not in done and through < distance.get(right, inf):
                    distance[right], came_from[right] = through, left
                    heappush(heap, (through, right))
            # A partner of one's own is always free, so the heap cannot run empty.
            reached, right = heappop(heap)
            while right in done:
                reached, right = heappop(heap)
            done.add(right)
            if right not in self._left_of:
                break
            settled.append(right)
            left = self._left_of[right]
            reached_left[left] = reached
        for each, at in reached_left.items():
            self._left_price[each] += reached - at
        for each in settled:
            self._right_price[each] = self._right_price.get(each, 0.0) - (reached - distance[each])
        self._augment(right, came_from, start)

    def _augment(self, right: int, came_from: Mapping[int, int], start: int) -> None:
        while True:
            left = came_from[right]
            previous = self._right_of.get(left)
            self._left_of[right], self._right_of[left] = left, right
            if left == start or previous is None:
                return
            right = previous
