"""Tonight's sections beside the roster's: those whose fields or class list differ.

A class list is compared by the sum of its students' marks, so that seven million enrollments are only added up. Where
the sums differ, or the roster has no such section, the list is read in a second pass: a slip of the first one (a row
that stands twice, a student whom no file explains) costs time and no truth.
"""

from __future__ import annotations

import sqlite3
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property, partial
from typing import Any

from roster_tui.preflight.known_ids import KnownIds
from roster_tui.preflight.places import Places
from roster_tui.preflight.students import Students
from roster_tui.sis.layout import SisFile
from roster_tui.sis.upload import Upload

_AT_ONCE = 2_000
_SUM = (1 << 64) - 1


class Sections:
    """The roster's sections by SIS ID, with a hash of all they have but their students."""

    def __init__(self, db: sqlite3.Connection, known: KnownIds) -> None:
        self._places = Places(known.highest_key)
        self._fields = array("q", bytes(8 * (known.highest_key + 1)))
        self.find = self._places.find
        self.missing = self._places.missing
        id_at = known.hex_at
        teachers = db.execute("SELECT section, teacher FROM section_teacher ORDER BY section, position")
        taught = next(teachers, None)
        rows = db.execute(
            "SELECT key, sis_id, name, period, number, subject, grade, school, term, course FROM section ORDER BY key"
        )
        while page := rows.fetchmany(_AT_ONCE):
            self._places.add(*zip(*((row[0], row[1]) for row in page), strict=True))
            for key, *fields, school, term, course in page:
                ids = [id_at(school), id_at(term), id_at(course)]
                while taught and taught[0] == key:
                    ids.append(id_at(taught[1]))
                    taught = next(teachers, None)
                self._fields[key] = hash((*fields, *ids))
        self._places.sort()

    def has(self, key: int, section: dict[str, Any]) -> bool:
        """Note that a section came; return whether the roster has it so, its students aside."""
        self._places.come(key)
        teachers = section["teachers"]
        told = (
            section["sis_id"],
            section["name"],
            section["period"] or None,
            section["section_number"] or None,
            section["subject"] or None,
            section["grade"] or None,
            section["school"],
            section.get("term_id"),
            section.get("course"),
            *teachers[:1],
            *sorted(teachers[1:]),
        )
        return self._fields[key] == hash(told)


class ClassLists:
    """Tells which sections are known, and the students of the others; made when all students have come."""

    def __init__(
        self, db: sqlite3.Connection, upload: Upload, students: Students, sections: Sections, *, kept: bool
    ) -> None:
        self._db = db
        self._upload = upload
        self._students = students
        self._sections = sections
        self._kept = kept
        self._differing: set[str] = self._compared() if kept else set()

    def knows(self, section: dict[str, Any]) -> bool:
        """Note that a section came; return whether the roster has it just so."""
        sis_id = section["sis_id"]
        key = self._sections.find(sis_id)
        if key is None or not self._sections.has(key, section):
            return False
        return sis_id not in self._differing if self._kept else self._as_many(key, sis_id)

    def _as_many(self, key: int, sis_id: str) -> bool:
        # Of students who are not kept only the number is known.
        had = self._db.execute("SELECT students FROM section WHERE key = ?", (key,)).fetchone()[0]
        return bool(had == len(set(self._lists.get(sis_id, ()))))

    def students(self, sis_id: str) -> list[str]:
        """Return the Clever IDs of a section's students in their order, each once."""
        key = self._sections.find(sis_id)
        if self._kept and key is not None and sis_id not in self._differing:
            packed = self._db.execute("SELECT class_list FROM section WHERE key = ?", (key,)).fetchone()[0]
            places = _keys(packed)
        else:
            places = self._lists.pop(sis_id, array("I"))
        return sorted(map(bytes.hex, self._students.ids(set(places))))

    # -- first pass: sums -----------------------------------------------------------------------------

    def _compared(self) -> set[str]:
        """Return the SIS IDs of the sections whose list differs, or that the roster has not."""
        new: set[str] = set()
        sums: defaultdict[int, int] = defaultdict(int)
        find = self._sections.find
        for columns in self._upload.columns(SisFile.ENROLLMENTS):
            found: defaultdict[str, int] = defaultdict(int)
            for section, mark in zip(columns["section_id"], map(hash, columns["student_id"]), strict=True):
                found[section] += mark
            for section, total in found.items():
                key = find(section)
                if key is None:
                    new.add(section)
                else:
                    sums[key] = sums[key] + total & _SUM
        return new.union(self._differing_from(sums))

    def _differing_from(self, sums: dict[int, int]) -> Iterator[str]:
        mark = self._students.marks.__getitem__
        for key, sis_id, packed in self._db.execute("SELECT key, sis_id, class_list FROM section"):
            if sis_id is not None and sum(map(mark, _keys(packed))) & _SUM != sums.get(key, 0):
                yield sis_id

    # -- second pass: lists ---------------------------------------------------------------------------

    @cached_property
    def _lists(self) -> dict[str, array[int]]:
        """The places of the students of each section that differs."""
        lists: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        place_of, wanted = self._students.place, self._differing
        for columns in self._upload.columns(SisFile.ENROLLMENTS) if wanted or not self._kept else ():
            for section, student in zip(columns["section_id"], columns["student_id"], strict=True):
                if section in wanted or not self._kept:
                    place = place_of(student)
                    if place is not None:
                        lists[section].append(place)
        return lists


def _keys(packed: bytes | None) -> array[int]:
    keys = array("I", packed or b"")
    if sys.byteorder == "little":
        keys.byteswap()
    return keys
