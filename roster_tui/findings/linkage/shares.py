"""How often a value stands in the roster: a shared Nguyen says less than a shared Featherstonehaugh."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

# What a value's share is expected to be before the roster is looked at, and how many records that expectation
# is worth: in a school of 40 everybody's surname is rare, which tells nothing about surnames.
_EXPECTED = {
    "first": 0.004,
    "middle": 0.005,
    "last": 0.001,
    "born": 0.0003,
    "school": 0.02,
    "grade": 0.08,
    "title": 0.1,
    "course": 0.02,
    "name": 0.005,
}
_EXPECTED_ID = 1e-6
_WORTH = 200
_RAREST = 1e-7
"""However large the roster: IDs are typed twice, and newcomers bring names that nobody had."""


class Shares:
    """The shares of values in a roster of ``total`` records; ``counts`` are by part and folded value."""

    def __init__(self, total: int, counts: Mapping[str, Mapping[str, int]]) -> None:
        self.total = total
        self._counts = counts
        self._logs: dict[tuple[str, str], float] = {}

    def log_of(self, part: str, value: str | None) -> float:
        """Return the logarithm of how often another record has a value by chance."""
        key = (part, value or "")
        known = self._logs.get(key)
        if known is None:
            expected = _EXPECTED.get(part, _EXPECTED_ID)
            # One of those who have the value is the record itself.
            others = max(self._counts.get(part, {}).get(value or "", 0) - 1, 0)
            known = log(max(_RAREST, (others + _WORTH * expected) / (self.total + _WORTH)))
            self._logs[key] = known
        return known
