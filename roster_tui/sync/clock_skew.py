"""This machine's clock beside Clever's: by one that is far off nothing is ended or removed. Pure."""

from __future__ import annotations

from datetime import timedelta

MOST_SKEW = timedelta(hours=2)


def is_trusted(skew: timedelta | None) -> bool:
    """Return whether what was kept until a day may go by this clock; ``skew`` is None where Clever tells no time."""
    return skew is None or abs(skew) <= MOST_SKEW


def told(skew: timedelta | None) -> str:
    """Say what is wrong with this clock, for the notes of a run; empty when it is trusted."""
    if skew is None or is_trusted(skew):
        return ""
    way = "ahead of" if skew > timedelta() else "behind"
    return (
        f"This machine's clock is {round(abs(skew) / timedelta(hours=1)):,} h {way} Clever's. Nothing was ended or "
        "removed by date. Let the machine set its clock (NTP)"
    )
