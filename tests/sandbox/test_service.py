"""The simulated Clever answers as Clever does: envelopes, paging, limits, errors."""

import httpx
import pytest

from roster_tui.sandbox.districts import REQUESTS_A_MINUTE, TOKEN
from roster_tui.sandbox.service import CLIENT_ID, CLIENT_SECRET, Service
from roster_tui.sandbox.store import Store
from tests.conftest import serving


def ids(answer: httpx.Response) -> list[str]:
    return [item["data"]["id"] for item in answer.json()["data"]]


def link(answer: httpx.Response, rel: str) -> str | None:
    return next((each["uri"] for each in answer.json()["links"] if each["rel"] == rel), None)


@pytest.mark.parametrize("version", ["v3.0", "v3.1"])
def test_lists_are_wrapped_records_in_order_of_id(api: httpx.Client, version: str) -> None:
    answer = api.get(f"/{version}/sections", params={"limit": 1000})
    found = ids(answer)
    assert len(found) == 30
    assert found == sorted(found)
    item = answer.json()["data"][0]
    assert item["uri"] == f"/{version}/sections/{found[0]}"
    assert item["data"]["created"] == "2026-11-23T07:00:00.000Z"


def test_pages_follow_their_links_to_the_end_and_back(api: httpx.Client) -> None:
    everything = ids(api.get("/v3.1/users", params={"limit": 1000, "role": "student"}))
    uri: str | None = "/v3.1/users?limit=40&role=student"
    walked: list[str] = []
    pages = []
    while uri:
        page = api.get(uri)
        pages.append(ids(page))
        walked += pages[-1]
        uri = link(page, "next")
    assert walked == everything
    back = link(page, "prev")
    assert back is not None
    assert ids(api.get(back)) == pages[-2]
    assert link(api.get("/v3.1/users?limit=40&role=student"), "prev") is None


def test_a_person_with_two_roles_is_in_both_lists(api: httpx.Client) -> None:
    teachers, staff = (set(ids(api.get(f"/v3.1/users?limit=100&role={role}"))) for role in ("teacher", "staff"))
    assert len(teachers) == 11
    assert len(staff) == 2
    assert len(teachers & staff) == 1


def test_the_default_page_is_a_hundred(api: httpx.Client) -> None:
    assert len(ids(api.get("/v3.1/users"))) == 100
    assert link(api.get("/v3.1/users"), "next") is not None


def test_details_carry_their_links(api: httpx.Client) -> None:
    section = ids(api.get("/v3.1/sections"))[0]
    answer = api.get(f"/v3.1/sections/{section}").json()
    assert answer["data"]["id"] == section
    assert {"rel": "term", "uri": f"/v3.1/sections/{section}/term"} in answer["links"]


def test_a_count_is_told_beside_the_list(api: httpx.Client) -> None:
    assert api.get("/v3.1/users?role=student&limit=1&count=true").json()["count"] == 90


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/v3.1/users?limit=10001", 413, "json"),
        ("/v3.1/users?limit=none", 400, "json"),
        ("/v3.1/users?role=wizard", 400, "json"),
        ("/v3.1/users/000000000000000000000000", 404, "json"),
        ("/v3.1/wizards/1", 404, "json"),
        ("/v3.1/a/b/c/d", 404, "html"),
        ("/v9/users", 404, "html"),
        ("/", 404, "html"),
    ],
)
def test_errors_have_clevers_shapes(api: httpx.Client, path: str, status: int, kind: str) -> None:
    answer = api.get(path)
    assert answer.status_code == status
    assert kind in answer.headers["content-type"]
    if kind == "json":
        assert answer.json()["message"]
    else:
        assert "Cannot GET" in answer.text


def test_a_path_in_an_error_page_is_not_markup(api: httpx.Client) -> None:
    assert "<script>" not in api.get("/x/<script>alert(1)</script>").text


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}"])
def test_another_token_is_refused(api: httpx.Client, token: str) -> None:
    answer = api.get("/v3.1/schools", headers={"Authorization": token})
    assert answer.status_code == 401
    assert answer.headers["x-request-id"]


def test_the_token_host_lists_the_district_token(api: httpx.Client) -> None:
    answer = api.get("/oauth/tokens?owner_type=district", auth=(CLIENT_ID, CLIENT_SECRET)).json()
    assert answer["data"][0]["access_token"] == TOKEN
    assert answer["data"][0]["owner"]["type"] == "district"
    assert api.get("/oauth/tokens", auth=(CLIENT_ID, "wrong")).status_code == 401
    assert api.get("/oauth/tokens?district=none", auth=(CLIENT_ID, CLIENT_SECRET)).json()["data"] == []
    assert api.get("/oauth/tokeninfo").json()["client_id"] == CLIENT_ID


def test_resources_are_empty_in_their_own_envelope(api: httpx.Client) -> None:
    assert api.get("/v3.1/resources").json() == {"resources": []}


def test_the_rate_limit_is_counted_down_and_kept(store: Store) -> None:
    at = 1_000_000_020.0
    service = Service(store, clock=lambda: at)
    with serving(service.app()) as url, httpx.Client(base_url=url, trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        first = client.get("/v3.1/schools")
        assert first.headers["x-ratelimit-remaining"] == str(REQUESTS_A_MINUTE - 1)
        assert first.headers["x-ratelimit-reset"] == "1000000080"
        service.districts[0].window.used = REQUESTS_A_MINUTE
        refused = client.get("/v3.1/schools")
        assert (refused.status_code, refused.content) == (429, b"")
        at = 1_000_000_080.0
        assert client.get("/v3.1/schools").status_code == 200
