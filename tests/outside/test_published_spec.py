"""What we test against is Clever, not our idea of it: the sandbox's answers validate against Clever's own spec.

Where the specification and recorded answers differ, the sandbox follows the recordings, and the test says so.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft4Validator, ValidationError

from roster_tui.sandbox.faults import Fault
from roster_tui.sandbox.generator import GeneratedDistrict, student_sis_id, teacher_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.sis import Row, SisFile
from tests.outside.conftest import SHARED
from tests.sandbox.conftest import NIGHT, TINY

EVENTS = "clever-v3.1-events.yml"


@cache
def spec(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((SHARED / "reference" / name).read_text())
    return loaded


def check(document: Any, model: str, name: str = "clever-v3.1.yml") -> None:
    """Validate against one definition; Swagger 2.0 says "nullable" in its own way."""
    definitions = nullable(spec(name)["definitions"])
    Draft4Validator({"$ref": f"#/definitions/{model}", "definitions": definitions}).validate(document)


def nullable(schema: Any) -> Any:
    if isinstance(schema, dict):
        changed = {key: nullable(value) for key, value in schema.items()}
        if changed.pop("x-nullable", False) and "type" in changed:
            changed["type"] = [changed["type"], "null"]
            if "enum" in changed:
                changed["enum"] = [*changed["enum"], None]
        return changed
    return [nullable(each) for each in schema] if isinstance(schema, list) else schema


def paths(name: str = "clever-v3.1.yml") -> list[tuple[str, str]]:
    """Return each path of the specification that answers a roster, and the model it promises."""
    if not SHARED.is_dir():
        # The cases are named even where the files are not: running them says what is missing.
        return []
    found = []
    for path, operations in spec(name)["paths"].items():
        promised = operations["get"]["responses"]["200"]["schema"]["$ref"]
        found.append((path, promised.rpartition("/")[2]))
    return found


def followed(api: httpx.Client, path: str) -> httpx.Response:
    """Get a path, its ``{id}`` replaced by the first record that has an answer there."""
    if "{id}" not in path:
        return api.get(f"/v3.1{path}?limit=1000")
    resource = path.split("/")[1]
    for item in api.get(f"/v3.1/{resource}?limit=1000").json()["data"]:
        answer = api.get(f"/v3.1{path}".replace("{id}", item["data"]["id"]))
        if answer.status_code != 200 or answer.json().get("data") != []:
            return answer
    raise AssertionError(f"no record has anything at {path}")


ROSTER = [(path, model) for path, model in paths() if "resources" not in path and "contacts" not in path]
RESOURCES = [path for path, _ in paths() if "resources" in path]


@pytest.mark.parametrize(("path", "model"), ROSTER)
def test_every_path_of_the_specification(api: httpx.Client, path: str, model: str) -> None:
    answer = followed(api, path)
    assert answer.status_code == 200
    assert answer.json()["data"]
    check(answer.json(), model)


def test_contacts(api: httpx.Client, store: Store, district: GeneratedDistrict) -> None:
    class WithContact(GeneratedDistrict):
        def rows(self, file: SisFile) -> Iterator[Row]:
            for row in super().rows(file):
                yield row | ({"contact_name": "Pat", "contact_email": "p@x"} if file is SisFile.STUDENTS else {})

    load_night(store, WithContact(TINY, 7, 2026, "Tiny Unified"), NIGHT.replace(day=24))
    student = api.get("/v3.1/users?role=student&limit=1").json()["data"][0]["data"]["id"]
    answer = api.get(f"/v3.1/users/{student}/mycontacts").json()
    assert answer["data"]
    check(answer, "UsersResponse")


@pytest.mark.parametrize("path", RESOURCES)
def test_resources_are_as_recorded_where_the_specification_differs(api: httpx.Client, path: str) -> None:
    # The specification promises `data`; Clever was recorded with `resources` (reference 2.1), and we follow that.
    resource = path.split("/")[1]
    if resource == "resources" and "{id}" in path:
        answer = api.get(f"/v3.1{path}".replace("{id}", "0" * 24))
        assert answer.status_code == 404
        check(answer.json(), "NotFound")
    else:
        found = api.get("/v3.1/users?limit=1" if resource == "resources" else f"/v3.1/{resource}?limit=1")
        answer = api.get(f"/v3.1{path}".replace("{id}", found.json()["data"][0]["data"]["id"]))
        assert answer.json() == {"resources": []}


@pytest.mark.parametrize("role", ["student", "teacher", "staff"])
def test_people_by_role(api: httpx.Client, role: str) -> None:
    answer = api.get(f"/v3.1/users?role={role}&limit=1000").json()
    assert answer["data"]
    check(answer, "UsersResponse")


def test_what_the_specification_checks(api: httpx.Client) -> None:
    """A check that accepts everything would prove nothing."""
    answer = api.get("/v3.1/users?role=student&limit=1").json()
    answer["data"][0]["data"]["roles"]["student"]["dob"] = "2016-10-16"
    with pytest.raises(ValidationError, match="does not match"):
        check(answer, "UsersResponse")
    answer = api.get("/v3.1/sections?limit=1").json()
    answer["data"][0]["data"]["grade"] = "13th"
    with pytest.raises(ValidationError, match="is not one of"):
        check(answer, "SectionsResponse")


@pytest.mark.parametrize(
    ("path", "status", "model"),
    [
        ("/users?limit=none", 400, "BadRequest"),
        ("/users/none", 404, "NotFound"),
        ("/sections/none/users", 404, "NotFound"),
        ("/events/none", 404, "NotFound"),
    ],
)
def test_errors(api: httpx.Client, path: str, status: int, model: str) -> None:
    answer = api.get(f"/v3.1{path}")
    assert answer.status_code == status
    assert answer.json()["message"]
    check(answer.json(), model)


def test_errors_that_a_fault_makes(service: Service, api: httpx.Client) -> None:
    service.faults.add(Fault("server-errors"))
    answer = api.get("/v3.1/users")
    assert answer.status_code == 500
    check(answer.json(), "InternalError")


def recorded_headers(name: str) -> set[str]:
    recording = json.loads((SHARED / "samples" / "clever-v3.0-recordings" / name).read_text())
    return set(recording[0]["response"]["headers"])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v3.0/districts", "client__districts.json"),
        ("/v3.0/schools", "client__schools.json"),
        ("/v3.0/events", "client__events_with_limit.json"),
        ("/v3.0/wizards", "client__resources_student.json"),
    ],
)
def test_headers_are_the_recorded_ones(api: httpx.Client, path: str, name: str) -> None:
    # Clever's entity tags are not documented to be of use, and nothing of ours asks for them.
    wanted = recorded_headers(name) - {"etag"}
    answer = api.get(path)
    assert wanted <= set(answer.headers)
    assert len(answer.headers.get_list("date")) == 1
    if path != "/v3.0/wizards":
        assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_events(api: httpx.Client, store: Store, district: GeneratedDistrict) -> None:
    incidents = Incidents(
        blanked_emails={teacher_sis_id(1)},
        rekeyed_students={student_sis_id(2): "900"},
        leavers={teacher_sis_id(3)},
    )
    load_night(store, WithIncidents(district, incidents), NIGHT.replace(day=24))
    answer = api.get("/v3.1/events?limit=1000").json()
    check(answer, "EventsResponse", EVENTS)
    kinds = set()
    for item in answer["data"]:
        event = item["data"]
        check(event, event["type"], EVENTS)
        check(api.get(f"/v3.1/events/{event['id']}").json(), "EventResponse", EVENTS)
        # The specification puts previous_attributes beside `data`; recorded was inside it (reference 5.1).
        assert "previous_attributes" not in event
        assert ("previous_attributes" in event["data"]) == event["type"].endswith(".updated")
        kinds.add(event["type"])
    assert {"users.created", "users.deleted", "users.updated", "sections.updated", "districts.updated"} <= kinds
