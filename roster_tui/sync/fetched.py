"""What a fetch leaves behind for comparing, and what both ways of fetching share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from roster_tui.clever import Unreadable
from roster_tui.roster.kinds import Kind

MOST_FETCHES = 3
"""So often everything is read again when Clever's data moves meanwhile."""


@dataclass(frozen=True)
class Fetched:
    """The next roster is staged; this is what is known of it."""

    cursor: str | None
    last_sync: datetime | None
    counted: Mapping[str, int]
    """Records that Clever counts, by list."""
    unreadable: tuple[tuple[Kind, Unreadable], ...] = ()
