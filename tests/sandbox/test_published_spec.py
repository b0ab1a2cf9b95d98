"""What we test against is Clever, not our idea of it: the sandbox's answers validate against Clever's own spec."""

from functools import cache
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft4Validator

from roster_tui.sandbox.generator import GeneratedDistrict, student_sis_id, teacher_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.store import Store
from tests.conftest import SHARED
from tests.sandbox.conftest import NIGHT

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="Clever's spec files are not beside this checkout")


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


LISTS = {
    "/schools": "SchoolsResponse",
    "/terms": "TermsResponse",
    "/courses": "CoursesResponse",
    "/sections": "SectionsResponse",
    "/users?role=student": "UsersResponse",
    "/users?role=teacher": "UsersResponse",
    "/users?role=staff": "UsersResponse",
    "/districts": "DistrictsResponse",
}


@pytest.mark.parametrize("path", LISTS)
def test_lists(api: httpx.Client, path: str) -> None:
    answer = api.get(f"/v3.1{path}").json()
    assert answer["data"]
    check(answer, LISTS[path])


@pytest.mark.parametrize("resource", ["school", "term", "course", "section", "user", "district"])
def test_details(api: httpx.Client, resource: str) -> None:
    found = api.get(f"/v3.1/{resource}s?limit=1").json()["data"][0]["data"]["id"]
    check(api.get(f"/v3.1/{resource}s/{found}").json(), f"{resource.capitalize()}Response")


def test_events(api: httpx.Client, store: Store, district: GeneratedDistrict) -> None:
    incidents = Incidents(blanked_emails={teacher_sis_id(1)}, rekeyed_students={student_sis_id(2): "900"})
    load_night(store, WithIncidents(district, incidents), NIGHT.replace(day=24))
    answer = api.get("/v3.1/events?limit=1000").json()
    check(answer, "EventsResponse", "clever-v3.1-events.yml")
    for item in answer["data"]:
        event = item["data"]
        resource, _, _ = event["type"].partition(".")
        check(event["data"]["object"], resource.removesuffix("s").capitalize())
        assert ("previous_attributes" in event["data"]) == event["type"].endswith(".updated")
