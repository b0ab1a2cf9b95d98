"""What can be wrong with an upload: its parts, and the list of what was found; values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

KEPT = 1_000
"""Problems of one code in one column that are kept one by one; beyond that they are counted."""


class Severity(StrEnum):
    """How much a problem matters before the upload."""

    ERROR = "error"
    """Put it right first: Clever would refuse the files or leave rows out, or people would be locked out."""
    WARNING = "warning"
    """Clever would take it, and it is probably not meant."""
    NOTE = "note"
    """Accepted as it is; said so that nobody wonders."""


@dataclass(frozen=True)
class ProblemCode:
    """One kind of problem, and what is always true of it."""

    code: str
    severity: Severity
    meaning: str
    """What it means for the upload, one or two sentences."""
    remedy: str
    """What the SIS office does."""


@dataclass(frozen=True)
class Problem:
    """One problem where it stands. Its message never holds a student's value."""

    code: ProblemCode
    file: str
    line: int
    """1-based physical line; 0 when the whole file is meant."""
    column: str
    message: str
    more: int = 0
    """Further lines with the very same problem, as an unknown ID that many rows name."""

    @property
    def where(self) -> str:
        """Line and column for people, as far as they are known."""
        parts = (f"line {self.line}" if self.line else "", self.column)
        return ", ".join(filter(None, parts))


class Problems:
    """The problems of one upload: kept up to a bound, counted beyond it, so that any upload fits in memory."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], list[Problem]] = {}
        self._counts: Counter[ProblemCode] = Counter()
        self._by_file: Counter[str] = Counter()

    def add(
        self, code: ProblemCode, file: str, line: int = 0, column: str = "", message: str = "", *, more: int = 0
    ) -> None:
        """Note a problem; without a message of its own the code's meaning stands."""
        self._counts[code] += 1
        self._by_file[file] += 1
        kept = self._kept.setdefault((code.code, file, column), [])
        if len(kept) < KEPT:
            kept.append(Problem(code, file, line, column, message or code.meaning, more))

    def add_once(self, code: ProblemCode, file: str, line: int, column: str = "", message: str = "") -> None:
        """Note a problem that a whole file has: the first place is told, the others are counted."""
        kept = self._kept.setdefault((code.code, file, ""), [])
        if kept:
            kept[0] = replace(kept[0], more=kept[0].more + 1)
        else:
            self._counts[code] += 1
            self._by_file[file] += 1
            kept.append(Problem(code, file, line, column, message or code.meaning))

    def of(self, severity: Severity) -> list[Problem]:
        """Return the kept problems of a severity by file, line and column."""
        found = [each for each in self if each.code.severity is severity]
        return sorted(found, key=lambda each: (each.file, each.line, each.column, each.code.code))

    def count(self, severity: Severity) -> int:
        """Return how many problems of a severity there are, kept or not."""
        return sum(number for code, number in self._counts.items() if code.severity is severity)

    def count_in(self, file: str) -> int:
        """Return how many problems a file has, kept or not."""
        return self._by_file[file]

    def counts(self) -> dict[str, int]:
        """Return how many problems there are by code."""
        return {code.code: number for code, number in sorted(self._counts.items(), key=lambda each: each[0].code)}

    def __iter__(self) -> Iterator[Problem]:
        for kept in self._kept.values():
            yield from kept
