"""Districts of any size as SIS rows: deterministic from a seed, streamed, never held whole."""

from __future__ import annotations

import random
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate, pairwise

from roster_tui.sandbox.names import COMMON_LAST_NAMES, COURSES, FIRST_NAMES, LAST_NAMES, PLACES
from roster_tui.sis import Row, SisFile


@dataclass(frozen=True)
class Size:
    """How many records of each type a generated district holds."""

    schools: int
    teachers: int
    sections: int
    students: int
    staff: int = 6
    """School admins among the teachers' number; the first is a teacher as well."""


SIZES = {
    "small": Size(schools=6, teachers=128, sections=520, students=1_900),
    # Clever's own default sandbox (reference 8).
    "large": Size(schools=239, teachers=8_400, sections=25_800, students=56_600),
    # About New York City.
    "city": Size(schools=1_800, teachers=75_000, sections=400_000, students=1_100_000),
}

PER_SECTION = 18
_LEVELS = (
    ("elementary", "Elementary School", 0, 5, 3.0),
    ("middle", "Middle School", 6, 8, 4.0),
    ("high", "High School", 9, 12, 6.0),
)
# Any prime above the largest district spreads the numbers without repeating one.
_SPREAD, _PRIME = 611_953, 99_999_989


@dataclass(frozen=True)
class _School:
    index: int
    sis_id: str
    name: str
    level: str
    low: int
    high: int
    teachers: range
    sections: range
    students: range

    def pupils(self, grade: int) -> range:
        """The students of one grade: grades follow one another in the school's range."""
        count = len(self.students)
        grades = self.high - self.low + 1
        at = grade - self.low
        return self.students[count * at // grades : count * (at + 1) // grades]


class GeneratedDistrict:
    """A district made up from a seed; the same arguments give the same rows on every machine."""

    def __init__(self, size: Size, seed: int, school_year: int, name: str) -> None:
        self.size = size
        self.seed = seed
        self.name = name
        self.school_year = school_year
        """The calendar year in which the school year begins."""

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield the rows of one file; each call starts again and gives the same."""
        return {
            SisFile.SCHOOLS: self._school_rows,
            SisFile.TEACHERS: self._teacher_rows,
            SisFile.STAFF: self._staff_rows,
            SisFile.STUDENTS: self._student_rows,
            SisFile.SECTIONS: self._section_rows,
            SisFile.ENROLLMENTS: self._enrollment_rows,
        }[file]()

    @property
    def _teacher_count(self) -> int:
        return self.size.teachers - self.size.staff + 1

    def _random(self, *what: object) -> random.Random:
        return random.Random("/".join(map(str, (self.seed, *what))))

    @cached_property
    def _schools(self) -> list[_School]:
        draw = self._random("schools")
        count = self.size.schools
        levels = [_LEVELS[(0, 0, 1, 2, 0, 2)[index % 6]] for index in range(count)]
        weights = [level[4] * draw.uniform(0.6, 1.5) for level in levels]
        shares = [_shares(total, weights) for total in (self._teacher_count, self.size.sections, self.size.students)]
        schools = []
        for index, (level, title, low, high, _) in enumerate(levels):
            place = PLACES[index % len(PLACES)]
            number = index // len(PLACES)
            name = f"{place} {title}" if number == 0 else f"{place} {title} No. {number + 1}"
            teachers, sections, students = (share[index] for share in shares)
            sis_id = f"{index // 60 + 1:02d}{level[0].upper()}{100 + index % 60:03d}"
            schools.append(_School(index, sis_id, name, level, low, high, teachers, sections, students))
        return schools

    def _school_rows(self) -> Iterator[Row]:
        draw = self._random("addresses")
        for school in self._schools:
            yield {
                "school_id": school.sis_id,
                "school_name": school.name,
                "school_number": school.sis_id,
                "low_grade": str(school.low),
                "high_grade": str(school.high),
                "principal": _person(draw)[0] + " " + _person(draw)[2],
                "school_address": f"{draw.randint(1, 990)} {draw.choice(PLACES)} Street",
                "school_city": self.name.split(" ")[0],
                "school_state": "NY",
                "school_zip": f"1{draw.randint(0, 9999):04d}",
            }

    def _teacher_rows(self) -> Iterator[Row]:
        taken: set[str] = set()
        for school in self._schools:
            draw = self._random("teachers", school.index)
            for index in school.teachers:
                first, middle, last = _person(draw)
                email = _address(first, last, "example.org")
                if email in taken:
                    email = _address(first, f"{last}{index}", "example.org")
                taken.add(email)
                yield {
                    "school_id": school.sis_id,
                    "teacher_id": teacher_sis_id(index),
                    "teacher_number": str(700_000 + index),
                    "state_teacher_id": str(10_000_000 + index * _SPREAD % _PRIME),
                    "teacher_email": email,
                    "first_name": first,
                    "middle_name": middle,
                    "last_name": last,
                    "title": f"{school.level.capitalize()} School Teacher",
                    "username": email.partition("@")[0],
                }

    def _staff_rows(self) -> Iterator[Row]:
        draw = self._random("staff")
        first_teacher = next(self._teacher_rows())
        for index in range(self.size.staff):
            school = self._schools[index * len(self._schools) // self.size.staff]
            first, _, last = _person(draw)
            row = {
                "school_id": school.sis_id,
                "staff_id": f"S{100 + index}",
                "staff_email": _address(first, f"{last}.office{index}", "example.org"),
                "first_name": first,
                "last_name": last,
                "title": "School Administrator",
                "department": "Administration",
                "role": "School Tech Lead" if index % 2 else "",
            }
            if index == 0:
                row |= {key: first_teacher[key] for key in ("school_id", "first_name", "last_name")}
                row["staff_email"] = first_teacher["teacher_email"]
            yield row

    def _student_rows(self) -> Iterator[Row]:
        for school in self._schools:
            draw = self._random("students", school.index)
            for grade in range(school.low, school.high + 1):
                # A child is between five and six when kindergarten begins.
                oldest = date(self.school_year - 6 - grade, 9, 1)
                for index in school.pupils(grade):
                    first, middle, last = _person(draw)
                    born = oldest + timedelta(days=draw.randrange(365))
                    number = student_sis_id(index)
                    yield {
                        "school_id": school.sis_id,
                        "student_id": number,
                        "student_number": number,
                        "state_id": str(500_000_000 + index * _SPREAD % _PRIME),
                        "last_name": last,
                        "middle_name": middle,
                        "first_name": first,
                        "grade": str(grade),
                        "gender": draw.choice("MFFMX" if index % 50 == 0 else "MF"),
                        "dob": born.strftime("%m/%d/%Y"),
                        "race": draw.choice("ABIMPW"),
                        "hispanic_latino": draw.choice("YN"),
                        "ell_status": draw.choice("YNNN"),
                        "iep_status": draw.choice("YNNNN"),
                        "student_zip": f"1{draw.randint(0, 9999):04d}",
                        "student_email": _address(first, f"{last}{index}", "students.example.org"),
                        "username": f"{first[0]}{last}{index}".lower(),
                    }

    def _section_rows(self) -> Iterator[Row]:
        for school in self._schools:
            for index in school.sections:
                yield self._section(school, index)

    def _section(self, school: _School, index: int) -> Row:
        draw = self._random("section", index)
        at = index - school.sections.start
        courses = COURSES[school.level]
        course, subject = courses[at * 7 % len(courses)]
        grade = self._section_grade(school, index)
        term = draw.choices(("Y1", "S1", "S2"), (8, 1, 1))[0]
        starts, ends = self._term(term)
        holders = school.teachers if len(school.teachers) else range(1)
        teacher = holders[at % len(holders)]
        if draw.random() < 0.02:
            # Some teachers travel: a section may belong to a teacher of any school (domain rule 3).
            teacher = draw.randrange(self._teacher_count)
        co_teacher = draw.choice(holders) if draw.random() < 0.04 else teacher
        return {
            "school_id": school.sis_id,
            "section_id": section_sis_id(index),
            "teacher_id": teacher_sis_id(teacher),
            "teacher_2_id": "" if co_teacher == teacher else teacher_sis_id(co_teacher),
            "name": f"{course} {grade}-{at % 9 + 1}",
            "section_number": str(at % 9 + 1),
            "grade": str(grade),
            "course_name": course if school.level == "high" else f"Grade {grade or 'K'} {course}",
            "course_number": f"{school.level[0].upper()}{at * 7 % len(courses):02d}{grade:02d}",
            "period": str(at // len(courses) % 8 + 1),
            "subject": subject,
            "term_name": term,
            "term_start": starts.strftime("%m/%d/%Y"),
            "term_end": ends.strftime("%m/%d/%Y"),
        }

    def _section_grade(self, school: _School, index: int) -> int:
        return school.low + (index - school.sections.start) % (school.high - school.low + 1)

    def _term(self, name: str) -> tuple[date, date]:
        year = self.school_year
        first, middle, last = date(year, 8, 10), date(year + 1, 1, 15), date(year + 1, 6, 12)
        return {"Y1": (first, last), "S1": (first, middle), "S2": (middle + timedelta(days=1), last)}[name]

    def _enrollment_rows(self) -> Iterator[Row]:
        for school in self._schools:
            draw = self._random("enrollments", school.index)
            for index in school.sections:
                pupils = school.pupils(self._section_grade(school, index))
                for student in draw.sample(pupils, min(len(pupils), draw.randint(12, 24))):
                    yield {
                        "school_id": school.sis_id,
                        "section_id": section_sis_id(index),
                        "student_id": student_sis_id(student),
                    }


def teacher_sis_id(index: int) -> str:
    """Return the SIS ID of the district's nth teacher."""
    return f"T{10_000 + index}"


def student_sis_id(index: int) -> str:
    """Return the SIS ID of the district's nth student: nine digits without visible order."""
    return str(200_000_000 + (index + 1) * _SPREAD % _PRIME)


def section_sis_id(index: int) -> str:
    """Return the SIS ID of the district's nth section."""
    return str(40_000 + index)


def school_year_of(day: date) -> int:
    """Return the year in which the school year of a day began (rollover on 1 July)."""
    return day.year if day.month >= 7 else day.year - 1


def _shares(total: int, weights: list[float]) -> list[range]:
    """Split ``range(total)`` into one range per weight; nothing is lost to rounding."""
    edges = [0, *(round(total * part / sum(weights)) for part in accumulate(weights))]
    edges[-1] = total
    return [range(low, high) for low, high in pairwise(edges)]


_SURNAME_WEIGHTS = list(
    accumulate(
        (len(LAST_NAMES) - COMMON_LAST_NAMES) / COMMON_LAST_NAMES if rank < COMMON_LAST_NAMES else 1.0
        for rank in range(len(LAST_NAMES))
    )
)


def _person(draw: random.Random) -> tuple[str, str, str]:
    """Return first name, middle initial or ``""``, and surname."""
    first = FIRST_NAMES[int(draw.random() * len(FIRST_NAMES))]
    last = LAST_NAMES[bisect_right(_SURNAME_WEIGHTS, draw.random() * _SURNAME_WEIGHTS[-1])]
    middle = "ABCDEFGHJKLMNPRSTW"[int(draw.random() * 18)] if draw.random() < 0.6 else ""
    return first, middle, last


def _address(first: str, last: str, domain: str) -> str:
    text = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode().lower()
    return f"{text.replace(chr(39), '')}@{domain}"
