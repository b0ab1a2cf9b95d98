"""Figures as benchmarks print them: each with what it is measured against, and the goal if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share / 100) - 1)]


@dataclass(frozen=True)
class Figure:
    """One measured number."""

    what: str
    value: float
    unit: str
    goal: float | None = None
    """At most this much."""

    def __str__(self) -> str:
        line = f"{self.what:<58}{self.value:>12,.2f} {self.unit:<8}"
        if self.goal is None:
            return line.rstrip()
        return f"{line}{'met' if self.value <= self.goal else 'MISSED'}: goal at most {self.goal:g}"


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print figures under a title."""
    print(f"\n{title}")
    for figure in figures:
        print(f"  {figure}")
