"""Charts: bars beside their numbers, in triage, sync and activity; nothing moves, and ASCII does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.console.charts import accounts_chart, actions_chart, findings_chart
from roster_tui.findings.store import by_night
from roster_tui.present import ascending, stacked
from roster_tui.workspace import Workspace
from tests.console.conftest import Open

CHICAGO = ZoneInfo("America/Chicago")


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=4), st.integers(8, 60))
def test_a_stacked_bar_is_as_wide_as_asked_and_shows_whatever_there_is(counts: list[int], width: int) -> None:
    symbols = "abcd"[: len(counts)]
    bar = stacked(list(zip(counts, symbols, strict=True)), width)
    assert len(bar) == width
    if sum(counts):
        assert {symbol for symbol in symbols if symbol in bar} == {
            symbol for count, symbol in zip(counts, symbols, strict=True) if count
        }


@given(st.lists(st.none() | st.integers(0, 10**7), max_size=40))
def test_bars_rise_with_their_numbers(values: list[int | None]) -> None:
    line = ascending(values)
    assert len(line) == len(values)
    shown = [(value, bar) for value, bar in zip(values, line, strict=True) if value is not None]
    assert all(one[1] <= other[1] for one in shown for other in shown if one[0] <= other[0])
    assert all((bar == "▁") is (value == 0) for value, bar in shown)


def test_what_the_charts_say() -> None:
    accounts = {"active": 1_200, "pending": 5, "suspended": 3, "pinned": 0}
    assert accounts_chart(accounts) == "██████████████████████▒░  █ 1,200 active  ▒ 5 pending  ░ 3 suspended"
    assert findings_chart([None, *[4] * 6, 1, 8]) == "·▅▅▅▅▅▅▂█  8 findings now, 4 a week ago"
    assert findings_chart([0]) == "▁  0 findings now"
    days: list[tuple[date, int | None]] = [(date(2026, 11, 22), None), (date(2026, 11, 23), 3), (date(2026, 11, 24), 0)]
    assert actions_chart(days) == "·█▁  last 3 days: 3 actions, the most on Nov 23: 3"


def test_findings_by_night_are_those_that_stood_there(demo: Workspace) -> None:
    today = datetime(2026, 11, 24, 20, tzinfo=UTC).astimezone(CHICAGO).date()
    days = [today - timedelta(days=ago) for ago in (8, 7, 6, 1, 0)]
    with demo.cache.writing() as db:
        db.execute("UPDATE noticed SET gone_at = '2026-11-24T05:30:00+00:00' WHERE code = 'term-not-begun'")
        # 5:30 in Greenwich is the evening before in Chicago.
        assert by_night(db, days, CHICAGO) == [None, 1, 1, 0, 32]


@pytest.mark.parametrize(("view", "said"), [("1", "active"), ("6", "last 30 days"), ("7", "last 30 nights")])
async def test_charts_stand_in_their_views_with_letters_where_the_terminal_has_no_blocks(
    open_console: Open, demo: Workspace, view: str, said: str
) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press(view)
        (chart,) = (line for line in desk.rows if said in line)
        assert any(bar in chart for bar in "▁▂▃▄▅▆▇█")
        desk.app.ascii_only = True
        await desk.press("2", view)
        (chart,) = (line for line in desk.rows if said in line)
        assert chart.isascii()
