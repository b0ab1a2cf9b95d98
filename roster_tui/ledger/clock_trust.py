"""Moments that were written down while a clock was wrong: nothing is waited for because of one. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

MOST_AHEAD = timedelta(minutes=5)
"""By which the clocks of machines that share a data folder may differ."""


def is_to_come(at: datetime, now: datetime) -> bool:
    """Return whether something is said to have happened later than now, so that a clock was wrong, or is."""
    return at - now > MOST_AHEAD
