"""A CSV file read to its end whatever is in it: batches of rows with their lines, troubles told, never raised.

What cannot be decoded stays in the text as lone surrogates (one a byte), so that the checks find it by line
and column.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple, TextIO

from roster_tui.sis.catalog import (
    BARE_CR,
    BYTE_ORDER_MARK,
    FILE_UNREADABLE,
    NOT_UTF_8,
    QUOTED_NEWLINE,
    TOO_FEW_CELLS,
    TOO_MANY_CELLS,
    UNCLOSED_QUOTE,
)
from roster_tui.sis.problems import ProblemCode

Note = Callable[[ProblemCode, int, str, int | None], None]
"""Takes a code, its line, a message of its own or ``""``, and the place of the cell when it is known."""

LONGEST = 1_000
"""Characters of a value beyond which it is told."""
SURROGATE = re.compile("[\ud800-\udfff]")
"""What stands for a byte that is not UTF-8."""

_CELL = r'(?:[^",\r\n]*|"(?:[^"]|"")*")'
_WHOLE_ROW = re.compile(rf"{_CELL}(?:,{_CELL})*\r?\n?")
"""A line whose quotes all open and close cells (RFC 4180)."""
_CHUNK = 1 << 20
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Batch(NamedTuple):
    """Some rows of a file, each as wide as its header."""

    lines: Sequence[int]
    """Where each row begins, 1-based."""
    columns: list[list[str]]
    """As many as the header has cells, each as long as there are rows."""
    doubtful: bool
    """Whether some value may hold what none should: a NUL, broken UTF-8, a formula, an endless text."""
    padded: bool
    """Whether some value may begin or end with a blank."""


class LenientFile:
    """One CSV file. Opening it reads the header; `batches` reads the rest, once or again."""

    def __init__(self, path: Path, note: Note) -> None:
        self._path = path
        self._note = note
        self._record: list[str] = []
        """The lines of the record that is being read."""
        self._waiting: deque[str] = deque()
        """Lines read but not yet handed to the CSV reader."""
        self._cut_short = False
        """Whether the file ended inside a quoted value."""
        self.header: list[str] = []
        """Cells of the first row that is not blank, as they came."""
        self._first_line = 1
        self._read_header()

    def _read_header(self) -> None:
        try:
            with self._path.open("rb") as file:
                begin = file.read(4)
            if begin.startswith(_UTF_16):
                self._note(NOT_UTF_8, 1, "the file is UTF-16, as Excel's Unicode text. Export the file as UTF-8", None)
                return
            if begin.startswith(codecs.BOM_UTF8):
                self._note(BYTE_ORDER_MARK, 1, "", None)
            with self._open() as text:
                for line in text:
                    cells = next(csv.reader([line]), [])
                    if any(cell.strip() for cell in cells):
                        self.header = cells
                        break
                    self._first_line += 1
                if text.newlines == "\r":
                    self._note(BARE_CR, self._first_line, "", None)
        except csv.Error as error:
            self._note(FILE_UNREADABLE, 1, f"the header cannot be read ({error})", None)
        except OSError as error:
            self._note(FILE_UNREADABLE, 0, (error.strerror or str(error)).lower(), None)

    def _open(self) -> TextIO:
        return self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")

    def batches(self, *, quietly: bool = False) -> Iterator[Batch]:
        """Yield the rows below the header; ``quietly`` tells no troubles, for reading a second time."""
        if not self.header:
            return
        note = (lambda code, line, message, cell: None) if quietly else self._note
        try:
            with self._open() as text:
                for _ in range(self._first_line):
                    text.readline()
                yield from self._rows(text, self._first_line + 1, note, quietly)
        except OSError as error:
            note(FILE_UNREADABLE, 0, (error.strerror or str(error)).lower(), None)

    def _rows(self, text: TextIO, line: int, note: Note, quietly: bool) -> Iterator[Batch]:
        width = len(self.header)
        while chunk := text.read(_CHUNK) + text.readline():
            numbers: Sequence[int]
            columns = None if '"' in chunk else _columns(chunk, width)
            if columns is not None:
                numbers = range(line, line + len(columns[0]))
                line += len(columns[0])
            else:
                numbers, rows, line = self._by_rows(chunk, text, line, note)
                columns = list(map(list, zip(*rows, strict=True)))
            if columns:
                # Where nothing is told, a value only has to be decoded.
                doubtful = not _is_utf_8(chunk) or (not quietly and _doubtful(chunk))
                yield Batch(numbers, columns, doubtful, _padded(chunk))

    def _by_rows(self, chunk: str, text: TextIO, line: int, note: Note) -> tuple[Sequence[int], list[list[str]], int]:
        """Return the rows of a chunk that is not as plain as most, their lines, and the line after them."""
        lines = StringIO(chunk, newline="").readlines()
        numbers: Sequence[int]
        if '"' in chunk:
            self._waiting.extend(lines)
            numbers, rows, line = self._quoted(text, line, note)
        else:
            try:
                rows = list(csv.reader(lines))
            except csv.Error:
                rows = [_split(each) for each in lines]
            numbers = range(line, line + len(rows))
            line += len(rows)
        if set(map(len, rows)) != {len(self.header)}:
            numbers, rows = self._of_width(numbers, rows, note)
        return numbers, rows, line

    def _quoted(self, text: TextIO, line: int, note: Note) -> tuple[list[int], list[list[str]], int]:
        """Return the rows of the waiting lines, each record whole, and the line after them."""
        numbers: list[int] = []
        rows: list[list[str]] = []
        reader = csv.reader(self._feed(text))
        width = len(self.header)
        while self._waiting:
            self._record, self._cut_short = [], False
            try:
                cells: list[str] | None = next(reader)
            except csv.Error:
                cells = None
            if cells is None or self._cut_short or self._swallowed(width):
                # Read on from the line after the quote, as if it were a letter: one row is in doubt, not all.
                note(UNCLOSED_QUOTE, line, "", _opened_in(self._record[0]))
                self._waiting.extendleft(reversed(self._record[1:]))
                del self._record[1:]
                cells = [*_split(self._record[0]), *[""] * width][:width]
                reader = csv.reader(self._feed(text))
            elif len(self._record) > 1:
                place = next((at for at, cell in enumerate(cells) if "\n" in cell or "\r" in cell), None)
                note(QUOTED_NEWLINE, line, "", place)
            numbers.append(line)
            rows.append(cells)
            line += len(self._record)
        return numbers, rows, line

    def _feed(self, text: TextIO) -> Iterator[str]:
        while True:
            line = self._waiting.popleft() if self._waiting else text.readline()
            if not line:
                self._cut_short = bool(self._record)
                return
            self._record.append(line)
            yield line

    def _swallowed(self, width: int) -> bool:
        """Whether a record of several lines is rather a row with an open quote, and another row after it."""
        # The second line of a value over two lines closes a quote; a row of its own is whole without the first.
        if len(self._record) < 2 or _WHOLE_ROW.fullmatch(self._record[1]) is None:
            return False
        return len(next(csv.reader(self._record[1:2]), [])) == width > 1

    def _of_width(self, numbers: Sequence[int], rows: list[list[str]], note: Note) -> tuple[list[int], list[list[str]]]:
        width = len(self.header)
        kept_numbers, kept = [], []
        for number, row in zip(numbers, rows, strict=True):
            if not any(row):
                continue
            if len(row) < width:
                note(TOO_FEW_CELLS, number, f"{len(row)} cells; the header has {width}", None)
                row += [""] * (width - len(row))
            elif len(row) > width:
                if any(row[width:]):
                    note(TOO_MANY_CELLS, number, f"{len(row)} cells; the header has {width}", None)
                del row[width:]
            kept_numbers.append(number)
            kept.append(row)
        return kept_numbers, kept


_BEFORE = ',\n\r"'
"""What stands before a value's first character, and after its last one."""


def _columns(chunk: str, width: int) -> list[list[str]] | None:
    """Return the columns of a chunk without quotes, or None when some row is not as wide as the header.

    Cut at once, which takes half the time of a CSV reader: behind each row stands a cell that holds the line's end,
    so that a row with other cells than it should have is seen.
    """
    plain = chunk.replace("\r\n", "\n")
    # Of one column a blank line would be a row.
    if "\r" in plain or width == 1:
        return None
    cells = plain.removesuffix("\n").replace("\n", ",\n,").split(",")
    cells.append("\n")
    rows, cut = divmod(len(cells), width + 1)
    # Two short rows can be as long as one: no line may end inside of a row either.
    if cut or cells[width :: width + 1].count("\n") != rows or cells.count("\n") != rows:
        return None
    return [cells[place :: width + 1] for place in range(width)]


def _doubtful(chunk: str) -> bool:
    """Whether a chunk needs a look at each value. Single characters first: they are found at memory speed."""
    return "\0" in chunk or any(sign in chunk and _begins(chunk, sign) for sign in "=@+-") or _has_long_line(chunk)


def _is_utf_8(chunk: str) -> bool:
    if chunk.isascii():
        return True
    try:
        chunk.encode()
    except UnicodeEncodeError:
        return False
    return True


def _has_long_line(chunk: str) -> bool:
    at = 0
    while len(chunk) - at > LONGEST:
        end = chunk.rfind("\n", at, at + LONGEST + 1)
        if end < 0:
            return True
        at = end + 1
    return False


def _begins(chunk: str, sign: str) -> bool:
    return chunk.startswith(sign) or any(before + sign in chunk for before in _BEFORE)


def _padded(chunk: str) -> bool:
    if '"' in chunk or not chunk.isascii() or any(blank in chunk for blank in "\t\v\f\x1c\x1d\x1e\x1f"):
        return True
    # The last line of a file may end without a line's end.
    return " " in chunk and (chunk[-1] == " " or _begins(chunk, " ") or any(f" {after}" in chunk for after in _BEFORE))


def _split(line: str) -> list[str]:
    """Return the cells of one line, its quotes taken for letters."""
    return [cell.strip('"') for cell in line.rstrip("\r\n").split(",")]


def _opened_in(line: str) -> int | None:
    """Return the place of the cell whose quote is not closed in its line."""
    return next((at for at, cell in enumerate(line.split(",")) if cell.count('"') % 2), None)
