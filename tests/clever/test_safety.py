"""Whatever a server answers, it costs bounded time and memory, and ends in an error that says which."""

import asyncio
import gzip
import json
import time
import tracemalloc
import zlib
from typing import Any

import pytest

from roster_tui.clever import BadResponse, Client, InsecureAddress, PageLoop, Refused, TimedOut
from roster_tui.http.connections import Patience
from tests.clever.conftest import Script, Sleeps, an_id, client_for, page, reply
from tests.conftest import serving

PACKED = {"content-encoding": "gzip"}


async def schools(client: Client) -> list[str]:
    return [record.id async for each in client.schools() for record in each.records]


async def test_a_packed_body_is_read() -> None:
    body = gzip.compress(json.dumps(page(an_id(1), an_id(2))).encode())
    with serving(script := Script([reply(body, headers=PACKED)])) as url:
        async with client_for(url) as client:
            assert await schools(client) == [an_id(1), an_id(2)]
    assert script.asked[0][1]["accept-encoding"] == "gzip"


async def test_a_bomb_is_unpacked_no_further_than_a_body_may_be_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster_tui.clever.transport.Transport.MAX_BODY", 1_000_000)
    squeezed = zlib.compressobj(wbits=31)
    bomb = b"".join(squeezed.compress(b" " * 1_000_000) for _ in range(40)) + squeezed.flush()
    with serving(Script([reply(bomb, headers=PACKED)])) as url:
        async with client_for(url) as client:
            tracemalloc.start()
            try:
                with pytest.raises(BadResponse, match="longer than 1,000,000 bytes"):
                    await schools(client)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(b"{}"), "gzip, gzip"),
        (gzip.compress(b"{}"), "br"),
        (zlib.compress(b"{}"), "deflate"),
        (b"{}", "gzip"),
        (gzip.compress(b'{"data": []}')[:-9], "gzip"),
    ],
    ids=["twice", "another way", "deflate", "not at all", "cut"],
)
async def test_what_cannot_be_unpacked_is_a_bad_response(body: bytes, coding: str) -> None:
    with serving(Script([reply(body, headers={"content-encoding": coding})])) as url:
        async with client_for(url) as client:
            with pytest.raises(BadResponse, match=r"packed|unpacked"):
                await schools(client)


async def test_a_body_that_drips_in_for_ever_ends_in_time() -> None:
    async def drip(send: Any, path: str) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})
        while True:
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(0.02)

    patience = Patience(read_seconds=5.0, total_seconds=0.3, attempts=5)
    with serving(Script([drip])) as url:
        async with Client("t", url, patience=patience, sleep=Sleeps()) as client:
            began = time.monotonic()
            with pytest.raises(TimedOut):
                await schools(client)
    assert time.monotonic() - began < 3


async def test_the_body_of_an_error_is_read_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster_tui.clever.transport.Transport.MAX_ERROR_BODY", 1_000)
    with serving(Script([reply(b"x" * 1_000_000, 400)])) as url:
        async with client_for(url) as client:
            with pytest.raises(Refused):
                await schools(client)
            assert client.traffic.received_bytes <= 1_000


async def test_what_a_server_says_cannot_steer_a_terminal() -> None:
    answer = reply({"message": "no\x1b]0;title\x07\u202e" + "x" * 900}, 400, {"x-request-id": "a\x9bb" + "y" * 900})
    with serving(Script([answer])) as url:
        async with client_for(url) as client:
            with pytest.raises(Refused) as raised:
                await schools(client)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-limit": "9" * 4_000, "x-ratelimit-remaining": "-1", "x-ratelimit-reset": "nan"},
        {"x-ratelimit-limit": "1200", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" * 15},
        {"date": "Mon, 99 Foo 99999 99:99:99 GMT", "x-request-id": "\xff\xfe"},
        {"content-type": "x" * 10_000, "set-cookie": "a=b; domain=evil.example"},
    ],
)
async def test_hostile_headers_do_not_cost_the_answer(headers: dict[str, str]) -> None:
    sleeps = Sleeps()
    with serving(Script([reply(page(an_id(1)), headers=headers)])) as url:
        async with client_for(url, sleeps) as client:
            assert await schools(client) == [an_id(1)]
            assert (await client.district()).id == an_id(1)
    assert all(seconds < 61 for seconds in sleeps.seconds)


@pytest.mark.parametrize("depth", [1_000, 200_000])
async def test_nesting_without_a_bottom_is_a_bad_response(depth: int) -> None:
    body = b'{"data": ' + b"[" * depth + b"]" * depth + b"}"
    with serving(Script([reply(body)])) as url:
        async with client_for(url) as client:
            with pytest.raises(BadResponse):
                await schools(client)


async def test_half_a_character_costs_its_record_and_not_the_page() -> None:
    body = b'{"data": [{"data": {"id": "%s", "name": "\\ud800"}}, {"data": {"id": "%s"}}]}'
    with serving(Script([reply(body % (an_id(1).encode(), an_id(2).encode()))])) as url:
        async with client_for(url) as client:
            (only,) = [each async for each in client.schools()]
    assert [each.id for each in only.records] == [an_id(2)]
    assert [each.id for each in only.unreadable] == [an_id(1)]


async def test_empty_pages_that_lead_on_for_ever_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster_tui.clever.paging._MOST_EMPTY_PAGES", 5)
    asked = 0

    async def on_and_on(send: Any, path: str) -> None:
        nonlocal asked
        asked += 1
        await reply(page(after=an_id(asked)))(send, path)

    with serving(Script([on_and_on])) as url:
        async with client_for(url) as client:
            with pytest.raises(PageLoop, match="empty pages"):
                await schools(client)
    assert asked < 10


async def test_unreadable_pages_that_repeat_end_as_well() -> None:
    body = page("not an id", after=an_id(5))
    with serving(Script([reply(body)])) as url:
        async with client_for(url) as client:
            with pytest.raises(PageLoop):
                await schools(client)


async def test_a_429_that_does_not_say_for_how_long_outlasts_a_window() -> None:
    sleeps = Sleeps()
    with serving(Script([*[reply(b"", 429)] * 3, reply(page(an_id(1)))])) as url:
        async with client_for(url, sleeps) as client:
            assert await schools(client) == [an_id(1)]
    assert sum(sleeps.seconds) >= 60


@pytest.mark.parametrize(
    "address",
    [
        "http://clever.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "https://user:word@clever.example",
        "https://clever.example?token=1",
        "https://",
        "clever.example",
        "",
    ],
)
def test_a_token_is_given_to_no_such_address(address: str) -> None:
    with pytest.raises(InsecureAddress) as raised:
        Client("t", address)
    assert "word" not in str(raised.value)


async def test_leaving_early_leaves_nothing_behind() -> None:
    with serving(Script([reply(page(an_id(1), after=an_id(1))), reply(b"<html>")])) as url:
        async with client_for(url) as client:
            pages = client.schools()
            async for _ in pages:
                await asyncio.sleep(0.2)  # The next page has failed meanwhile; nobody asks for it.
                break
            await pages.aclose()  # type: ignore[attr-defined]
            assert len(asyncio.all_tasks()) == 1
