"""Lists come page by page, typed, each record once; what is not as documented is reported, not fatal."""

import asyncio
import traceback
from dataclasses import asdict
from typing import Any

import pytest

from roster_tui.clever import (
    BadResponse,
    Client,
    ForeignLink,
    InsecureAddress,
    NotFound,
    PageLoop,
    RateLimited,
    ServerError,
    TimedOut,
    Unauthorized,
    Unreachable,
)
from roster_tui.clever.errors import CleverError, Refused
from tests.clever.conftest import Script, Sleeps, an_id, client_for, page, reply
from tests.conftest import serving


async def schools(client: Client) -> list[str]:
    return [record.id async for each in client.schools() for record in each.records]


async def test_pages_are_followed_to_the_end() -> None:
    script = Script([reply(page(an_id(1), an_id(2), after=an_id(2))), reply(page(an_id(3)))])
    with serving(script) as url:
        async with client_for(url, page_size=2) as client:
            assert await schools(client) == [an_id(1), an_id(2), an_id(3)]
    assert [path for path, _ in script.asked] == [
        "/v3.1/schools?limit=2",
        f"/v3.1/schools?starting_after={an_id(2)}",
    ]


async def test_the_next_page_is_fetched_while_one_is_used() -> None:
    script = Script([reply(page(an_id(1), after=an_id(1))), reply(page(an_id(2)))])
    with serving(script) as url:
        async with client_for(url) as client:
            async for _ in client.schools():
                await asyncio.sleep(0.3)
                assert len(script.asked) == 2
                break


async def test_a_full_last_page_may_lead_to_an_empty_one() -> None:
    with serving(Script([reply(page(an_id(1), after=an_id(1))), reply(page())])) as url:
        async with client_for(url) as client:
            assert await schools(client) == [an_id(1)]


async def test_absent_empty_and_null_are_one_and_unknown_fields_are_welcome() -> None:
    users = [
        {"id": an_id(1), "name": {"first": "", "last": "Le"}, "email": None, "surprise": [1]},
        {"id": an_id(2), "email": "", "roles": {"teacher": {"title": "", "schools": None}, "wizard": {}}},
    ]
    body = {"data": [{"data": user} for user in users]}
    with serving(Script([reply(body)])) as url:
        async with client_for(url) as client:
            (only,) = [each async for each in client.users("teacher")]
    first, second = only.records
    assert (first.name.first, first.name.middle, first.email) == (None, None, None)
    assert second.roles.teacher is not None
    assert (second.roles.teacher.title, second.roles.teacher.schools) == (None, [])


async def test_student_demographics_are_dropped_while_parsing() -> None:
    role = {"sis_id": "9", "race": "Asian", "iep_status": "Y", "location": {"zip": "1"}, "gender": "F"}
    body = {"data": [{"data": {"id": an_id(1), "roles": {"student": role}}}]}
    with serving(Script([reply(body)])) as url:
        async with client_for(url) as client:
            (only,) = [each async for each in client.users("student")]
    assert set(asdict(only.records[0])["roles"]["student"]) == {
        "sis_id", "student_number", "state_id", "school", "schools", "grade", "dob",
    }  # fmt: skip


async def test_a_record_that_cannot_be_read_is_reported_and_the_page_kept() -> None:
    body = page(an_id(1), an_id(3))
    body["data"].insert(1, {"data": {"id": an_id(2), "name": ["not", "a", "name of Zoë"]}})
    body["data"].append({"data": {"id": "SHORT"}})
    body["data"].append({"data": "nonsense"})
    with serving(Script([reply(body)])) as url:
        async with client_for(url) as client:
            (only,) = [each async for each in client.schools()]
    assert [record.id for record in only.records] == [an_id(1), an_id(3)]
    assert [each.id for each in only.unreadable] == [an_id(2), "SHORT", "?"]
    assert "name" in only.unreadable[0].problem
    assert "Zoë" not in str(only.unreadable)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply({"message": "no"}, 401), Unauthorized),
        (reply({"error": "Resource not found", "code": 91}, 404), NotFound),
        (reply(b"<html>Cannot GET</html>", 404), NotFound),
        (reply({"message": "limit"}, 413), Refused),
        (reply(b"", 429), RateLimited),
        (reply(b"oops", 503), ServerError),
        (reply(b"", 302, {"location": "https://evil.example/"}), BadResponse),
        (reply(b"<html>login</html>"), BadResponse),
        (reply(b'{"data": [{"data": {"id"'), BadResponse),
        (reply([1, 2]), BadResponse),
        (reply({"data": [1]}), BadResponse),
        (reply({"data": {}}), BadResponse),
    ],
)
async def test_each_cause_has_its_error_with_the_request_id(answer: Any, expected: type[CleverError]) -> None:
    with serving(Script([answer])) as url:
        async with client_for(url) as client:
            with pytest.raises(expected) as raised:
                await schools(client)
    assert type(raised.value) is expected
    assert raised.value.request_ids == ("req-1",)
    assert "req-1" in str(raised.value)
    assert raised.value.fix


async def test_what_a_passing_fault_costs_is_a_retry() -> None:
    script = Script([reply(b"", 500), reply(b"x" * 10, cut=5), reply(page(an_id(1)))])
    sleeps = Sleeps()
    with serving(script) as url:
        async with client_for(url, sleeps) as client:
            assert await schools(client) == [an_id(1)]
            assert (client.traffic.requests, client.traffic.retries) == (3, 2)
    assert len(sleeps.seconds) == 2
    assert sleeps.seconds[0] <= 0.5
    assert sleeps.seconds[1] <= 1.0


async def test_a_refusal_is_not_tried_again() -> None:
    script = Script([reply({"message": "no"}, 401)])
    with serving(script) as url:
        async with client_for(url) as client:
            with pytest.raises(Unauthorized):
                await client.district()
    assert len(script.asked) == 1


async def test_after_a_429_the_servers_clock_says_when() -> None:
    import time

    reset = int(time.time()) + 30
    headers = {"x-ratelimit-limit": "1200", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
    sleeps = Sleeps()
    with serving(Script([reply(b"", 429, headers), reply(page(an_id(1)))])) as url:
        async with client_for(url, sleeps) as client:
            assert await schools(client) == [an_id(1)]
    assert 28 <= sleeps.seconds[0] <= 31


async def test_silence_ends_in_a_timeout() -> None:
    async def never(send: Any, path: str) -> None:
        await asyncio.sleep(30)

    with serving(Script([never])) as url:
        async with client_for(url, read_seconds=0.05) as client:
            with pytest.raises(TimedOut):
                await client.district()


async def test_nobody_there_is_unreachable() -> None:
    async with client_for("http://127.0.0.1:9") as client:
        with pytest.raises(Unreachable):
            await client.district()


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://evil.example/v3.1/schools?starting_after=x", ForeignLink),
        ("//evil.example/v3.1/schools", ForeignLink),
        ("/v3.1/users?starting_after=x", ForeignLink),
        ("/v3.1/schools/../users", ForeignLink),
        (f"/v3.1/schools?starting_after={an_id(1)}", PageLoop),
        ("/v3.1/schools", PageLoop),
    ],
)
async def test_a_next_link_leads_forward_on_the_same_list(uri: str, expected: type[CleverError]) -> None:
    body = page(an_id(1), an_id(2))
    body["links"].append({"rel": "next", "uri": uri})
    script = Script([reply(body)])
    with serving(script) as url:
        async with client_for(url) as client:
            with pytest.raises(expected):
                await schools(client)
    assert all(headers["host"] in url for _, headers in script.asked)


async def test_a_page_sent_again_is_noticed() -> None:
    again = page(an_id(1), after=an_id(1))
    with serving(Script([reply(again), reply(page(an_id(1)))])) as url:
        async with client_for(url) as client:
            with pytest.raises(PageLoop):
                await schools(client)


async def test_a_body_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster_tui.clever.transport.Transport.MAX_BODY", 1_000)
    with serving(Script([reply(b"x" * 5_000)])) as url:
        async with client_for(url) as client:
            with pytest.raises(BadResponse, match="longer than"):
                await client.district()


def test_the_token_goes_over_tls_or_loopback_only() -> None:
    with pytest.raises(InsecureAddress):
        Client("t", "http://clever.example")
    for address in ("https://clever.example", "http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"):
        assert Client("t", address)


async def test_the_token_is_in_no_error_repr_or_traceback(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    script = Script([reply({"message": "no"}, 401)])
    with serving(script) as url:
        async with client_for(url) as client:
            with pytest.raises(Unauthorized) as raised:
                await client.district()
            shown = repr(vars(client)) + repr(vars(client._transport))
    assert script.asked[0][1]["authorization"] == "Bearer s3cret-t0ken"
    shown += "".join(traceback.format_exception(raised.value)) + caplog.text
    assert "s3cret" not in shown
