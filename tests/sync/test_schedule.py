"""What "tonight 1:00 AM" is, in the district's time zone and over its clock changes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from roster_tui.findings.model import Effect
from roster_tui.workspace import DistrictName, Workspace
from tests.conftest import settings_for


def at(folder: Path, clock: str, sync_at: str = "01:00", zone: str = "America/Chicago") -> Workspace:
    settings = settings_for(folder, sync_at=sync_at, timezone=zone)
    moment = datetime.fromisoformat(clock).astimezone(UTC)
    return Workspace(folder, DistrictName("1" * 24, "Lincoln"), settings, lambda: moment)


@pytest.mark.parametrize(
    ("clock", "sync_at", "next_at"),
    [
        ("2026-11-24T14:30+00:00", "01:00", "2026-11-25T01:00-06:00"),
        ("2026-11-25T06:59+00:00", "01:00", "2026-11-25T01:00-06:00"),
        ("2026-11-25T07:00+00:00", "01:00", "2026-11-26T01:00-06:00"),
        # 8 March 2026: 2:00 to 3:00 AM does not exist in Chicago.
        ("2026-03-08T00:30-06:00", "02:30", "2026-03-08T03:30-05:00"),
        ("2026-03-08T03:31-05:00", "02:30", "2026-03-09T02:30-05:00"),
        # 1 November 2026: 1:00 to 2:00 AM comes twice; the first time counts.
        ("2026-11-01T00:30-05:00", "01:30", "2026-11-01T01:30-05:00"),
        ("2026-11-01T01:45-05:00", "01:30", "2026-11-02T01:30-06:00"),
        ("2026-11-01T01:15-06:00", "01:30", "2026-11-02T01:30-06:00"),
    ],
)
def test_the_next_sync(tmp_path: Path, clock: str, sync_at: str, next_at: str) -> None:
    found = at(tmp_path, clock, sync_at).next_sync()
    assert found.isoformat(timespec="minutes") == next_at


def test_a_change_in_the_sis_shows_a_night_later_by_the_clock_on_the_wall(tmp_path: Path) -> None:
    # The night between is 25 hours long.
    workspace = at(tmp_path, "2026-10-31T09:00-05:00")
    assert workspace.effect_at(Effect.NEXT_SYNC).isoformat(timespec="minutes") == "2026-11-01T01:00-05:00"
    assert workspace.effect_at(Effect.SIS_AND_SYNC).isoformat(timespec="minutes") == "2026-11-02T01:00-06:00"


def test_without_a_zone_the_systems_counts(tmp_path: Path) -> None:
    found = at(tmp_path, "2026-03-08T00:30-06:00", "02:30", zone="").next_sync()
    assert found.isoformat(timespec="minutes") == "2026-03-08T03:30-05:00"
