"""Trackers as last written to the ledger, kept beside the roster so that lists can show and find them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import orjson

from roster_tui.roster.kinds import SCHOOL, SECTION, TEACHER, Kind
from roster_tui.roster.text import fold, listed_name


class TrackerRow(NamedTuple):
    """One tracker; section and teacher are Clever IDs."""

    section: str
    state: str
    """``live`` or ``archived``."""
    name: str
    year: int
    teacher: str
    students: int
    former: int
    collaborators: int
    since: str
    """Since when it is in this state (ISO 8601)."""
    cause: str | None
    """Why it is archived."""


class TrackerView(NamedTuple):
    """A tracker in a list."""

    key: int
    """Of its section."""
    section: str
    sis_id: str | None
    """The section's; None when it is no longer in the data."""
    school: str | None
    state: str
    name: str
    year: int
    teacher: str
    """Name, or Clever ID of somebody who never was in the data."""
    students: int
    former: int
    collaborators: int
    since: str
    cause: str | None


class LiveTracker(NamedTuple):
    """A live tracker, and whether its section is in the data after a sync that is staged."""

    section: str
    sis_id: str | None
    name: str
    year: int
    in_data: bool


_TEXT = (
    "coalesce(s.sort_name, fold(k.name)) || char(10) || coalesce(t.sort_name, '')"
    " || char(10) || coalesce(t.spoken_name, '') || char(10) || coalesce(c.sort_name, '')"
)
"""What words are looked for in; of a section that is gone only the tracker's own name is left."""

_WITHIN = {
    "school": "s.school = ?",
    # Also where the teacher collaborates; and what was the teacher's, once the section is gone.
    "teacher": "(k.teacher = ? OR k.key IN (SELECT section FROM section_teacher WHERE teacher = ?))",
    "section": "k.key = ?",
}


def put_trackers(db: sqlite3.Connection, rows: Iterable[TrackerRow]) -> None:
    """Write some trackers, in the caller's transaction; a section that is gone keeps its tracker."""
    rows = list(rows)
    ids = [(bytes.fromhex(row.section), SECTION.code) for row in rows]
    ids += [(bytes.fromhex(row.teacher), TEACHER.code) for row in rows]
    db.executemany("INSERT OR IGNORE INTO record (id, kind) VALUES (?, ?)", ids)
    db.executemany(
        "INSERT OR REPLACE INTO tracker VALUES ((SELECT key FROM record WHERE id = ?), ?, ?, ?,"
        " (SELECT key FROM record WHERE id = ?), ?, ?, ?, ?, ?)",
        [(bytes.fromhex(row.section), *row[1:4], bytes.fromhex(row.teacher), *row[5:]) for row in rows],
    )


def trackers(
    db: sqlite3.Connection,
    limit: int,
    *,
    state: str | None = None,
    within: tuple[str, int] | None = None,
    words: Sequence[str] = (),
) -> list[TrackerView]:
    """Return trackers by state, live ones first, then by name; at most so many, of one state and place or of all.

    Each of ``words`` stands somewhere in the names of tracker, teacher and school.
    """
    db.create_function("fold", 1, fold, deterministic=True)
    where, values = _where(state, within, words)
    rows = db.execute(
        "SELECT k.key, lower(hex(r.id)), s.sis_id, c.name, k.state, k.name, k.year,"
        " t.first, t.middle, t.last, lower(hex(o.id)), k.students, k.former, k.collaborators, k.since, k.cause"
        " FROM tracker k JOIN record r ON r.key = k.key LEFT JOIN section s ON s.key = k.key"
        " LEFT JOIN school c ON c.key = s.school LEFT JOIN teacher t ON t.key = k.teacher"
        f" LEFT JOIN record o ON o.key = k.teacher {where} ORDER BY k.state DESC, k.name, k.key LIMIT ?",
        [*values, limit],
    )
    return [TrackerView._make((*row[:7], listed_name(*row[7:10]) or row[10], *row[11:])) for row in rows]


def live_trackers(db: sqlite3.Connection) -> Iterator[LiveTracker]:
    """Yield the live trackers by name; ``db`` has the staged roster attached and compared."""
    rows = db.execute(
        "SELECT lower(hex(r.id)), s.sis_id, k.name, k.year, CASE WHEN s.key IS NULL"
        " THEN EXISTS (SELECT 1 FROM staged.change WHERE kind = :section AND what = 'added' AND id = r.id)"
        " ELSE NOT EXISTS (SELECT 1 FROM staged.change WHERE kind = :section AND what = 'removed' AND id = r.id) END"
        " FROM tracker k JOIN record r ON r.key = k.key LEFT JOIN section s ON s.key = k.key"
        " WHERE k.state = 'live' ORDER BY k.name, k.key",
        {"section": SECTION.code},
    )
    return (LiveTracker._make((*row[:4], bool(row[4]))) for row in rows)


_HANGS_ON = {
    SCHOOL.name: "SELECT s.school owner, k.key FROM tracker k JOIN section s ON s.key = k.key WHERE k.state = 'live'",
    TEACHER.name: "SELECT l.teacher owner, k.key FROM tracker k JOIN section_teacher l ON l.section = k.key"
    " WHERE k.state = 'live'",
    SECTION.name: "SELECT key owner, key FROM tracker WHERE state = 'live'",
}


def live_trackers_of(db: sqlite3.Connection, kind: Kind, keys: Iterable[int]) -> dict[int, int]:
    """Return by key how many live trackers there are of the sections of schools or teachers, or of sections."""
    if kind.name not in _HANGS_ON:
        return {}
    wanted = orjson.dumps(list(keys)).decode()
    return dict(
        db.execute(
            f"SELECT owner, count(*) FROM ({_HANGS_ON[kind.name]})"
            " WHERE owner IN (SELECT value FROM json_each(?)) GROUP BY owner",
            (wanted,),
        )
    )


def count_trackers(
    db: sqlite3.Connection, *, state: str | None = None, within: tuple[str, int] | None = None
) -> dict[str, int]:
    """Return how many trackers there are by state, of one place or of all."""
    where, values = _where(state, within)
    rows = db.execute(
        f"SELECT k.state, count(*) FROM tracker k LEFT JOIN section s ON s.key = k.key {where} GROUP BY k.state", values
    )
    return {"live": 0, "archived": 0, **dict(rows)}


def _where(state: str | None, within: tuple[str, int] | None, words: Sequence[str] = ()) -> tuple[str, list[object]]:
    tests: list[str] = []
    values: list[object] = []
    if state is not None:
        tests, values = ["k.state = ?"], [state]
    if within is not None:
        test = _WITHIN[within[0]]
        tests, values = [*tests, test], [*values, *[within[1]] * test.count("?")]
    tests += [f"instr({_TEXT}, ?) > 0"] * len(words)
    values += map(fold, words)
    return f"WHERE {' AND '.join(tests)}" if tests else "", values
