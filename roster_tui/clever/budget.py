"""Clever's rate limit, kept from our side: one budget a token, shared by all concurrent calls of the process.

1,200 requests a minute in a fixed window that empties at once; the headers say how many remain and when
(reference 2.4).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from weakref import WeakValueDictionary

from roster_tui.http.credentials import Credential

LONGEST_WINDOW = 60.0
_SLOW_BELOW = 0.05
"""Share of the window's requests from which on we spread the rest over the time that is left."""

Sleep = Callable[[float], Awaitable[None]]


class RateBudget:
    """How many requests are left before the window ends, as far as answers have told."""

    def __init__(
        self, wall_clock: Callable[[], float] = time.time, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall_clock = wall_clock
        self._clock = clock
        self._limit = 0
        self._remaining = 0
        self._window = 0
        """The server's name for its window: the moment at which it ends, by the server's clock."""
        self._ends_at = 0.0
        """The same moment by ours, which may be set meanwhile without harm."""
        self._paced_until = 0.0

    def note(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer's headers; what is missing or no number is ignored."""
        limit, remaining, window = (
            _number(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset")
        )
        if not limit or remaining is None or window is None:
            return
        if window == self._window:
            # Answers overtake one another; the lowest count is the newest.
            remaining = min(remaining, self._remaining)
        elif 0 < self._window - window <= LONGEST_WINDOW:
            return  # An answer from the window before.
        else:
            left = window - _server_time(headers.get("date"), self._wall_clock())
            self._ends_at = self._clock() + min(max(0.0, left), LONGEST_WINDOW)
        self._limit, self._remaining, self._window = limit, remaining, window

    def seconds_to_reset(self) -> float:
        """Return how long until the window empties; never more than a window, whatever the clocks say."""
        return max(0.0, self._ends_at - self._clock())

    async def take(self, sleep: Sleep = asyncio.sleep) -> None:
        """Wait until one more request is within the limit, and count it."""
        left = self.seconds_to_reset()
        if left and self._limit and self._remaining <= 0:
            window = self._window
            await sleep(left + random.uniform(0, 0.5))
            if self._window == window:
                self._remaining, self._ends_at = self._limit, self._clock()
        elif left and self._remaining < self._limit * _SLOW_BELOW:
            # Each call gets a place of its own in the time that is left, or all would wait and go at once.
            place = max(self._paced_until, self._clock()) + left / self._remaining
            self._paced_until = place
            self._remaining -= 1
            await sleep(place - self._clock())
            return
        self._remaining -= 1


def _number(text: str | None) -> int | None:
    """Return a header's whole number; None for anything that cannot be one."""
    return int(text) if text and len(text) <= 15 and text.isascii() and text.isdigit() else None


def _server_time(date: str | None, otherwise: float) -> float:
    """Return the server's time by its ``Date`` header, so that a clock of ours which is off does no harm."""
    try:
        return parsedate_to_datetime(date or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return otherwise


_shared: WeakValueDictionary[tuple[str, bytes], RateBudget] = WeakValueDictionary()


def shared_budget(host: str, credential: Credential) -> RateBudget:
    """Return the one budget of a token at a host; it lives as long as a client of this process uses it."""
    key = (host, credential.digest())
    budget = _shared.get(key)
    if budget is None:
        budget = _shared[key] = RateBudget()
    return budget
