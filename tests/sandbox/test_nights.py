"""A night replaces the records and tells the difference as events, in the recorded shape."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from roster_tui.sandbox.generator import GeneratedDistrict, section_sis_id, student_sis_id, teacher_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents, plan_demo
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.store import Store
from roster_tui.sis import Row, SisFile
from tests.sandbox.conftest import NIGHT


def events(api: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    return [item["data"] for item in api.get("/v3.1/events", params={"limit": 1000, **params}).json()["data"]]


def second_night(store: Store, district: GeneratedDistrict, **incidents: Any) -> None:
    load_night(store, WithIncidents(district, Incidents(**incidents)), NIGHT + timedelta(days=1))


def test_the_first_night_tells_only_of_the_district(api: httpx.Client) -> None:
    assert [event["type"] for event in events(api)] == ["districts.created"]


def test_a_quiet_night_is_a_heartbeat(store: Store, district: GeneratedDistrict, api: httpx.Client) -> None:
    second_night(store, district)
    heartbeat = events(api)[-1]
    assert heartbeat["type"] == "districts.updated"
    assert heartbeat["data"]["previous_attributes"] == {"last_sync": "2026-11-23T07:00:00.000Z"}
    assert api.get("/v3.1/districts").json()["data"][0]["data"]["last_sync"] == "2026-11-24T07:00:00.000Z"


def test_a_rekeyed_student_is_deleted_and_created(store: Store, district: GeneratedDistrict, api: httpx.Client) -> None:
    second_night(store, district, rekeyed_students={student_sis_id(3): "900"})
    told = events(api, record_type="users")
    assert [event["type"] for event in told] == ["users.created", "users.deleted"]
    created, deleted = (event["data"]["object"] for event in told)
    assert created["id"] != deleted["id"]
    assert created["name"] == deleted["name"]
    assert created["roles"]["student"]["sis_id"] == "900"


def test_an_update_tells_old_leaves_and_whole_lists(
    store: Store, district: GeneratedDistrict, api: httpx.Client
) -> None:
    second_night(store, district, blanked_emails={teacher_sis_id(2)}, rekeyed_students={student_sis_id(3): "900"})
    updated = {event["data"]["object"]["id"]: event for event in events(api) if event["type"].endswith(".updated")}
    (teacher,) = (event for event in updated.values() if event["type"] == "users.updated")
    assert list(teacher["data"]["previous_attributes"]) == ["email"]
    sections = [event for event in updated.values() if event["type"] == "sections.updated"]
    before, after = sections[0]["data"]["previous_attributes"]["students"], sections[0]["data"]["object"]["students"]
    assert len(before) == len(after)
    assert len(set(before) - set(after)) == 1


def test_unchanged_records_keep_their_dates(store: Store, district: GeneratedDistrict, api: httpx.Client) -> None:
    second_night(store, district, blanked_emails={teacher_sis_id(2)})
    users = [item["data"] for item in api.get("/v3.1/users?role=teacher&limit=100").json()["data"]]
    moved = [user for user in users if user["last_modified"] != user["created"]]
    assert [user["roles"]["teacher"]["sis_id"] for user in moved] == [teacher_sis_id(2)]


def test_event_ids_ascend_over_the_nights(store: Store, district: GeneratedDistrict, api: httpx.Client) -> None:
    for night in range(1, 4):
        blanked = {teacher_sis_id(night)}
        load_night(store, WithIncidents(district, Incidents(blanked_emails=blanked)), NIGHT + timedelta(days=night))
    found = [event["id"] for event in events(api)]
    assert found == sorted(set(found))
    assert int(found[-1][:8], 16) == int((NIGHT + timedelta(days=3)).timestamp())
    after = events(api, starting_after=found[3])
    assert [event["id"] for event in after] == found[4:]


def test_events_of_one_school(store: Store, district: GeneratedDistrict, api: httpx.Client) -> None:
    second_night(store, district, blanked_emails={teacher_sis_id(0), teacher_sis_id(10)})
    school = api.get("/v3.1/schools").json()["data"][0]["data"]["id"]
    for event in events(api, school=school):
        assert school in str(event)
    assert len(events(api, school=school)) < len(events(api))


def test_a_night_that_cannot_be_read_changes_nothing(store: Store, district: GeneratedDistrict) -> None:
    class Broken(GeneratedDistrict):
        def rows(self, file: SisFile) -> Any:
            if file is SisFile.SECTIONS:
                raise OSError("the disk is gone")
            return super().rows(file)

    before = list(store.bodies("users"))
    with pytest.raises(OSError, match="the disk is gone"):
        load_night(store, Broken(district.size, 8, 2026, "Broken"), NIGHT + timedelta(days=1))
    assert list(store.bodies("users")) == before
    assert store.nights == 1


def test_the_demo_plants_each_incident(district: GeneratedDistrict) -> None:
    plan = plan_demo(GeneratedDistrict(district.size.__class__(4, 60, 300, 600), 5, 2026, "Demo"))
    planted = plan.incidents
    assert len(planted.rekeyed_teachers) == 1
    assert len(planted.rekeyed_students) == 2
    assert len(planted.doubtful_students) == 1
    people = [*planted.rekeyed_teachers, *planted.blanked_emails, *planted.leavers, *planted.shared_emails]
    assert len(set(people) | plan.never_activated) == len(people) + len(plan.never_activated)
    assert planted.taken_over


def test_a_leavers_forgotten_section_has_no_other_teacher_and_has_begun() -> None:
    from roster_tui.demo import SEED
    from roster_tui.sandbox.generator import SIZES

    district = GeneratedDistrict(SIZES["small"], SEED, 2026, "Demo")
    planted = plan_demo(district).incidents
    (leaver,) = planted.leavers

    def teachers(row: Row) -> set[str]:
        return {row["teacher_id"], row["teacher_2_id"]} - {""}

    changed = WithIncidents(district, planted).rows(SisFile.SECTIONS)
    assert {row["term_name"] for row in changed if teachers(row) == {leaver}} == {"Y1"}
    assert section_sis_id(0) == "40000"
