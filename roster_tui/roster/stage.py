"""The next roster, filled page by page in a file of its own while the current one is read.

Nothing in it is precious: no journal, no fsync, until the fetch is complete.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from roster_tui.clever import Unreadable
from roster_tui.roster.cache import discard
from roster_tui.roster.kinds import SECTION, Kind
from roster_tui.roster.rows import ROW_OF, Row
from roster_tui.roster.schema import staged_schema


class Stage:
    """A writer of the staged file; one thread at a time."""

    def __init__(self, file: Path, *, with_students: bool = True) -> None:
        self.file = file
        self.fetched: Counter[str] = Counter()
        """Records by kind; a person listed under two roles counts once."""
        self.unreadable: list[tuple[Kind, Unreadable]] = []
        self._with_students = with_students
        self._student_ids = SECTION.staged_columns.index("student_ids") + 2
        discard(file)
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        file.chmod(0o600)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(staged_schema())

    def add(self, kind: Kind, records: Iterable[Any]) -> int:
        """Stage records of one kind; returns how many were new. Those that cannot be used are noted."""
        to_row = ROW_OF[kind]
        rows: list[Row] = []
        for record in records:
            try:
                row = to_row(record)
            except ValueError as error:
                self.unreadable.append((kind, Unreadable(record.id, str(error))))
                continue
            if kind is SECTION and not self._with_students:
                row = (*row[: self._student_ids], b"", *row[self._student_ids + 1 :])
            rows.append(row)
        places = ", ".join("?" * (2 + len(kind.staged_columns)))
        self._db.execute("BEGIN")
        done = self._db.executemany(f"INSERT OR IGNORE INTO {kind.name} VALUES ({places})", rows)
        self._db.execute("COMMIT")
        self.fetched[kind.name] += done.rowcount
        return done.rowcount

    def finish(self) -> None:
        """Close the file and make it durable, so that a held run can wait in it for days."""
        self._db.close()
        with self.file.open("rb") as file:
            os.fsync(file.fileno())

    def abandon(self) -> None:
        """Close and delete what was staged."""
        self._db.close()
        discard(self.file)
