"""What the journal says of trackers: which sections must have one."""

from __future__ import annotations

from collections.abc import Iterable

from roster_tui.ledger.journal import Entry


def made(entries: Iterable[Entry]) -> set[str]:
    """Return the sections of which somebody made a tracker; none is ever removed, only archived."""
    return {
        str(each["id"])
        for entry in entries
        if entry.facts.get("kind") == "create-tracker" and entry.facts.get("phase") in ("outcome", "settled")
        for each in entry.facts.get("results", ())
        if each["verdict"] == "done"
    }
