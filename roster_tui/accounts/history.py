"""What has happened to each account, by hand and by syncs, read off the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roster_tui.ledger.journal import Entry, Journal


@dataclass(frozen=True)
class Event:
    """One thing that happened, or was tried."""

    at: datetime
    action: str
    kind: str
    """The verb; for what a sync did ``suspend, restore`` or ``role-ends``."""
    operator: str
    verdict: str
    """What became of it; ``intended`` when nothing is known yet."""
    reason: str = ""
    """The operator's words, the sync's cause, or why it was not done."""


RECENT_ENTRIES = 1_000
"""Entries of the journal in which the past of an account is looked for; `accounts history` reads all."""


def recent(journal: Journal) -> dict[str, list[Event]]:
    """Return by account what happened to it lately, oldest first."""
    return histories(reversed(journal.latest(RECENT_ENTRIES)))


def histories(entries: Iterable[Entry]) -> dict[str, list[Event]]:
    """Return by account what happened to it, oldest first; entries come oldest first."""
    found: dict[str, dict[str, Event]] = defaultdict(dict)
    intents: dict[str, Entry] = {}
    for entry in entries:
        facts, action = entry.facts, str(entry.facts.get("action", ""))
        if facts.get("kind") == "sync":
            for clever_id, event in _of_sync(entry, action):
                found[clever_id][action] = event
        elif facts.get("phase") == "intent" and "changes" in facts:
            intents[action] = entry
            for clever_id in facts["ids"]:
                found[clever_id][action] = _event(entry, action, "intended", facts.get("reason", ""))
        elif action in intents:
            said = intents[action].facts.get("reason", "")
            for result in facts.get("results", ()):
                why = "; ".join(filter(None, (said, result.get("reason", ""))))
                found[result["id"]][action] = _event(intents[action], action, result["verdict"], why)
    return {clever_id: list(events.values()) for clever_id, events in found.items()}


def _of_sync(entry: Entry, action: str) -> Iterable[tuple[str, Event]]:
    facts: Mapping[str, Any] = entry.facts
    if facts.get("phase") != "intent":
        return
    for each in facts.get("suspended", ()):
        yield each["id"], Event(entry.at, action, "suspend", "sync", "done", each.get("cause", ""))
    for clever_id in facts.get("restored", ()):
        yield clever_id, Event(entry.at, action, "restore", "sync", "done", "in the data again")


def _event(entry: Entry, action: str, verdict: str, reason: str) -> Event:
    facts = entry.facts
    return Event(entry.at, action, facts["kind"], facts.get("operator", ""), verdict, reason)
