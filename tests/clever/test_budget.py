"""One budget a token: slow before the wall, wait at it, and no longer than a window."""

import asyncio
import time
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from roster_tui.clever import Credential
from roster_tui.clever.budget import LONGEST_WINDOW, RateBudget, shared_budget
from tests.clever.conftest import Script, Sleeps, an_id, client_for, page, reply
from tests.conftest import serving


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


async def test_calls_that_are_slowed_go_one_after_another(sleeps: Sleeps) -> None:
    left = budget()
    left.note(headers(30, 1_030.0))
    await asyncio.gather(*(left.take(sleeps) for _ in range(3)))
    assert sleeps.seconds == pytest.approx([1.0, 1.0 + 30 / 29, 1.0 + 30 / 29 + 30 / 28])


async def test_the_window_that_was_waited_for_is_full_again(sleeps: Sleeps) -> None:
    left = budget()
    left.note(headers(0, 1_030.0))
    await left.take(sleeps)
    await left.take(sleeps)
    assert len(sleeps.seconds) == 1


@pytest.mark.parametrize("off", [-900, -30, 30, 86_400])
async def test_the_servers_own_date_says_how_long_it_is_however_our_clock_is_set(sleeps: Sleeps, off: int) -> None:
    there = datetime.fromtimestamp(1_000 + off, UTC)
    left = budget()
    left.note(headers(0, 1_040 + off) | {"date": format_datetime(there, usegmt=True)})
    assert left.seconds_to_reset() == 40.0


async def test_an_answer_from_the_window_before_changes_nothing(sleeps: Sleeps) -> None:
    left = budget()
    left.note(headers(900, 1_059.0))
    left.note(headers(0, 1_000.0))
    await left.take(sleeps)
    assert sleeps.seconds == []


@pytest.mark.parametrize("hostile", ["9" * 5_000, "-1", "nan", "1e9", "٣", "inf", "0x10", " ", "1;2"])
@pytest.mark.parametrize("name", ["limit", "remaining", "reset"])
async def test_no_header_value_breaks_or_stops_us(sleeps: Sleeps, name: str, hostile: str) -> None:
    left = budget()
    left.note(headers(5, 1_030.0) | {f"x-ratelimit-{name}": hostile, "date": hostile})
    await left.take(sleeps)
    assert all(seconds <= LONGEST_WINDOW + 0.5 for seconds in sleeps.seconds)


def test_one_token_has_one_budget_and_another_its_own() -> None:
    mine, other = Credential.bearer("a"), Credential.bearer("b")
    held = shared_budget("https://x", mine)
    assert shared_budget("https://x", Credential.bearer("a")) is held
    assert shared_budget("https://x", other) is not held
    assert shared_budget("https://y", mine) is not held


async def test_two_clients_of_one_token_know_of_the_same_wall() -> None:
    used_up = {
        "x-ratelimit-limit": "1200",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(time.time()) + 30),
    }
    first, second = Sleeps(), Sleeps()
    with serving(Script([reply(page(an_id(1)), headers=used_up)])) as url:
        async with client_for(url, first) as one, client_for(url, second) as two:
            await one.district()
            await two.district()
    assert first.seconds == []
    assert 27 <= second.seconds[0] <= 31
