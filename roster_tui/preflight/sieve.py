"""The files as far as they say anything new: of a city's million students and sections a few hundred differ.

Whatever differs goes the sync's own way, so that a slip here costs time and no truth.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date

from roster_tui.preflight.classes import ClassLists, Sections
from roster_tui.preflight.known_ids import KnownIds
from roster_tui.preflight.students import Students
from roster_tui.roster.kinds import SECTION, STUDENT, Kind
from roster_tui.sis.folder import Row
from roster_tui.sis.layout import SisFile
from roster_tui.sis.upload import Upload


class Sieve:
    """An upload as a `SisDistrict` without the students that the roster has just so, and what is known of the rest."""

    def __init__(self, db: sqlite3.Connection, known: KnownIds, upload: Upload, today: date, *, students: bool) -> None:
        self._db = db
        self._known = known
        self._upload = upload
        self._with_students = students
        self.name = upload.name
        self.kinds: tuple[Kind, ...] = (STUDENT, SECTION) if students else (SECTION,)
        """Those of which only what differs is told; of students who are not kept nothing is."""
        self._students = Students(db, known, today, upload.unsaid, kept=students)
        self._sections: Sections | None = None

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield the rows of one file; of students those that differ."""
        if file is not SisFile.STUDENTS:
            yield from self._upload.rows(file)
            return
        for row in self._students.differing(self._upload.columns(file)):
            if self._with_students:
                yield row

    def classes(self) -> ClassLists:
        """Return what is known of sections and their class lists, once all students have come."""
        return ClassLists(self._db, self._upload, self._students, self._known_sections, kept=self._with_students)

    @property
    def _known_sections(self) -> Sections:
        if self._sections is None:
            self._sections = Sections(self._db, self._known)
        return self._sections

    def id_of(self, kind: str, sis_id: str) -> bytes:
        """Return the roster's id of a record, or a new one that follows from its key."""
        if kind not in (STUDENT.name, SECTION.name):
            return self._known.id_of(kind, sis_id)
        key = (self._students if kind == STUDENT.name else self._known_sections).find(sis_id)
        return self._known.new_id(kind, sis_id) if key is None else self._known.id_at(key)

    def missing(self) -> Iterator[str]:
        """Yield the ids of the roster's students and sections that did not come."""
        for records in (self._students, self._known_sections):
            yield from map(bytes.hex, map(self._known.id_at, records.missing()))
