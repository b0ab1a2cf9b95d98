"""A platform's accounts over SCIM: all of them listed, and one acted on, with a note of ours beside each.

    python tests/benchmarks/scim_accounts.py [--users 75000]

The list is measured against three readers of the same pages in the same run: the bytes alone, JSON alone (the
floor), and scim2-models' own ``User`` with everything that it knows, as a client written with it would read them.
Ours also finds out who each user is and puts our note beside it; most of its time is scim2-models' too.

The service here answers with bodies made before the clock starts, in a process of its own, so that its work counts
for none. The real scim2-server is what the tests use; it sorts all its users anew for each page, a second each at
75,000, so that we would mostly wait. ``--page-of-scim2-server`` says how long one such page takes it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import re
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import orjson
import uvicorn
from figures import Figure, percentile, show

from roster_tui.accounts.changes import Change, SetPin, Suspend, Unsuspend
from roster_tui.accounts.model import Cause, CauseKind
from roster_tui.accounts.scim.directory import ScimDirectory
from roster_tui.accounts.scim.members import Members
from roster_tui.accounts.scim.notes import Notes
from roster_tui.accounts.scim.service import Service
from roster_tui.http.credentials import Credential, FixedToken
from roster_tui.ledger.head import Head
from roster_tui.roster.cache import Cache
from roster_tui.roster.kinds import TEACHER

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
CONFIG = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "patch": {"supported": True},
    "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
    "filter": {"supported": True, "maxResults": 500},
    "changePassword": {"supported": False},
    "sort": {"supported": False},
    "etag": {"supported": True},
    "authenticationSchemes": [],
}
PAGE = 500
NOW = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)


def clever_id(number: int) -> str:
    """Return somebody's Clever ID."""
    return f"{number:024x}"


def user(number: int, active: bool = True, version: int = 1) -> dict[str, Any]:
    """Return a user as platforms tell one."""
    at = NOW.isoformat()
    return {
        "schemas": [USER],
        "id": f"u{number}",
        "externalId": clever_id(number),
        "userName": f"user{number}@example.org",
        "name": {"familyName": f"Le{number}", "givenName": "Ann"},
        "active": active,
        "emails": [{"value": f"user{number}@example.org", "primary": True, "type": "work"}],
        "roles": [{"value": "Teacher", "primary": True}],
        "meta": {"resourceType": "User", "created": at, "lastModified": at, "version": f'W/"{version}"'},
    }


class Platform:
    """Users, and pages of them that are made before anybody asks."""

    def __init__(self, users: int) -> None:
        self._users = {f"u{number}": user(number) for number in range(users)}
        everybody = list(self._users.values())
        self._pages = {
            str(start + 1): orjson.dumps(
                {"schemas": [LIST], "totalResults": users, "startIndex": start + 1, "itemsPerPage": PAGE,
                 "Resources": everybody[start : start + PAGE]}
            )
            for start in range(0, users, PAGE)
        }  # fmt: skip

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        path, query = scope["path"], parse_qs(scope["query_string"].decode())
        if path == "/ServiceProviderConfig":
            body = orjson.dumps(CONFIG)
        elif path == "/Users" and (wanted := re.findall(r'"([0-9a-f]{24})"', query.get("filter", [""])[0])):
            found = [self._users[f"u{int(each, 16)}"] for each in wanted]
            body = orjson.dumps({"schemas": [LIST], "totalResults": len(found), "Resources": found})
        elif path == "/Users":
            body = self._pages[query["startIndex"][0]]
        elif path.startswith("/Users/"):
            if scope["method"] == "PATCH":
                await self._patch(path.removeprefix("/Users/"), receive)
            body = orjson.dumps(self._users[path.removeprefix("/Users/")])
        else:
            body = b""
        head = [(b"content-type", b"application/scim+json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200 if body else 404, "headers": head})
        await send({"type": "http.response.body", "body": body})

    async def _patch(self, user_id: str, receive: Any) -> None:
        message = await receive()
        for operation in json.loads(message["body"])["Operations"]:
            self._users[user_id][operation["path"]] = operation["value"]
        meta = self._users[user_id]["meta"]
        meta["version"] = f'W/"{int(meta["version"][3:-1]) + 1}"'


def _serve(users: int, port: int) -> None:
    uvicorn.run(Platform(users), host="127.0.0.1", port=port, log_level="warning", lifespan="off")


@contextmanager
def serving(users: int) -> Iterator[str]:
    """Serve a platform in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(users, port))
    process.start()
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                httpx.get(f"{url}/ServiceProviderConfig")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.join()


def roster(file: Path, users: int) -> Cache:
    """Return a roster that knows everybody."""
    cache = Cache(file)
    cache.ensure()
    with cache.writing() as db:
        ids = [(bytes.fromhex(clever_id(number)), TEACHER.code) for number in range(users)]
        db.executemany("INSERT INTO record (id, kind) VALUES (?, ?)", ids)
        db.executemany(
            "INSERT INTO teacher (key, last, sort_name, spoken_name, email, sis_id, roles, in_data)"
            " VALUES ((SELECT key FROM record WHERE id = ?), ?, ?, ?, ?, ?, '', 1)",
            [
                (bytes.fromhex(clever_id(n)), f"Le{n}", f"le{n}", f"Ann Le{n}", f"user{n}@example.org", f"T{n}")
                for n in range(users)
            ],
        )
    return cache


def timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Return the seconds and the processor's seconds of some work."""
    began, busy = time.perf_counter(), time.process_time()
    asyncio.run(work())  # type: ignore[arg-type]
    return time.perf_counter() - began, time.process_time() - busy


async def pages(url: str, users: int, read: Callable[[bytes], object]) -> None:
    """Fetch all pages, one after another as any client must, and read each."""
    async with httpx.AsyncClient() as client:
        for start in range(1, users + 1, PAGE):
            answer = await client.get(f"{url}/Users", params={"startIndex": start, "count": PAGE})
            read(answer.content)


def listing(url: str, users: int, directory: ScimDirectory) -> list[Figure]:
    """Return the figures of a whole list."""
    from scim2_models import ListResponse, User

    everything = ListResponse[User]
    _, ours = timed(directory.list_accounts)
    seconds, again = timed(directory.list_accounts)
    ours = min(ours, again)
    _, raw = timed(lambda: pages(url, users, len))
    _, floor = timed(lambda: pages(url, users, orjson.loads))
    _, peer = timed(lambda: pages(url, users, everything.model_validate_json))
    return [
        Figure("all accounts listed", seconds, "s"),
        Figure("all accounts listed, processor", ours, "s"),
        Figure("the same pages' bytes alone, processor", raw, "s"),
        Figure("the same pages as JSON alone, processor", floor, "s"),
        Figure("the same pages with scim2-models' User, processor", peer, "s"),
        Figure("ours, times JSON alone", ours / floor, "x"),
        Figure("ours, times scim2-models' User", ours / peer, "x"),
    ]


def acting(directory: ScimDirectory, users: int, actions: int) -> list[Figure]:
    """Return the figures of an act on one account."""
    suspend = Suspend(Cause(CauseKind.BY_HAND, NOW, "jdoe", "left"))
    took: dict[str, list[tuple[float, float]]] = {"suspended, or back": [], "pinned (ours alone)": []}
    for number in range(actions):
        wanted = clever_id(number * (users // actions))
        for what, change in zip(
            ("suspended, or back", "suspended, or back", "pinned (ours alone)"),
            (suspend, Unsuspend(), SetPin(False)),
            strict=True,
        ):
            took[what].append(timed(lambda: _act(directory, wanted, change)))  # noqa: B023
    return [
        figure
        for what, times in took.items()
        for figure in (
            Figure(f"one account {what}, median", percentile([wall for wall, _ in times], 50) * 1_000, "ms", 500.0),
            Figure(f"one account {what}, processor", percentile([busy for _, busy in times], 50) * 1_000, "ms"),
        )
    ]


async def _act(directory: ScimDirectory, wanted: str, change: Change) -> None:
    read = await directory.accounts([wanted])
    answers = await directory.change(list(read.values()), change, f"{change.kind}-{time.time_ns()}")
    assert not isinstance(answers[wanted], Exception), answers[wanted]


def noted(notes: Notes, users: int) -> float:
    """Have a note stand beside every account; returns the seconds that writing them took."""
    began = time.perf_counter()
    notes.rewrite(map(clever_id, range(users)), lambda _, note: {"pinned": True, "invited_at": NOW.isoformat()})
    return time.perf_counter() - began


def page_of_scim2_server(users: int) -> float:
    """Return the seconds that scim2-server takes to search a page of so many users that it holds."""
    from scim2_models import Context, SearchRequest
    from scim2_server.memory import InMemoryStorage
    from scim2_server.utils import load_default_provider

    known = load_default_provider()
    kind = next(each for each in known.resource_types if each.id == "User")
    model = next(each for each in known.models if each.__name__ == "User")
    storage = InMemoryStorage()
    for number in range(users):
        storage.create(kind, model.model_validate(user(number), scim_ctx=Context.RESOURCE_CREATION_REQUEST))
    began = time.process_time()
    storage.search([kind], SearchRequest(start_index=1, count=PAGE))
    return time.process_time() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=75_000)
    parser.add_argument("--actions", type=int, default=20)
    parser.add_argument("--page-of-scim2-server", action="store_true", help="only say how long one page takes it")
    given = parser.parse_args()
    if given.page_of_scim2_server:
        took = page_of_scim2_server(given.users)
        show(f"scim2-server holding {given.users:,} users", [Figure("one page, processor", took, "s")])
        return
    with tempfile.TemporaryDirectory() as folder, serving(given.users) as url:
        cache = roster(Path(folder) / "roster.sqlite", given.users)
        notes = Notes(Path(folder) / "notes", Head(Path(folder)))
        written = noted(notes, given.users)
        directory = ScimDirectory(
            lambda: Service(url, FixedToken(Credential.bearer("x"))),
            Members(cache, "clever_id"),
            notes,
            Path(folder) / "offers.json",
            lambda: NOW,
        )
        figures = [Figure("a note beside each account, written", written, "s")]
        figures += listing(url, given.users, directory)
        figures += acting(directory, given.users, given.actions)
        show(f"{given.users:,} accounts on a platform", figures)


if __name__ == "__main__":
    main()
