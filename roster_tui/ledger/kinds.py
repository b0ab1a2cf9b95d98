"""The kinds of ledger file, and where in the ledger each stands."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from roster_tui.ledger.envelope import Kind

ACCOUNTS = Kind("accounts", frozenset({"accounts"}))
TRACKERS = Kind("trackers", frozenset({"trackers"}))
NOTES = Kind("notes", frozenset({"notes"}))
"""What we note of accounts that a platform keeps."""
TICKET = Kind("ticket", frozenset({"ticket"}))
DECISIONS = Kind("decisions", frozenset({"dismissals", "pairs"}))
LINKS = Kind("links", frozenset({"used", "key"}))
"""Mailed links that were used, and the fingerprint of the key that signs them."""
JOURNAL = Kind("journal", frozenset({"entries"}))

PATTERNS: Mapping[str, Kind] = {
    "accounts/*.json": ACCOUNTS,
    "trackers/*.json": TRACKERS,
    "scim/*.json": NOTES,
    "tickets/*.json": TICKET,
    "desk.json": DECISIONS,
    "links.json": LINKS,
}
"""Files of documents, by their names in the ledger; the journal checks its own."""


def kind_of(name: str) -> Kind | None:
    """Return the kind of a file by its name in the ledger; None when no file of documents has such a name."""
    return next((kind for pattern, kind in PATTERNS.items() if fnmatchcase(name, pattern)), None)
