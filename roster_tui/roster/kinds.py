"""The types of records the cache keeps, and their columns: the one table that schema, stage and apply follow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """A list in a record that becomes rows of its own: ``owner`` and ``member`` are keys."""

    column: str
    """The staged list: ids end to end, 12 bytes each."""
    table: str
    owner: str
    member: str
    member_code: int
    """Kind of the members, for those not seen yet."""
    ordered: bool = False
    """Whether the place in the list matters (the first teacher is the primary one)."""


@dataclass(frozen=True)
class PackedList:
    """A list that stays one value in its row: keys of four bytes end to end.

    Class lists make up most of a district: 7.2 million pairs in a city are 29 MB this way, 99 MB as rows.
    """

    column: str
    """The staged list: ids end to end, 12 bytes each."""
    name: str
    """The roster's column."""
    member_code: int


@dataclass(frozen=True)
class Kind:
    """One type of record."""

    name: str
    """Also the name of its tables."""
    code: int
    columns: tuple[str, ...]
    """Text kept as it came, or made while parsing."""
    references: tuple[tuple[str, int], ...] = ()
    """Columns that point to one other record, with its kind's code: an id when staged, a key in the roster."""
    links: tuple[Link, ...] = ()
    packed: tuple[PackedList, ...] = ()
    text: str = ""
    """SQL for the searchable text of a row; empty for kinds that are not searched."""
    name_order: tuple[str, ...] = ()
    """Columns that order rows by name; with ``key`` behind them no two rows are equal."""
    archived: bool = False
    """Whether a removed record keeps its row (accounts of people are never deleted, only suspended)."""

    @property
    def staged_columns(self) -> tuple[str, ...]:
        """All columns of the staged table after ``id`` and ``hash``."""
        return (
            *self.columns,
            *(name for name, _ in self.references),
            *self.list_columns,
        )

    @property
    def list_columns(self) -> tuple[str, ...]:
        """The staged columns that hold lists of ids."""
        return (*(link.column for link in self.links), *(packed.column for packed in self.packed))


_SCHOOL, _TERM, _COURSE, _TEACHER, _STUDENT, _SECTION = range(1, 7)

# A trailing blank pair makes every letter the first of some trigram, so that words of one and two
# letters can be found through the vocabulary of the same index.
_PERSON_TEXT = (
    "{0}sort_name || char(10) || coalesce({0}spoken_name, '') || char(10) || lower(coalesce({0}email, ''))"
    " || char(10) || lower(coalesce({0}sis_id, '')) || '  '"
)
_NAMED_TEXT = "{0}sort_name || char(10) || lower(coalesce({0}sis_id, '')) || '  '"

SCHOOL = Kind(
    "school",
    _SCHOOL,
    ("name", "sort_name", "sis_id", "number", "state_id", "low_grade", "high_grade", "principal", "email"),
    text=_NAMED_TEXT,
    name_order=("sort_name", "sis_id"),
)
TERM = Kind("term", _TERM, ("name", "starts", "ends"))
COURSE = Kind("course", _COURSE, ("name", "number"))
TEACHER = Kind(
    "teacher",
    _TEACHER,
    (
        "first",
        "middle",
        "last",
        "sort_name",
        "spoken_name",
        "email",
        "sis_id",
        "staff_id",
        "number",
        "state_id",
        "title",
        "roles",
    ),
    references=(("school", _SCHOOL),),
    links=(Link("schools", "teacher_school", "teacher", "school", _SCHOOL),),
    text=_PERSON_TEXT,
    name_order=("sort_name", "spoken_name", "email", "sis_id"),
    archived=True,
)
STUDENT = Kind(
    "student",
    _STUDENT,
    ("first", "middle", "last", "email", "sis_id", "number", "state_id", "born", "grade"),
    references=(("school", _SCHOOL),),
    links=(Link("other_schools", "student_school", "student", "school", _SCHOOL),),
)
SECTION = Kind(
    "section",
    _SECTION,
    ("name", "sort_name", "sis_id", "period", "number", "subject", "grade", "students"),
    references=(("school", _SCHOOL), ("term", _TERM), ("course", _COURSE)),
    links=(Link("teacher_ids", "section_teacher", "section", "teacher", _TEACHER, ordered=True),),
    packed=(PackedList("student_ids", "class_list", _STUDENT),),
    text=_NAMED_TEXT,
    name_order=("sort_name", "sis_id"),
)

KINDS = (SCHOOL, TERM, COURSE, TEACHER, STUDENT, SECTION)
BY_NAME = {kind.name: kind for kind in KINDS}
BY_CODE = {kind.code: kind for kind in KINDS}
COUNTED = (SCHOOL, TEACHER, SECTION, STUDENT)
"""The kinds whose numbers are told to people."""
