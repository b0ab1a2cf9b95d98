"""What became of a tracker whose action was cut off: by what it says, and by the journal's own order."""

from __future__ import annotations

from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.record import Recorded
from roster_tui.accounts.settling import CHANGED_SINCE, FOUND_DONE, GONE_SINCE, NOT_DONE, Since
from roster_tui.accounts.trackers.model import Tracker
from roster_tui.accounts.trackers.verbs import CREATE

FOLLOW = "follow trackers"
"""What the journal calls that a sync brings trackers in step."""
FOLLOWING_STOPPED = (
    "in doubt: the sync was stopped while trackers followed it, and which had is not told; the rest follow with the "
    "next sync"
)


def became(recorded: Recorded, tracker: Tracker | None, since: Since) -> tuple[Verdict, str]:
    """Return the verdict on one tracker of an action that was cut off, and why."""
    if tracker is None:
        # A section never loses its tracker: what was to be archived and is not there was lost since.
        never_made = recorded.kind == CREATE and not since.later
        return (Verdict.FAILED, NOT_DONE) if never_made else (Verdict.IN_DOUBT, GONE_SINCE)
    if tracker.last_action == recorded.action:
        return Verdict.DONE, FOUND_DONE
    if since.reaches(tracker.last_action or ""):
        return Verdict.IN_DOUBT, CHANGED_SINCE
    return Verdict.FAILED, NOT_DONE
