"""A district whose every name tries to draw, steer or act."""

from __future__ import annotations

from collections.abc import Iterator

from roster_tui.sis import SisFile

NAMES = [
    "Smith [/b]",
    "[@click=app.quit]x[/]",
    "[bold red on white]loud[/]",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[2J\x1b[31mred",
    "\x9b31m\x9d0;title\x9c",
    "\u202eevil\u202c",
    "zero\u200bwidth\ufeff",
    "tab\tline\nreturn\rend",
    "n" * 300,
    "m" * 10_000,
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "名前 李小龍",
    "e\u0301\u0301\u0301 \u0600 \u2028",
    "=cmd|' /C calc'!A0",
    "$(reboot) `reboot` ; rm -rf ~",
    "'; DROP TABLE teacher; --",
]


class HostileDistrict:
    """Each value of each record is one of the names; ids and emails carry them too."""

    name = "[/b]\x1b]0;owned\x07 \u202eUSD"

    def rows(self, file: SisFile) -> Iterator[dict[str, str]]:
        for number, name in enumerate(NAMES):
            yield from self._rows(file, number, name)

    def _rows(self, file: SisFile, number: int, name: str) -> Iterator[dict[str, str]]:
        school, teacher = f"school {name}", f"teacher {name}"
        section, student = f"section {name}", f"student {name}"
        person = {"first_name": name, "last_name": name, "middle_name": name}
        place = {"school_id": school}
        if file is SisFile.SCHOOLS:
            yield place | {"school_name": name, "school_number": name}
        elif file is SisFile.TEACHERS:
            # The first teaches at every school; the last ones share an email.
            email = f"{name}@{min(number, 14)}.example"
            yield place | person | {"teacher_id": teacher, "teacher_email": email, "title": name}
        elif file is SisFile.STUDENTS:
            yield place | person | {"student_id": student, "grade": "9", "dob": "2012-01-01", "student_email": name}
        elif file is SisFile.SECTIONS:
            course = {"course_name": name, "course_number": name, "period": name, "subject": name, "term_name": name}
            taught = {"section_id": section, "teacher_id": teacher if number else "", "name": name, "grade": "9"}
            yield place | course | taught | {"section_number": name}
        elif file is SisFile.ENROLLMENTS:
            yield place | {"section_id": section, "student_id": student}


class RekeyedHostileDistrict(HostileDistrict):
    """The night after: every second teacher and student has another id, and a teacher's email is gone."""

    def _rows(self, file: SisFile, number: int, name: str) -> Iterator[dict[str, str]]:
        for row in super()._rows(file, number, name):
            changed = {key: f"new {row[key]}" for key in ("teacher_id", "student_id") if number % 2 and row.get(key)}
            blanked = {"teacher_email": ""} if file is SisFile.TEACHERS and number == 2 else {}
            yield row | changed | blanked
