"""One application, several districts: a token, a roster and a rate limit each."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from roster_tui.sandbox.districts import REQUESTS_A_MINUTE, TOKEN
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import CLIENT_ID, CLIENT_SECRET, Service
from roster_tui.sandbox.store import Store
from roster_tui.sis import Row, SisFile
from tests.conftest import serving
from tests.sandbox.conftest import NIGHT


class OneSchool:
    """A district of a single school that bears its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def rows(self, file: SisFile) -> Iterator[Row]:
        if file is SisFile.SCHOOLS:
            yield {"school_id": self.name, "school_name": f"School {self.name}"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    stores = []
    for name in ("North", "South"):
        store = Store(tmp_path / f"{name}.sqlite")
        load_night(store, OneSchool(name), NIGHT)
        stores.append(store)
    yield Service(*stores)
    for store in stores:
        store.close()


@pytest.fixture
def api(service: Service) -> Iterator[httpx.Client]:
    with serving(service.app()) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def tokens(api: httpx.Client, query: str = "owner_type=district") -> dict[str, str]:
    listed = api.get(f"/oauth/tokens?{query}", auth=(CLIENT_ID, CLIENT_SECRET)).json()["data"]
    return {each["owner"]["id"]: each["access_token"] for each in listed}


def get(api: httpx.Client, token: str, path: str = "/v3.1/schools") -> httpx.Response:
    return api.get(path, headers={"Authorization": f"Bearer {token}"})


def test_each_token_reads_its_own_district(api: httpx.Client) -> None:
    listed = tokens(api)
    assert len(listed) == 2
    for district, token in listed.items():
        (found,) = get(api, token, "/v3.1/districts").json()["data"]
        assert found["data"]["id"] == district
        (only,) = get(api, token).json()["data"]
        assert only["data"]["name"] == f"School {found['data']['name']}"
    (first, second) = listed.values()
    theirs = get(api, second).json()["data"][0]["data"]["id"]
    assert get(api, first, f"/v3.1/schools/{theirs}").status_code == 404


def test_one_district_is_listed_by_id(api: httpx.Client) -> None:
    for district, token in tokens(api).items():
        assert tokens(api, f"owner_type=district&district={district}") == {district: token}
    assert tokens(api, "district=none") == {}


def test_each_token_has_its_own_rate_limit(api: httpx.Client, service: Service) -> None:
    first, second = (each.token for each in service.districts)
    assert first == TOKEN
    assert get(api, first).status_code == 200
    service.districts[0].window.used = REQUESTS_A_MINUTE
    assert get(api, first).status_code == 429
    assert get(api, second).headers["x-ratelimit-remaining"] == str(REQUESTS_A_MINUTE - 1)


def test_a_token_is_exchanged_for_one_district_only(api: httpx.Client, service: Service) -> None:
    before = tokens(api)
    service.districts[1].rotate_token()
    after = tokens(api)
    moved = [district for district in before if before[district] != after[district]]
    assert moved == [service.districts[1].id]
    assert get(api, before[moved[0]]).status_code == 401
    assert get(api, after[moved[0]]).status_code == 200
    assert get(api, TOKEN).status_code == 200
