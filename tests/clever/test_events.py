"""Events come in order, typed, with the old values of kept fields only; the newest is found on any server."""

import re
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.clever import EVENTS, School, Section, User
from roster_tui.clever.records import RECORD_OF_EVENT
from roster_tui.clever.wire import kept
from tests.clever.conftest import Script, an_id, client_for, reply
from tests.conftest import serving


def event(number: int, kind: str, record: Any, previous: Any = None, **more: Any) -> dict[str, Any]:
    data = {"object": record, **({} if previous is None else {"previous_attributes": previous})}
    body = {"id": an_id(number), "type": kind, "created": "2023-03-26T16:09:41.000Z", "data": data, **more}
    return {"data": body, "uri": f"/v3.1/events/{an_id(number)}"}


async def read(*events: Any) -> Any:
    with serving(Script([reply({"data": events, "links": []})])) as url:
        async with client_for(url) as client:
            (only,) = [each async for each in client.events()]
    return only


async def test_the_record_has_the_type_of_its_resource() -> None:
    known = await read(
        *(event(n, f"{name}.created", {"id": an_id(90 + n)}) for n, name in enumerate(RECORD_OF_EVENT, 1))
    )
    assert [type(each.record) for each in known.records] == list(RECORD_OF_EVENT.values())
    assert all(each.created is not None and each.created.year == 2023 for each in known.records)


async def test_a_type_that_is_not_kept_is_told_without_its_record() -> None:
    page = await read(event(1, "resources.created", {"id": an_id(5)}), event(2, "wizards.flown", {}, {"name": "x"}))
    assert [(each.record, each.previous_attributes) for each in page.records] == [(None, {}), (None, {})]


async def test_old_values_are_sparse_nested_and_of_kept_fields_only() -> None:
    previous = {
        "email": "",
        "roles": {"student": {"gender": "X", "race": "Asian", "grade": "4", "schools": [an_id(3)], "ext": {"a": "b"}}},
        "credentials": {"district_username": "zoe"},
    }
    page = await read(event(1, "users.updated", {"id": an_id(9), "roles": {"student": {"grade": "5"}}}, previous))
    (only,) = page.records
    assert only.previous_attributes == {
        "email": None,
        "roles": {"student": {"grade": "4", "schools": [an_id(3)]}},
    }
    assert isinstance(only.record, User)
    assert only.record.roles.student is not None
    assert only.record.roles.student.grade == "5"


async def test_only_demographics_changed_leaves_nothing_to_tell() -> None:
    page = await read(event(1, "users.updated", {"id": an_id(9)}, {"roles": {"student": {"gender": "X"}}}))
    assert page.records[0].previous_attributes == {}


async def test_lists_are_given_whole_and_the_place_in_the_spec_is_read_too() -> None:
    record = {"id": an_id(9), "students": [an_id(1)]}
    page = await read(
        event(1, "sections.updated", record, {"students": [an_id(1), an_id(2)]}),
        event(2, "schools.updated", {"id": an_id(8)}, previous_attributes={"name": "Old High", "phone": "1"}),
    )
    assert page.records[0].previous_attributes == {"students": [an_id(1), an_id(2)]}
    assert isinstance(page.records[0].record, Section)
    assert page.records[1].previous_attributes == {"name": "Old High"}
    assert isinstance(page.records[1].record, School)


async def test_an_event_that_cannot_be_read_is_named_and_the_page_kept() -> None:
    page = await read(
        event(1, "users.created", {"id": an_id(9)}),
        event(2, "users.created", {"id": "no id", "email": "zoe@example.org"}),
        event(3, "users.created", "zoe"),
        {"data": {"id": an_id(4), "type": "users.created"}},
        event(5, "users.created", {"id": an_id(10)}),
    )
    assert [each.id for each in page.records] == [an_id(1), an_id(5)]
    assert [each.id for each in page.unreadable] == [an_id(2), an_id(3), an_id(4)]
    assert "zoe" not in str(page.unreadable)


async def test_a_moment_that_is_none_does_not_cost_the_event() -> None:
    body = event(1, "users.created", {"id": an_id(9)})
    body["data"]["created"] = "yesterday"
    assert (await read(body)).records[0].created is None


_LEAVES = st.none() | st.text(max_size=5) | st.lists(st.text(max_size=3), max_size=3) | st.integers() | st.booleans()
_FIELDS = st.sampled_from(
    "id name first last email roles student teacher grade dob gender race schools iep_status location zip ext".split()
)


@given(st.recursive(_LEAVES, lambda inner: st.dictionaries(_FIELDS, inner, max_size=4), max_leaves=20))
def test_nothing_that_is_not_kept_comes_through_at_any_depth(attributes: Any) -> None:
    if isinstance(attributes, dict):
        said = str(kept(attributes, User))
        assert not re.search("'(gender|race|iep_status|location|zip|ext)':", said)


class Feed:
    """A feed of events; some servers do not honour a question for what stands before an id."""

    def __init__(self, ids: list[str], honours: str) -> None:
        self.ids = ids
        self.honours = honours

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = dict(part.split("=") for part in scope["query_string"].decode().split("&"))
        if "ending_before" in query and self.honours == "refuses":
            return await reply({"message": "no"}, 400)(send, "")
        limit = int(query["limit"])
        if "ending_before" in query and self.honours == "yes":
            part, more = self.ids[-limit:], True
        else:
            rest = [each for each in self.ids if each > query.get("starting_after", "")]
            part, more = rest[:limit], len(rest) > limit
        data = [{"data": {"id": each, "type": "users.created", "data": {"object": {"id": each}}}} for each in part]
        uri = f"/v3.1/events?limit={limit}&starting_after={part[-1] if part else ''}"
        links = [{"rel": "next", "uri": uri}] if more and part else []
        return await reply(orjson.dumps({"data": data, "links": links}))(send, "")


async def test_the_newest_event_is_found_whether_or_not_the_short_way_is_honoured() -> None:
    ids = [an_id(number) for number in range(1, 12)]
    for honours in ("yes", "no", "refuses"):
        for feed in (ids, ids[:1], []):
            with serving(Feed(feed, honours)) as url:
                async with client_for(url, page_size=3) as client:
                    assert await client.latest_event_id() == (feed[-1] if feed else None)


async def test_one_event_by_its_id() -> None:
    with serving(Script([reply(event(3, "schools.deleted", {"id": an_id(4), "name": "Gone"}))])) as url:
        async with client_for(url) as client:
            found = await client.one(EVENTS, an_id(3))
    assert (found.type, found.record) == ("schools.deleted", School(id=an_id(4), name="Gone"))
