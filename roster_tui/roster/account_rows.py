"""The directory's accounts as last read, kept beside the roster so that one query can use both."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import orjson

from roster_tui.roster import ranks, search
from roster_tui.roster.apply import write_totals
from roster_tui.roster.cache import get_meta, set_meta
from roster_tui.roster.compare import stays
from roster_tui.roster.kinds import TEACHER
from roster_tui.roster.text import fold, listed_name

_VALUES_A_QUERY = 900
_COUNTS = "account_counts"


class AccountRow(NamedTuple):
    """One account; its id is a Clever ID."""

    id: str
    name: str
    email: str | None
    sis_id: str | None
    state: str
    role: str
    pinned: bool
    since: str
    cause: str | None
    invited_at: str | None
    mail: dict[str, str] | None
    """The last mail to the person: ``kind, at, state, said``."""
    permission: str | None
    role_until: str | None
    """Last day of role and permission, where they are for a time."""
    support_lead: bool


class PersonRow(NamedTuple):
    """Somebody who should have an account, as the data names them."""

    id: str
    name: str
    email: str | None
    sis_id: str | None


def people(db: sqlite3.Connection, *, staged: bool = False) -> Iterator[PersonRow]:
    """Yield everybody with an account by right: of the current roster, or of the one to come."""
    columns = "t.first, t.middle, t.last, t.email, t.sis_id"
    current = f"SELECT r.id, {columns} FROM teacher t JOIN record r ON r.key = t.key WHERE t.in_data"
    query = f"SELECT t.id, {columns} FROM staged.teacher t" if staged else current
    if staged:
        query += f" UNION ALL {current} AND {stays(db)}"
    for clever_id, first, middle, last, email, sis_id in db.execute(query):
        yield PersonRow(clever_id.hex(), listed_name(first, middle, last), email, sis_id)


def teaching(db: sqlite3.Connection, ids: Iterable[str]) -> dict[str, tuple[int, bool]]:
    """Return by Clever ID how many sections a person teaches, and whether the data holds the person."""
    found: dict[str, tuple[int, bool]] = {}
    left = iter(ids)
    while some := [bytes.fromhex(clever_id) for clever_id in islice(left, _VALUES_A_QUERY)]:
        rows = db.execute(
            "SELECT r.id, t.sections, t.in_data FROM record r JOIN teacher t ON t.key = r.key"
            f" WHERE r.id IN ({','.join('?' * len(some))})",
            some,
        )
        found |= {clever_id.hex(): (sections, bool(in_data)) for clever_id, sections, in_data in rows}
    return found


def with_role(db: sqlite3.Connection, role: str) -> list[str]:
    """Return the Clever IDs of accounts with a role."""
    rows = db.execute("SELECT r.id FROM account a JOIN record r ON r.key = a.key WHERE a.role = ?", (role,))
    return [clever_id.hex() for (clever_id,) in rows]


def support_leads(db: sqlite3.Connection) -> list[tuple[str, str | None]]:
    """Return name and email of whom teachers of the district turn to, in order of name; nobody who is suspended."""
    rows = db.execute(
        "SELECT t.first, t.middle, t.last, t.email FROM account a JOIN teacher t ON t.key = a.key"
        " WHERE a.support_lead AND a.state <> 'suspended' ORDER BY t.sort_name"
    )
    return [(listed_name(first, middle, last), email) for first, middle, last, email in rows]


def replace_accounts(db: sqlite3.Connection, rows: Iterable[AccountRow]) -> None:
    """Put the directory's whole list in the place of the one before."""
    db.execute("DELETE FROM account")
    put_accounts(db, rows)


def account_counts(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many accounts are pending, active, suspended, and how many are pinned.

    Counted when accounts are written: a city's 75,000 take 25 ms, too long for every look at the status line.
    """
    known: dict[str, int] | None = get_meta(db, _COUNTS)
    return known if known is not None else _counted(db)


def _counted(db: sqlite3.Connection) -> dict[str, int]:
    found = {
        state: (accounts, pinned)
        for state, accounts, pinned in db.execute("SELECT state, count(*), sum(pinned) FROM account GROUP BY state")
    }
    by_state = {state: found.get(state, (0, 0))[0] for state in ("pending", "active", "suspended")}
    return by_state | {"pinned": sum(pinned for _, pinned in found.values())}


def put_accounts(db: sqlite3.Connection, rows: Iterable[AccountRow]) -> None:
    """Write some accounts as the directory has just told them.

    An account of somebody who is not in the data gets a row in the list of teachers too: it still exists,
    and somebody may ask why it is suspended.
    """
    rows = list(rows)
    db.executemany(
        f"INSERT OR IGNORE INTO record (id, kind) VALUES (?, {TEACHER.code})",
        [(bytes.fromhex(row.id),) for row in rows],
    )
    db.executemany(
        "INSERT OR REPLACE INTO account (key, state, role, pinned, since, cause, invited_at, mail,"
        " permission, role_until, support_lead)"
        " VALUES ((SELECT key FROM record WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                bytes.fromhex(row.id),
                row.state,
                row.role,
                row.pinned,
                row.since,
                row.cause,
                row.invited_at,
                orjson.dumps(row.mail).decode() if row.mail else None,
                row.permission,
                row.role_until,
                row.support_lead,
            )
            for row in rows
        ],
    )
    _list_absent(db, rows)
    set_meta(db, _COUNTS, _counted(db))


def _list_absent(db: sqlite3.Connection, rows: Iterable[AccountRow]) -> None:
    listed = teaching(db, (row.id for row in rows))
    absent = [row for row in rows if row.id not in listed]
    if not absent:
        return
    keys = []
    for row in absent:
        done = db.execute(
            "INSERT INTO teacher (key, last, sort_name, spoken_name, email, sis_id, roles, in_data)"
            " SELECT key, ?, ?, ?, ?, ?, '', 0 FROM record WHERE id = ?",
            (row.name, fold(row.name), fold(row.name), row.email, row.sis_id, bytes.fromhex(row.id)),
        )
        keys.append(int(done.lastrowid or 0))
    search.add(db, TEACHER, keys)
    ranks.write(db, TEACHER)
    write_totals(db)
