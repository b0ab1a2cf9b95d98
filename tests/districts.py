"""Districts whose SIS files are written in the test: rows in memory, changed from night to night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from roster_tui.sis import Row, SisFile


@dataclass
class RowDistrict:
    """A district of given rows; only the columns that matter need be there."""

    files: dict[SisFile, list[Row]] = field(default_factory=dict)
    name: str = "Rows Unified"

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield copies of the rows of one file."""
        return (dict(row) for row in self.files.get(file, []))


def school(sis_id: str, **more: str) -> Row:
    return {"school_id": sis_id, "school_name": f"School {sis_id}", **more}


def teacher(sis_id: str, school: str, **more: str) -> Row:
    email = f"t{sis_id}@example.org"
    named = {"first_name": "Terry", "last_name": f"Teacher{sis_id}", "teacher_email": email}
    return {"school_id": school, "teacher_id": sis_id, **named, **more}


def staff(sis_id: str, school: str, **more: str) -> Row:
    named = {"first_name": "Stacy", "last_name": f"Staff{sis_id}", "staff_email": f"s{sis_id}@example.org"}
    return {"school_id": school, "staff_id": sis_id, **named, **more}


def student(sis_id: str, school: str, **more: str) -> Row:
    named = {"first_name": "Sam", "last_name": f"Student{sis_id}"}
    return {"school_id": school, "student_id": sis_id, **named, **more}


def section(sis_id: str, school: str, teacher: str, **more: str) -> Row:
    return {"school_id": school, "section_id": sis_id, "teacher_id": teacher, **more}


def enrollment(section: str, student: str, school: str = "") -> Row:
    return {"school_id": school, "section_id": section, "student_id": student}
