"""What only shows across rows and files: repeated keys, unknown references, look-alikes, shared emails.

Kept in a temporary SQLite file, so that a city's seven million rows need no memory.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32000;
-- Every row's key as it was read; sorted into `key` when its file has been read: at random that takes much longer.
CREATE TABLE seen (kind TEXT, value TEXT, line INTEGER, mark INTEGER);
CREATE TABLE key (kind TEXT, value TEXT, line INTEGER, rows INTEGER, PRIMARY KEY (kind, value)) WITHOUT ROWID;
-- Only of keys that are not their own folded form: most are.
CREATE TABLE folded (kind TEXT, folded TEXT, value TEXT, line INTEGER);
CREATE TABLE reference (
    file TEXT, column TEXT, kind TEXT, value TEXT, line INTEGER, rows INTEGER, PRIMARY KEY (file, column, value)
) WITHOUT ROWID;
CREATE TABLE email (kind TEXT, email TEXT, person TEXT, line INTEGER, PRIMARY KEY (kind, email, person)) WITHOUT ROWID;
"""


class Repeated(NamedTuple):
    """A key that an earlier row has."""

    value: str
    line: int
    first_line: int


class Unknown(NamedTuple):
    """A reference to a key that no file has."""

    file: str
    column: str
    kind: str
    value: str
    line: int
    rows: int
    """How many rows hold it, this one included."""
    alike: str | None
    """A key that it looks like."""


class Alike(NamedTuple):
    """Two keys of one kind that are the same once they are folded; the second stands further down."""

    kind: str
    value: str
    line: int
    other: str
    other_line: int


class Shared(NamedTuple):
    """An email that another person of the same kind has, further up."""

    kind: str
    email: str
    line: int
    first_line: int


def folded_id(value: str) -> str:
    """Return an ID as people take it for the same: without case, blanks and leading zeros, and O as zero."""
    return "".join(value.split()).upper().replace("O", "0").lstrip("0")


def _folded_already(values: Sequence[str]) -> bool:
    """Whether all of these are their own folded form, as plain numbers are."""
    text = "\n".join(("", *values))
    return text.isascii() and text == text.upper() and not any(sign in text for sign in ("O", " ", "\t", "\n0"))


class Crosscheck:
    """A writer and reader of the temporary file; one thread at a time."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        file.chmod(0o600)
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        self._complete: set[str] = set()
        # Folding is a scan of all keys: done once, when something is unknown.
        self._alike_ready = False

    def close(self) -> None:
        """Close the file; it stays for whoever made its folder to delete."""
        self._db.close()

    def add_keys(
        self, kind: str, values: Sequence[str], lines: Sequence[int], marks: Sequence[int | None] = ()
    ) -> None:
        """Note the keys of some rows. Blank ones are not keys.

        With ``marks`` a key may come again under another mark; None is a mark that does not excuse it.
        """
        given = zip(values, lines, marks or [None] * len(values), strict=True)
        rows = [(kind, value, line, mark) for value, line, mark in given if value]
        self._db.executemany("INSERT INTO seen VALUES (?, ?, ?, ?)", rows)
        if not _folded_already(values):
            self._db.executemany(
                "INSERT INTO folded VALUES (?, ?, ?, ?)",
                [(kind, folded, value, line) for _, value, line, _ in rows if (folded := folded_id(value)) != value],
            )

    def complete(self, kind: str) -> list[Repeated]:
        """Say that every key of a kind has been added; returns the rows whose key an earlier row has."""
        self._db.execute(
            "INSERT INTO key SELECT kind, value, min(line), count(*) FROM seen WHERE kind = ?"
            " GROUP BY kind, value ORDER BY kind, value",
            (kind,),
        )
        repeated = list(self._repeated(kind))
        self._db.execute("DELETE FROM seen WHERE kind = ?", (kind,))
        self._complete.add(kind)
        return repeated

    def _repeated(self, kind: str) -> Iterator[Repeated]:
        rows = self._db.execute(
            "SELECT s.value, s.line, s.mark, k.line FROM seen s JOIN key k ON k.kind = s.kind AND k.value = s.value"
            " WHERE s.kind = ? AND k.rows > 1 ORDER BY s.value, s.line",
            (kind,),
        )
        marks: set[int] = set()
        for value, line, mark, first_line in rows:
            if line == first_line:
                marks = {mark}
            elif mark is None or mark in marks:
                yield Repeated(value, line, first_line)
            else:
                marks.add(mark)

    def add_references(
        self, file: str, column: str, kind: str, values: Sequence[str], lines: Sequence[int], *, remember: bool = False
    ) -> None:
        """Note what some rows refer to; blank values refer to nothing.

        Of a kind whose keys are all known only unknown ones are kept, unless all are to be remembered.
        """
        if kind in self._complete and not remember:
            wanted = self._missing(kind, set(values))
            if not wanted:
                return
            pairs = [pair for pair in zip(values, lines, strict=True) if pair[0] in wanted]
            values, lines = [value for value, _ in pairs], [line for _, line in pairs]
        first = dict(zip(reversed(values), reversed(lines), strict=True))
        self._db.executemany(
            "INSERT INTO reference VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (file, column, value) DO UPDATE SET rows = rows + excluded.rows",
            [(file, column, kind, value, first[value], rows) for value, rows in Counter(values).items() if value],
        )

    def _missing(self, kind: str, values: set[str]) -> set[str]:
        rows = self._db.execute(
            "SELECT value FROM json_each(?) WHERE value <> ''"
            " AND NOT EXISTS (SELECT 1 FROM key k WHERE k.kind = ? AND k.value = json_each.value)",
            (orjson.dumps(list(values)).decode(), kind),
        )
        return {value for (value,) in rows}

    def add_emails(self, kind: str, emails: Sequence[str], people: Sequence[str], lines: Sequence[int]) -> None:
        """Note the emails of people who get accounts."""
        self._db.executemany(
            "INSERT OR IGNORE INTO email VALUES (?, ?, ?, ?)",
            [
                (kind, email.lower(), person, line)
                for email, person, line in zip(emails, people, lines, strict=True)
                if email
            ],
        )

    def unknown(self, kinds: Iterable[str]) -> Iterator[Unknown]:
        """Yield each reference to these kinds that no file explains, once, at its first row."""
        rows = self._db.execute(
            "SELECT r.file, r.column, r.kind, r.value, r.line, r.rows FROM reference r"
            " WHERE NOT EXISTS (SELECT 1 FROM key k WHERE k.kind = r.kind AND k.value = r.value)"
            " ORDER BY r.file, r.line, r.column"
        ).fetchall()
        judged = set(kinds)
        for file, column, kind, value, line, many in rows:
            if kind in judged:
                yield Unknown(file, column, kind, value, line, many, self._looking_like(kind, value))

    def _looking_like(self, kind: str, value: str) -> str | None:
        if not self._alike_ready:
            self._db.execute("CREATE INDEX folded_value ON folded (kind, folded)")
            self._alike_ready = True
        folded = folded_id(value)
        row = self._db.execute(
            "SELECT value FROM key WHERE kind = ?1 AND value = ?2"
            " UNION ALL SELECT value FROM folded WHERE kind = ?1 AND folded = ?2 LIMIT 1",
            (kind, folded),
        ).fetchone()
        return str(row[0]) if row else None

    def alike(self) -> Iterator[Alike]:
        """Yield keys that differ only in case, blanks, leading zeros, or O for 0, beside the first such."""
        groups = self._db.execute(
            "SELECT f.kind, f.folded, f.value, f.line FROM folded f"
            " UNION SELECT k.kind, k.value, k.value, k.line FROM folded f"
            " JOIN key k ON k.kind = f.kind AND k.value = f.folded ORDER BY 1, 2, 4"
        )
        first: tuple[str, str, str, int] | None = None
        for kind, folded, value, line in groups:
            if first is None or first[:2] != (kind, folded):
                first = (kind, folded, value, line)
            elif value != first[2]:
                yield Alike(kind, value, line, first[2], first[3])

    def shared_emails(self) -> Iterator[Shared]:
        """Yield people whose email another of the same kind has too, beside the first."""
        rows = self._db.execute(
            "SELECT kind, email, line, first FROM (SELECT kind, email, line, min(line) OVER (PARTITION BY kind, email)"
            " first FROM email) WHERE line <> first ORDER BY kind, line"
        )
        yield from (Shared(*row) for row in rows)

    def unmentioned(self, kind: str, file: str, column: str) -> Iterator[tuple[str, int]]:
        """Yield key and line of every record of a kind that a column of a file never names."""
        yield from self._db.execute(
            "SELECT k.value, k.line FROM key k WHERE k.kind = ? AND NOT EXISTS"
            " (SELECT 1 FROM reference r WHERE r.file = ? AND r.column = ? AND r.value = k.value) ORDER BY k.line",
            (kind, file, column),
        ).fetchall()
