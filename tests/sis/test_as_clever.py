"""What Clever makes of SIS files: built names, merged people, stable ids."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from roster_tui.sis import Row, SisFile, SisFolder
from roster_tui.sis.as_clever import CleverSide, clever_id

DISTRICT = "d" * 24
TODAY = date(2026, 11, 24)


class Rows:
    """A district written down in a test."""

    name = "Test"

    def __init__(self, **files: list[Row]) -> None:
        self._files = files

    def rows(self, file: SisFile) -> Iterator[Row]:
        yield from self._files.get(file.value, [])


def school(sis_id: str = "A") -> Row:
    return {"school_id": sis_id, "school_name": f"School {sis_id}"}


def teacher(sis_id: str, school_id: str = "A", **more: str) -> Row:
    return {"school_id": school_id, "teacher_id": sis_id, "first_name": "Ann", "last_name": f"Le{sis_id}", **more}


def section(sis_id: str, teacher_id: str, school_id: str = "A", **more: str) -> Row:
    return {"school_id": school_id, "section_id": sis_id, "teacher_id": teacher_id, **more}


def student(sis_id: str, **more: str) -> Row:
    return {"school_id": "A", "student_id": sis_id, "first_name": "Zoë", "last_name": "Ng", **more}


def enrollment(section_id: str, student_id: str) -> Row:
    return {"school_id": "A", "section_id": section_id, "student_id": student_id}


def records(source: Rows | SisFolder) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for resource, record in CleverSide(source, DISTRICT, TODAY).records():
        found.setdefault(resource, []).append(record)
    return found


def test_a_section_is_named_by_course_teacher_and_period() -> None:
    built = section("5", "1", course_name="Algebra", period="3", name="Own name")
    plain = section("6", "1", name="Own name", period="3")
    source = Rows(schools=[school()], teachers=[teacher("1")], sections=[built, plain])
    assert [each["name"] for each in records(source)["sections"]] == ["Algebra - Le1 - 3", "Own name"]


def test_a_teacher_is_at_every_school_that_a_section_takes_him_to() -> None:
    source = Rows(schools=[school("A"), school("B")], teachers=[teacher("1", "A")], sections=[section("5", "1", "B")])
    (user,) = records(source)["users"]
    assert user["roles"]["teacher"]["schools"] == [clever_id(DISTRICT, "school", each) for each in "AB"]
    assert user["roles"]["teacher"]["school"] == clever_id(DISTRICT, "school", "A")


def test_unknown_teachers_are_left_out_and_co_teachers_follow_the_primary() -> None:
    row = section("5", "1", teacher_2_id="gone", teacher_3_id="2")
    source = Rows(schools=[school()], teachers=[teacher("2"), teacher("1")], sections=[row, section("6", "gone")])
    first, second = records(source)["sections"]
    ids = [clever_id(DISTRICT, "teacher", each) for each in "12"]
    assert (first["teacher"], first["teachers"]) == (ids[0], ids)
    assert (second["teacher"], second["teachers"]) == (None, [])


def test_the_first_of_repeated_rows_wins() -> None:
    source = Rows(schools=[school()], teachers=[teacher("1", title="first"), teacher("1", title="second")])
    (user,) = records(source)["users"]
    assert user["roles"]["teacher"]["title"] == "first"


def test_enrollments_of_unknown_students_and_repeated_ones_do_not_count() -> None:
    source = Rows(
        students=[student("9")],
        sections=[section("5", "1")],
        enrollments=[enrollment("5", "9"), enrollment("5", "9"), enrollment("5", "gone")],
    )
    (only,) = records(source)["sections"]
    assert only["students"] == [clever_id(DISTRICT, "student", "9")]


def test_teacher_and_staff_with_one_email_are_one_user() -> None:
    staff = {"school_id": "B", "staff_id": "S1", "staff_email": "ANN@x.org", "first_name": "Ann", "last_name": "Le"}
    source = Rows(teachers=[teacher("1", teacher_email="ann@x.org")], staff=[staff, {**staff, "school_id": "C"}])
    (user,) = records(source)["users"]
    assert set(user["roles"]) == {"teacher", "staff"}
    assert user["id"] == clever_id(DISTRICT, "teacher", "1")
    assert len(user["roles"]["staff"]["schools"]) == 2


def test_a_repeated_student_row_adds_a_contact_and_nothing_else() -> None:
    rows = [student("9", contact_name="Ma"), student("9", contact_name="Pa", grade="5")]
    users = records(Rows(students=rows))["users"]
    roles = Counter(next(iter(user["roles"])) for user in users)
    assert roles == {"student": 1, "contact": 2}


def test_terms_with_one_name_and_other_dates_are_two() -> None:
    rows = [
        section("5", "1", term_name="Y1", term_start="8/1/26", term_end="6/1/27"),
        section("6", "1", term_name="Y1", term_start="8/2/26", term_end="6/1/27"),
        section("7", "1", term_name="Y1", term_start="08/01/2026", term_end="06/01/2027"),
    ]
    found = records(Rows(sections=rows))
    assert len(found["terms"]) == 2
    assert found["sections"][0]["term_id"] == found["sections"][2]["term_id"]


def test_unknown_columns_become_custom_fields() -> None:
    (user,) = records(Rows(students=[student("9", locker="12")]))["users"]
    assert user["roles"]["student"]["ext"] == {"locker": "12"}


@given(st.text(min_size=1), st.text(min_size=1))
def test_ids_are_24_hex_and_follow_from_the_sis_id(one: str, other: str) -> None:
    assert len(clever_id(DISTRICT, "teacher", one)) == 24
    assert (clever_id(DISTRICT, "teacher", one) == clever_id(DISTRICT, "teacher", other)) == (one == other)
    assert clever_id(DISTRICT, "teacher", one) != clever_id(DISTRICT, "student", one)
