"""Nested lists say what the whole lists say, seen from one record."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from roster_tui.sandbox.districts import TOKEN
from roster_tui.sandbox.generator import GeneratedDistrict, teacher_sis_id
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.relations import RELATIONS
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.sis import Row, SisFile
from tests.conftest import serving
from tests.sandbox.conftest import NIGHT, TINY

Records = dict[str, dict[str, Any]]


class WithContacts(GeneratedDistrict):
    """A district that names a contact for every second student, the same one for pairs, and has a teacher travel."""

    def rows(self, file: SisFile) -> Iterator[Row]:
        for at, row in enumerate(super().rows(file)):
            if file is SisFile.STUDENTS and at % 2:
                row |= {"contact_name": f"Contact {at // 4}", "contact_phone": "555-0100"}
            if file is SisFile.SECTIONS and at == 0:
                row["teacher_id"] = teacher_sis_id(self.size.teachers - self.size.staff)
            yield row


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    store = Store(tmp_path_factory.mktemp("relations") / "clever.sqlite")
    load_night(store, WithContacts(TINY, 7, 2026, "Tiny Unified"), NIGHT)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        serving(Service(store).app()) as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False) as client,
    ):
        yield client
    store.close()


def listed(api: httpx.Client, path: str, **params: Any) -> Records:
    """Read a list over its pages of seven."""
    found: Records = {}
    answer = api.get(path, params={"limit": 7, **params})
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for item in page["data"]:
            assert item["uri"].endswith(item["data"]["id"])
            assert item["data"]["id"] not in found
            found[item["data"]["id"]] = item["data"]
        following = [link["uri"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            return found
        answer = api.get(following[0])


@pytest.fixture(scope="module")
def whole(api: httpx.Client) -> dict[str, Records]:
    resources = ("districts", "schools", "courses", "terms", "sections", "users")
    return {resource: listed(api, f"/v3.1/{resource}") for resource in resources}


def school_ids(user: dict[str, Any]) -> set[str]:
    return {school for role in user["roles"].values() for school in role.get("schools", [])}


def main_schools(user: dict[str, Any]) -> set[str]:
    return {role["school"] for role in user["roles"].values() if "school" in role}


def in_section(user: str, section: dict[str, Any]) -> bool:
    return user in section["students"] or user in section["teachers"]


def contact_of(user: dict[str, Any]) -> set[str]:
    relationships = user["roles"].get("contact", {}).get("student_relationships", [])
    return {each["student"] for each in relationships}


Whole = dict[str, Records]
EXPECTED: dict[tuple[str, str], Callable[[Whole, str], set[str]]] = {
    ("schools", "users"): lambda all, id: {u for u, user in all["users"].items() if id in school_ids(user)},
    ("schools", "sections"): lambda all, id: {s for s, each in all["sections"].items() if each["school"] == id},
    ("schools", "courses"): lambda all, id: {s["course"] for s in all["sections"].values() if s["school"] == id},
    ("schools", "terms"): lambda all, id: {s["term_id"] for s in all["sections"].values() if s["school"] == id},
    ("courses", "sections"): lambda all, id: {s for s, each in all["sections"].items() if each["course"] == id},
    ("courses", "schools"): lambda all, id: {s["school"] for s in all["sections"].values() if s["course"] == id},
    ("terms", "sections"): lambda all, id: {s for s, each in all["sections"].items() if each["term_id"] == id},
    ("terms", "schools"): lambda all, id: {s["school"] for s in all["sections"].values() if s["term_id"] == id},
    ("sections", "users"): lambda all, id: {u for u in all["users"] if in_section(u, all["sections"][id])},
    ("sections", "school"): lambda all, id: {all["sections"][id]["school"]},
    ("sections", "term"): lambda all, id: {all["sections"][id]["term_id"]},
    ("sections", "course"): lambda all, id: {all["sections"][id]["course"]},
    ("users", "schools"): lambda all, id: school_ids(all["users"][id]),
    ("users", "sections"): lambda all, id: {s for s, each in all["sections"].items() if in_section(id, each)},
    ("users", "mycontacts"): lambda all, id: {u for u, user in all["users"].items() if id in contact_of(user)},
    ("users", "myteachers"): lambda all, id: {
        t for s in all["sections"].values() if id in s["students"] for t in s["teachers"]
    },
    ("users", "mystudents"): lambda all, id: (
        {student for s in all["sections"].values() if id in s["teachers"] for student in s["students"]}
        | contact_of(all["users"][id])
    ),
    **{
        (resource, "district"): lambda all, id: set(all["districts"])
        for resource in ("schools", "courses", "terms", "sections", "users")
    },
}


@pytest.mark.parametrize(("resource", "rel"), RELATIONS, ids=map("/".join, RELATIONS))
def test_a_nested_path_lists_what_belongs_to_the_record(
    api: httpx.Client, whole: Whole, resource: str, rel: str
) -> None:
    # Every seventh user is enough: students, teachers, staff and contacts are among them.
    holders = sorted(whole[resource])[:: 7 if resource == "users" else 1]
    assert holders
    seen: set[str] = set()
    for holder in holders:
        path = f"/v3.1/{resource}/{holder}/{rel}"
        expected = EXPECTED[resource, rel](whole, holder)
        if RELATIONS[resource, rel].single:
            answer = api.get(path).json()
            found = {answer["data"]["id"]}
            target = RELATIONS[resource, rel].resource
            assert answer["links"][0] == {"rel": "self", "uri": f"/v3.1/{target}/{answer['data']['id']}"}
        else:
            found = set(listed(api, path))
        assert found == expected, path
        seen |= found
    assert seen


@pytest.mark.parametrize("role", ["student", "teacher", "staff"])
def test_a_schools_people_by_role_and_by_main_school(api: httpx.Client, whole: Whole, role: str) -> None:
    for school in whole["schools"]:
        there = {u for u, user in whole["users"].items() if school in user["roles"].get(role, {}).get("schools", [])}
        assert set(listed(api, f"/v3.1/schools/{school}/users", role=role)) == there
        main = {u for u in there if school in main_schools(whole["users"][u])}
        assert set(listed(api, f"/v3.1/schools/{school}/users", role=role, primary="true")) == main


def test_a_travelling_teacher_has_several_schools_and_one_main_school(api: httpx.Client, whole: Whole) -> None:
    travelling = [u for u, user in whole["users"].items() if len(school_ids(user)) > 1]
    assert travelling
    for user in travelling:
        assert set(listed(api, f"/v3.1/users/{user}/schools", primary="true")) == main_schools(whole["users"][user])


def test_a_sections_people_by_role(api: httpx.Client, whole: Whole) -> None:
    for section, record in whole["sections"].items():
        path = f"/v3.1/sections/{section}/users"
        assert set(listed(api, path, role="teacher")) == set(record["teachers"])
        assert set(listed(api, path, role="student")) == set(record["students"])


def test_a_users_answer_links_what_the_role_has(api: httpx.Client, whole: Whole) -> None:
    rels: dict[str, set[str]] = {}
    for user, record in whole["users"].items():
        links = api.get(f"/v3.0/users/{user}").json()["links"]
        rels.setdefault("+".join(sorted(record["roles"])), {link["rel"] for link in links})
        for link in links:
            assert link["uri"].startswith(f"/v3.0/users/{user}")
    common = {"self", "district", "sections", "schools"}
    assert rels["student"] == common | {"myContacts", "myTeachers"}
    assert rels["teacher"] == common | {"myStudents"}
    assert rels["staff"] == common


def test_a_link_is_followed_in_either_case(api: httpx.Client, whole: Whole) -> None:
    student = next(u for u, user in whole["users"].items() if "student" in user["roles"])
    for path in ("myTeachers", "myteachers", "MYTEACHERS"):
        assert listed(api, f"/v3.1/users/{student}/{path}")
    assert listed(api, "/v3.1/Schools")


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/v3.1/schools/000000000000000000000000/users", 404, "json"),
        ("/v3.1/schools/{school}/users?role=contact", 400, "json"),
        ("/v3.1/schools/{school}/users?primary=yes", 400, "json"),
        ("/v3.1/schools/{school}/users?limit=0", 400, "json"),
        ("/v3.1/schools/{school}/users?limit=%C2%B2", 400, "json"),
        ("/v3.1/schools/{school}/wizards", 404, "html"),
        ("/v3.1/sections/{school}/users", 404, "json"),
        ("/v3.1/resources/000000000000000000000000", 404, "json"),
        ("/v3.1/resources/000000000000000000000000/users", 404, "json"),
    ],
)
def test_errors_below_a_record(api: httpx.Client, whole: Whole, path: str, status: int, kind: str) -> None:
    answer = api.get(path.format(school=next(iter(whole["schools"]))))
    assert answer.status_code == status
    assert kind in answer.headers["content-type"]
    assert "x-ratelimit-remaining" in answer.headers


@pytest.mark.parametrize("resource", ["users", "sections", "courses"])
def test_resources_below_a_record_are_as_recorded(api: httpx.Client, whole: Whole, resource: str) -> None:
    answer = api.get(f"/v3.1/{resource}/{next(iter(whole[resource]))}/resources")
    assert answer.json() == {"resources": []}
    assert answer.headers["clever-request-id"] == "0" * 32
    assert api.get(f"/v3.1/{resource}/{'0' * 24}/resources").status_code == 404
