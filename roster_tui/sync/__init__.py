"""The nightly run: fetch or follow events, stage, compare, hold or apply, then accounts and findings.

Killed at any moment, the roster is the old one or the new one; what must follow it (accounts, findings) is
worked out from what is on disk, so the next start can finish it.
"""

from roster_tui.sync.errors import (
    DistrictNotReady,
    HoldChanged,
    KeepsMoving,
    NothingHeld,
    SyncRefused,
    SyncRunning,
    WrongDistrict,
)
from roster_tui.sync.follow import finish_interrupted, follow
from roster_tui.sync.progress import Progress, Step
from roster_tui.sync.run import SyncResult, sync

__all__ = [
    "DistrictNotReady",
    "HoldChanged",
    "KeepsMoving",
    "NothingHeld",
    "Progress",
    "Step",
    "SyncRefused",
    "SyncResult",
    "SyncRunning",
    "WrongDistrict",
    "finish_interrupted",
    "follow",
    "sync",
]
