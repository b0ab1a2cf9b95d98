"""A folder of SIS files: opened only when complete and readable, then streamed row by row."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from roster_tui.errors import RosterError
from roster_tui.sis.layout import LAYOUTS, SisFile, canonical

Row = dict[str, str]
"""One line of a file by canonical column name; values are stripped, a missing cell is ``""``."""

_CHUNK = 1 << 20


class SisFileError(RosterError):
    """A file that cannot be read as it stands; says where and what to do."""

    def __init__(self, file: str, code: str, message: str, line: int = 0, column: str = "") -> None:
        self.file = file
        self.code = code
        self.message = message
        self.line = line
        """1-based physical line; 0 when the whole file is meant."""
        self.column = column
        where = file + (f", line {line}" if line else "") + (f", column {column}" if column else "")
        super().__init__(f"{where}: {message}")


class SisDistrict(Protocol):
    """A district as its SIS exports it: a folder of files, a generated district, or one with incidents."""

    name: str

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield the rows of one file from the start; calling again starts again."""


class SisFolder:
    """A district read from a folder of CSV files in Clever's layout.

    Raises `SisFileError` on opening when a file is missing, lacks a required column or is not UTF-8,
    so that nothing is half read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.resolve().name
        if not folder.is_dir():
            raise SisFileError(str(folder), "folder-missing", "there is no such folder")
        self._headers: dict[SisFile, list[str]] = {}
        for file in SisFile:
            path = folder / file.file_name
            if path.is_file():
                self._headers[file] = _checked_header(path, file)
            elif not LAYOUTS[file].may_be_missing:
                raise SisFileError(
                    file.file_name,
                    "file-missing",
                    f"not found in {folder}. Clever needs schools, students, teachers, sections and "
                    "enrollments together, named in lower case",
                )

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield the rows of one file; a file that may be missing and is yields nothing."""
        header = self._headers.get(file)
        if header is None:
            return
        with (self.folder / file.file_name).open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            try:
                next(reader)
                for cells in reader:
                    if cells:
                        cells += [""] * (len(header) - len(cells))
                        yield {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
            except csv.Error as error:
                raise SisFileError(file.file_name, "csv", str(error), reader.line_num) from error


def _checked_header(path: Path, file: SisFile) -> list[str]:
    problem = _first_undecodable(path)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        header = [canonical(cell) for cell in next(csv.reader(text), [])]
    if problem is not None:
        line, before, byte = problem
        cell = len(next(csv.reader([before]), [])) or 1
        column = header[cell - 1] if line > 1 and cell <= len(header) else str(cell)
        raise SisFileError(
            file.file_name,
            "not-utf-8",
            f"byte 0x{byte:02X} at character {len(before) + 1} is not UTF-8. Export the file as UTF-8",
            line,
            column,
        )
    missing = sorted(LAYOUTS[file].required - set(header))
    if missing:
        found = ", ".join(header) or "nothing"
        raise SisFileError(
            file.file_name,
            "column-missing",
            f"required column {', '.join(missing)} not found; the header has: {found}",
            1,
            missing[0],
        )
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise SisFileError(file.file_name, "column-repeated", f"column {repeated[0]} stands twice", 1, repeated[0])
    return header


def _first_undecodable(path: Path) -> tuple[int, str, int] | None:
    """Return line, the text before it on that line, and the first byte that is not UTF-8, or None."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    offset = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                bad = offset - pending + error.start
                break
            if not chunk:
                return None
            offset += len(chunk)
        file.seek(0)
        before = file.read(bad)
        byte = file.read(1)[0]
    lines = before.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return len(lines), lines[-1].decode("utf-8-sig"), byte
