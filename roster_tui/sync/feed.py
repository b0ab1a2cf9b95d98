"""Where the events were left, and whether an incremental run may go on from there. Pure.

Rules: reference 5.3 (kept 30 days, and a silent gap after that) and 5.4 (when to fetch everything again).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from roster_tui.ledger.clock_trust import is_to_come
from roster_tui.settings import CleverSettings

OLDEST_CURSOR = timedelta(days=29)
"""Clever keeps events for 30 days, and answers an older cursor with what is left, without a word."""
META = "feed"


@dataclass(frozen=True)
class Feed:
    """What an incremental run goes on from; written in the same transaction as the records."""

    cursor: str | None
    """Id of the last event that the roster has seen; None when Clever had none."""
    last_sync: datetime | None
    """Clever's own sync of the district that the roster shows."""
    version: str
    """Of Clever's API, when the roster was fetched."""
    students: str
    """The setting when the roster was fetched."""
    full_at: datetime
    """When everything was fetched."""
    beyond: Mapping[str, int] = field(default_factory=dict)
    """By list, how many records Clever counted beyond those it listed and we could read."""

    def document(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            **asdict(self),
            "last_sync": self.last_sync.isoformat() if self.last_sync else None,
            "full_at": self.full_at.isoformat(),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any] | None) -> Feed | None:
        """Return it as it was stored; None for a roster that keeps none."""
        if document is None:
            return None
        last_sync = document["last_sync"]
        return cls(
            **{
                **document,
                "last_sync": datetime.fromisoformat(last_sync) if last_sync else None,
                "full_at": datetime.fromisoformat(document["full_at"]),
            }
        )


def why_full(feed: Feed | None, settings: CleverSettings, at: datetime, *, asked: bool = False) -> str | None:
    """Return why everything must be fetched, as a few words for people; None when the events will do."""
    if asked:
        return "asked for"
    if feed is None:
        return "the first sync"
    if feed.version != settings.version:
        return f"the API's version was changed from {feed.version} to {settings.version}"
    if feed.students != settings.students:
        return f"the setting clever.students was changed from {feed.students} to {settings.students}"
    if feed.cursor is None:
        return "Clever keeps no events for this application: they are turned off, or nothing has happened yet"
    age = at - minted_at(feed.cursor)
    if age > OLDEST_CURSOR:
        return f"the last event read is {age.days} days old, and Clever keeps them for 30"
    if is_to_come(feed.full_at, at):
        return "the clock was wrong at the last full run, or is now"
    if at - feed.full_at >= timedelta(days=settings.full_every_days):
        return f"the last full run is {(at - feed.full_at).days} days ago"
    return None


def minted_at(event_id: str) -> datetime:
    """Return when an id was made: its first eight hex digits are Unix seconds (reference 5.3)."""
    return datetime.fromtimestamp(int(event_id[:8], 16), UTC)
