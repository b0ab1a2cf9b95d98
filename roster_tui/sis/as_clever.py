"""What Clever makes of a district's SIS files: ids, built names, terms, courses, merged people.

Sources: reference 7.2 (columns, duplicates, normalisation), section 4 (fields), section 6 (identity).
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from hashlib import blake2b
from typing import Any, Protocol

from roster_tui.sis import values
from roster_tui.sis.folder import Row, SisDistrict
from roster_tui.sis.layout import CO_TEACHER_COLUMNS, LAYOUTS, SisFile

Record = dict[str, Any]
"""One record in Clever's wire shape, without ``created`` and ``last_modified``."""

IdOf = Callable[[str, str], bytes]
"""Returns the 12 bytes of a Clever ID for a kind of record and its key in the files."""


class Classes(Protocol):
    """The class lists of sections, where somebody knows a quicker way to them than by rows of enrollments."""

    def knows(self, section: Record) -> bool:
        """Return whether nobody needs the record of this section, which has no class list yet."""

    def students(self, sis_id: str) -> list[str]:
        """Return the Clever IDs of a section's students in their order, each once."""


_TEACHER_COLUMNS = ("teacher_id", *CO_TEACHER_COLUMNS)
_CONTACT_COLUMNS = frozenset(("contact_name", "contact_email", "contact_sis_id"))
"""By any of these a contact is known."""
_ID_BYTES = 12


def clever_id(district_id: str, kind: str, sis_id: str) -> str:
    """Return the 24-hex id of a ``school``, ``section``, ``teacher``, ``student`` or ``staff`` member."""
    return derived_id(district_id, kind, sis_id).hex()


def derived_id(district_id: str, kind: str, sis_id: str) -> bytes:
    """Return the 12 bytes of an id that follows from type and SIS ID."""
    return blake2b(f"{district_id}\0{kind}\0{sis_id}".encode(), digest_size=_ID_BYTES).digest()


class CleverSide:
    """The records that Clever would hold after a sync of these files.

    Ids are derived from type and SIS ID, so the same person keeps an id from night to night and a changed
    SIS ID gives a new one, as in Clever. Rows whose key was seen before are ignored: the first wins.
    """

    def __init__(
        self,
        source: SisDistrict,
        district_id: str,
        today: date,
        id_of: IdOf | None = None,
        classes: Callable[[], Classes] | None = None,
    ) -> None:
        """Take the source of the rows; ``classes`` is called when all students have come."""
        self._source = source
        self._district = district_id
        self._today = today
        # A real district's ids are Clever's own: whoever knows them brings them.
        self._id_of = id_of or partial(derived_id, district_id)
        self._classes = classes
        self._school_ids = _Ids(partial(self._id, "school"))
        self._teacher_ids = _Ids(partial(self._id, "teacher"))
        self._term_ids: dict[tuple[str, ...], str | None] = {}

    def records(self) -> Iterator[tuple[str, Record]]:
        """Yield ``(resource, record)``; resource is ``schools, courses, terms, sections`` or ``users``.

        Students and sections are streamed; teachers, terms, courses and enrollments are held meanwhile.
        """
        self._term_ids.clear()
        yield from (("schools", record) for record in self._schools())
        contacts: dict[str, Record] = {}
        places: dict[str, int] = {}
        ids = bytearray()
        for student in self._students(places, ids, contacts):
            yield "users", student
        yield from (("users", contact) for contact in contacts.values())
        classes = self._classes() if self._classes else _ByRows(self._source, places, ids)
        del places
        teachers = dict(self._unique(SisFile.TEACHERS, "teacher_id"))
        courses: dict[str, Record] = {}
        terms: dict[str, Record] = {}
        schools_of: dict[str, list[str]] = {
            sis_id: [self._id("school", row["school_id"])] for sis_id, row in teachers.items()
        }
        for sis_id, row in self._unique(SisFile.SECTIONS, "section_id"):
            holders = _teachers_of(row, teachers)
            section = self._section(sis_id, row, holders, teachers)
            for teacher in holders:
                if section["school"] not in schools_of[teacher]:
                    schools_of[teacher].append(section["school"])
            self._note_course(section, row, courses)
            self._note_term(section, row, terms)
            if not classes.knows(section):
                section["id"] = self._id("section", sis_id)
                section["students"] = classes.students(sis_id)
                yield "sections", section
        yield from (("courses", record) for record in courses.values())
        yield from (("terms", record) for record in terms.values())
        yield from (("users", record) for record in self._adults(teachers, schools_of))

    def _id(self, kind: str, key: str) -> str:
        return self._id_of(kind, key).hex()

    def _unique(self, file: SisFile, key: str) -> Iterator[tuple[str, Row]]:
        """Yield rows by key, without those that lack it or repeat it (Clever: "not unique")."""
        seen: set[str] = set()
        for row in self._source.rows(file):
            sis_id = row[key]
            if sis_id and sis_id not in seen:
                seen.add(sis_id)
                yield sis_id, row

    def _schools(self) -> Iterator[Record]:
        for sis_id, row in self._unique(SisFile.SCHOOLS, "school_id"):
            yield {
                "id": self._id("school", sis_id),
                "district": self._district,
                "name": row["school_name"],
                "sis_id": sis_id,
                "school_number": row.get("school_number") or sis_id,
                "state_id": row.get("state_id", ""),
                "nces_id": row.get("nces_id", ""),
                "low_grade": values.grade(row.get("low_grade", "")),
                "high_grade": values.grade(row.get("high_grade", "")),
                "phone": row.get("school_phone", ""),
                "principal": {"name": row.get("principal", ""), "email": row.get("principal_email", "")},
                "location": {
                    "address": row.get("school_address", ""),
                    "city": row.get("school_city", ""),
                    "state": row.get("school_state", ""),
                    "zip": row.get("school_zip", ""),
                },
                "ext": _custom(row, SisFile.SCHOOLS),
            }

    def _students(self, places: dict[str, int], ids: bytearray, contacts: dict[str, Record]) -> Iterator[Record]:
        """Yield students; notes the bytes of all their ids end to end, and where each begins."""
        for row in self._source.rows(SisFile.STUDENTS):
            sis_id = row["student_id"]
            if not sis_id:
                continue
            at = places.setdefault(sis_id, len(ids))
            new = at == len(ids)
            if new:
                ids += self._id_of("student", sis_id)
            # A repeated row may carry one more contact, and nothing else of it counts (reference 7.2).
            if not _CONTACT_COLUMNS.isdisjoint(row):
                self._note_contact(_id_at(ids, at), row, contacts)
            if new:
                yield self._student(_id_at(ids, at), sis_id, row)

    def _student(self, clever_id: str, sis_id: str, row: Row) -> Record:
        school = self._school_ids[row["school_id"]]
        email = row.get("student_email", "")
        return {
            "id": clever_id,
            "district": self._district,
            "name": _name(row),
            "email": email,
            "roles": {
                "student": {
                    "sis_id": sis_id,
                    "student_number": row.get("student_number", ""),
                    "state_id": row.get("state_id", ""),
                    "school": school,
                    "schools": [school],
                    "grade": values.grade(row.get("grade", "")),
                    "gender": values.gender(row.get("gender", "")),
                    "dob": values.birth_date(row.get("dob", ""), self._today),
                    "graduation_year": row.get("graduation_year", ""),
                    "hispanic_ethnicity": values.yes_no(row.get("hispanic_latino", "")),
                    "race": values.race(row.get("race", "")),
                    "ell_status": values.yes_no(row.get("ell_status", "")),
                    "iep_status": values.yes_no(row.get("iep_status", "")),
                    "location": {
                        "address": row.get("student_street", ""),
                        "city": row.get("student_city", ""),
                        "state": row.get("student_state", ""),
                        "zip": row.get("student_zip", ""),
                    },
                    "credentials": {"district_username": row.get("username", "")},
                    "enrollments": [],
                    "email": email,
                    "ext": _custom(row, SisFile.STUDENTS),
                }
            },
        }

    def _note_contact(self, student_id: str, row: Row, contacts: dict[str, Record]) -> None:
        name, email, phone = (row.get(f"contact_{field}", "") for field in ("name", "email", "phone"))
        sis_id = row.get("contact_sis_id", "")
        if not (name or email or sis_id):
            return
        # Without a SIS ID a contact is its name and email, or its name and phone (reference 6).
        key = sis_id or f"{name}\0{email or phone}"
        contact = contacts.setdefault(
            key,
            {
                "id": self._id("contact", key),
                "district": self._district,
                "name": {"last": name},
                "email": email,
                "roles": {
                    "contact": {
                        "sis_id": sis_id,
                        "phone": phone,
                        "phone_type": row.get("contact_phone_type", ""),
                        "student_relationships": [],
                    }
                },
            },
        )
        relationships = contact["roles"]["contact"]["student_relationships"]
        if all(known["student"] != student_id for known in relationships):
            relationships.append({"student": student_id, "relationship": "Other", "type": "Other"})

    def _section(self, sis_id: str, row: Row, holders: list[str], teachers: dict[str, Row]) -> Record:
        primary = teachers[holders[0]]["last_name"] if holders and holders[0] == row["teacher_id"] else ""
        parts = (row.get("course_name", ""), primary, row.get("period", ""))
        ids = [self._teacher_ids[holder] for holder in holders]
        return {
            # Given to those that are told; a city's are mostly known.
            "id": "",
            "district": self._district,
            "school": self._school_ids[row["school_id"]],
            "name": " - ".join(parts) if all(parts) else row.get("name", "") or sis_id,
            "sis_id": sis_id,
            "section_number": row.get("section_number", ""),
            "period": row.get("period", ""),
            "subject": values.subject(row.get("subject", "")),
            "grade": values.grade(row.get("grade", "")),
            "teacher": ids[0] if ids else None,
            "teachers": ids,
            "ext": _custom(row, SisFile.SECTIONS),
        }

    def _note_course(self, section: Record, row: Row, courses: dict[str, Record]) -> None:
        name, number = row.get("course_name", ""), row.get("course_number", "")
        if name or number:
            key = number or name
            course = {"id": "", "district": self._district, "name": name, "number": number}
            section["course"] = self._shared("course", key, course, courses)

    def _note_term(self, section: Record, row: Row, terms: dict[str, Record]) -> None:
        told = (row.get("term_name", ""), row.get("term_start", ""), row.get("term_end", ""))
        if told not in self._term_ids:
            self._term_ids[told] = self._term(*told, terms)
        if term := self._term_ids[told]:
            section["term_id"] = term

    def _term(self, name: str, first: str, last: str, terms: dict[str, Record]) -> str | None:
        start, end = values.iso_day(first), values.iso_day(last)
        if not (name or start or end):
            return None
        term = {
            "id": "",
            "district": self._district,
            "name": name,
            "start_date": start,
            "end_date": end,
        }
        # Terms are made from section rows: another name or date is another term (reference 6).
        return self._shared("term", f"{name}\0{start}\0{end}", term, terms)

    def _shared(self, kind: str, key: str, record: Record, known: dict[str, Record]) -> str:
        if key not in known:
            known[key] = {**record, "id": self._id(kind, key)}
        return str(known[key]["id"])

    def _adults(self, teachers: dict[str, Row], schools_of: dict[str, list[str]]) -> Iterator[Record]:
        """Yield teachers and staff; a staff row with a teacher's email is the same user (reference 6)."""
        staff = self._staff_roles()
        by_email = {row["staff_email"].lower(): sis_id for sis_id, (row, _) in staff.items()}
        for sis_id, row in teachers.items():
            email = row.get("teacher_email", "")
            roles: Record = {"teacher": self._teacher_role(sis_id, row, schools_of[sis_id])}
            merged = by_email.pop(email.lower(), None) if email else None
            if merged is not None:
                roles["staff"] = staff.pop(merged)[1]
            yield self._adult(self._id("teacher", sis_id), row, email, roles)
        for sis_id, (row, role) in staff.items():
            yield self._adult(self._id("staff", sis_id), row, row["staff_email"], {"staff": role})

    def _adult(self, clever_id: str, row: Row, email: str, roles: Record) -> Record:
        return {
            "id": clever_id,
            "district": self._district,
            "name": _name(row),
            "email": email,
            "roles": roles,
        }

    def _teacher_role(self, sis_id: str, row: Row, schools: list[str]) -> Record:
        return {
            "sis_id": sis_id,
            "teacher_number": row.get("teacher_number", ""),
            "state_id": row.get("state_teacher_id", ""),
            "title": row.get("title", ""),
            "school": schools[0],
            "schools": schools,
            "credentials": {"district_username": row.get("username", "")},
            "ext": _custom(row, SisFile.TEACHERS),
        }

    def _staff_roles(self) -> dict[str, tuple[Row, Record]]:
        """Return staff by SIS ID; repeated rows with one ``staff_id`` add schools (reference 7.2)."""
        found: dict[str, tuple[Row, Record]] = {}
        for row in self._source.rows(SisFile.STAFF):
            sis_id = row["staff_id"]
            if not sis_id:
                continue
            role = {
                "staff_id": sis_id,
                "title": row.get("title", ""),
                "department": row.get("department", ""),
                "roles": ["SchoolTechLead" if row.get("role") == "School Tech Lead" else "PortalOnly"],
                "schools": [],
                "credentials": {"district_username": row.get("username", "")},
                "ext": _custom(row, SisFile.STAFF),
            }
            schools = found.setdefault(sis_id, (row, role))[1]["schools"]
            school = self._id("school", row["school_id"])
            if school not in schools:
                schools.append(school)
        return found


class _Ids(dict[str, str]):
    """Ids that many records hold, each worked out once."""

    def __init__(self, id_of: Callable[[str], str]) -> None:
        super().__init__()
        self._id_of = id_of

    def __missing__(self, key: str) -> str:
        self[key] = clever_id = self._id_of(key)
        return clever_id


class _ByRows:
    """The class lists as the rows of enrollments have them; who is no student of the district is left out."""

    def __init__(self, source: SisDistrict, places: dict[str, int], ids: bytearray) -> None:
        self._ids = ids
        # Where the ids of each section's students begin: four bytes each, not a Python list.
        self._places: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        for row in source.rows(SisFile.ENROLLMENTS):
            at = places.get(row["student_id"])
            if at is not None:
                self._places[row["section_id"]].append(at)

    def knows(self, section: Record) -> bool:
        """Return that every section is wanted."""
        return False

    def students(self, sis_id: str) -> list[str]:
        """Return the Clever IDs of a section's students, for which it is asked once."""
        return sorted({_id_at(self._ids, at) for at in self._places.pop(sis_id, ())})


def _id_at(ids: bytearray, at: int) -> str:
    return ids[at : at + _ID_BYTES].hex()


def _teachers_of(row: Row, teachers: dict[str, Row]) -> list[str]:
    """Return the SIS IDs of a section's valid teachers, the primary first, each once."""
    named = filter(None, map(row.get, _TEACHER_COLUMNS))
    return list(dict.fromkeys([sis_id for sis_id in named if sis_id in teachers]))


def _name(row: Row) -> dict[str, str]:
    return {
        "first": row["first_name"],
        "middle": row.get("middle_name", ""),
        "last": row["last_name"],
    }


def _custom(row: Row, file: SisFile) -> dict[str, str]:
    known = LAYOUTS[file].known
    # Most districts have none, and a city asks half a million times.
    if known.issuperset(row):
        return {}
    return {name: value for name, value in row.items() if name not in known and name}
