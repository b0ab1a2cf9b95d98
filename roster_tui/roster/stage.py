"""The next roster, filled page by page in a file of its own while the current one is read.

Nothing in it is precious: no journal, no fsync, until the fetch is complete. Only then does it take the
place of the one before, so that a run held for review outlives a later fetch that fails.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson

from roster_tui.clever import Unreadable
from roster_tui.databases import errors_of
from roster_tui.roster.cache import discard
from roster_tui.roster.kinds import KINDS, SECTION, Kind
from roster_tui.roster.rows import ROW_OF, Row
from roster_tui.roster.schema import staged_schema

_IS_CLEVER_ID = re.compile("[0-9a-f]{24}").fullmatch


class Stage:
    """A writer of the staged file; one thread at a time. Raises `DatabaseUnusable` by cause.

    With ``touched_only`` it holds no whole roster but the records that events spoke of: a record that was
    touched and is not staged is gone, and whatever was not touched stays as it is. Records that do not come
    ``in_order`` of their ids, as Clever's do, are sorted at the end: writing them at random takes thrice as long.
    """

    def __init__(
        self, file: Path, *, with_students: bool = True, touched_only: bool = False, in_order: bool = True
    ) -> None:
        self.file = file
        self._part = file.with_name(f"{file.name}.part")
        self.fetched: Counter[str] = Counter()
        """Records by kind; a person listed under two roles counts once."""
        self.unreadable: list[tuple[Kind, Unreadable]] = []
        self._with_students = with_students
        self._student_ids = SECTION.staged_columns.index("student_ids") + 2
        self._in_order = in_order
        discard(self._part)
        with self._telling_errors():
            self._db = sqlite3.connect(self._part, isolation_level=None, check_same_thread=False)
            self._begin()
        self.note("touched_only", touched_only)

    def _begin(self) -> None:
        self._part.chmod(0o600)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(staged_schema())
        if not self._in_order:
            for kind in KINDS:
                self._db.execute(f"CREATE TABLE {_as_it_came(kind)} AS SELECT * FROM {kind.name}")

    def _telling_errors(self) -> AbstractContextManager[None]:
        return errors_of(self._part, "The next roster")

    def note(self, name: str, value: Any) -> None:
        """Keep a small JSON value beside the staged records."""
        with self._telling_errors():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, orjson.dumps(value).decode()))

    def touch(self, ids: Iterable[str]) -> None:
        """Note that these records changed, and forget what was staged of them; `add` says what they are now."""
        raw = [(bytes.fromhex(clever_id),) for clever_id in ids]
        with self._telling_errors():
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR IGNORE INTO touched VALUES (?)", raw)
            for kind in KINDS if any(self.fetched.values()) else ():
                self._db.executemany(f"DELETE FROM {kind.name} WHERE id = ?", raw)
            self._db.execute("COMMIT")

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
        table = kind.name if self._in_order else _as_it_came(kind)
        with self._telling_errors():
            self._db.execute("BEGIN")
            done = self._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({places})", rows)
            self._db.execute("COMMIT")
        self.fetched[kind.name] += done.rowcount
        return done.rowcount

    def _sort(self) -> None:
        for kind in KINDS:
            # Of records with one id the first counts, as where they come in order.
            self._db.execute(f"INSERT OR IGNORE INTO {kind.name} SELECT * FROM {_as_it_came(kind)} ORDER BY id, rowid")
            self._db.execute(f"DROP TABLE {_as_it_came(kind)}")

    def finish(self) -> None:
        """Make it durable and put it in its place, so that a held run can wait in it for days."""
        kept = [(bytes.fromhex(each.id),) for _, each in self.unreadable if _IS_CLEVER_ID(each.id)]
        with self._telling_errors():
            if not self._in_order:
                self._sort()
            self._db.executemany("INSERT OR IGNORE INTO kept VALUES (?)", kept)
            self._db.close()
        with self._part.open("rb") as file:
            os.fsync(file.fileno())
        # A journal left beside the old file must not be played back into the new one.
        discard(self.file)
        self._part.replace(self.file)

    def abandon(self) -> None:
        """Close and delete what was written; the staged roster before it stays."""
        self._db.close()
        discard(self._part)


def _as_it_came(kind: Kind) -> str:
    return f"{kind.name}_as_it_came"
