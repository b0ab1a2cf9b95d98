"""An action in the journal: its intent before any effect, its outcome after, and both read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roster_tui.accounts.changes import Change, Mailed, Suspend, Unsuspend, change_document, change_from, touched
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.mail.links import made_after
from roster_tui.accounts.model import Cause
from roster_tui.accounts.plan import Item, Plan
from roster_tui.accounts.trackers.verbs import TRACKER_VERBS
from roster_tui.accounts.verbs import SYNC_CAUSES, VERBS
from roster_tui.errors import RosterError
from roster_tui.ledger import Operator
from roster_tui.ledger.journal import Entry, Journal

SYNC = "sync"
"""What the journal calls that a sync writes accounts."""
_TOUCHING = {*VERBS, *TRACKER_VERBS, SYNC}


class NotJournaled(RosterError, OSError):
    """The intent cannot be written, so that the effect must not happen."""

    def __init__(self, why: OSError) -> None:
        super().__init__(f"The journal cannot be written ({why.strerror or why}), so nothing was done")


@dataclass
class Recorded:
    """What the journal says of one action."""

    action: str
    kind: str
    """Its verb."""
    operator: str
    at: datetime
    ids: Sequence[str]
    changes: Mapping[str, Change]
    """By account, what was to be made of it."""
    before: Mapping[str, Mapping[str, Any]]
    """By account, the stored fields that the change would alter, as they were."""
    number: int = 0
    """Of its intent, in the journal."""
    results: dict[str, Verdict] = field(default_factory=dict)
    has_ended: bool = False
    """Whether anything is written of what became of it."""

    def add(self, entry: Entry) -> None:
        """Take in a later entry of the action: what became of some accounts."""
        self.has_ended = True
        self.results |= _results(self, entry.facts)

    def done(self) -> list[str]:
        """Return the accounts that were changed."""
        return [clever_id for clever_id in self.ids if self.results.get(clever_id) is Verdict.DONE]

    def unsettled(self) -> list[str]:
        """Return the accounts of which nothing is known for good; what became of a mail no reading tells."""
        return [
            clever_id
            for clever_id in self.ids
            if clever_id not in self.results
            or (self.results[clever_id] is Verdict.IN_DOUBT and not isinstance(self.changes.get(clever_id), Mailed))
        ]


@dataclass(frozen=True)
class Record:
    """Writes and reads actions."""

    journal: Journal
    operator: Operator
    clock: Callable[[], datetime]

    def intend(self, action: str, plan: Plan, items: Sequence[Item]) -> None:
        """Write what is about to be done. Raises `NotJournaled`: nothing may be done then."""
        groups: dict[Change, list[str]] = defaultdict(list)
        before = {}
        for item in items:
            assert item.change is not None and item.account is not None
            groups[item.change].append(item.id)
            if fields := touched(item.change, item.account):
                before[item.id] = fields
        changes = [
            # One change for everybody need not name them again.
            {**change_document(change), **({"ids": ids} if len(groups) > 1 else {})}
            for change, ids in groups.items()
        ]
        facts: dict[str, Any] = {"ids": [item.id for item in items], "changes": changes, "before": before}
        if plan.undoes:
            facts["undoes"] = plan.undoes
        try:
            self.write(action, plan.verb.name, "intent", reason=plan.order.reason, digest=plan.digest, **facts)
        except OSError as error:
            raise NotJournaled(error) from error

    def outcome(self, action: str, kind: str, items: Sequence[Item], phase: str = "outcome") -> None:
        """Write what became of some accounts. Raises OSError."""
        results = [
            {"id": item.id, "verdict": item.verdict.value, **({"reason": item.reason} if item.reason else {})}
            for item in items
        ]
        self.write(action, kind, phase, results=results)

    def read(self, action: str) -> Recorded | None:
        """Return what the journal says of an action; None when it says nothing. Raises `LedgerDamaged`."""
        found = None
        begun = made_after(action)
        for entry in self.journal.since(begun) if begun else ():
            if entry.facts.get("action") != action:
                continue
            if entry.facts.get("phase") == "intent":
                found = intended(entry)
            elif found:
                found.add(entry)
        return found

    def begun_since(self, at: datetime, kinds: Collection[str]) -> list[Recorded]:
        """Return the actions of some kinds that were begun since a moment, oldest first. Raises `LedgerDamaged`."""
        found: dict[str, Recorded] = {}
        for entry in self.journal.since(at):
            action = entry.facts.get("action")
            if not isinstance(action, str) or entry.facts.get("kind") not in kinds:
                continue
            if entry.facts.get("phase") == "intent":
                found[action] = intended(entry)
            elif action in found:
                found[action].add(entry)
        return list(found.values())

    def later(self, recorded: Recorded) -> dict[str, set[str]]:
        """Return by account the other actions that may have touched it since an action was begun.

        The journal's own order counts, not its clock: every entry after the intent that names the account, but
        for an action that is known to have failed there. Raises `LedgerDamaged`.
        """
        told: dict[str, dict[str, str]] = defaultdict(dict)
        begun = made_after(recorded.action)
        for entry in self.journal.since(begun) if begun else ():
            facts = entry.facts
            if entry.number > recorded.number and facts.get("kind") in _TOUCHING and facts["action"] != recorded.action:
                for clever_id, verdict in named(facts):
                    told[clever_id][facts["action"]] = verdict
        return {
            clever_id: {action for action, verdict in actions.items() if verdict != Verdict.FAILED}
            for clever_id, actions in told.items()
        }

    def write(self, action: str, kind: str, phase: str, **facts: object) -> None:
        """Write an entry of an action, with who acts. Raises OSError."""
        who = self.operator.facts()
        self.journal.append([{"action": action, "kind": kind, "phase": phase, **who, **facts}], self.clock())


def intended(entry: Entry) -> Recorded:
    """Return the action whose intent an entry is."""
    facts = entry.facts
    ids = list(dict(named(facts)))
    changes = _of_sync(entry) if facts["kind"] == SYNC else {}
    for group in facts.get("changes", ()):
        document = dict(group)
        change_ids = document.pop("ids", ids)
        changes |= dict.fromkeys(change_ids, change_from(document))
    return Recorded(
        facts["action"],
        facts["kind"],
        facts.get("operator", ""),
        entry.at,
        ids,
        changes,
        facts.get("before", {}),
        entry.number,
    )


def named(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the accounts that an entry names, each with its verdict where the entry has one; otherwise empty."""
    for clever_id in (*facts.get("ids", ()), *facts.get("restored", ())):
        yield str(clever_id), ""
    for each in facts.get("suspended", ()):
        yield str(each["id"]), ""
    # A sync gives numbers, and the accounts that it left out since somebody changed them meanwhile.
    for clever_id in facts.get("left_out", ()):
        yield str(clever_id), Verdict.FAILED.value
    results = facts.get("results", ())
    for each in results if isinstance(results, list | tuple) else ():
        yield str(each["id"]), str(each["verdict"])


def _results(recorded: Recorded, facts: Mapping[str, Any]) -> dict[str, Verdict]:
    told = {clever_id: Verdict(verdict) for clever_id, verdict in named(facts) if verdict}
    if isinstance(facts.get("results"), dict):
        return {**dict.fromkeys(recorded.ids, Verdict.DONE), **told}
    return told


def _of_sync(entry: Entry) -> dict[str, Change]:
    """Return what a sync was to make of accounts, as the causes that it writes tell."""
    causes = {str(cause): cause for cause in (Cause(kind, entry.at, SYNC) for kind in SYNC_CAUSES)}
    changes: dict[str, Change] = {clever_id: Unsuspend() for clever_id in entry.facts.get("restored", ())}
    return changes | {
        each["id"]: Suspend(causes[each["cause"]])
        for each in entry.facts.get("suspended", ())
        if each.get("cause") in causes
    }
