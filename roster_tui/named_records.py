"""Which accounts, trackers and decisions the entries of a journal name: what lists must read again after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from roster_tui.accounts.trackers.verbs import TRACKER_VERBS
from roster_tui.accounts.verbs import VERBS
from roster_tui.findings.catalog import CODES, PAIRS
from roster_tui.ledger.journal import Entry

_DECISIONS = frozenset({"dismiss", "pair accepted", "pair rejected", "reopen"})
_OF_NO_LIST = ("hold ", "ticket ", "forget tickets", "purge", "reveal", "copy", "new-link-key", "backup")
"""How kinds begin that change nothing that a list shows."""

Ids: TypeAlias = frozenset[str] | None
"""Clever IDs; None stands for all there are."""
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Named:
    """What some entries name."""

    accounts: Ids = NOBODY
    trackers: Ids = NOBODY
    """By the Clever ID of their section."""
    decisions: bool = False
    """Whether something was decided about a finding."""
    pairs: bool = False
    """Whether about a proposed pair: which findings there are depends on who is one person."""

    def __or__(self, other: Named) -> Named:
        """Return what both name together."""
        accounts, trackers = _both(self.accounts, other.accounts), _both(self.trackers, other.trackers)
        return Named(accounts, trackers, self.decisions or other.decisions, self.pairs or other.pairs)


EVERYTHING = Named(None, None, decisions=True, pairs=True)


def named_by(facts: Mapping[str, Any]) -> Named:
    """Return what one entry names; everything where it is of a kind that is not known, as of a later release."""
    kind = str(facts.get("kind", ""))
    if kind in VERBS:
        return Named(accounts=frozenset(_ids(facts)))
    if kind in TRACKER_VERBS:
        return Named(trackers=frozenset(_ids(facts)))
    if kind == "sync":
        # Whom a sync creates it only counts: they are as many as a district has staff.
        made = facts.get("created") or (isinstance(facts.get("results"), Mapping) and facts["results"].get("created"))
        return Named(accounts=None if made else frozenset(_ids(facts)))
    if kind == "follow trackers":
        return Named(trackers=None)
    if kind in _DECISIONS:
        return Named(decisions=True, pairs=CODES.get(str(facts.get("code"))) in PAIRS)
    return Named() if kind.startswith(_OF_NO_LIST) else EVERYTHING


def named_by_all(entries: Iterable[Entry]) -> Named:
    """Return what some entries name together."""
    accounts: set[str] = set()
    trackers: set[str] = set()
    rest = Named()
    for entry in entries:
        named = named_by(entry.facts)
        accounts |= named.accounts or NOBODY
        trackers |= named.trackers or NOBODY
        rest |= replace(named, accounts=named.accounts and NOBODY, trackers=named.trackers and NOBODY)
    return rest | Named(frozenset(accounts), frozenset(trackers))


def _ids(facts: Mapping[str, Any]) -> Iterator[str]:
    results = facts.get("results", ())
    yield from facts.get("ids", ())
    yield from facts.get("restored", ())
    yield from facts.get("left_out", ())
    for each in (*facts.get("suspended", ()), *(results if isinstance(results, list | tuple) else ())):
        yield each["id"]


def _both(one: Ids, other: Ids) -> Ids:
    return None if one is None or other is None else one | other
