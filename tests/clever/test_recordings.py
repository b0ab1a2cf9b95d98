"""Answers recorded from the live API, served verbatim, are read without loss."""

from typing import Any

import orjson
import pytest

from roster_tui.clever import Client
from tests.clever.conftest import Sleeps
from tests.conftest import SHARED, serving

RECORDINGS = SHARED / "samples" / "clever-v3.0-recordings"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recorded answers are not beside this checkout")


class Recorded:
    """Serves the recorded answers of one file by path; whatever was not recorded is an empty list."""

    def __init__(self, name: str) -> None:
        found = orjson.loads((RECORDINGS / name).read_bytes())
        self.bodies: dict[str, Any] = {
            each["request"]["uri"].partition(".com")[2].partition("?")[0]: each["response"] for each in found
        }
        self.pages = [each["response"] for each in found]
        self.asked = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        recorded = self.bodies.get(scope["path"])
        if recorded is not None and self.asked < len(self.pages):
            recorded = self.pages[self.asked]
            self.asked += 1
        body = orjson.dumps(recorded["body"] if recorded and self.asked <= len(self.pages) else {"data": []})
        if recorded is None:
            body = orjson.dumps({"data": [], "links": []})
        headers = [(b"content-type", b"application/json")]
        await send(
            {"type": "http.response.start", "status": recorded["status"] if recorded else 200, "headers": headers}
        )
        await send({"type": "http.response.body", "body": body})


def first_page(recorded: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the raw records of a recorded list, with its next link taken off: the recording ends there."""
    recorded["body"]["links"] = [each for each in recorded["body"]["links"] if each["rel"] != "next"]
    return [item["data"] for item in recorded["body"]["data"]]


def client(url: str) -> Client:
    return Client("TEST_TOKEN", url, version="v3.0", sleep=Sleeps())


async def test_users() -> None:
    recorded = Recorded("client__users_with_starting_after.json")
    raw = first_page(recorded.pages[0])
    with serving(recorded) as url:
        async with client(url) as api:
            (page,) = [each async for each in api.users("student")]
    assert page.unreadable == []
    assert len(page.records) == len(raw) == 100
    for record, source in zip(page.records, raw, strict=True):
        student, told = record.roles.student, source["roles"]["student"]
        assert student is not None
        assert record.id == source["id"]
        assert record.name.last == source["name"]["last"]
        assert (student.sis_id, student.dob, student.school) == (told["sis_id"], told["dob"], told["school"])


async def test_sections() -> None:
    recorded = Recorded("client__sections_with_limit.json")
    raw = first_page(recorded.pages[0])
    with serving(recorded) as url:
        async with client(url) as api:
            (page,) = [each async for each in api.sections()]
    assert page.unreadable == []
    assert [(each.id, each.students, each.teachers) for each in page.records] == [
        (each["id"], each["students"], each["teachers"]) for each in raw
    ]


async def test_schools_and_district() -> None:
    with serving(Recorded("client__schools.json")) as url:
        async with client(url) as api:
            (page,) = [each async for each in api.schools()]
    assert [each.sis_id for each in page.records] == ["13K123", "27Q321", "2ZR351", "2ZT381"]
    assert page.records[0].low_grade == "TransitionalKindergarten"
    with serving(Recorded("client__districts.json")) as url:
        async with client(url) as api:
            district = await api.district()
    assert district.name == "#DEMO Certification ISD - Events"
    assert district.error is None
    assert district.last_sync is not None
    assert district.last_sync.year == 2023


async def test_terms_over_two_recorded_pages() -> None:
    recorded = Recorded("client__terms_next.json")
    first_page(recorded.pages[-1])
    with serving(recorded) as url:
        async with client(url) as api:
            pages = [each async for each in api.terms()]
    assert len(pages) == len(recorded.pages)
    assert [each.name for each in pages[0].records] == ["S1", "S2", "Y1"]
