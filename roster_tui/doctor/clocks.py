"""This machine's clock, the district's time zone, and when the next sync is. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from roster_tui.doctor.checks import Check, ok, warning
from roster_tui.present import clock_time, day_and_time

MOST_SKEW = timedelta(minutes=2)


def check_clock(skew: timedelta | None) -> Check:
    """Return how far this clock is from Clever's; ``skew`` is positive where ours is ahead."""
    if skew is None:
        return ok("clock", "Clever did not tell its time")
    if abs(skew) <= MOST_SKEW:
        return ok("clock", "as Clever's")
    way = "ahead of" if skew > timedelta() else "behind"
    return warning(
        "clock",
        f"{_span(abs(skew))} {way} Clever's",
        "Let this machine set its clock (NTP): the journal, the ages shown and mailed links go by it",
    )


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def check_zone(zone: str, now: datetime, next_sync: datetime) -> Check:
    """Return in which time zone the nights are counted; ``zone`` is the setting, ``now`` is in that zone."""
    tonight = f"next sync {day_and_time(next_sync)}, now {clock_time(now)}"
    if zone:
        return ok("time zone", f"{zone}: {tonight}")
    name = now.tzname() or "unknown"
    if name in ("UTC", "GMT"):
        return warning(
            "time zone",
            f"{name}, the system's: {tonight}",
            "Set timezone to the district's own, as in America/Chicago: its nights are not those of a server",
        )
    return ok("time zone", f"{name}, the system's: {tonight}")
