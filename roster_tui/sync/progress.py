"""How far a run is: counts, rate and time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

_ENOUGH_SECONDS = 1.0
"""Before this no rate is told: it would jump."""


@dataclass(frozen=True)
class Step:
    """How far a run is."""

    what: str
    """``wait, fetch, events, compare, apply`` or ``accounts``."""
    fetched: int = 0
    """Records so far, or events."""
    expected: int = 0
    """Records in all, as far as Clever tells; 0 when it does not."""
    seconds: float = 0.0
    """Since this step began."""

    @property
    def rate(self) -> float | None:
        """Records a second; None while it is too early to tell."""
        return self.fetched / self.seconds if self.seconds >= _ENOUGH_SECONDS else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end of the step at this rate; None when there is no telling."""
        if not self.rate or self.expected <= self.fetched:
            return None
        return (self.expected - self.fetched) / self.rate

    def describe(self) -> str:
        """Return it in a few words: ``fetch 12,000 of 60,000, 4,000/s, 12 s left``."""
        if not self.fetched:
            return self.what
        told = f"{self.what} {self.fetched:,}" + (f" of {self.expected:,}" if self.expected else "")
        if self.rate is not None:
            told += f", {self.rate:,.0f}/s"
        if self.seconds_left is not None:
            told += f", {_span(self.seconds_left)} left"
        return told


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


Progress = Callable[[Step], None]


class Watch:
    """Tells how far a run is, and keeps how long each step took."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._what = ""
        self._began = time.monotonic()
        self._expected = 0
        self.durations: dict[str, float] = {}
        """Seconds by step."""

    def begin(self, what: str, expected: int = 0) -> None:
        """Begin a step; the one before ends."""
        self.end()
        self._what, self._expected, self._began = what, expected, time.monotonic()
        self._progress(Step(what, expected=expected))

    def tell(self, fetched: int) -> None:
        """Tell how many records the step has come to."""
        self._progress(Step(self._what, fetched, self._expected, time.monotonic() - self._began))

    def end(self) -> None:
        """End the present step."""
        if self._what:
            spent = self.durations.get(self._what, 0.0) + time.monotonic() - self._began
            self.durations[self._what] = round(spent, 3)
            self._what = ""
