"""A list read from both ends at once: every record once, whatever the server makes of the way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest

from roster_tui.clever import SCHOOLS, BadResponse, PageLoop, ServerError
from tests.clever.conftest import an_id, client_for
from tests.conftest import serving

PAGE_SIZE = 10
PATH = "/v3.1/schools"

Backward = Callable[[Sequence[str], str, int], Sequence[str]]
"""What a server lists for ``ending_before``, given all ids, that id and the limit."""


def just_before(ids: Sequence[str], before: str, limit: int) -> Sequence[str]:
    """As Clever documents it (reference 2.2)."""
    return [each for each in ids if each < before][-limit:]


class Listed:
    """A server of one list."""

    def __init__(self, number: int, backward: Backward | None = just_before) -> None:
        self.ids = [an_id(3 * each) for each in range(1, number + 1)]
        self.backward = backward
        self.spoiled: set[str] = set()
        """Ids of records that cannot be read."""
        self.asked: list[dict[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a page."""
        query = dict(parse_qsl(scope["query_string"].decode()))
        self.asked.append(query)
        limit = int(query["limit"])
        if "ending_before" not in query:
            ids: Sequence[str] = [each for each in self.ids if each > query.get("starting_after", "")][:limit]
        elif self.backward:
            ids = self.backward(self.ids, query["ending_before"], limit)
        else:
            await _send(send, 400, {"message": "unknown parameter"})
            return
        links = []
        if ids and ids[-1] != self.ids[-1]:
            links = [{"rel": "next", "uri": f"{PATH}?limit={limit}&starting_after={ids[-1]}"}]
        data = [{"data": {"id": each, "name": 7 if each in self.spoiled else "x"}} for each in ids]
        await _send(send, 200, {"data": data, "links": links})

    @property
    def backward_pages(self) -> int:
        """How often it was asked for a page before an id."""
        return sum("ending_before" in query for query in self.asked)


async def _send(send: Any, status: int, document: Any) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": orjson.dumps(document)})


async def read(server: Listed, page_size: int = PAGE_SIZE) -> tuple[Counter[str], list[str]]:
    """Return the ids that came, with how often, and those that could not be read."""
    with serving(server) as url:
        async with client_for(url, page_size=page_size) as client:
            pages = [page async for page in client.from_both_ends(SCHOOLS)]
    came = Counter(record.id for page in pages for record in page.records)
    return came, [each.id for page in pages for each in page.unreadable]


@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 20, 21, 29, 30, 31, 57, 200])
async def test_every_record_comes_once(number: int) -> None:
    server = Listed(number)
    came, _ = await read(server)
    assert came == Counter(server.ids)


@pytest.mark.parametrize("page_size", [1, 2, 3])
async def test_pages_may_be_small(page_size: int) -> None:
    server = Listed(20)
    came, _ = await read(server, page_size)
    assert came == Counter(server.ids)


async def test_a_list_of_one_page_is_asked_for_once() -> None:
    server = Listed(PAGE_SIZE)
    await read(server)
    assert len(server.asked) == 1


async def test_a_long_list_is_read_from_both_ends() -> None:
    """About half of its pages come from the end, and hardly any comes twice."""
    server = Listed(60 * PAGE_SIZE)
    await read(server)
    assert 20 <= server.backward_pages <= 40
    assert len(server.asked) <= 75


@pytest.mark.parametrize(
    "backward",
    [
        None,
        lambda ids, before, limit: ids[:limit],
        lambda ids, before, limit: [each for each in ids if each < before][:limit],
        lambda ids, before, limit: [],
        lambda ids, before, limit: just_before(ids, before, limit)[::-1],
        lambda ids, before, limit: just_before(ids[: len(ids) // 2], before, limit),
    ],
    ids=["refused", "ignored", "from the start", "nothing", "in descending order", "not the end"],
)
async def test_a_server_that_knows_no_way_back_is_read_forward(backward: Backward | None) -> None:
    server = Listed(73, backward)
    came, _ = await read(server)
    assert came == Counter(server.ids)


async def test_a_page_that_does_not_join_the_one_before_is_not_believed() -> None:
    """The second page from the end leaves some out; forward brings them."""

    def with_a_gap(ids: Sequence[str], before: str, limit: int) -> Sequence[str]:
        found = just_before(ids, before, limit)
        return found if found[-1] == ids[-1] else just_before(ids, found[-4], limit)

    server = Listed(200, with_a_gap)
    came, _ = await read(server)
    assert came == Counter(server.ids)
    assert server.backward_pages == 2


@pytest.mark.parametrize("place", [0, 4, 50, 100, 150, 196, 199])
async def test_a_record_that_cannot_be_read_is_told_once(place: int) -> None:
    server = Listed(200)
    server.spoiled = {server.ids[place]}
    came, unreadable = await read(server)
    assert unreadable == [server.ids[place]]
    assert came == Counter(set(server.ids) - server.spoiled)


@pytest.mark.parametrize(("status", "error"), [(500, ServerError), (200, BadResponse)])
async def test_an_error_on_the_way_back_ends_the_reading(status: int, error: type[Exception]) -> None:
    class Broken(Listed):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if b"ending_before" in scope["query_string"]:
                await _send(send, status, {"message": "broken"})
            else:
                await super().__call__(scope, receive, send)

    with pytest.raises(error):
        await read(Broken(200))


async def test_pages_that_lead_in_circles_end_the_reading() -> None:
    class Circling(Listed):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            plain = dict(scope)
            if b"ending_before" not in scope["query_string"]:
                plain["query_string"] = b"limit=10"
            await super().__call__(plain, receive, send)

    with pytest.raises(PageLoop):
        await read(Circling(200))


async def test_whoever_stops_reading_leaves_no_question_behind() -> None:
    server = Listed(200)
    with serving(server) as url:
        async with client_for(url, page_size=PAGE_SIZE) as client:
            pages = client.from_both_ends(SCHOOLS)
            async for _ in pages:
                break
            await pages.aclose()  # type: ignore[attr-defined]
    assert len(server.asked) <= 6
