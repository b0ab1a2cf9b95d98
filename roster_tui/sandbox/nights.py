"""One night of the simulated Clever: new files become new records, and the difference becomes events.

The events have the shape of recorded answers (reference 5.1): ``previous_attributes`` beside ``object``,
sparse and nested, lists given whole.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import chain
from typing import Any

import orjson

from roster_tui.sandbox.store import Store
from roster_tui.sis import SisDistrict
from roster_tui.sis.as_clever import CleverSide, Record, clever_id

_EVENT_ORDER = ("schools", "courses", "terms", "users", "sections")


def load_night(store: Store, source: SisDistrict, at: datetime, district_id: str | None = None) -> None:
    """Let Clever process ``source`` at a moment: records are replaced and events emitted, in one transaction.

    The first night emits only the district's own event: Clever raises none for what was there before events
    were turned on. Raises `SisFileError` when the files cannot be read; nothing is changed then.
    """
    at = at.astimezone(UTC)
    with _transaction(store.db):
        district = _district(store, source, at, district_id)
        _process(store, district, CleverSide(source, district["id"], at.date()).records(), at, source.name)


def rekey_one_teacher(store: Store, now: float) -> None:
    """Let Clever sync again at a moment: one teacher more has a new SIS ID, and with it a new Clever ID.

    Everything that named the teacher names the new one, so records read before and after do not fit together.
    """
    last = store.last_night()
    if last is None:
        return
    at = max(datetime.fromtimestamp(now, UTC), last + timedelta(minutes=1))
    with _transaction(store.db):
        district = _known_district(store, at)
        _process(store, district, _with_one_rekeyed(store, district["id"]), at, str(district["name"]))


def _with_one_rekeyed(store: Store, district_id: str) -> Iterator[tuple[str, Record]]:
    (old,) = store.db.execute("SELECT min(id) FROM user_role WHERE role = 'teacher'").fetchone() or (None,)
    rows = store.db.execute("SELECT resource, body FROM record WHERE resource <> 'districts'").fetchall()
    for resource, body in rows:
        if old is not None and old.encode() in body:
            record = orjson.loads(
                body.replace(old.encode(), clever_id(district_id, "teacher", f"moved-{old}").encode())
            )
            if resource == "users":
                record["roles"]["teacher"]["sis_id"] += "-moved"
            yield resource, record
        else:
            yield resource, orjson.loads(body)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # Also when it is interrupted: a night is there whole or not at all.
        db.execute("ROLLBACK")
        raise


def _process(store: Store, district: Record, records: Iterable[tuple[str, Record]], at: datetime, source: str) -> None:
    db = store.db
    _fill_next(db, records)
    first = store.nights == 0
    _emit(db, at, district, iter(()) if first else _differences(db, at), first)
    _replace(db, at, district)
    db.execute("INSERT INTO night (at, source) VALUES (?, ?)", (_stamp(at), source))


def object_id(at: datetime, number: int) -> str:
    """Return an id as Clever mints them: eight hex digits of Unix seconds, then a counter."""
    return f"{int(at.timestamp()):08x}{number:016x}"


def _district(store: Store, source: SisDistrict, at: datetime, district_id: str | None) -> Record:
    if store.nights:
        return _known_district(store, at)
    new_id = district_id or blake2b(source.name.encode(), digest_size=12).hexdigest()
    return {
        "id": new_id,
        "name": source.name,
        "sis_type": "sftp",
        "launch_date": at.date().isoformat(),
        "portal_url": "https://clever.com/in/demo",
        "login_methods": ["Clever Passwords"],
        "state": "running",
        "error": "",
        "last_sync": _stamp(at),
        "district_contact": {
            "id": blake2b(new_id.encode(), digest_size=12).hexdigest(),
            "district": new_id,
            "name": {"first": "Jo", "last": "Dunn"},
            "email": "jo.dunn@example.org",
            "title": "Data Coordinator",
        },
    }


def _known_district(store: Store, at: datetime) -> Record:
    body = store.record("districts", store.district_id() or "")
    return {**orjson.loads(body or b"{}"), "last_sync": _stamp(at)}


def _fill_next(db: sqlite3.Connection, records: Iterable[tuple[str, Record]]) -> None:
    db.execute("CREATE TEMP TABLE next_record (id TEXT PRIMARY KEY, resource TEXT, body BLOB) WITHOUT ROWID")
    db.executemany(
        "INSERT INTO next_record VALUES (?, ?, ?)",
        ((record["id"], resource, _bytes(record)) for resource, record in records),
    )


def _differences(db: sqlite3.Connection, at: datetime) -> Iterator[tuple[str, bytes]]:
    """Yield type and body's ``data`` of each event of this night, in Clever's order."""
    stamp = _stamp(at)
    for resource in _EVENT_ORDER:
        added = db.execute(
            "SELECT n.body FROM next_record n LEFT JOIN record r ON r.id = n.id"
            " WHERE n.resource = ? AND r.id IS NULL ORDER BY n.id",
            (resource,),
        )
        for (body,) in added:
            yield f"{resource}.created", _bytes({"object": _dated(body, resource, stamp, stamp)})
        updated = db.execute(
            "SELECT n.body, r.body, r.created FROM next_record n JOIN record r ON r.id = n.id"
            " WHERE n.resource = ? AND r.body <> n.body ORDER BY n.id",
            (resource,),
        )
        for body, before, created in updated:
            changed = {
                "object": _dated(body, resource, created, stamp),
                "previous_attributes": _previous(orjson.loads(before), orjson.loads(body)),
            }
            yield f"{resource}.updated", _bytes(changed)
        removed = db.execute(
            "SELECT r.body, r.created, r.modified FROM record r LEFT JOIN next_record n ON n.id = r.id"
            " WHERE r.resource = ? AND n.id IS NULL ORDER BY r.id",
            (resource,),
        )
        for body, created, modified in removed:
            yield f"{resource}.deleted", _bytes({"object": _dated(body, resource, created, modified)})


def _emit(
    db: sqlite3.Connection, at: datetime, district: Record, events: Iterator[tuple[str, bytes]], first: bool
) -> None:
    heartbeat: Record = {"object": district}
    if not first:
        last = db.execute("SELECT at FROM night ORDER BY number DESC LIMIT 1").fetchone()
        heartbeat["previous_attributes"] = {"last_sync": last[0]}
    created = _stamp(at.replace(microsecond=0))
    emitted = db.execute("SELECT count(*) FROM event").fetchone()[0]
    heartbeat_type = "districts.created" if first else "districts.updated"
    rows = chain([(heartbeat_type, _bytes(heartbeat))], events)
    db.executemany(
        "INSERT INTO event VALUES (?, ?, ?, ?)",
        (
            (
                event_id := object_id(at, number),
                kind,
                created,
                b'{"id":"%s","type":"%s","created":"%s","data":%s}'
                % (event_id.encode(), kind.encode(), created.encode(), data),
            )
            for number, (kind, data) in enumerate(rows, start=emitted + 1)
        ),
    )


def _replace(db: sqlite3.Connection, at: datetime, district: Record) -> None:
    stamp = _stamp(at)
    db.execute("DELETE FROM record WHERE id NOT IN (SELECT id FROM next_record)")
    db.execute(
        "INSERT INTO record (id, resource, created, modified, body)"
        " SELECT id, resource, ?1, ?1, body FROM next_record WHERE true"
        " ON CONFLICT (id) DO UPDATE SET modified = ?1, body = excluded.body WHERE body <> excluded.body",
        (stamp,),
    )
    db.execute("INSERT INTO record VALUES (?1, 'districts', ?2, ?2, ?3)", (district["id"], stamp, _bytes(district)))
    db.execute("DROP TABLE next_record")
    db.execute("DELETE FROM user_role")
    db.execute(
        "INSERT INTO user_role SELECT role.key, r.id"
        " FROM record r, json_each(CAST(r.body AS TEXT), '$.roles') role"
        " WHERE r.resource = 'users' ORDER BY 1, 2"
    )


def _previous(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the old values of what changed: leaves of nested objects, lists whole."""
    changed: dict[str, Any] = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            if inner := _previous(old, new):
                changed[name] = inner
        elif old != new:
            changed[name] = old
    return changed


def _dated(body: bytes, resource: str, created: str, modified: str) -> Record:
    record: Record = orjson.loads(body)
    if resource in ("courses", "terms"):
        return record
    return record | {"created": created, "last_modified": modified}


def _bytes(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
