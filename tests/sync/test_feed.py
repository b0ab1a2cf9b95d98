"""When the events will do, and what makes everything be fetched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from roster_tui.settings import CleverSettings
from roster_tui.sync.feed import Feed, minted_at, why_full
from tests.conftest import NOW

SETTINGS = CleverSettings()


def cursor(at: datetime) -> str:
    return f"{int(at.timestamp()):08x}{1:016x}"


FEED = Feed(cursor(NOW - timedelta(days=1)), NOW, "v3.1", "all", NOW - timedelta(days=1), {"schools": 1})


def test_a_fresh_cursor_will_do() -> None:
    assert why_full(FEED, SETTINGS, NOW) is None


@pytest.mark.parametrize(
    ("feed", "options", "why"),
    [
        (None, {}, "the first sync"),
        (replace(FEED, cursor=None), {}, "keeps no events"),
        (replace(FEED, cursor=cursor(NOW - timedelta(days=30))), {}, "is 30 days old"),
        (replace(FEED, full_at=NOW - timedelta(days=7)), {}, "the last full run is 7 days ago"),
        (replace(FEED, full_at=NOW + timedelta(days=365)), {}, "the clock was wrong at the last full run"),
        (FEED, {"version": "v3.0"}, "from v3.1 to v3.0"),
        (FEED, {"students": "none"}, "from all to none"),
    ],
)
def test_reasons_for_a_full_run(feed: Feed | None, options: dict[str, Any], why: str) -> None:
    told = why_full(feed, msgspec.structs.replace(SETTINGS, **options), NOW)
    assert told is not None
    assert why in told


def test_a_person_may_ask_for_it() -> None:
    assert why_full(FEED, SETTINGS, NOW, asked=True) == "asked for"


def test_twenty_nine_days_are_still_young_enough() -> None:
    feed = replace(FEED, cursor=cursor(NOW - timedelta(days=29)))
    assert why_full(feed, SETTINGS, NOW) is None


def test_a_clock_a_little_ahead_is_none_that_is_wrong() -> None:
    assert why_full(replace(FEED, full_at=NOW + timedelta(minutes=5)), SETTINGS, NOW) is None


def test_it_is_read_as_it_was_written() -> None:
    assert Feed.of(FEED.document()) == FEED
    assert Feed.of(None) is None


def test_an_id_says_when_it_was_minted() -> None:
    assert minted_at("64206e4531f12f05cc490fa5") == datetime(2023, 3, 26, 16, 9, 41, tzinfo=UTC)
