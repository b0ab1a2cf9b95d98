"""The key that signs mailed links: 32 random bytes in hexadecimal, made once, and made anew only when asked.

Its fingerprint stands with the used links, so that a lost key and a foreign one are told from the first mail's.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from pathlib import Path

from roster_tui.concurrency import Lock
from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.files import replace_atomically
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Journal
from roster_tui.settings import private_file

_BYTES = 32
_FEWEST_DIFFERENT = 8
"""Bytes that differ in a key; fewer do not come by chance."""
KEY_TABLE = "key"
"""Of the file of used links: the fingerprint of the key."""
_CURRENT = "current"
_SIGNED_KINDS = ("activate", "reset-password")
"""Actions after which links are on their way."""


class LinkKeyDamaged(LedgerDamaged):
    """The key is not the one that signed the links that were mailed."""

    fix = (
        "Restore it from a backup. Without one make a new key, which says first which mailed links die: "
        "roster-tui accounts new-link-key"
    )

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(file, why)
        self.args = (f"The key of mailed links {why}. It was left untouched, and nothing was mailed: {file}",)


class LinkKey:
    """The key of one district, in its ledger."""

    def __init__(self, ledger: Path, lock: Lock, notes: Documents, head: Head) -> None:
        """Use ``lock`` while a key is made, and keep its fingerprint in ``notes``."""
        self.file = ledger / "link-key"
        self._journal = Journal(ledger / "journal", head)
        self._lock = lock
        self._notes = notes
        self._read_last: tuple[object, str] | None = None

    def check(self) -> None:
        """Look at the key and make none. Raises `LinkKeyDamaged`, SettingsError when others can read it."""
        if self.file.exists():
            self._read()
        elif self._fingerprints() or self._has_signed():
            raise LinkKeyDamaged(self.file, "is missing")

    def reveal(self) -> str:
        """Return the key, made now if there never was one.

        Raises `LinkKeyDamaged`, SettingsError when others can read it, OSError.
        """
        if not self.file.exists():
            with self._lock:
                # Somebody who waited for the lock may find the key made.
                if not self.file.exists():
                    if self._fingerprints():
                        raise LinkKeyDamaged(self.file, "is missing")
                    replace_atomically(self.file, secrets.token_hex(_BYTES).encode())
        return self._read(adopt=True)

    def replace(self) -> str:
        """Make a new key in the place of whatever is there, and return its fingerprint. Raises OSError."""
        new = secrets.token_hex(_BYTES)
        with self._lock:
            # Both count until the new one stands: killed between the two, the old key is still the key.
            self._note(fingerprint(new), *self._fingerprints())
            replace_atomically(self.file, new.encode())
            self._note(fingerprint(new))
        return fingerprint(new)

    def _read(self, *, adopt: bool = False) -> str:
        seen = _identity(self.file)
        if self._read_last and self._read_last[0] == seen:
            return self._read_last[1]
        key = private_file(self.file, "the key of mailed links", may_be_empty=True).reveal()
        if why := why_unfit(key):
            raise LinkKeyDamaged(self.file, why)
        known = self._fingerprints()
        if known and fingerprint(key) not in known:
            raise LinkKeyDamaged(self.file, "is another one than signed the links that were mailed")
        if adopt:
            if not known:
                self._note(fingerprint(key))
            self._read_last = seen, key
        return key

    def _fingerprints(self) -> list[str]:
        found = self._notes.reading().table(KEY_TABLE).pick([_CURRENT])
        return list(found[_CURRENT]["fingerprints"]) if found else []

    def _note(self, *fingerprints: str) -> None:
        with self._notes.changing() as database:
            database.table(KEY_TABLE).put({_CURRENT: {"fingerprints": list(fingerprints)}})

    def _has_signed(self) -> bool:
        # An older release noted no fingerprint. Looked at only where there is no key, so once in a ledger's life.
        return any(
            result.get("verdict") == "done"
            for entry in self._journal.newest_first()
            if entry.facts.get("kind") in _SIGNED_KINDS
            for result in entry.facts.get("results", ())
        )


def why_unfit(key: str) -> str:
    """Return what is wrong with the form of a key, as the end of a sentence; empty when nothing is."""
    wanted = _BYTES * 2
    if not key:
        return "is empty"
    if len(key) != wanted:
        return f"has {len(key)} characters and should have {wanted}"
    try:
        raw = bytes.fromhex(key)
    except ValueError:
        raw = b""
    if len(raw) != _BYTES:
        return f"is not made of {wanted} hexadecimal digits"
    return "" if len(set(raw)) >= _FEWEST_DIFFERENT else "is not random"


def fingerprint(key: str) -> str:
    """Return what tells a key from others without giving it away."""
    return sha256(f"roster-tui link key {key}".encode()).hexdigest()[:16]


def _identity(file: Path) -> object:
    found = file.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode
