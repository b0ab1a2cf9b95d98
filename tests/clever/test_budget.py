"""One budget a token: slow before the wall, wait at it, and no longer than a window."""

import pytest

from roster_tui.clever.budget import LONGEST_WINDOW, RateBudget
from tests.clever.conftest import Sleeps


def headers(remaining: int, reset: float, limit: int = 1200) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int(reset)),
    }


@pytest.fixture
def sleeps() -> Sleeps:
    return Sleeps()


def budget() -> RateBudget:
    return RateBudget(wall_clock=lambda: 1_000.0, clock=lambda: 50.0)


async def test_nothing_is_waited_for_while_there_is_plenty(sleeps: Sleeps) -> None:
    left = budget()
    await left.take(sleeps)
    left.note(headers(1_000, 1_030.0))
    await left.take(sleeps)
    assert sleeps.seconds == []


async def test_the_rest_is_spread_over_the_window_when_it_gets_short(sleeps: Sleeps) -> None:
    left = budget()
    left.note(headers(30, 1_030.0))
    await left.take(sleeps)
    assert sleeps.seconds == [1.0]


async def test_at_the_wall_the_window_is_waited_for(sleeps: Sleeps) -> None:
    left = budget()
    left.note(headers(0, 1_030.0))
    await left.take(sleeps)
    assert 30.0 <= sleeps.seconds[0] <= 30.5


async def test_concurrent_calls_share_one_count(sleeps: Sleeps) -> None:
    left = budget()
    left.note(headers(60, 1_030.0))
    for _ in range(2):
        await left.take(sleeps)
    assert len(sleeps.seconds) == 1
    # An answer that was overtaken must not give back what later calls have taken.
    left.note(headers(60, 1_030.0))
    await left.take(sleeps)
    assert len(sleeps.seconds) == 2


async def test_a_clock_that_is_off_never_makes_us_wait_longer_than_a_window(sleeps: Sleeps) -> None:
    left = budget()
    left.note(headers(0, 9_999_999.0))
    await left.take(sleeps)
    assert sleeps.seconds[0] <= LONGEST_WINDOW + 0.5


@pytest.mark.parametrize("broken", [{}, {"x-ratelimit-limit": "many"}, headers(1, 1.0) | {"x-ratelimit-reset": ""}])
async def test_headers_that_are_missing_or_broken_are_ignored(sleeps: Sleeps, broken: dict[str, str]) -> None:
    left = budget()
    left.note(broken)
    await left.take(sleeps)
    assert sleeps.seconds == []
