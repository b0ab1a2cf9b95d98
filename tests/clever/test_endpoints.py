"""What is asked of Clever is sent as it is meant, and nothing else is sent."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from roster_tui.clever import (
    COURSES,
    DISTRICTS,
    EVENTS,
    MY_CONTACTS,
    MY_STUDENTS,
    RESOURCES,
    SCHOOL,
    SCHOOLS,
    SECTIONS,
    TERM,
    TERMS,
    USERS,
    BadResponse,
    Collection,
    Course,
    Page,
    Single,
    User,
    endpoints,
)
from tests.clever.conftest import Script, an_id, client_for, page, reply
from tests.conftest import serving

ID = an_id(7)
COLLECTIONS = {each.word: each for each in vars(endpoints).values() if isinstance(each, Collection)}
SINGLES = {each.word: each for each in vars(endpoints).values() if isinstance(each, Single)}


async def drained(pages: AsyncIterator[Page[Any]]) -> None:
    async for _ in pages:
        pass


async def test_filters_are_sent_as_they_are_meant() -> None:
    script = Script([reply(page())])
    with serving(script) as url:
        async with client_for(url, page_size=5) as client:
            await drained(client.within(SCHOOLS, ID, USERS, role="teacher", primary=True))
            await drained(client.users(role="staff"))
            await drained(client.events(an_id(1), ["users", "sections"]))
    assert [asked for asked, _ in script.asked] == [
        f"/v3.1/schools/{ID}/users?role=teacher&primary=true&limit=5",
        "/v3.1/users?role=staff&limit=5",
        f"/v3.1/events?record_type=users&record_type=sections&limit=5&starting_after={an_id(1)}",
    ]


async def test_a_filter_holds_on_every_page_whatever_the_next_link_says() -> None:
    first = page(an_id(1))
    first["links"].append({"rel": "next", "uri": f"/v3.1/users?starting_after={an_id(1)}&role=student&where=1"})
    script = Script([reply(first), reply(page(an_id(2)))])
    with serving(script) as url:
        async with client_for(url) as client:
            await drained(client.users(role="teacher"))
    assert script.asked[1][0] == f"/v3.1/users?role=teacher&starting_after={an_id(1)}"


async def test_records_have_the_type_of_what_was_asked() -> None:
    script = Script([reply({"data": {"id": ID, "name": "Algebra"}}), reply({"data": [{"data": {"id": ID}}]})])
    with serving(script) as url:
        async with client_for(url) as client:
            course = await client.one(COURSES, ID)
            assert course == Course(id=ID, name="Algebra")
            async for each in client.within(USERS, ID, MY_STUDENTS):
                assert each.records == [User(id=ID)]


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.within(TERMS, ID, USERS),
        lambda client: client.within(SCHOOLS, ID, USERS, role="contact"),
        lambda client: client.within(SECTIONS, ID, USERS, primary=True),
        lambda client: client.within(SCHOOLS, "../users", SECTIONS),
        lambda client: client.records(MY_CONTACTS),
        lambda client: client.users("wizard"),
        lambda client: client.events(school="x&role=student"),
    ],
)
def test_what_clever_does_not_have_is_never_asked(ask: Any) -> None:
    with pytest.raises(ValueError, match=r"Clever|narrowed"):
        ask(client_for("http://127.0.0.1:9"))


async def test_single_records_that_clever_does_not_have_are_never_asked() -> None:
    async with client_for("http://127.0.0.1:9") as client:
        for asked in (client.one(MY_CONTACTS, ID), client.related(TERMS, ID, TERM), client.one(SCHOOLS, "?")):
            with pytest.raises(ValueError, match="Clever"):
                await asked
        for resource in ("events", "nonsense"):
            with pytest.raises(ValueError, match="does not count"):
                await client.count(resource)


@pytest.mark.parametrize("body", [{"data": None}, {"data": {"id": "short"}}, {"message": "hm"}, [], b"<html>"])
async def test_a_detail_that_is_none_is_a_bad_response(body: Any) -> None:
    with serving(Script([reply(body)])) as url:
        async with client_for(url) as client:
            with pytest.raises(BadResponse, match="not a record"):
                await client.related(SECTIONS, ID, SCHOOL)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"count": 1004, "links": []}, 1004),
        ({"data": [], "links": [], "count": 3}, 3),
        (page(an_id(1)), None),
        ({"count": "many"}, None),
        ({"count": True}, None),
        ({"count": -1}, None),
    ],
)
async def test_a_count_is_told_or_not(body: Any, told: int | None) -> None:
    script = Script([reply(body)])
    with serving(script) as url:
        async with client_for(url) as client:
            assert await client.count("users", "teacher") == told
    assert script.asked[0][0] == "/v3.1/users?role=teacher&count=true&limit=1"


async def test_resources_come_in_an_envelope_of_their_own() -> None:
    item = {"id": ID, "title": "Fractions", "roles": ["student"]}
    for body in ({"resources": [item]}, {"resources": [{"data": item}]}, {"data": [{"data": item}], "links": []}):
        with serving(Script([reply(body)])) as url:
            async with client_for(url) as client:
                (only,) = [each async for each in client.records(RESOURCES)]
        assert [(each.id, each.title, each.roles) for each in only.records] == [(ID, "Fractions", ["student"])]


async def test_an_answer_without_data_is_never_an_empty_list() -> None:
    for body in ({}, {"message": "soon"}, {"data": None}, {"links": []}):
        with serving(Script([reply(body)])) as url:
            async with client_for(url) as client:
                with pytest.raises(BadResponse):
                    await drained(client.records(USERS))


def test_every_collection_and_single_stands_in_the_table() -> None:
    used = {word for path in endpoints.LISTS for word in path.split("/")}
    assert set(COLLECTIONS) == used
    assert set(SINGLES) == {path.partition("/")[2] for path in endpoints.SINGLES}
    assert {DISTRICTS.word, EVENTS.word} <= endpoints.DETAILS
