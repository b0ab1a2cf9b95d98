"""What roster and history know of the IDs in a planned crosswalk; read only."""

from __future__ import annotations

import sqlite3
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

import orjson

from roster_tui.findings.crosswalk import TYPE_OF_KIND, Holder, Known, Planned
from roster_tui.findings.look_alikes import folded, folded_sql
from roster_tui.findings.subjects import present
from roster_tui.roster.kinds import SCHOOL, SECTION, STUDENT, TEACHER, Kind
from roster_tui.roster.tracker_rows import live_trackers_of

_KINDS = (TEACHER, STUDENT, SECTION, SCHOOL)
_SECTIONS = {TEACHER: "t.sections", SCHOOL: "t.sections", SECTION: "1", STUDENT: "0"}
_IN = "IN (SELECT value FROM json_each(?))"


def known_ids(db: sqlite3.Connection, plan: Sequence[Planned]) -> Known:
    """Return who has, or had, each old and new ID of a plan, what hangs on it, and which IDs look like it."""
    wanted = sorted({value for planned in plan for value in (planned.old_id, planned.new_id) if value})
    holders: dict[str, list[Holder]] = defaultdict(list)
    alike: dict[str, set[str]] = defaultdict(set)
    for kind in _KINDS:
        _present(db, kind, wanted, holders)
        _archived(db, kind, wanted, holders)
        _look_alikes(db, kind, wanted, alike)
    return Known(holders, {value: sorted(others) for value, others in alike.items()})


def _present(db: sqlite3.Connection, kind: Kind, wanted: Sequence[str], holders: dict[str, list[Holder]]) -> None:
    found = db.execute(
        f"SELECT t.key, t.sis_id, {_SECTIONS[kind]} FROM {kind.name} t WHERE {present(kind)} AND t.sis_id {_IN}",
        (orjson.dumps(wanted).decode(),),
    ).fetchall()
    keys = {key for key, *_ in found}
    enrolled = _enrolled(db, keys) if kind is STUDENT and found else Counter[int]()
    trackers = live_trackers_of(db, kind, keys)
    for key, sis_id, taught in found:
        hangs_on_it = taught or enrolled[key], trackers.get(key, 0)
        holders[sis_id].append(Holder(TYPE_OF_KIND[kind.name], kind.name, sis_id, True, *hangs_on_it))


def _enrolled(db: sqlite3.Connection, students: Collection[int]) -> Counter[int]:
    """Return in how many sections each student is; one pass over all class lists."""
    counts: Counter[int] = Counter()
    for (packed,) in db.execute("SELECT class_list FROM section WHERE class_list IS NOT NULL"):
        keys = array("I", packed)
        if sys.byteorder == "little":
            keys.byteswap()
        counts.update(key for key in keys if key in students)
    return counts


def _archived(db: sqlite3.Connection, kind: Kind, wanted: Sequence[str], holders: dict[str, list[Holder]]) -> None:
    rows = db.execute(
        "SELECT DISTINCT json_extract(c.before, '$.sis_id') FROM change c"
        f" WHERE c.kind = ? AND c.what <> 'added' AND instr(c.before, '\"sis_id\":\"')"
        f" AND json_extract(c.before, '$.sis_id') {_IN}",
        (kind.code, orjson.dumps(wanted).decode()),
    )
    ids = {sis_id for (sis_id,) in rows}
    if kind is TEACHER:
        ids |= {
            sis_id
            for (sis_id,) in db.execute(
                f"SELECT sis_id FROM teacher WHERE NOT in_data AND sis_id {_IN}", (orjson.dumps(wanted).decode(),)
            )
        }
    for sis_id in ids:
        if not any(each.kind == kind.name for each in holders[sis_id]):
            holders[sis_id].append(Holder(TYPE_OF_KIND[kind.name], kind.name, sis_id, False))


def _look_alikes(db: sqlite3.Connection, kind: Kind, wanted: Sequence[str], alike: dict[str, set[str]]) -> None:
    by_fold: dict[str | int, list[str]] = defaultdict(list)
    for value in wanted:
        by_fold[folded(value)].append(value)
    key = folded_sql("t.sis_id")
    rows = db.execute(
        f"SELECT {key}, t.sis_id FROM {kind.name} t WHERE {present(kind)} AND t.sis_id IS NOT NULL AND {key} {_IN}",
        (orjson.dumps(list(by_fold)).decode(),),
    )
    for value, sis_id in rows:
        for each in by_fold[value]:
            if each != sis_id:
                alike[each].add(sis_id)
