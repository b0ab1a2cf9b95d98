"""When a sync is held: strictly more than the limit, by type, and never on noise."""

import pytest

from roster_tui.roster.compare import Tally
from roster_tui.roster.hold import Limits, trips

LIMITS = Limits(removed_percent=10, updated_percent=75, floor=5, suspensions=50)


def tally(before: int, *, added: int = 0, updated: int = 0, removed: int = 0) -> Tally:
    return Tally(before, before + added - removed, added, updated, removed)


@pytest.mark.parametrize(
    ("found", "tripped"),
    [
        (tally(0, added=1_000), []),
        (tally(100, removed=10), []),
        (tally(100, removed=11), ["removed"]),
        (tally(100, updated=75), []),
        (tally(100, updated=76), ["updated"]),
        (tally(10, removed=5), []),
        (tally(10, removed=6), ["removed"]),
        (tally(3, removed=3), ["removed"]),
        (tally(3, removed=3, added=3), []),
        (tally(1_000, removed=1_000, added=1_000), ["removed"]),
        (tally(1_000, updated=900, removed=101), ["removed", "updated"]),
    ],
    ids=str,
)
def test_limits(found: Tally, tripped: list[str]) -> None:
    assert [trip.what for trip in trips({"teacher": found}, 0, LIMITS)] == tripped


def test_types_trip_together_and_each_says_why() -> None:
    found = trips({"teacher": tally(100, removed=50), "student": tally(1_000, removed=500)}, 51, LIMITS)
    assert [str(trip) for trip in found] == [
        "50 of 100 teachers removed (50 %); the limit is 10 %",
        "500 of 1,000 students removed (50 %); the limit is 10 %",
        "51 accounts would be suspended; the limit is 50",
    ]


def test_the_number_of_suspensions_may_be_met() -> None:
    assert trips({}, 50, LIMITS) == []
