"""SIS files of a test: written from a district, then changed at one place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from roster_tui.sis import SisDistrict, SisFile
from roster_tui.sis.layout import canonical
from roster_tui.sis.upload import open_upload

Found = tuple[str, str, int, str]
"""Code, file, line, column."""


def written(source: SisDistrict, folder: Path) -> Path:
    """Write a district as the files of an upload."""
    folder.mkdir(exist_ok=True)
    for file in SisFile:
        with (folder / file.file_name).open("w", newline="", encoding="utf-8") as text:
            writer = csv.writer(text)
            for number, row in enumerate(source.rows(file)):
                if not number:
                    writer.writerow(row)
                writer.writerow(row.values())
    return folder


class Table:
    """One file to be changed; line 1 is its header, no value has a newline yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open(encoding="utf-8", newline="") as text:
            self.rows = list(csv.reader(text))

    def at(self, column: str) -> int:
        return [canonical(cell) for cell in self.rows[0]].index(column)

    def get(self, line: int, column: str) -> str:
        return self.rows[line - 1][self.at(column)]

    def set(self, line: int, column: str, value: str) -> None:
        self.rows[line - 1][self.at(column)] = value

    def rename(self, column: str, header: str) -> None:
        self.rows[0][self.at(column)] = header

    def add(self, line: int, **changed: str) -> int:
        """Add a copy of a line with some values changed; returns where it stands."""
        self.rows.append(list(self.rows[line - 1]))
        for column, value in changed.items():
            self.set(len(self.rows), column, value)
        return len(self.rows)

    def text(self) -> str:
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows(self.rows)
        return out.getvalue()

    def save(self) -> None:
        self.path.write_bytes(self.text().encode("utf-8", "surrogateescape"))


def found(folder: Path, scratch: Path) -> list[Found]:
    """Return what is wrong with the files of a folder."""
    upload = open_upload(folder, scratch)
    upload.finish()
    upload.close()
    scratch.unlink()
    return sorted((each.code.code, each.file, each.line, each.column) for each in upload.problems)
