"""Why a sync did not come to its end; the roster is as before in every case."""

from __future__ import annotations

from roster_tui.errors import BLOCKED, USAGE, RosterError


class SyncRefused(RosterError):
    """A sync, or a decision about a held one, that did nothing; says why."""

    fix = ""
    """What the reader can do about it."""


class SyncRunning(SyncRefused):
    """Another sync holds the lock."""

    fix = "Wait for its end, or let this one wait: --wait SECONDS"

    def __init__(self, who: str) -> None:
        super().__init__(f"Another sync is running ({who}). Nothing was done")


class WrongDistrict(SyncRefused):
    """The token belongs to another district than the one asked for."""

    exit_code = USAGE


class DistrictNotReady(SyncRefused):
    """Clever's own sync of this district is in error or has not begun: what it serves is not to be trusted."""

    fix = "Look at the district's sync in Clever's dashboard"

    def __init__(self, outward: str, said: str = "") -> None:
        self.outward = outward
        """The same without Clever's own words, which may name a person."""
        super().__init__(f"{outward}. The roster is kept" + (f". Clever says: {said}" if said else ""))


class KeepsMoving(SyncRefused):
    """Clever's data changed under every fetch."""

    fix = "Sync again when Clever's own sync has ended"

    def __init__(self, fetches: int) -> None:
        super().__init__(f"Clever's data changed during each of {fetches} fetches; the roster is as before")


class NothingHeld(SyncRefused):
    """There is no run to decide about."""

    def __init__(self) -> None:
        super().__init__("No sync is held for review")


class HoldChanged(SyncRefused):
    """What is staged is not what was shown."""

    exit_code = BLOCKED

    fix = "Look at it again: roster-tui hold show"

    def __init__(self) -> None:
        super().__init__("The held sync is not the one that was shown; nothing was applied")
