"""OneRoster 1.1 and 1.2 CSV (1EdTech's bulk files), checked, and seen as the files of Clever's layout.

Demographics are not read. In 1.1 a user has one role and its schools in ``users.csv``; in 1.2 they stand in
``roles.csv``. A row whose status is ``tobedeleted`` is no record.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import compress, islice
from operator import itemgetter
from pathlib import Path

import orjson

from roster_tui.sis import catalog
from roster_tui.sis.checked import Columns
from roster_tui.sis.folder import Row
from roster_tui.sis.layout import CO_TEACHER_COLUMNS, SisFile
from roster_tui.sis.oneroster_rules import KEY, LAYOUT, ROLES, USERS_1_1, USERS_1_2
from roster_tui.sis.upload import CheckedFolder

_STAFF_ROLES = frozenset(
    ("administrator", "aide", "proctor", "principal", "counselor", "siteadministrator", "districtadministrator")
)
_TEACHER_COLUMNS = ("teacher_id", *CO_TEACHER_COLUMNS)
_WITH_STUDENTS = "role student"
"""Under this name the crosscheck remembers the classes in which a student is enrolled."""
_CLASS_LIST_COLUMNS = frozenset(("classSourcedId", "userSourcedId", "role", "status", "primary"))
_AT_ONCE = 10_000
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE role (user TEXT, role TEXT, org TEXT);
CREATE INDEX role_user ON role (user);
CREATE TABLE teaches (class TEXT, user TEXT, is_primary INTEGER);
CREATE INDEX teaches_class ON teaches (class);
"""
_FILE_OF = {"school": "orgs.csv", "section": "classes.csv"}


class OneRosterUpload(CheckedFolder):
    """An upload of OneRoster's files."""

    layout = "OneRoster"
    unsaid: Mapping[str, Mapping[str, str]] = {
        "school": {
            "state_id": "state_id",
            "low_grade": "low_grade",
            "high_grade": "high_grade",
            "principal.name": "principal",
            "principal.email": "email",
        },
        "teacher": {"state_id": "state_id", "title": "title"},
        "student": {"state_id": "state_id", "dob": "born"},
    }

    def __init__(self, folder: Path, scratch: Path, *, check: bool = True) -> None:
        with_roles = (folder / ROLES.name).is_file()
        rules = (*LAYOUT, *((USERS_1_2, ROLES) if with_roles else (USERS_1_1,)))
        super().__init__(folder, scratch, {each.name: each for each in rules}, check=check)
        file = scratch.with_name(f"oneroster-{scratch.name}")
        self._db = sqlite3.connect(file, isolation_level=None)
        file.chmod(0o600)
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        self._told: set[SisFile] = set()
        """Files of Clever's whose own checks are done."""

    def close(self) -> None:
        """Close the temporary files."""
        self._db.close()
        super().close()

    def rows(self, file: SisFile) -> Iterator[Row]:
        """Yield the rows of one of Clever's files, made of OneRoster's."""
        made = {
            SisFile.SCHOOLS: self._schools,
            SisFile.TEACHERS: self._teachers,
            SisFile.STAFF: self._staff,
            SisFile.STUDENTS: self._students,
            SisFile.SECTIONS: self._sections,
            SisFile.ENROLLMENTS: self._enrollments,
        }[file]()
        yield from (row for _, row in made)
        self._told.add(file)

    def columns(self, file: SisFile) -> Iterator[Columns]:
        """Yield the rows of one of Clever's files by columns."""
        if file is SisFile.ENROLLMENTS:
            yield from ({"section_id": sections, "student_id": users} for _, sections, users in self._class_lists())
            self._told.add(file)
            return
        rows = self.rows(file)
        while some := list(islice(rows, _AT_ONCE)):
            yield {name: list(map(itemgetter(name), some)) for name in some[0]}

    def lines_of(self, kind: str, sis_ids: Collection[str]) -> tuple[str, str, dict[str, int]]:
        """Return file and column of a kind's keys, and the first line of each of these that is there."""
        file = _FILE_OF.get(kind, "users.csv")
        return file, KEY, self.files[file].lines_of(sis_ids)

    def finish(self) -> None:
        """Read what was not read yet, and check across the files."""
        if self.stands:
            for file in (SisFile.TEACHERS, SisFile.STAFF, SisFile.ENROLLMENTS, SisFile.SECTIONS):
                if file not in self._told:
                    for _ in self.rows(file):
                        pass
        super().finish()
        if self.stands:
            self.tell_empty_sections("class", "enrollments.csv", _WITH_STUDENTS)

    # -- one file after the other ---------------------------------------------------------------------

    def _records(self, name: str) -> Iterator[tuple[int, Row]]:
        file = self.files.get(name)
        if file is None:
            return
        for lines, columns in file.batches():
            names = list(columns)
            for line, cells in zip(lines, zip(*columns.values(), strict=True), strict=True):
                row = dict(zip(names, cells, strict=True))
                if _stays(row.get("status", "")):
                    yield line, row

    @cached_property
    def _school_ids(self) -> frozenset[str]:
        return frozenset(row[KEY] for _, row in self._records("orgs.csv") if row["type"].lower() == "school")

    def _schools(self) -> Iterator[tuple[int, Row]]:
        for line, row in self._records("orgs.csv"):
            if row["type"].lower() == "school":
                number = row.get("identifier", "")
                yield line, {"school_id": row[KEY], "school_name": row["name"], "school_number": number}

    def _users(self, roles: frozenset[str]) -> Iterator[tuple[int, Row, list[str]]]:
        """Yield line, row and schools of whoever has one of the roles."""
        for lines, columns in self.files["users.csv"].batches():
            names, all_cells = list(columns), zip(*columns.values(), strict=True)
            for line, orgs, cells in zip(lines, self._orgs(columns, roles), all_cells, strict=True):
                # Most users are students: of those nobody asks about here no row is made.
                if not orgs:
                    continue
                row = dict(zip(names, cells, strict=True))
                if _stays(row.get("status", "")):
                    # Who belongs to the district alone has no school of his own.
                    schools = [org for org in orgs if org in self._school_ids]
                    first = row.get("primaryOrgSourcedId", "")
                    schools.sort(key=lambda school: school != first)
                    yield line, row, list(dict.fromkeys(schools)) or [""]

    def _orgs(self, users: Columns, roles: frozenset[str]) -> Iterable[list[str]]:
        """Return in which orgs each of some users has one of the roles."""
        if ROLES.name not in self.files:
            told = zip(users["role"], users["orgSourcedIds"], strict=True)
            return (_several(orgs) if _role(role) in roles else [] for role, orgs in told)
        held: defaultdict[str, list[str]] = defaultdict(list)
        rows = self._roles.execute(
            "SELECT r.user, r.org FROM json_each(?) w CROSS JOIN role r ON r.user = w.value"
            " WHERE r.role IN (SELECT value FROM json_each(?)) ORDER BY r.rowid",
            [orjson.dumps(list(each)).decode() for each in (set(users[KEY]), roles)],
        )
        for user, org in rows:
            held[user].append(org)
        return [held.get(user, []) for user in users[KEY]]

    @cached_property
    def _roles(self) -> sqlite3.Connection:
        """The temporary file, once ``roles.csv`` has been read into it."""
        rows = ((row["userSourcedId"], _role(row["role"]), row["orgSourcedId"]) for _, row in self._records(ROLES.name))
        self._db.executemany("INSERT INTO role VALUES (?, ?, ?)", rows)
        return self._db

    def _teachers(self) -> Iterator[tuple[int, Row]]:
        check = SisFile.TEACHERS not in self._told
        for line, row, schools in self._users(frozenset(("teacher",))):
            if check:
                self._check_account("teacher", line, row)
            yield (
                line,
                {
                    "school_id": schools[0],
                    "teacher_id": row[KEY],
                    "teacher_number": row.get("identifier", ""),
                    "teacher_email": row.get("email", ""),
                    **_name(row),
                },
            )

    def _staff(self) -> Iterator[tuple[int, Row]]:
        check = SisFile.STAFF not in self._told
        for line, row, schools in self._users(_STAFF_ROLES):
            if check:
                self._check_account("staff", line, row)
            for school in schools:
                email = row.get("email", "")
                yield line, {"school_id": school, "staff_id": row[KEY], "staff_email": email, **_name(row)}

    def _check_account(self, kind: str, line: int, row: Row) -> None:
        if not row.get("email", "") and "email" in row:
            self.problems.add(catalog.EMAIL_MISSING, "users.csv", line, "email")
        self.cross.add_emails(kind, [row.get("email", "")], [row[KEY]], [line])

    def _students(self) -> Iterator[tuple[int, Row]]:
        for line, row, schools in self._users(frozenset(("student",))):
            yield (
                line,
                {
                    "school_id": schools[0],
                    "student_id": row[KEY],
                    "student_number": row.get("identifier", ""),
                    "student_email": row.get("email", ""),
                    "grade": _first(row.get("grades", "")),
                    **_name(row),
                },
            )

    def _enrollments(self) -> Iterator[tuple[int, Row]]:
        for lines, sections, users in self._class_lists():
            for line, section, user in zip(lines, sections, users, strict=True):
                yield line, {"section_id": section, "student_id": user}

    def _class_lists(self) -> Iterator[tuple[Sequence[int], list[str], list[str]]]:
        """Yield lines, sections and students of some enrollments at a time: a city has millions.

        The teachers' enrollments are kept for the sections the first time.
        """
        keep = SisFile.ENROLLMENTS not in self._told
        file = self.files["enrollments.csv"]
        for lines, columns in file.batches(_CLASS_LIST_COLUMNS):
            roles = list(map(_role, columns["role"]))
            if "status" in columns:
                roles = [role if _stays(status) else "" for role, status in zip(roles, columns["status"], strict=True)]
            student = [role == "student" for role in roles]
            sections, users = columns["classSourcedId"], columns["userSourcedId"]
            of_students = list(compress(lines, student)), list(compress(sections, student))
            if keep:
                self.cross.add_references("enrollments.csv", _WITH_STUDENTS, "", of_students[1], of_students[0])
                primary = columns.get("primary", ("",) * len(roles))
                self._db.executemany(
                    "INSERT INTO teaches VALUES (?, ?, ?)",
                    (
                        (sections[at], users[at], primary[at].lower() == "true")
                        for at, role in enumerate(roles)
                        if role == "teacher"
                    ),
                )
            yield *of_students, list(compress(users, student))

    def _sections(self) -> Iterator[tuple[int, Row]]:
        if SisFile.ENROLLMENTS not in self._told:
            for _ in self.rows(SisFile.ENROLLMENTS):
                pass
        check = SisFile.SECTIONS not in self._told
        courses = {row[KEY]: row for _, row in self._records("courses.csv")}
        terms = {row[KEY]: row for _, row in self._records("academicSessions.csv")}
        for line, row in self._records("classes.csv"):
            teachers = [
                user
                for (user,) in self._db.execute(
                    "SELECT user FROM teaches WHERE class = ? GROUP BY user ORDER BY max(is_primary) DESC, min(rowid)",
                    (row[KEY],),
                )
            ]
            if check and not teachers:
                self.problems.add(catalog.SECTION_WITHOUT_TEACHER, "classes.csv", line, KEY)
            if check and len(teachers) > len(_TEACHER_COLUMNS):
                self.problems.add(catalog.TOO_MANY_TEACHERS, "classes.csv", line, KEY)
            course = courses.get(row["courseSourcedId"], {})
            term = terms.get(_first(row["termSourcedIds"]), {})
            yield (
                line,
                {
                    "school_id": row["schoolSourcedId"],
                    "section_id": row[KEY],
                    "teacher_id": "",
                    **dict(zip(_TEACHER_COLUMNS, teachers, strict=False)),
                    "name": row["title"],
                    "section_number": row.get("classCode", ""),
                    "grade": _first(row.get("grades", "")),
                    "period": _first(row.get("periods", "")),
                    "subject": _first(row.get("subjects", "")),
                    "course_name": course.get("title", ""),
                    "course_number": course.get("courseCode", ""),
                    "term_name": term.get("title", ""),
                    "term_start": term.get("startDate", ""),
                    "term_end": term.get("endDate", ""),
                },
            )


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(",") if part.strip()]


def _first(cell: str) -> str:
    return next(iter(_several(cell)), "")


def _stays(status: str) -> bool:
    return status.lower() != "tobedeleted"


@lru_cache(maxsize=1_000)
def _role(cell: str) -> str:
    return cell.lower().replace(" ", "")


def _name(row: Row) -> Row:
    return {"first_name": row["givenName"], "middle_name": row.get("middleName", ""), "last_name": row["familyName"]}
