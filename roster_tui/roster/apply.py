"""The staged roster becomes the current one: only the differences are written, in the caller's transaction."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from roster_tui.roster import ranks, search
from roster_tui.roster.history import record_changes
from roster_tui.roster.kinds import KINDS, Kind, Link, PackedList
from roster_tui.roster.packing import Keys

_ID_BYTES, _KEY_BYTES = 12, 4
_STAYS, _GOES = "IN ('added', 'updated')", "= 'removed'"


def apply(db: sqlite3.Connection, run: int, *, ranked: bool = True) -> None:
    """Write every change of ``staged.change`` into the roster, with before and after values under ``run``.

    ``db`` is inside a transaction, with the staged file attached and compared. Readers see nothing of it
    until the caller commits. The very first roster has no history: everything in it would be "added". A copy that
    nobody scrolls through does without ``ranked`` rows.
    """
    first = db.execute("SELECT 1 FROM record WHERE hash IS NOT NULL LIMIT 1").fetchone() is None
    keys = Keys(db)
    db.create_function("packed", 1, keys.packed)
    _lay_out_places(db)
    for kind in KINDS:
        _give_keys(db, kind)
    if not first:
        record_changes(db, run)
    for kind in KINDS:
        search.forget(db, kind)
        _remove(db, kind)
        for packed in kind.packed:
            if first:
                keys.know(packed.member_code)
        _write_rows(db, kind)
        for packed in kind.packed:
            _complete(db, kind, packed)
        for link in kind.links:
            _write_links(db, kind, link)
        search.write(db, kind)
    _derive(db)
    if ranked:
        ranks.write_moved(db)


def _changed(kind: Kind, what: str) -> str:
    """SQL for the changed records of one kind: ``c`` is the change, ``r`` its record with the key."""
    return f"FROM staged.change c CROSS JOIN record r ON r.id = c.id WHERE c.kind = {kind.code} AND c.what {what}"


def _staged(kind: Kind) -> str:
    """SQL for the added and updated records of one kind with their staged row ``s``."""
    return f"FROM staged.change c CROSS JOIN staged.{kind.name} s ON s.id = c.id CROSS JOIN record r ON r.id = c.id"


def _only(kind: Kind) -> str:
    return f"WHERE c.kind = {kind.code} AND c.what {_STAYS}"


def _lay_out_places(db: sqlite3.Connection) -> None:
    """Fill ``temp.place`` with 0, 1, 2, ...: joined to a list of ids, it gives a row for each id."""
    lists = [f"SELECT max(length({name})) n FROM staged.{kind.name}" for kind in KINDS for name in kind.list_columns]
    longest = db.execute(f"SELECT max(n) FROM ({' UNION ALL '.join(lists)})").fetchone()[0] or 0
    db.execute("CREATE TEMP TABLE IF NOT EXISTS place (i INTEGER PRIMARY KEY)")
    db.execute(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT OR IGNORE INTO temp.place SELECT i FROM n",
        (longest // _ID_BYTES,),
    )


class _Members(NamedTuple):
    """SQL that takes a staged list apart, where ``p`` is ``temp.place``."""

    one: str
    """The id at a place."""
    within: str
    """Whether the place is inside the list."""


def _members(column: str) -> _Members:
    return _Members(
        f"substr(s.{column}, p.i * {_ID_BYTES} + 1, {_ID_BYTES})", f"p.i < length(s.{column}) / {_ID_BYTES}"
    )


def _give_keys(db: sqlite3.Connection, kind: Kind) -> None:
    """Key every record, and every id that one refers to, in order of id: neighbours stay neighbours."""
    db.execute(
        "INSERT INTO record (id, kind, hash)"
        f" SELECT s.id, {kind.code}, s.hash FROM staged.change c CROSS JOIN staged.{kind.name} s ON s.id = c.id"
        f" {_only(kind)} ORDER BY s.id"
        " ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, kind = excluded.kind"
    )
    source = f"FROM staged.change c CROSS JOIN staged.{kind.name} s ON s.id = c.id"
    for column, code in kind.references:
        db.execute(
            f"INSERT OR IGNORE INTO record (id, kind) SELECT s.{column}, {code} {source} {_only(kind)}"
            f" AND s.{column} IS NOT NULL"
        )
    for link in kind.links:
        _give_member_keys(db, kind, link)


def _give_member_keys(db: sqlite3.Connection, kind: Kind, each: Link | PackedList, where: str = "") -> None:
    member = _members(each.column)
    db.execute(
        f"INSERT OR IGNORE INTO record (id, kind) SELECT {member.one}, {each.member_code} {_staged(kind)}"
        f" CROSS JOIN temp.place p ON {member.within} {_only(kind)} {where}"
    )


def _remove(db: sqlite3.Connection, kind: Kind) -> None:
    gone = f"(SELECT r.key {_changed(kind, _GOES)})"
    for link in kind.links:
        db.execute(f"DELETE FROM {link.table} WHERE {link.owner} IN {gone}")
    if kind.archived:
        db.execute(f"UPDATE {kind.name} SET in_data = 0 WHERE key IN {gone}")
    else:
        db.execute(f"DELETE FROM {kind.name} WHERE key IN {gone}")
    db.execute(f"UPDATE record SET hash = NULL WHERE key IN {gone}")


def _write_rows(db: sqlite3.Connection, kind: Kind, where: str = "") -> None:
    columns = [*kind.columns, *(name for name, _ in kind.references)]
    values = [f"s.{name}" for name in kind.columns]
    values += [f"(SELECT key FROM record WHERE id = s.{name})" for name, _ in kind.references]
    for packed in kind.packed:
        columns.append(packed.name)
        values.append(f"packed(s.{packed.column})")
    db.execute(
        f"INSERT OR REPLACE INTO {kind.name} (key, {', '.join(columns)})"
        f" SELECT r.key, {', '.join(values)} {_staged(kind)} {_only(kind)} {where}"
    )


def _complete(db: sqlite3.Connection, kind: Kind, packed: PackedList) -> None:
    """Write again the rows whose list came out short: it named records that have no key yet.

    Rare, and much cheaper than asking for each of a city's seven million class-list entries beforehand.
    """
    short = (
        f"AND length(s.{packed.column}) / {_ID_BYTES}"
        f" > (SELECT length({packed.name}) / {_KEY_BYTES} FROM {kind.name} t WHERE t.key = r.key)"
    )
    _give_member_keys(db, kind, packed, short)
    _write_rows(db, kind, short)


def _write_links(db: sqlite3.Connection, kind: Kind, link: Link) -> None:
    db.execute(f"DELETE FROM {link.table} WHERE {link.owner} IN (SELECT r.key {_changed(kind, _STAYS)})")
    member = _members(link.column)
    place = "p.i, " if link.ordered else ""
    db.execute(
        f"INSERT OR IGNORE INTO {link.table} SELECT r.key, {place}m.key {_staged(kind)}"
        f" CROSS JOIN temp.place p ON {member.within} CROSS JOIN record m ON m.id = {member.one} {_only(kind)}"
    )


def totals(db: sqlite3.Connection) -> dict[str, int]:
    """Return the number of rows by kind; counting 400,000 at every key press would cost 8 ms."""
    return dict.fromkeys((kind.name for kind in KINDS), 0) | dict(db.execute("SELECT kind, rows FROM total"))


def write_totals(db: sqlite3.Connection) -> None:
    """Count the rows of each kind."""
    for kind in KINDS:
        db.execute(f"INSERT OR REPLACE INTO total SELECT '{kind.name}', count(*) FROM {kind.name}")


def _derive(db: sqlite3.Connection) -> None:
    """Count again what lists show and sort by; rows whose numbers stay are not written."""
    db.execute(
        "UPDATE teacher SET sections = n.sections FROM (SELECT t.key, count(l.section) sections"
        " FROM teacher t LEFT JOIN section_teacher l ON l.teacher = t.key GROUP BY t.key) n"
        " WHERE n.key = teacher.key AND teacher.sections <> n.sections"
    )
    db.execute(
        "UPDATE school SET"
        " teachers = (SELECT count(*) FROM teacher_school l WHERE l.school = school.key),"
        " sections = (SELECT count(*) FROM section s WHERE s.school = school.key),"
        " students = coalesce(n.students, 0)"
        " FROM school self LEFT JOIN (SELECT school, count(*) students FROM student GROUP BY school) n"
        " ON n.school = self.key WHERE self.key = school.key"
    )
    write_totals(db)
