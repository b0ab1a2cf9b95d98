"""What the journal says that accounts must be: its entries folded, one after the other.

The journal does not hold everything: who was created, and each name and email, comes from the roster. So of an
account the fold holds only the fields that some action has set, and only while nothing about them is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from roster_tui.accounts.changes import Change, Confirm, Mailed, Suspend
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.model import Account, MailKind, from_document, to_document
from roster_tui.accounts.record import SYNC, Recorded, intended
from roster_tui.ledger.journal import Entry

_FIELDS = frozenset(
    {"cause", "role", "permission", "temporary", "pinned", "support_lead", "activated_at", "invited_at", "reset_at"}
)
_UNKNOWN = datetime.min.replace(tzinfo=UTC).isoformat()
Fields = dict[str, Any]
"""Stored values by the name of the field; None where the field is not set."""


@dataclass(frozen=True)
class Disagreement:
    """An account that is not what the journal says."""

    id: str
    fields: tuple[str, ...]
    """Those that differ; empty when there is no such account."""


@dataclass
class _Open:
    """An action, or what a sync does, that was begun."""

    recorded: Recorded
    changes: dict[str, Change]
    """By account, what was to be made of it and is not known for good."""


@dataclass
class _Fold:
    known: dict[str, Fields] = field(default_factory=dict)
    open: dict[str, _Open] = field(default_factory=dict)
    set_at: dict[tuple[str, str], int] = field(default_factory=dict)
    """By account and field, the entry that set it last."""

    def take_in(self, entry: Entry) -> None:
        facts = entry.facts
        action = str(facts.get("action", ""))
        if facts.get("phase") == "intent":
            if facts.get("kind") == SYNC or "changes" in facts:
                begun = intended(entry)
                self.open[action] = _Open(begun, dict(begun.changes))
        elif action in self.open:
            self._end(self.open[action], entry)

    def _end(self, open_: _Open, entry: Entry) -> None:
        recorded = open_.recorded
        recorded.results = {}
        recorded.add(entry)
        for clever_id, verdict in recorded.results.items():
            self._close(clever_id, open_, verdict, entry.number)

    def _close(self, clever_id: str, begun: _Open, verdict: Verdict, number: int) -> None:
        change = begun.changes.get(clever_id)
        if change is None:
            return
        fields = self.known.setdefault(clever_id, {})
        if verdict == Verdict.DONE:
            for name, value in _after(clever_id, change, fields).items():
                # Two actions that were under way at once: which of them came last, nobody knows.
                doubtful = self.set_at.get((clever_id, name), 0) > begun.recorded.number and fields.get(name) != value
                if doubtful:
                    fields.pop(name, None)
                else:
                    fields[name] = value
                self.set_at[clever_id, name] = number
        elif verdict == Verdict.IN_DOUBT:
            self._forget(clever_id, change)
        if verdict != Verdict.IN_DOUBT:
            del begun.changes[clever_id]

    def _forget(self, clever_id: str, change: Change) -> None:
        for name in _vouched(change):
            self.known.get(clever_id, {}).pop(name, None)

    def result(self) -> dict[str, Fields]:
        for begun in self.open.values():
            for clever_id, change in begun.changes.items():
                self._forget(clever_id, change)
        return {clever_id: fields for clever_id, fields in self.known.items() if fields}


def folded(entries: Iterable[Entry]) -> dict[str, Fields]:
    """Return by account what the journal says of it; entries come oldest first."""
    fold = _Fold()
    for entry in entries:
        fold.take_in(entry)
    return fold.result()


def disagreements(told: Mapping[str, Fields], accounts: Mapping[str, Account]) -> Iterator[Disagreement]:
    """Yield the accounts that are not what the journal tells."""
    for clever_id, fields in told.items():
        account = accounts.get(clever_id)
        if account is None:
            yield Disagreement(clever_id, ())
            continue
        right = with_fields(account, fields)
        if other := tuple(name for name in fields if getattr(account, name) != getattr(right, name)):
            yield Disagreement(clever_id, other)


def with_fields(account: Account, fields: Fields) -> Account:
    """Return an account with what the journal tells of it."""
    rest = {name: value for name, value in to_document(account).items() if name not in fields}
    return from_document(account.id, {**rest, **{name: value for name, value in fields.items() if value is not None}})


def _after(clever_id: str, change: Change, fields: Fields) -> Fields:
    """Return what a change that was done has made of the fields that it sets."""
    names = _vouched(change)
    known = {name: value for name, value in fields.items() if value is not None}
    account = from_document(clever_id, {"name": "", "created_at": _UNKNOWN, **known})
    if isinstance(change, Suspend):
        # It was done, so nobody else had suspended the account.
        account = replace(account, cause=None)
    elif isinstance(change, Confirm):
        account = replace(account, activated_at=None)
    after = to_document(change.applied_to(account))
    return {name: after.get(name) for name in names}


def _vouched(change: Change) -> frozenset[str]:
    """Return the fields that a change which was done leaves as it says."""
    if isinstance(change, Mailed):
        return frozenset({"invited_at" if change.mail is MailKind.ACTIVATION else "reset_at"})
    return _FIELDS.intersection(change.touches)
