"""A folder of SIS files as it would be uploaded: read to its end whatever is in it, every problem told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from roster_tui.sis import catalog
from roster_tui.sis.checked import CheckedFile, Columns
from roster_tui.sis.crosscheck import Crosscheck
from roster_tui.sis.folder import Row
from roster_tui.sis.layout import LAYOUTS, SisFile
from roster_tui.sis.problems import Problems
from roster_tui.sis.rules import CLEVER_RULES, FileRules

_NEVER_READ_ON = frozenset(("password",))
_READ_ON = {
    SisFile.STUDENTS: (
        "school_id student_id first_name middle_name last_name student_number state_id student_email grade dob"
    ).split(),
    SisFile.ENROLLMENTS: ["section_id", "student_id"],
}
"""What a comparison needs of students; nothing else of them leaves the reader."""


def _read_on(file: SisFile) -> Sequence[str]:
    return _READ_ON.get(file) or sorted(LAYOUTS[file].known - _NEVER_READ_ON)


class Upload(Protocol):
    """A district's files in any layout: a `SisDistrict` that is checked while it is read."""

    name: str
    layout: str
    """``Clever`` or ``OneRoster``."""
    unsaid: Mapping[str, Mapping[str, str]]
    """By kind, what the layout has no column for: field of Clever's record to the roster's column."""
    problems: Problems

    @property
    def stands(self) -> bool:
        """Whether every needed file and column is there, so that it can be compared."""

    @property
    def row_counts(self) -> Mapping[str, int]:
        """Rows by file name."""

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield the rows of one of Clever's files."""

    def columns(self, file: SisFile) -> Iterator[Columns]:
        """Yield what `rows` yields, some rows at a time and a column each: for students and enrollments, the most."""

    def lines_of(self, kind: str, sis_ids: Collection[str]) -> tuple[str, str, dict[str, int]]:
        """Return file and column of a kind's keys, and the first line of each of these that is there."""

    def finish(self) -> None:
        """Read what was not read yet, and check across the files."""

    def close(self) -> None:
        """Close the temporary files."""


def open_upload(folder: Path, scratch: Path, *, check: bool = True) -> Upload:
    """Return the upload in a folder, its headers checked; ``scratch`` is a file that it may fill meanwhile.

    Without ``check`` the rows are only read: `finish` is not to be called then.
    """
    names = {each.name.lower() for each in folder.iterdir()} if folder.is_dir() else set()
    if "schools.csv" not in names and names & {"orgs.csv", "classes.csv", "manifest.csv"}:
        from roster_tui.sis.oneroster import OneRosterUpload

        return OneRosterUpload(folder, scratch, check=check)
    return CleverUpload(folder, scratch, check=check)


class CheckedFolder:
    """The files of a folder by name, opened and checked by the rules of a layout."""

    def __init__(self, folder: Path, scratch: Path, rules: Mapping[str, FileRules], *, check: bool = True) -> None:
        self.name = folder.resolve().name
        self.problems = Problems()
        self.cross = Crosscheck(scratch)
        self.files: dict[str, CheckedFile] = {}
        self._rules = rules
        self._missing = False
        there = {each.name for each in folder.iterdir()} if folder.is_dir() else set()
        for rule in rules.values():
            if rule.name in there:
                self.files[rule.name] = CheckedFile(folder / rule.name, rule, self.problems, self.cross, check=check)
            elif not rule.may_be_missing:
                self._missing = True
                near = next((each for each in sorted(there) if each.lower() == rule.name), None)
                guess = f"; there is {near}, and case matters to Clever" if near else ""
                self.problems.add(catalog.FILE_MISSING, rule.name, message=f"{rule.name} is not in the folder{guess}")

    @property
    def stands(self) -> bool:
        """Whether every needed file and column is there."""
        return not self._missing and all(file.usable for file in self.files.values())

    @property
    def row_counts(self) -> Mapping[str, int]:
        """Rows by file name."""
        return {name: file.rows_read for name, file in self.files.items()}

    def finish(self) -> None:
        """Read what was not read yet, and tell what shows only across the files."""
        for file in self.files.values():
            if not file.checked:
                for _ in file.batches():
                    pass
        whole = {file.rules.kind for file in self.files.values() if file.rules.key in file.columns and file.rows_read}
        by_kind = {rules.kind: rules for rules in self._rules.values() if rules.kind}
        private = {rules.name for rules in self._rules.values() if rules.private}
        for each in self.cross.unknown(whole):
            # Of a students' file no value is told: with a cell too many, a name may stand where an ID should.
            hidden = each.file in private
            message = f"no {each.kind} {'' if hidden else each.value + ' '}in {by_kind[each.kind].name}"
            if each.alike and not hidden:
                message += f"; there is {each.alike}"
            elif each.alike:
                message += "; there is one that differs only in case, blanks, zeros or O"
            self.problems.add(catalog.UNKNOWN_REFERENCE, each.file, each.line, each.column, message, more=each.rows - 1)
        for alike in self.cross.alike():
            rules = by_kind[alike.kind]
            shown = "the ID" if rules.private else f"{rules.kind} {alike.value}"
            other = "the one" if rules.private else alike.other
            message = f"{shown} looks like {other} in line {alike.other_line}"
            self.problems.add(catalog.LOOK_ALIKE_IDS, rules.name, alike.line, rules.key, message)
        for shared in self.cross.shared_emails():
            rules = by_kind.get(shared.kind) or by_kind["user"]
            shown = "the address" if rules.private else shared.email
            message = f"{shown} is the email of line {shared.first_line} too"
            self.problems.add(catalog.EMAIL_SHARED, rules.name, shared.line, rules.account_email, message)

    def close(self) -> None:
        """Close the temporary file; it stays for whoever made its folder to delete."""
        self.cross.close()

    def tell_empty_sections(self, kind: str, enrollments: str, column: str) -> None:
        """Tell of the sections that no enrollment names."""
        file = self.files.get(enrollments)
        if file is None or not file.usable or not file.rows_read:
            return
        rules = next(rules for rules in self._rules.values() if rules.kind == kind)
        for value, line in self.cross.unmentioned(kind, enrollments, column):
            message = f"no enrollment names {kind} {value}"
            self.problems.add(catalog.SECTION_WITHOUT_STUDENTS, rules.name, line, rules.key, message)


class CleverUpload(CheckedFolder):
    """An upload in Clever's layout."""

    layout = "Clever"
    unsaid: Mapping[str, Mapping[str, str]] = {}

    def __init__(self, folder: Path, scratch: Path, *, check: bool = True) -> None:
        super().__init__(folder, scratch, {rules.name: rules for rules in CLEVER_RULES.values()}, check=check)

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield the rows of one file, checked by the way."""
        if file.file_name not in self.files:
            return iter(())
        return self.files[file.file_name].rows(_read_on(file))

    def columns(self, file: SisFile) -> Iterator[Columns]:
        """Yield the rows of one file by columns, checked by the way."""
        return self.files[file.file_name].columns_of(_read_on(file))

    def lines_of(self, kind: str, sis_ids: Collection[str]) -> tuple[str, str, dict[str, int]]:
        """Return file and column of a kind's keys, and the first line of each of these that is there."""
        rules = next(rules for rules in CLEVER_RULES.values() if rules.kind == kind)
        return rules.name, rules.key, self.files[rules.name].lines_of(sis_ids)

    def finish(self) -> None:
        """Read what was not read yet, and check across the files."""
        super().finish()
        self.tell_empty_sections("section", SisFile.ENROLLMENTS.file_name, "section_id")
