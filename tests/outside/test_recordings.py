"""Answers recorded from the live API, served verbatim, are read without losing what we keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from roster_tui.clever import (
    RESOURCES,
    SECTIONS,
    USERS,
    Application,
    Client,
    Credential,
    District,
    NotFound,
    School,
    User,
    district_tokens,
)
from tests.clever.conftest import Sleeps
from tests.conftest import serving
from tests.outside.conftest import SHARED

RECORDINGS = SHARED / "samples" / "clever-v3.0-recordings"

_NOT_SENT_AGAIN = {"date", "content-length", "transfer-encoding"}


class Recorded:
    """Serves the recorded answers of one file, status, headers and body, to the requests they were given to.

    Ours name a page size where the recorded ones did not: the path and where the page begins must match.
    """

    def __init__(self, name: str) -> None:
        self.answers: list[dict[str, Any]] = orjson.loads((RECORDINGS / name).read_bytes())
        self.unknown: list[str] = []

    @property
    def body(self) -> Any:
        """The first recorded body."""
        return self.answers[0]["response"]["body"]

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The records of all recorded pages."""
        return [item["data"] for each in self.answers for item in each["response"]["body"]["data"]]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        asked = scope["path"], _start(scope["query_string"].decode())
        for each in self.answers:
            uri = urlsplit(each["request"]["uri"])
            if (uri.path, _start(uri.query)) == asked:
                response = each["response"]
                break
        else:
            # The recording ends here: as if nothing came after it.
            self.unknown.append(scope["path"])
            response = {"status": 200, "headers": {}, "body": {"data": [], "links": []}}
        body = response["body"]
        content = body.encode() if isinstance(body, str) else orjson.dumps(body)
        headers = [(k.encode(), v.encode()) for k, v in response["headers"].items() if k not in _NOT_SENT_AGAIN]
        await send({"type": "http.response.start", "status": response["status"], "headers": headers})
        await send({"type": "http.response.body", "body": content})


def _start(query: str) -> str:
    return query.partition("starting_after=")[2].partition("&")[0]


@contextmanager
def recorded(name: str) -> Iterator[tuple[Recorded, Client, str]]:
    answers = Recorded(name)
    with serving(answers) as url:
        yield answers, Client("TEST_TOKEN", url, version="v3.0", page_size=100, sleep=Sleeps()), url


def assert_kept(record: Any, source: dict[str, Any]) -> None:
    """Every field that we keep is what was sent, at any depth; absent, empty and null are one."""
    for field in (each.name for each in fields(record)):
        value, sent = getattr(record, field), source.get(field)
        if is_dataclass(value):
            assert_kept(value, sent or {})
        elif hasattr(value, "isoformat"):
            assert value.isoformat(timespec="milliseconds").replace("+00:00", "Z") == sent
        else:
            assert (value or None) == (sent or None), field


async def test_users() -> None:
    with recorded("client__users_with_starting_after.json") as (answers, client, _):
        async with client:
            # The recording begins in the middle of the list.
            first = answers.answers[0]["request"]
            first["uri"] = first["uri"].partition("?")[0]
            pages = [each async for each in client.users()]
    (page, end) = pages
    assert (end.records, end.next_query) == ([], None)
    assert page.unreadable == []
    assert len(page.records) == len(answers.raw) == 100
    for record, source in zip(page.records, answers.raw, strict=True):
        assert_kept(record, source)
    student = page.records[0].roles.student
    assert student is not None
    assert (student.dob, student.grade) == ("12/20/2007", "Kindergarten")


async def test_sections() -> None:
    with recorded("client__sections_with_limit.json") as (answers, client, _):
        async with client:
            pages = [each async for each in client.sections()]
    records = [record for each in pages for record in each.records]
    assert [each.unreadable for each in pages] == [[], []]
    assert len(records) == len(answers.raw) == 25
    for record, source in zip(records, answers.raw, strict=True):
        assert_kept(record, source)
    assert all(each.students and each.teacher in each.teachers for each in records)


async def test_one_section() -> None:
    with recorded("client__section.json") as (answers, client, _):
        async with client:
            section = await client.one(SECTIONS, "58da8c6a894273be68000182")
    assert answers.unknown == []
    assert_kept(section, answers.body["data"])
    assert (section.name, section.section_number) == ("Sixth Grade Advisory - Madison - 4", None)


async def test_schools() -> None:
    with recorded("client__schools.json") as (answers, client, _):
        async with client:
            (page,) = [each async for each in client.schools()]
    assert [each.sis_id for each in page.records] == ["13K123", "27Q321", "2ZR351", "2ZT381"]
    for record, source in zip(page.records, answers.raw, strict=True):
        assert_kept(record, source)
    assert page.records[0].low_grade == "TransitionalKindergarten"


async def test_the_district() -> None:
    with recorded("client__districts.json") as (answers, client, _):
        async with client:
            district = await client.district()
    assert_kept(district, answers.raw[0])
    assert (district.name, district.error) == ("#DEMO Certification ISD - Events", None)


async def test_terms_over_two_recorded_pages() -> None:
    with recorded("client__terms_next.json") as (answers, client, _):
        async with client:
            pages = [each async for each in client.terms()]
    assert answers.unknown == []
    assert [len(each.records) for each in pages] == [3, 2]
    for record, source in zip([record for each in pages for record in each.records], answers.raw, strict=True):
        assert_kept(record, source)
    assert [each.name for each in pages[0].records] == ["S1", "S2", "Y1"]


async def test_events() -> None:
    with recorded("client__events_with_limit.json") as (answers, client, _):
        async with client:
            pages = [each async for each in client.events()]
    events = [event for each in pages for event in each.records]
    assert [unreadable for each in pages for unreadable in each.unreadable] == []
    assert len(events) == len(answers.raw) > 0
    for event, source in zip(events, answers.raw, strict=True):
        assert (event.id, event.type) == (source["id"], source["type"])
        assert event.created is not None
        assert event.record is not None
        assert_kept(event.record, source["data"]["object"])
        sent = source["data"].get("previous_attributes", {})
        assert set(event.previous_attributes) <= set(sent)
        student = event.previous_attributes.get("roles", {}).get("student", {})
        assert not set(student) & {"gender", "race", "ext", "location", "iep_status", "hispanic_ethnicity"}
    district = events[0]
    assert isinstance(district.record, District)
    assert district.previous_attributes == {"last_sync": "2023-03-23T16:08:33.459Z"}
    assert {type(each.record) for each in events} >= {District, School, User}


async def test_learning_resources_in_their_odd_envelope() -> None:
    with recorded("client__user_resources.json") as (answers, client, _):
        async with client:
            (page,) = [each async for each in client.within(USERS, "58da8c63d7dc0ca068000478", RESOURCES)]
    assert answers.unknown == []
    assert (page.records, page.unreadable, page.next_query) == ([], [], None)


async def test_the_html_of_a_route_that_is_not_there() -> None:
    with recorded("client__resources_student.json") as (_, client, _):
        async with client:
            with pytest.raises(NotFound) as raised:
                async for _ in client.records(RESOURCES):
                    pass
    assert raised.value.status == 404
    assert raised.value.request_ids == ("4fda6665-e29d-98bb-ad7d-30b54214194a",)


async def test_district_tokens() -> None:
    with recorded("authentication__tokens.json") as (answers, _, url):
        granted = await district_tokens(Application("id", "secret", url, sleep=Sleeps()))
    assert [each.district for each in granted] == [each["owner"]["id"] for each in answers.body["data"]]
    assert len(granted) == 3
    assert granted[0].token == Credential.bearer("REDACTED")
    assert "read:students_basic" in granted[0].scopes


def test_every_recording_is_read_here() -> None:
    import inspect
    import sys

    source = inspect.getsource(sys.modules[__name__])
    assert all(f'recorded("{file.name}")' in source for file in RECORDINGS.glob("*.json"))
