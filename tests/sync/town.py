"""A very small district whose SIS office never rests: files in memory, changed by numbered deeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from roster_tui.sis import Row, SisFile

DEEDS = (
    "add_teacher",
    "remove_teacher",
    "return_teacher",
    "rename_teacher",
    "blank_email",
    "rekey_teacher",
    "make_staff",
    "add_student",
    "remove_student",
    "rekey_student",
    "promote_student",
    "add_section",
    "remove_section",
    "move_section",
    "hand_over_section",
    "rename_course",
    "move_term",
    "enroll",
    "drop",
    "rename_school",
    "add_school",
    "remove_school",
)


@dataclass
class Town:
    """The rows of a district's files by SIS ID."""

    name: str = "Tiny Town"
    schools: dict[str, Row] = field(default_factory=dict)
    teachers: dict[str, Row] = field(default_factory=dict)
    staff: dict[str, Row] = field(default_factory=dict)
    students: dict[str, Row] = field(default_factory=dict)
    sections: dict[str, Row] = field(default_factory=dict)
    enrolled: set[tuple[str, str]] = field(default_factory=set)
    """Section and student."""
    gone: dict[str, Row] = field(default_factory=dict)
    """Teachers who left, and may return."""
    serial: int = 0

    def __post_init__(self) -> None:
        for _ in range(2):
            self.add_school(0, 0)
        for number in range(4):
            self.add_teacher(number, 0)
        for number in range(8):
            self.add_student(number, 0)
        for number in range(5):
            self.add_section(number, number)
        for number in range(12):
            self.enroll(number, number // 2)

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield the rows of one file."""
        if file is SisFile.ENROLLMENTS:
            for section, student in sorted(self.enrolled):
                school = self.sections[section]["school_id"]
                yield {"school_id": school, "section_id": section, "student_id": student}
            return
        yield from (dict(row) for row in getattr(self, file.value).values())

    def do(self, deed: str, this: int, that: int) -> None:
        """Do one deed to the records that two numbers choose."""
        getattr(self, deed)(this, that)

    def _next(self) -> str:
        self.serial += 1
        return str(self.serial)

    @staticmethod
    def _chosen(records: dict[str, Row], number: int) -> str:
        return sorted(records)[number % len(records)]

    # -- deeds --------------------------------------------------------------------------------------

    def add_school(self, this: int, that: int) -> None:
        key = f"S{self._next()}"
        self.schools[key] = {"school_id": key, "school_name": f"School {key}"}

    def rename_school(self, this: int, that: int) -> None:
        self.schools[self._chosen(self.schools, this)]["school_name"] = f"Renamed {that}"

    def remove_school(self, this: int, that: int) -> None:
        # What pointed to it still does: Clever sends dangling ids as well.
        if len(self.schools) > 1:
            del self.schools[self._chosen(self.schools, this)]

    def add_teacher(self, this: int, that: int) -> None:
        key = f"T{self._next()}"
        self.teachers[key] = {
            "school_id": self._chosen(self.schools, this),
            "teacher_id": key,
            "teacher_email": f"{key}@town.example",
            "first_name": "Ann",
            "last_name": f"Le{key}",
        }

    def remove_teacher(self, this: int, that: int) -> None:
        if len(self.teachers) > 1:
            key = self._chosen(self.teachers, this)
            self.gone[key] = self.teachers.pop(key)

    def return_teacher(self, this: int, that: int) -> None:
        if self.gone:
            key = self._chosen(self.gone, this)
            self.teachers[key] = self.gone.pop(key)

    def rename_teacher(self, this: int, that: int) -> None:
        self.teachers[self._chosen(self.teachers, this)]["last_name"] = f"Núñez{that}"

    def blank_email(self, this: int, that: int) -> None:
        self.teachers[self._chosen(self.teachers, this)]["teacher_email"] = ""

    def rekey_teacher(self, this: int, that: int) -> None:
        old, new = self._chosen(self.teachers, this), f"T{self._next()}"
        self.teachers[new] = {**self.teachers.pop(old), "teacher_id": new}
        for section in self.sections.values():
            for column in ("teacher_id", "teacher_2_id"):
                section[column] = new if section[column] == old else section[column]

    def make_staff(self, this: int, that: int) -> None:
        teacher = self.teachers[self._chosen(self.teachers, this)]
        if teacher["teacher_email"]:
            key = f"F{that % 3}"
            self.staff[key] = {
                "school_id": teacher["school_id"],
                "staff_id": key,
                "staff_email": teacher["teacher_email"],
                "first_name": "Ann",
                "last_name": "Staff",
            }

    def add_student(self, this: int, that: int) -> None:
        key = f"P{self._next()}"
        self.students[key] = {
            "school_id": self._chosen(self.schools, this),
            "student_id": key,
            "first_name": "Zoë",
            "last_name": f"Ng{key}",
            "grade": "5",
            "dob": "01/02/2015",
        }

    def remove_student(self, this: int, that: int) -> None:
        if len(self.students) > 1:
            key = self._chosen(self.students, this)
            del self.students[key]
            self.enrolled = {pair for pair in self.enrolled if pair[1] != key}

    def rekey_student(self, this: int, that: int) -> None:
        old, new = self._chosen(self.students, this), f"P{self._next()}"
        self.students[new] = {**self.students.pop(old), "student_id": new}
        self.enrolled = {(section, new if student == old else student) for section, student in self.enrolled}

    def promote_student(self, this: int, that: int) -> None:
        self.students[self._chosen(self.students, this)]["grade"] = str(1 + that % 12)

    def add_section(self, this: int, that: int) -> None:
        key = f"C{self._next()}"
        self.sections[key] = {
            "school_id": self._chosen(self.schools, this),
            "section_id": key,
            "teacher_id": self._chosen(self.teachers, this),
            "teacher_2_id": self._chosen(self.teachers, that),
            "name": f"Class {key}",
            "course_name": f"Course {that % 3}",
            "course_number": str(that % 3),
            "period": "2",
            "term_name": f"Term {that % 2}",
            "term_start": "2026-08-15",
            "term_end": "2027-06-01",
        }

    def remove_section(self, this: int, that: int) -> None:
        if len(self.sections) > 1:
            key = self._chosen(self.sections, this)
            del self.sections[key]
            self.enrolled = {pair for pair in self.enrolled if pair[0] != key}

    def move_section(self, this: int, that: int) -> None:
        self.sections[self._chosen(self.sections, this)]["school_id"] = self._chosen(self.schools, that)

    def hand_over_section(self, this: int, that: int) -> None:
        self.sections[self._chosen(self.sections, this)]["teacher_id"] = self._chosen(self.teachers, that)

    def rename_course(self, this: int, that: int) -> None:
        section = self.sections[self._chosen(self.sections, this)]
        section["course_name"] = f"Course renamed {that}"

    def move_term(self, this: int, that: int) -> None:
        self.sections[self._chosen(self.sections, this)]["term_end"] = f"2027-06-{1 + that % 28:02}"

    def enroll(self, this: int, that: int) -> None:
        self.enrolled.add((self._chosen(self.sections, this), self._chosen(self.students, that)))

    def drop(self, this: int, that: int) -> None:
        if self.enrolled:
            self.enrolled.discard(sorted(self.enrolled)[this % len(self.enrolled)])
