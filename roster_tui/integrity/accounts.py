"""Accounts of a damaged file, put together again: from what is left, a backup, the list, and the journal's fold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from roster_tui.accounts.fold import Fields, with_fields
from roster_tui.accounts.model import Account, Cause, CauseKind, Permission, Role, State, from_document, to_document
from roster_tui.roster.text import listed_name

_CAUSES = {str(Cause(kind, datetime.min, "sync")): kind for kind in (CauseKind.EMAIL_MISSING, CauseKind.NOT_IN_DATA)}


def rebuilt(kept: Mapping[str, Any], listed: Mapping[str, Account], told: Mapping[str, Fields]) -> dict[str, Any]:
    """Return the documents of accounts: those that were kept, else as the list has them, as the journal tells them."""
    accounts = {**listed, **{each: from_document(each, document) for each, document in kept.items()}}
    return {each: to_document(with_fields(account, told.get(each, {}))) for each, account in accounts.items()}


def listed_accounts(db: sqlite3.Connection, shard: str) -> Iterator[Account]:
    """Yield the accounts whose Clever ID ends with two digits, as far as the list knows them."""
    rows = db.execute(
        "SELECT lower(hex(r.id)), t.first, t.middle, t.last, t.email, t.sis_id, a.state, a.role, a.permission,"
        " a.pinned, a.support_lead, a.since, a.cause, a.invited_at FROM account a JOIN record r ON r.key = a.key"
        " JOIN teacher t ON t.key = a.key WHERE substr(lower(hex(r.id)), -2) = ?",
        (shard,),
    )
    for clever_id, first, middle, last, email, sis_id, *of_account in rows:
        state, role, permission, pinned, lead, since, cause, invited_at = of_account
        at = datetime.fromisoformat(since)
        yield Account(
            clever_id,
            listed_name(first, middle, last),
            # When it was made, the list does not say; not after that.
            created_at=at,
            email=email,
            sis_id=sis_id,
            role=Role(role),
            permission=Permission(permission) if permission else None,
            pinned=bool(pinned),
            support_lead=bool(lead),
            activated_at=at if state == State.ACTIVE else None,
            # Of somebody suspended the list does not say whether they had activated.
            activation_untold=state == State.SUSPENDED,
            invited_at=datetime.fromisoformat(invited_at) if invited_at else None,
            cause=_cause(cause, at) if state == State.SUSPENDED else None,
        )


def _cause(said: str | None, since: datetime) -> Cause:
    if said in _CAUSES:
        return Cause(_CAUSES[said], since, "sync")
    by, _, reason = (said or "").removeprefix("by ").partition(": ")
    return Cause(CauseKind.BY_HAND, since, by, reason)
