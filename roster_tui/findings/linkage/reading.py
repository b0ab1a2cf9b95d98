"""Removed and added records read from the roster: of a staged night before it is applied, or of those behind us."""

from __future__ import annotations

import sqlite3
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import orjson

from roster_tui.findings.linkage.model import Record, ids_of
from roster_tui.findings.linkage.records import Names, record_of
from roster_tui.findings.linkage.schools import MEMBERS
from roster_tui.roster.compare import ADDED, REMOVED, UPDATED
from roster_tui.roster.kinds import BY_NAME, COURSE, SCHOOL, SECTION, STUDENT, TEACHER, TERM, Kind

_PERSON_LISTS = {TEACHER.name: "teacher_ids", STUDENT.name: "student_ids"}
_Lists = Mapping[Any, Mapping[str, bytes]]
"""Packed Clever IDs of members by name, by Clever ID (in hex) or key of the record."""


class Night(Protocol):
    """Where the two sides of a comparison come from."""

    db: sqlite3.Connection

    def removed(self, kind: Kind, names: Names) -> list[Record]:
        """Return the records that are gone."""
        ...

    def added(self, kind: Kind, names: Names) -> list[Record]:
        """Return the records that came."""
        ...

    def names(self) -> Names:
        """Return what schools, terms and courses are called on both sides."""
        ...


class Ahead:
    """A staged and compared roster before it is applied: ``db`` has it attached as ``staged``.

    The key of an added record is 0 unless it has been in the data before.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def names(self) -> Names:
        """Return what schools, terms and courses are called on both sides."""
        names = _names(self.db)
        for school, name in self.db.execute("SELECT id, name FROM staged.school"):
            names.schools[school.hex()] = name or ""
        for term, *parts in self.db.execute("SELECT id, name, starts, ends FROM staged.term"):
            names.terms[term.hex()] = _told(parts)
        for course, *parts in self.db.execute("SELECT id, name, number FROM staged.course"):
            names.courses[course.hex()] = _told(parts)
        return names

    def removed(self, kind: Kind, names: Names) -> list[Record]:
        """Return the records that the staged roster does not have."""
        references = [f"(SELECT id FROM record WHERE key = t.{name})" for name, _ in kind.references]
        rows = self.db.execute(
            f"SELECT r.key, r.id, {', '.join([f't.{name}' for name in kind.columns] + references)}"
            f" FROM staged.change c CROSS JOIN record r ON r.id = c.id CROSS JOIN {kind.name} t ON t.key = r.key"
            " WHERE c.kind = ? AND c.what = ?",
            (kind.code, REMOVED),
        ).fetchall()
        lists = self._lists_before(kind, {row[0]: row[1].hex() for row in rows})
        return [row_record(kind, row, names, lists) for row in rows]

    def added(self, kind: Kind, names: Names) -> list[Record]:
        """Return the records that only the staged roster has."""
        columns = [f"s.{name}" for name in (*kind.columns, *(name for name, _ in kind.references))]
        rows = self.db.execute(
            f"SELECT coalesce((SELECT key FROM record WHERE id = c.id), 0), c.id, {', '.join(columns)}"
            f" FROM staged.change c CROSS JOIN staged.{kind.name} s ON s.id = c.id WHERE c.kind = ? AND c.what = ?",
            (kind.code, ADDED),
        ).fetchall()
        lists = self._lists_after(kind, {row[1] for row in rows})
        return [row_record(kind, row, names, lists) for row in rows]

    def _lists_before(self, kind: Kind, wanted: Mapping[int, str]) -> _Lists:
        if not wanted:
            return {}
        if kind is SECTION:
            return {clever_id: _section_lists(self.db, key) for key, clever_id in wanted.items()}
        if kind is SCHOOL:
            return self._moved("t.school", {key: key for key in wanted}, wanted)
        sections = "FROM staged.change c CROSS JOIN record r ON r.id = c.id"
        where = f"WHERE c.kind = {SECTION.code} AND c.what = '{UPDATED}'"
        if kind is TEACHER:
            pairs: Iterable[tuple[bytes, int]] = self.db.execute(
                f"SELECT r.id, l.teacher {sections} CROSS JOIN section_teacher l ON l.section = r.key {where}"
            )
        else:
            pairs = (
                (section, key)
                for section, raw in self.db.execute(
                    f"SELECT r.id, t.class_list {sections} CROSS JOIN section t ON t.key = r.key {where}"
                )
                for (key,) in struct.iter_unpack(">I", raw or b"")
            )
        return _by_person((section, wanted[key]) for section, key in pairs if key in wanted)

    def _lists_after(self, kind: Kind, wanted: set[bytes]) -> _Lists:
        if not wanted:
            return {}
        if kind is SECTION:
            rows = self.db.execute(
                "SELECT c.id, s.teacher_ids, s.student_ids FROM staged.change c CROSS JOIN staged.section s"
                f" ON s.id = c.id WHERE c.kind = {SECTION.code} AND c.what = '{ADDED}'"
            )
            return {clever_id.hex(): {"teachers": own, "students": their} for clever_id, own, their in rows}
        if kind is SCHOOL:
            return self._moved("s.school", {each: each for each in wanted}, {each: each.hex() for each in wanted})
        rows = self.db.execute(
            f"SELECT c.id, s.{_PERSON_LISTS[kind.name]} FROM staged.change c CROSS JOIN staged.section s ON s.id = c.id"
            f" WHERE c.kind = {SECTION.code} AND c.what = '{UPDATED}'"
        )
        return _by_person(
            (section, member.hex()) for section, packed in rows for member in ids_of(packed) if member in wanted
        )

    def _moved(self, school: str, wanted: Mapping[Any, Any], told: Mapping[Any, str]) -> _Lists:
        """Return the members of each school that stay in the data but left it, or came to it."""
        found: dict[str, dict[str, bytearray]] = defaultdict(lambda: defaultdict(bytearray))
        for name in MEMBERS:
            kind = BY_NAME[name[:-1]]
            rows = self.db.execute(
                f"SELECT c.id, {school} FROM staged.change c CROSS JOIN record r ON r.id = c.id"
                f" CROSS JOIN {kind.name} t ON t.key = r.key CROSS JOIN staged.{kind.name} s ON s.id = c.id"
                f" WHERE c.kind = {kind.code} AND c.what = '{UPDATED}'"
            )
            for member, at in rows:
                if at in wanted:
                    found[told[at]][name] += member
        return _frozen(found)


class Behind:
    """What the syncs since a moment (ISO 8601) removed and added, and has not been undone."""

    def __init__(self, db: sqlite3.Connection, since: str) -> None:
        self.db = db
        self._since = since

    def names(self) -> Names:
        """Return what schools, terms and courses are called now, and were when they were removed."""
        names = _names(self.db)
        for code, known, columns in (
            (SCHOOL.code, names.schools, ("name",)),
            (TERM.code, names.terms, ("name", "starts", "ends")),
            (COURSE.code, names.courses, ("name", "number")),
        ):
            for clever_id, before in self._changes(code, REMOVED, "r.id, c.before"):
                record = orjson.loads(before)
                known.setdefault(clever_id.hex(), _told([record[name] for name in columns]))
        return names

    def _changes(self, code: int, what: str, columns: str, more: str = "") -> Iterator[tuple[Any, ...]]:
        return self.db.execute(
            f"SELECT {columns} FROM change c JOIN run ON run.id = c.run JOIN record r ON r.key = c.key"
            f" WHERE c.kind = ? AND c.what = ? AND run.started_at >= ? {more}",
            (code, what, self._since),
        )

    def most(self, kind: Kind) -> int:
        """Return how many records of a kind came or went, whichever are more."""
        return max(int(next(self._changes(kind.code, what, "count(*)"))[0]) for what in (REMOVED, ADDED))

    def removed(self, kind: Kind, names: Names) -> list[Record]:
        """Return the records that are gone, as they last were."""
        rows = self._changes(
            kind.code,
            REMOVED,
            "c.key, r.id, c.before",
            "AND r.hash IS NULL GROUP BY c.key HAVING c.run = max(c.run) ORDER BY c.key",
        )
        gone = [(key, clever_id.hex(), orjson.loads(before)) for key, clever_id, before in rows]
        if kind is SECTION:
            lists: _Lists = {
                clever_id: {"teachers": _packed(row["teacher_ids"]), "students": _packed(row["student_ids"])}
                for _, clever_id, row in gone
            }
        else:
            lists = self._lists(kind, "before", {clever_id for _, clever_id, _ in gone})
        return [record_of(kind, key, each, row, names, lists.get(each, {})) for key, each, row in gone]

    def added(self, kind: Kind, names: Names) -> list[Record]:
        """Return the records that came and are still there."""
        references = [f"(SELECT id FROM record WHERE key = t.{name})" for name, _ in kind.references]
        columns = ", ".join([f"t.{name}" for name in kind.columns] + references)
        rows = self.db.execute(
            f"SELECT t.key, r.id, {columns} FROM change c JOIN run ON run.id = c.run"
            f" JOIN record r ON r.key = c.key JOIN {kind.name} t ON t.key = c.key"
            " WHERE c.kind = ? AND c.what = ? AND run.started_at >= ? AND r.hash IS NOT NULL"
            " GROUP BY t.key ORDER BY t.key",
            (kind.code, ADDED, self._since),
        ).fetchall()
        if kind is SECTION:
            lists: _Lists = {row[1].hex(): _section_lists(self.db, row[0]) for row in rows}
        else:
            lists = self._lists(kind, "after", {row[1].hex() for row in rows})
        return [row_record(kind, row, names, lists) for row in rows]

    def _lists(self, kind: Kind, side: str, wanted: set[str]) -> _Lists:
        """Return the sections that people left or came to, or the members that schools lost or won."""
        if not wanted:
            return {}
        if kind is SCHOOL:
            found: dict[str, dict[str, bytearray]] = defaultdict(lambda: defaultdict(bytearray))
            for name in MEMBERS:
                for clever_id, values in self._updates(BY_NAME[name[:-1]], side, "school"):
                    if values in wanted:
                        found[values][name] += clever_id
            return _frozen(found)
        pairs = self._updates(SECTION, side, _PERSON_LISTS[kind.name])
        return _by_person((section, member) for section, members in pairs for member in members if member in wanted)

    def _updates(self, kind: Kind, side: str, column: str) -> Iterator[tuple[bytes, Any]]:
        """Yield the records still in the data whose column was changed, with its value before or after."""
        rows = self._changes(
            kind.code, UPDATED, f"r.id, c.{side}", f"AND r.hash IS NOT NULL AND instr(c.{side}, '\"{column}\"')"
        )
        for clever_id, document in rows:
            record = orjson.loads(document)
            if record.get(column):
                yield clever_id, record[column]


def _names(db: sqlite3.Connection) -> Names:
    def told(kind: str, columns: str) -> dict[str, str]:
        rows = db.execute(f"SELECT r.id, {columns} FROM {kind} t JOIN record r ON r.key = t.key")
        return {clever_id.hex(): _told(parts) for clever_id, *parts in rows}

    return Names(told("school", "t.name"), told("term", "t.name, t.starts, t.ends"), told("course", "t.name, t.number"))


def _told(parts: Sequence[str | None]) -> str:
    return " ".join(part for part in parts if part)


def row_record(kind: Kind, row: tuple[Any, ...], names: Names, lists: _Lists) -> Record:
    """Return a record from key, id, columns and references as a query gives them."""
    key, clever_id, *values = row
    columns = (*kind.columns, *(name for name, _ in kind.references))
    fields = dict(zip(columns, values, strict=True))
    for name, _ in kind.references:
        fields[name] = fields[name].hex() if fields[name] else None
    return record_of(kind, key, clever_id.hex(), fields, names, lists.get(clever_id.hex(), {}))


def _packed(ids: Iterable[str]) -> bytes:
    return bytes.fromhex("".join(ids))


def _section_lists(db: sqlite3.Connection, key: int) -> Mapping[str, bytes]:
    teachers = db.execute(
        "SELECT r.id FROM section_teacher l JOIN record r ON r.key = l.teacher WHERE l.section = ? ORDER BY l.position",
        (key,),
    )
    raw = db.execute("SELECT class_list FROM section WHERE key = ?", (key,)).fetchone()[0] or b""
    keys = orjson.dumps([member for (member,) in struct.iter_unpack(">I", raw)]).decode()
    students = db.execute("SELECT id FROM record WHERE key IN (SELECT value FROM json_each(?)) ORDER BY id", (keys,))
    return {"teachers": b"".join(each for (each,) in teachers), "students": b"".join(each for (each,) in students)}


def _by_person(pairs: Iterable[tuple[bytes, str]]) -> _Lists:
    """Return the sections of each person that are in the data on both sides."""
    found: dict[str, dict[str, bytearray]] = defaultdict(lambda: defaultdict(bytearray))
    for section, person in pairs:
        found[person]["sections"] += section
    return _frozen(found)


def _frozen(found: Mapping[str, Mapping[str, bytearray]]) -> _Lists:
    return {key: {name: bytes(packed) for name, packed in lists.items()} for key, lists in found.items()}
