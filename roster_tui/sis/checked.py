"""One file of an upload, checked while it is read: the rows go on to whoever stages them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import repeat
from pathlib import Path

from roster_tui.sis import catalog, checks
from roster_tui.sis.crosscheck import Crosscheck
from roster_tui.sis.folder import Row
from roster_tui.sis.lenient import Batch, LenientFile
from roster_tui.sis.problems import ProblemCode, Problems
from roster_tui.sis.rules import FileRules

Columns = dict[str, list[str]]
"""A batch by canonical column name; values are stripped."""

_SURPLUS_TEACHER = re.compile(r"teacher_(?:1[1-9]|[2-9]\d|\d{3,})_id")
_NEAR = 78
"""How like a known column's name an unknown one must be, of 100, to be taken for it."""


class CheckedFile:
    """A file that is there. Opening it checks the header; reading the rows the first time checks them.

    Without ``check`` the rows are read unchecked.
    """

    def __init__(
        self, path: Path, rules: FileRules, problems: Problems, cross: Crosscheck, *, check: bool = True
    ) -> None:
        self.rules = rules
        self.rows_read = 0
        self._problems = problems
        self._cross = cross
        self._checked = not check
        self._file = LenientFile(path, self._note)
        self._titles = [checks.decoded(cell.strip()) for cell in self._file.header]
        self.columns = [rules.canonical(cell) for cell in self._titles]
        self.usable = self._check_header()
        """Whether every required column is there, once."""

    @property
    def checked(self) -> bool:
        """Whether its rows have been read to the end."""
        return self._checked

    def _note(self, code: ProblemCode, line: int, message: str, cell: int | None) -> None:
        column = "" if cell is None or cell >= len(self.columns) else self.columns[cell]
        self._problems.add(code, self.rules.name, line, column, message)

    # -- header ---------------------------------------------------------------------------------------

    def _check_header(self) -> bool:
        rules, found, name = self.rules, self.columns, self.rules.name
        if not found:
            if not any(each.file == name for each in self._problems):
                self._problems.add(catalog.FILE_EMPTY, name)
            return False
        missing = sorted(rules.required - set(found))
        taken = {self._report_missing(column) for column in missing}
        repeated = sorted({each for each in found if each and found.count(each) > 1})
        for column in repeated:
            self._problems.add(catalog.COLUMN_REPEATED, name, 1, column, f"column {column} stands twice")
        if rules.account_email and rules.account_email not in (*found, *missing):
            taken.add(self._report_missing(rules.account_email, catalog.EMAIL_COLUMN_MISSING))
        for column in found:
            if column in rules.known or column in taken or _SURPLUS_TEACHER.fullmatch(column):
                continue
            if near := _nearest(column, rules.known - set(found)):
                message = f"column {column} is unknown to Clever; did you mean {near}?"
                self._problems.add(catalog.COLUMN_MISSPELT, name, 1, column, message)
        if any(" " in title for title, column in zip(self._titles, found, strict=True) if column in rules.known):
            self._problems.add(catalog.HEADER_SPACES, name, 1)
        return not missing and not repeated

    def _report_missing(self, column: str, code: ProblemCode = catalog.COLUMN_MISSING) -> str:
        """Tell of a column that is not there; returns the header that is probably meant, or ``""``."""
        near = _nearest(column, [each for each in self.columns if each and each not in self.rules.known])
        guess = f"; did you mean {near}?" if near else ""
        has = ", ".join(filter(None, self.columns))
        message = f"no column {column}{guess}" if near else f"no column {column}; the header has: {has[:300]}"
        if column == self.rules.key:
            message += f". Read so, every {self.rules.kind} would look as if it had left"
        elif code is catalog.EMAIL_COLUMN_MISSING:
            message += f". Without an email every {self.rules.kind} is suspended at the sync"
        self._problems.add(code, self.rules.name, 1, column, message)
        return near or ""

    # -- rows -----------------------------------------------------------------------------------------

    def rows(self, kept: Sequence[str]) -> Iterator[Row]:
        """Yield the rows with only these columns, as far as the file has them; the first time they are checked."""
        for columns in self.columns_of(kept):
            # A loop in C: a city has half a million sections.
            yield from map(dict, map(zip, repeat(tuple(columns)), zip(*columns.values(), strict=True)))

    def columns_of(self, kept: Sequence[str]) -> Iterator[Columns]:
        """Yield some rows at a time with only these columns, as far as the file has them; they are checked as rows."""
        wanted = frozenset(kept)
        for _, columns in self.batches(wanted):
            yield {name: columns[name] for name in kept if name in columns}

    def lines_of(self, keys: Collection[str]) -> dict[str, int]:
        """Return the first line of each of these keys that is there."""
        found: dict[str, int] = {}
        for lines, columns in self.batches(frozenset((self.rules.key,))):
            column = columns[self.rules.key]
            if not set(keys).isdisjoint(column):
                for line, value in zip(lines, column, strict=True):
                    if value in keys:
                        found.setdefault(value, line)
        return found

    def batches(self, wanted: frozenset[str] | None = None) -> Iterator[tuple[Sequence[int], Columns]]:
        """Yield lines and columns of some rows at a time; the first time they are checked.

        Once they are, only the ``wanted`` columns are made.
        """
        first = not self._checked
        for batch in self._file.batches(quietly=not first):
            yield batch.lines, self._columns(batch, first, None if first else wanted)
        if first:
            self._checked = True
            if self.rules.key in self.columns:
                self._tell_repeated()
            if not self.rows_read and self.usable and not self.rules.may_be_empty:
                self._problems.add(catalog.NO_ROWS, self.rules.name, 1)

    def _columns(self, batch: Batch, check: bool, wanted: frozenset[str] | None) -> Columns:
        columns: Columns = {}
        for name, column in zip(self.columns, batch.columns, strict=True):
            if wanted is not None and name not in wanted:
                continue
            if batch.doubtful:
                if check:
                    self._check_any(name, column, batch.lines)
                column = list(map(checks.decoded, column))
            stripped = list(map(str.strip, column)) if batch.padded else column
            if check and stripped != column and name in self.rules.id_columns:
                for at in (at for at, value in enumerate(column) if value != stripped[at]):
                    self._problems.add(catalog.BLANK_IN_ID, self.rules.name, batch.lines[at], name)
            columns[name] = stripped
        if check:
            self.rows_read += len(batch.lines)
            self._check_columns(columns, batch.lines)
        return columns

    def _check_any(self, name: str, column: Sequence[str], lines: Sequence[int]) -> None:
        for at, code, message in checks.any_value(column):
            if code is catalog.NOT_UTF_8:
                self._problems.add_once(code, self.rules.name, lines[at], name, message)
            else:
                self._problems.add(code, self.rules.name, lines[at], name, message)

    def _check_columns(self, columns: Columns, lines: Sequence[int]) -> None:
        rules = self.rules
        for name, column in columns.items():
            if name in rules.id_columns:
                self._report(name, lines, checks.ids(column))
            for rule in checks.TYPED:
                if name in getattr(rules, rule):
                    self._report(name, lines, checks.typed(rule, column, several=name in rules.lists))
            if _SURPLUS_TEACHER.fullmatch(name):
                places = ((at, catalog.TOO_MANY_TEACHERS, "") for at, value in enumerate(column) if value)
                self._report(name, lines, places)
        self._check_filled(columns, lines)
        self._note_references(columns, lines)
        if rules.key in columns:
            self._note_keys(columns, lines)

    def _report(self, name: str, lines: Sequence[int], found: checks.Found) -> None:
        for at, code, message in found:
            self._problems.add(code, self.rules.name, lines[at], name, message)

    def _check_filled(self, columns: Columns, lines: Sequence[int]) -> None:
        for name in sorted(self.rules.filled & columns.keys()):
            if "" in columns[name]:
                blank = [at for at, value in enumerate(columns[name]) if not value]
                # Spreadsheets leave rows of nothing but commas at the end.
                blank = [at for at in blank if any(column[at] for column in columns.values())]
                self._report(name, lines, ((at, catalog.VALUE_MISSING, "") for at in blank))

    def _note_references(self, columns: Columns, lines: Sequence[int]) -> None:
        for name, kind in self.rules.references.items():
            values: Sequence[str] | None = columns.get(name)
            if values is None:
                continue
            where = lines
            if name in self.rules.lists and any("," in value for value in values):
                pairs = [
                    (one.strip(), line) for value, line in zip(values, lines, strict=True) for one in value.split(",")
                ]
                values, where = [one for one, _ in pairs], [line for _, line in pairs]
            remember = name in self.rules.mentions
            self._cross.add_references(self.rules.name, name, kind, values, where, remember=remember)

    def _note_keys(self, columns: Columns, lines: Sequence[int]) -> None:
        rules, keys = self.rules, columns[self.rules.key]
        marks: list[int | None] = []
        if again := [columns[name] for name in sorted(rules.may_repeat) if name in columns]:
            marks = [hash(cells) if any(cells) else None for cells in zip(*again, strict=True)]
        self._cross.add_keys(rules.kind, keys, lines, marks)
        if rules.account_email in columns and not rules.mixed:
            self._note_emails(columns[rules.account_email], keys, lines)

    def _tell_repeated(self) -> None:
        rules = self.rules
        for repeated in self._cross.complete(rules.kind):
            which = f"this {rules.kind}'s ID" if rules.private else f"{rules.kind} {repeated.value}"
            message = f"{which} stands in line {repeated.first_line} already; only that row counts"
            self._problems.add(catalog.KEY_REPEATED, rules.name, repeated.line, rules.key, message)

    def _note_emails(self, emails: Sequence[str], keys: Sequence[str], lines: Sequence[int]) -> None:
        rules = self.rules
        if "" in emails and rules.account_email not in rules.filled:
            missing = (at for at, email in enumerate(emails) if not email and keys[at])
            self._report(rules.account_email, lines, ((at, catalog.EMAIL_MISSING, "") for at in missing))
        self._cross.add_emails(rules.kind, emails, keys, lines)


def _nearest(name: str, among: Sequence[str] | frozenset[str]) -> str | None:
    from rapidfuzz import process

    found = process.extractOne(name, sorted(among), score_cutoff=_NEAR)
    return str(found[0]) if found else None
