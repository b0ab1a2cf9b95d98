"""What is checked in each file of an upload: keys, references and typed columns, by layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from roster_tui.sis.layout import CO_TEACHER_COLUMNS, LAYOUTS, SisFile, canonical


@dataclass(frozen=True)
class FileRules:
    """One file; columns in canonical spelling."""

    name: str
    required: frozenset[str]
    optional: frozenset[str]
    key: str = ""
    """The column that names the row's own record."""
    kind: str = ""
    """What the key names; references point to kinds."""
    references: Mapping[str, str] = field(default_factory=dict)
    """Column to the kind of record whose key it must hold."""
    mentions: frozenset[str] = frozenset()
    """References of which all are remembered, so that records nobody refers to are found."""
    lists: frozenset[str] = frozenset()
    """Columns that hold several values with commas between."""
    filled: frozenset[str] = frozenset()
    """Columns whose value must not be blank."""
    ids: frozenset[str] = frozenset()
    """Further columns that hold IDs, besides key and references."""
    emails: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    grades: frozenset[str] = frozenset()
    genders: frozenset[str] = frozenset()
    account_email: str = ""
    """The email of somebody who gets an account."""
    mixed: bool = False
    """Whether students stand in it too, so that a row alone does not tell who gets an account."""
    may_repeat: frozenset[str] = frozenset()
    """Columns by any of which a repeated key is meant: further contacts of a student, schools of a staff member."""
    private: bool = False
    """Whether its values are students', and so are never told."""
    may_be_missing: bool = False
    may_be_empty: bool = False
    canonical: Callable[[str], str] = canonical
    """Returns a header as the layout spells it."""

    @property
    def known(self) -> frozenset[str]:
        """Every column that has a meaning."""
        return self.required | self.optional

    @property
    def id_columns(self) -> frozenset[str]:
        """Every column that holds IDs."""
        return frozenset(filter(None, (self.key, *self.references, *self.ids)))


def _columns(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _rules(file: SisFile, **what: object) -> FileRules:
    layout = LAYOUTS[file]
    given: dict[str, object] = {"filled": layout.required, "may_be_missing": layout.may_be_missing} | what
    return FileRules(file.file_name, layout.required, layout.optional, **given)  # type: ignore[arg-type]


_SCHOOL = {"school_id": "school"}

CLEVER_RULES: Mapping[SisFile, FileRules] = {
    SisFile.SCHOOLS: _rules(
        SisFile.SCHOOLS,
        key="school_id",
        kind="school",
        ids=_columns("school_number state_id nces_id"),
        emails=_columns("principal_email"),
        grades=_columns("low_grade high_grade"),
    ),
    SisFile.TEACHERS: _rules(
        SisFile.TEACHERS,
        key="teacher_id",
        kind="teacher",
        references=_SCHOOL,
        ids=_columns("teacher_number state_teacher_id"),
        emails=_columns("teacher_email"),
        account_email="teacher_email",
    ),
    SisFile.STAFF: _rules(
        SisFile.STAFF,
        key="staff_id",
        kind="staff",
        references=_SCHOOL,
        emails=_columns("staff_email"),
        account_email="staff_email",
        may_repeat=_columns("school_id"),
        may_be_empty=True,
    ),
    SisFile.STUDENTS: _rules(
        SisFile.STUDENTS,
        key="student_id",
        kind="student",
        references=_SCHOOL,
        ids=_columns("student_number state_id contact_sis_id"),
        emails=_columns("student_email contact_email"),
        dates=_columns("dob"),
        grades=_columns("grade"),
        genders=_columns("gender"),
        may_repeat=_columns("contact_name contact_email contact_phone contact_sis_id"),
        private=True,
    ),
    SisFile.SECTIONS: _rules(
        SisFile.SECTIONS,
        key="section_id",
        kind="section",
        references={**_SCHOOL, "teacher_id": "teacher", **dict.fromkeys(CO_TEACHER_COLUMNS, "teacher")},
        ids=_columns("course_number"),
        dates=_columns("term_start term_end"),
        grades=_columns("grade"),
    ),
    SisFile.ENROLLMENTS: _rules(
        SisFile.ENROLLMENTS,
        references={**_SCHOOL, "section_id": "section", "student_id": "student"},
        mentions=_columns("section_id"),
        private=True,
    ),
}
