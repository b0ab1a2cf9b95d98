"""What SCIM has no word for, kept in our ledger beside the platform's users: one small document an account.

A note that says something of a state (why suspended, until when a role is held) counts only while the platform
is in that state. So it can be written before the platform is asked, and a crash in between shows nothing wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from roster_tui.accounts.model import Account, Cause, CauseKind
from roster_tui.accounts.scim.messages import User
from roster_tui.accounts.scim.rights import permission_of, role_of
from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger.clock_trust import is_to_come
from roster_tui.ledger.head import Head
from roster_tui.ledger.kinds import NOTES
from roster_tui.ledger.shards import Shards
from roster_tui.roster.identities import Identity

Note = Mapping[str, Any]
"""Fields of an account as they are stored, by name."""

_TABLE = "notes"
_NOT_NOTED = frozenset({"id", "name", "created_at", "email", "sis_id", "role", "permission", "activation_untold"})
_LOANS = "loans"
"""Pairs of rights that are held for a time, and until when."""
_UNKNOWN_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
_STALE_AFTER = timedelta(hours=1)


def account_of(user: User, identity: Identity, note: Note) -> Account:
    """Return the account of a user, with what our ledger notes of it. Raises `msgspec.ValidationError`."""
    fields = dict(note)
    role, permission = role_of(user.roles), permission_of(user.entitlements)
    held_now = {"role": role, "permission": permission}
    cause = fields.pop("cause", None)
    created = user.created or user.changed or _UNKNOWN_MOMENT
    held = {
        "id": identity.clever_id,
        "name": user.name,
        "created_at": created,
        "email": user.email,
        "sis_id": identity.sis_id,
        "role": role,
        "permission": permission,
        "temporary": next((until for rights, until in fields.pop(_LOANS, ()) if rights == held_now), None),
        # The platform only tells who may sign in, not who ever has.
        "activation_untold": "activated_at" not in fields,
        "cause": None if user.active else cause or _on_platform(user),
    }
    return msgspec.convert({**fields, **held}, Account)


def note_of(account: Account) -> dict[str, Any]:
    """Return what of an account the platform has no word for."""
    values = msgspec.to_builtins(account)
    note = {name: value for name, value in values.items() if name not in _NOT_NOTED and value not in (None, False)}
    if account.cause and account.cause.kind is CauseKind.ON_PLATFORM:
        del note["cause"]
    if account.temporary:
        note[_LOANS] = [[msgspec.to_builtins(account.rights), note.pop("temporary")]]
    return note


def claimed(before: Note, after: Note) -> dict[str, Any]:
    """Return the note to be written before the platform is asked: right in the old state and in the new one."""
    both = dict(after)
    if "cause" in before:
        both.setdefault("cause", before["cause"])
    if loans := [*after.get(_LOANS, ()), *before.get(_LOANS, ())]:
        both[_LOANS] = loans
    return both


def corrected(now: Note, wrong: Note, right: Note) -> dict[str, Any]:
    """Return a note with one version of it put in the place of another; what somebody else has written stays."""
    note = dict(now)
    for name in wrong.keys() | right.keys():
        if note.get(name) == wrong.get(name):
            if name in right:
                note[name] = right[name]
            else:
                note.pop(name, None)
    return note


def _stale(note: Note, user: User, at: datetime) -> bool:
    """Return whether a note tells why somebody is suspended who is not, nor can be just about to be."""
    cause = note.get("cause")
    if cause is None or not user.active:
        return False
    since = datetime.fromisoformat(cause["since"])
    return since < at - _STALE_AFTER or is_to_come(since, at)


def _on_platform(user: User) -> dict[str, Any]:
    since = user.changed or user.created or _UNKNOWN_MOMENT
    cause: dict[str, Any] = msgspec.to_builtins(Cause(CauseKind.ON_PLATFORM, since, "the platform"))
    return cause


class Notes:
    """All notes of a district, in a folder of small files that any number of consoles may use at once.

    Every method may raise `LedgerDamaged`; they block, so they are called in a thread.
    """

    def __init__(self, folder: Path, head: Head) -> None:
        """Use a folder of the ledger that ``head`` seals."""
        self._shards = Shards(folder, NOTES, head)
        if (whole := folder.with_suffix(".json")).exists():
            self._shards.take_over(whole, _TABLE)

    def tidied(self, users: Mapping[str, User], at: datetime) -> dict[str, Note]:
        """Return all notes by Clever ID, without causes that no longer hold; ``users`` are those of the platform."""
        notes: dict[str, Note] = {}
        for shard in self._shards.all():
            table = self._shards.documents(shard).reading().table(_TABLE)
            notes |= {str(document.doc_id): document for document in table}
        stale = [
            clever_id for clever_id in notes.keys() & users.keys() if _stale(notes[clever_id], users[clever_id], at)
        ]
        if stale:
            self.rewrite(stale, lambda _, note: {name: note[name] for name in note if name != "cause"})
        return notes

    def some(self, ids: Iterable[str]) -> dict[str, Note]:
        """Return the notes of some accounts."""
        found: dict[str, Note] = {}
        for shard, some in self._shards.of(ids).items():
            found |= self._shards.documents(shard).reading().table(_TABLE).pick(some)
        return found

    def rewrite(self, ids: Iterable[str], new: Callable[[str, Note], Note | None]) -> None:
        """Write notes anew, those of a file in one transaction; ``new`` returns None for one that stays as it is."""
        for shard, some in self._shards.of(ids).items():
            with self._shards.documents(shard).changing() as database:
                table = database.table(_TABLE)
                now = table.pick(some)
                fresh = {clever_id: new(clever_id, now.get(clever_id, {})) for clever_id in some}
                table.put({clever_id: note for clever_id, note in fresh.items() if note})
                empty = [clever_id for clever_id, note in fresh.items() if note is not None and not note]
                if empty:
                    table.drop(empty)

    def read(self, user: User, identity: Identity, note: Note) -> Account:
        """Return the account of a user and its note."""
        try:
            return account_of(user, identity, note)
        except (msgspec.ValidationError, TypeError) as error:
            file = self._shards.of_id(identity.clever_id).file
            raise LedgerDamaged(file, f"account {identity.clever_id}: {error}") from None
