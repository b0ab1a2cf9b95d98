"""A district written as the CSV files of OneRoster 1.1 or 1.2, row by row: a city's have nine million rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from roster_tui.sis import Row, SisDistrict, SisFile

_USER = "givenName familyName middleName email identifier grades"
_PEOPLE = (
    (SisFile.TEACHERS, "teacher", "teacher"),
    (SisFile.STUDENTS, "student", "student"),
    (SisFile.STAFF, "staff", "administrator"),
)


def put(folder: Path, name: str, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Write one file."""
    with (folder / name).open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text)
        writer.writerow(header.split())
        writer.writerows(rows)


def as_oneroster(source: SisDistrict, folder: Path, version: str) -> Path:
    """Write a district as the files of a version."""
    folder.mkdir()
    put(folder, "manifest.csv", "propertyName value", [("oneroster.version", version)])
    schools = ((row["school_id"], row["school_name"], "school", "D") for row in source.rows(SisFile.SCHOOLS))
    put(folder, "orgs.csv", "sourcedId name type parentSourcedId", [("D", "Lincoln", "district", ""), *schools])
    terms = {row["term_name"]: (row["term_start"], row["term_end"]) for row in source.rows(SisFile.SECTIONS)}
    sessions = ((name, name, "term", *days) for name, days in terms.items())
    put(folder, "academicSessions.csv", "sourcedId title type startDate endDate", sessions)
    courses = {row["course_number"]: row["course_name"] for row in source.rows(SisFile.SECTIONS)}
    put(folder, "courses.csv", "sourcedId title courseCode", ((key, name, key) for key, name in courses.items()))
    put(
        folder,
        "classes.csv",
        "sourcedId title grades courseSourcedId classCode schoolSourcedId termSourcedIds subjects periods",
        (
            (row["section_id"], row["name"], row["grade"], row["course_number"], row["section_number"],
             row["school_id"], row["term_name"], row["subject"], row["period"])
            for row in source.rows(SisFile.SECTIONS)
        ),
    )  # fmt: skip
    if version == "1.1":
        rows = ((_sis_id(row, kind), row["school_id"], role, *_user(row, kind)) for row, kind, role in _people(source))
        put(folder, "users.csv", f"sourcedId orgSourcedIds role {_USER}", rows)
    else:
        users = ((_sis_id(row, kind), *_user(row, kind)) for row, kind, _ in _people(source))
        put(folder, "users.csv", f"sourcedId {_USER}", users)
        roles = ((_sis_id(row, kind), "primary", role, row["school_id"]) for row, kind, role in _people(source))
        put(folder, "roles.csv", "userSourcedId roleType role orgSourcedId", roles)
    header = "classSourcedId schoolSourcedId userSourcedId role primary"
    put(folder, "enrollments.csv", header, _enrollments(source))
    return folder


def _people(source: SisDistrict) -> Iterator[tuple[Row, str, str]]:
    return ((row, kind, role) for file, kind, role in _PEOPLE for row in source.rows(file))


def _sis_id(row: Row, kind: str) -> str:
    return row[f"{kind}_id"]


def _user(row: Row, kind: str) -> tuple[str, ...]:
    return (
        row["first_name"],
        row["last_name"],
        row.get("middle_name", ""),
        row[f"{kind}_email"],
        row.get(f"{kind}_number", ""),
        row.get("grade", ""),
    )


def _enrollments(source: SisDistrict) -> Iterator[tuple[str, ...]]:
    for row in source.rows(SisFile.SECTIONS):
        for column, primary in (("teacher_id", "true"), ("teacher_2_id", "false")):
            if row[column]:
                yield row["section_id"], row["school_id"], row[column], "teacher", primary
    for row in source.rows(SisFile.ENROLLMENTS):
        yield row["section_id"], row["school_id"], row["student_id"], "student", ""
