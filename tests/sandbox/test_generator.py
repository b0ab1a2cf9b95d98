"""Generated districts: exact numbers, the same every time, believable in shape."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.sandbox.generator import SIZES, GeneratedDistrict, Size, student_sis_id
from roster_tui.sis import SisFile

FILES = {SisFile.SCHOOLS: "schools", SisFile.STUDENTS: "students", SisFile.SECTIONS: "sections"}
sizes = st.builds(
    Size,
    schools=st.integers(1, 12),
    teachers=st.integers(8, 60),
    sections=st.integers(0, 80),
    students=st.integers(0, 200),
    staff=st.integers(1, 6),
)


@given(sizes, st.integers(0, 1_000))
def test_numbers_are_exact_and_rows_repeatable(size: Size, seed: int) -> None:
    district = GeneratedDistrict(size, seed, 2026, "Any")
    again = GeneratedDistrict(size, seed, 2026, "Any")
    for file in SisFile:
        assert list(district.rows(file)) == list(again.rows(file))
    for file, field in FILES.items():
        assert sum(1 for _ in district.rows(file)) == getattr(size, field)
    teachers, staff = (sum(1 for _ in district.rows(file)) for file in (SisFile.TEACHERS, SisFile.STAFF))
    # The first of the staff is a teacher as well.
    assert teachers + staff - 1 == size.teachers


@given(sizes, st.integers(0, 1_000))
def test_every_reference_leads_somewhere(size: Size, seed: int) -> None:
    district = GeneratedDistrict(size, seed, 2026, "Any")
    schools = {row["school_id"] for row in district.rows(SisFile.SCHOOLS)}
    teachers = {row["teacher_id"] for row in district.rows(SisFile.TEACHERS)}
    students = {row["student_id"] for row in district.rows(SisFile.STUDENTS)}
    sections = {row["section_id"] for row in district.rows(SisFile.SECTIONS)}
    assert len(schools) == size.schools
    assert len(students) == size.students
    for row in district.rows(SisFile.SECTIONS):
        assert row["school_id"] in schools
        assert row["teacher_id"] in teachers
    for row in district.rows(SisFile.ENROLLMENTS):
        assert row["section_id"] in sections
        assert row["student_id"] in students


def test_emails_are_unique_and_no_two_sis_ids_collide() -> None:
    district = GeneratedDistrict(SIZES["large"], 1, 2026, "Large")
    emails = Counter(row["teacher_email"] for row in district.rows(SisFile.TEACHERS))
    assert max(emails.values()) == 1
    assert len({student_sis_id(index) for index in range(1_100_000)}) == 1_100_000


@pytest.mark.parametrize("size", ["large", "city"])
def test_large_sizes_are_what_the_field_has(size: str) -> None:
    expected = {"large": (239, 8_400, 25_800, 56_600), "city": (1_800, 75_000, 400_000, 1_100_000)}[size]
    has = SIZES[size]
    assert (has.schools, has.teachers, has.sections, has.students) == expected


def test_common_surnames_are_common() -> None:
    district = GeneratedDistrict(SIZES["small"], 1, 2026, "Small")
    names = Counter(row["last_name"] for row in district.rows(SisFile.STUDENTS))
    assert names["Nguyen"] > 5 * (names["Featherstonehaugh"] + 1)
