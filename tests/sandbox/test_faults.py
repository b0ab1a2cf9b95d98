"""What each fault does to an answer, for how long, and that the rest of Clever stays as it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from roster_tui.sandbox.districts import TOKEN
from roster_tui.sandbox.faults import KINDS, LEFT_BY_OTHERS, Fault, parse
from roster_tui.sandbox.generator import GeneratedDistrict, teacher_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from tests.conftest import serving
from tests.sandbox.conftest import NIGHT

STUDENTS = "/v3.1/users?role=student&limit=40"


def following(answer: httpx.Response) -> str:
    return next(str(link["uri"]) for link in answer.json()["links"] if link["rel"] == "next")


def ids(answer: httpx.Response) -> list[str]:
    return [item["data"]["id"] for item in answer.json()["data"]]


def statuses(api: httpx.Client, count: int, path: str = "/v3.1/terms") -> list[int]:
    return [api.get(path).status_code for _ in range(count)]


def test_a_fault_lets_requests_pass_strikes_and_ends(service: Service, api: httpx.Client) -> None:
    service.faults.add(Fault("server-errors", after=2, times=3))
    assert statuses(api, 7) == [200, 200, 500, 502, 503, 200, 200]
    assert service.faults.document()[0] | {"seen": 7, "struck": 3} == service.faults.document()[0]


def test_it_strikes_until_it_is_taken_away(service: Service, api: httpx.Client) -> None:
    service.faults.add(Fault("server-errors", times=0))
    assert 200 not in statuses(api, 9)
    service.faults.clear()
    assert statuses(api, 1) == [200]


def test_a_request_without_a_valid_token_is_refused_as_ever(service: Service, api: httpx.Client) -> None:
    service.faults.add(Fault("server-errors"))
    assert api.get("/v3.1/terms", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert service.faults.document()[0]["seen"] == 0


def test_a_rate_limit_storm_leaves_few_requests_and_says_when_it_ends(store: Store) -> None:
    at = 1_000_000_000.25
    service = Service(store, clock=lambda: at)
    service.faults.add(Fault("rate-limit-storm", seconds=30))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        serving(service.app()) as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False) as api,
    ):
        answers = [api.get("/v3.1/terms") for _ in range(LEFT_BY_OTHERS + 2)]
        assert [each.status_code for each in answers] == [200] * LEFT_BY_OTHERS + [429] * 2
        told = [int(each.headers["x-ratelimit-remaining"]) for each in answers]
        assert told == [*range(LEFT_BY_OTHERS - 1, -1, -1), 0, 0]
        assert {each.headers["x-ratelimit-reset"] for each in answers} == {"1000000031"}
        at = 1_000_000_031.0
        assert api.get("/v3.1/terms").status_code == 200


def test_a_slow_answer_is_whole(service: Service, api: httpx.Client) -> None:
    whole = api.get("/v3.1/terms").json()
    service.faults.add(Fault("slow", seconds=0.3))
    began = time.monotonic()
    assert api.get("/v3.1/terms").json() == whole
    assert time.monotonic() - began > 0.3


def test_a_cut_body_breaks_the_connection(service: Service, api: httpx.Client) -> None:
    service.faults.add(Fault("cut-body", times=1))
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/v3.1/terms")
    assert statuses(api, 1) == [200]


def test_html_and_broken_json_are_complete_answers(service: Service, api: httpx.Client) -> None:
    service.faults.add(Fault("html-error", times=1))
    answer = api.get("/v3.1/terms")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
    service.faults.add(Fault("broken-json", times=1))
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        api.get("/v3.1/terms").json()


def test_wrong_types_spoil_one_record_of_a_page(service: Service, api: httpx.Client) -> None:
    whole = api.get(STUDENTS).json()
    service.faults.add(Fault("wrong-types"))
    spoiled = api.get(STUDENTS).json()
    assert spoiled["data"][0]["data"]["name"] == ["?"]
    assert spoiled["data"][0]["data"]["id"] == whole["data"][0]["data"]["id"]
    assert spoiled["data"][1:] == whole["data"][1:]
    assert spoiled["links"] == whole["links"]
    event = api.get("/v3.1/events").json()["data"][0]["data"]
    assert event["data"]["object"]["name"] == ["?"]


def test_links_that_lead_in_a_circle_or_away(service: Service, api: httpx.Client) -> None:
    service.faults.add(Fault("page-loop", times=1))
    assert following(api.get(STUDENTS)) == STUDENTS
    service.faults.add(Fault("foreign-next", times=1))
    assert following(api.get(STUDENTS)).startswith("https://api.clever.com.example.net/v3.1/users?")


def test_a_page_comes_again(service: Service, api: httpx.Client) -> None:
    first = api.get(STUDENTS)
    service.faults.add(Fault("repeated-page", times=1))
    assert ids(api.get(STUDENTS)) == ids(first)
    assert ids(api.get(following(first))) == ids(first)
    assert ids(api.get(following(first))) != ids(first)


def test_the_district_moves_in_the_middle_of_a_crawl(service: Service, api: httpx.Client, store: Store) -> None:
    def district() -> dict[str, Any]:
        found: dict[str, Any] = api.get("/v3.1/districts").json()["data"][0]["data"]
        return found

    def named() -> set[str]:
        return {
            teacher for s in api.get("/v3.1/sections?limit=100").json()["data"] for teacher in s["data"]["teachers"]
        }

    before, teachers, sections = district(), ids(api.get("/v3.1/users?role=teacher")), named()
    service.faults.add(Fault("moving", after=0))
    moved = ids(api.get("/v3.1/users?role=teacher"))
    assert district()["last_sync"] > before["last_sync"]
    (old,), (new,) = set(teachers) - set(moved), set(moved) - set(teachers)
    assert old == min(teachers)
    assert named() == sections - {old} | {new}
    told = [item["data"]["type"] for item in api.get("/v3.1/events?record_type=users").json()["data"]]
    assert told == ["users.created", "users.deleted"]
    # Clever moved once; what is read from now on fits together.
    assert ids(api.get("/v3.1/users?role=teacher")) == moved
    assert store.nights == 2


def test_a_revoked_token_is_refused_and_the_new_one_is_listed(service: Service, api: httpx.Client) -> None:
    service.faults.add(Fault("revoked", after=1))
    assert statuses(api, 3) == [200, 401, 401]
    tokens = api.get("/oauth/tokens", auth=("demo-client", "demo-secret")).json()["data"]
    new = tokens[0]["access_token"]
    assert new != TOKEN
    assert api.get("/v3.1/terms", headers={"Authorization": f"Bearer {new}"}).status_code == 200


def test_events_are_missing_without_a_word(
    service: Service, api: httpx.Client, store: Store, district: GeneratedDistrict
) -> None:
    for night in (1, 2):
        blanked = {teacher_sis_id(night)}
        load_night(store, WithIncidents(district, Incidents(blanked_emails=blanked)), NIGHT + timedelta(days=night))
    whole = ids(api.get("/v3.1/events"))
    service.faults.add(Fault("event-gap"))
    answer = api.get(f"/v3.1/events?starting_after={whole[0]}")
    assert answer.status_code == 200
    left = ids(answer)
    assert 0 < len(left) < len(whole) - 1
    assert left == whole[-len(left) :]


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_clock_that_is_off(service: Service, api: httpx.Client, seconds: int) -> None:
    service.faults.add(Fault("clock-skew", seconds=seconds))
    answer = api.get("/v3.1/terms")
    off = parsedate_to_datetime(answer.headers["date"]) - datetime.now(UTC)
    assert abs(off.total_seconds() - seconds) < 5
    assert abs(int(answer.headers["x-ratelimit-reset"]) - time.time() - seconds) < 61


def test_faults_work_together(service: Service, api: httpx.Client) -> None:
    service.faults.add(Fault("server-errors", times=1))
    service.faults.add(Fault("clock-skew"))
    answer = api.get("/v3.1/terms")
    assert answer.status_code == 500
    assert parsedate_to_datetime(answer.headers["date"]) - datetime.now(UTC) > timedelta(minutes=59)


def test_every_fault_still_carries_a_request_id(service: Service, api: httpx.Client) -> None:
    for kind in KINDS:
        service.faults.clear()
        service.faults.add(Fault(kind, after=0, times=1, seconds=0))
        if kind != "cut-body":
            answer = api.get(STUDENTS, headers={"Authorization": f"Bearer {service.districts[0].token}"})
            assert answer.headers["x-request-id"], kind


def test_a_fault_is_written_in_a_line() -> None:
    assert parse("slow") == Fault("slow")
    assert parse("slow:after=4,times=2,seconds=0.5") == Fault("slow", after=4, times=2, seconds=0.5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wizard", "there is no fault wizard; there are rate-limit-storm"),
        ("", "there is no fault"),
        ("slow:after", "after"),
        ("slow:after=-1", "after"),
        ("slow:every=2", "every"),
        ("slow:kind=wizard,times=x", "times"),
        ("slow:seconds=nan", "seconds"),
    ],
)
def test_a_line_that_makes_no_sense_says_why(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(text)
