"""Clever's rate limit, kept from our side: one budget a token, shared by all concurrent calls.

1,200 requests a minute in a fixed window that empties at once; the headers say how many remain and when
(reference 2.4).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping

LONGEST_WINDOW = 60.0
_SLOW_BELOW = 0.05
"""Share of the window's requests from which on we spread the rest over the time that is left."""


class RateBudget:
    """How many requests are left before the window ends, as far as answers have told."""

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._limit = 0
        self._remaining = 0
        self._resets_at = 0.0

    def note(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer's headers; what is missing or no number is ignored."""
        try:
            limit = int(headers["x-ratelimit-limit"])
            remaining = int(headers["x-ratelimit-remaining"])
            resets_at = float(headers["x-ratelimit-reset"])
        except (KeyError, ValueError):
            return
        if resets_at == self._resets_at:
            # Answers overtake one another; the lowest count is the newest.
            remaining = min(remaining, self._remaining)
        self._limit, self._remaining, self._resets_at = limit, remaining, resets_at

    def seconds_to_reset(self) -> float:
        """Return how long until the window empties; never more than a window, whatever the clocks say."""
        return min(max(0.0, self._resets_at - self._clock()), LONGEST_WINDOW)

    async def take(self) -> None:
        """Wait until one more request is within the limit, and count it."""
        left = self.seconds_to_reset()
        if left and self._limit:
            if self._remaining <= 0:
                await self._sleep(left + random.uniform(0, 0.5))
            elif self._remaining < self._limit * _SLOW_BELOW:
                await self._sleep(left / self._remaining)
        self._remaining -= 1
