"""What people would rather look at than read, as one line each, with the numbers beside it. Pure.

Drawn once when its list is, of characters that have an ASCII stand-in: nothing moves, and nothing is sent when idle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from roster_tui.present import ascending, counted, number, sparkline, stacked
from roster_tui.roster.history import Night

NIGHTS = 30
_WEEK = 7
_BAR = 24
_STATES = {"active": "█", "pending": "▒", "suspended": "░"}


def accounts_chart(accounts: Mapping[str, int]) -> str:
    """Return the accounts by state, as one bar and in numbers."""
    parts = [(accounts[state], symbol) for state, symbol in _STATES.items()]
    said = "  ".join(f"{symbol} {number(accounts[state])} {state}" for state, symbol in _STATES.items())
    return f"{stacked(parts, _BAR)}  {said}"


def syncs_chart(nights: Sequence[Night]) -> str:
    """Return what the syncs of the last nights changed, as bars and in numbers."""
    states = [night.state for night in nights if night.state]
    told = [f"{states.count(state)} {state}" for state in ("applied", "held", "failed", "discarded") if state in states]
    most = max(night.changes for night in nights)
    line = sparkline([night.changes if night.state == "applied" else None for night in nights])
    return f"{line}  last {len(nights)} nights: {', '.join(told) or 'no sync'}; at most {counted(most, 'change')}"


def findings_chart(by_night: Sequence[int | None]) -> str:
    """Return how many findings stood there after each night, as bars and in numbers; None where none is known."""
    now, before = by_night[-1] or 0, by_night[-1 - _WEEK] if len(by_night) > _WEEK else None
    week = "" if before is None else f", {number(before)} a week ago"
    return f"{ascending(by_night)}  {counted(now, 'finding')} now{week}"


def actions_chart(by_day: Sequence[tuple[date, int | None]]) -> str:
    """Return how much was done on each day, as bars and in numbers; None where nobody knows."""
    total = sum(done or 0 for _, done in by_day)
    day, most = max(by_day, key=lambda each: each[1] or 0)
    busiest = f", the most on {day:%b} {day.day}: {number(most)}" if most else ""
    return f"{ascending([done for _, done in by_day])}  last {len(by_day)} days: {counted(total, 'action')}{busiest}"
