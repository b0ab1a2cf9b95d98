"""The control desk of a running sandbox: faults, the next night, another token; never a path of Clever's.

Only programs on this machine may use it. A browser on the same machine is one as well, and any page that it
shows can send requests to loopback; so what a browser sends is refused.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from roster_tui.sandbox.answers import Refused, json_answer
from roster_tui.sandbox.districts import SharedDistrict
from roster_tui.sandbox.faults import KINDS, Fault
from roster_tui.sandbox.faulty import Faults
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.store import Store
from roster_tui.sis import SisFileError, SisFolder

PREFIX = "/_sandbox"

Body = TypeVar("Body", bound=msgspec.Struct)
_Answer = Callable[[Request], Awaitable[Response]]


class _Night(msgspec.Struct, forbid_unknown_fields=True):
    csv: str
    """Folder of SIS files, as an absolute path."""


def control_routes(districts: list[SharedDistrict], faults: Faults, clock: Callable[[], float]) -> list[Route]:
    """Return the routes that steer these districts; the night and the token are the first district's."""

    async def show(request: Request) -> Response:
        return json_answer({"faults": faults.document(), "kinds": {name: kind.help for name, kind in KINDS.items()}})

    async def add(request: Request) -> Response:
        faults.add(await _body(request, Fault))
        return json_answer({"faults": faults.document()}, 201)

    async def clear(request: Request) -> Response:
        faults.clear()
        return Response(status_code=204)

    async def night(request: Request) -> Response:
        folder = Path((await _body(request, _Night)).csv)
        # In a thread and over a connection of its own: readers see the old night until the new one is complete.
        nights = await asyncio.to_thread(_load, districts[0].store.path, folder, clock())
        return json_answer({"nights": nights}, 201)

    async def rotate(request: Request) -> Response:
        return json_answer({"access_token": districts[0].rotate_token()}, 201)

    return [
        Route(PREFIX + path, _local(answer), methods=[method])
        for path, method, answer in (
            ("/faults", "GET", show),
            ("/faults", "POST", add),
            ("/faults", "DELETE", clear),
            ("/nights", "POST", night),
            ("/token", "POST", rotate),
        )
    ]


def _load(store_path: Path | str, folder: Path, now: float) -> int:
    store = Store(store_path)
    try:
        load_night(store, SisFolder(folder), datetime.fromtimestamp(now, UTC))
        return store.nights
    except SisFileError as error:
        raise Refused(400, str(error)) from error
    finally:
        store.close()


def _local(answer: _Answer) -> _Answer:
    async def endpoint(request: Request) -> Response:
        try:
            if not _from_this_machine(request):
                raise Refused(403, "Only programs on this machine may use this, and no browser")
            return await answer(request)
        except Refused as refused:
            return refused.response

    return endpoint


def _from_this_machine(request: Request) -> bool:
    """Whether the request names loopback and is no browser's: a page elsewhere could send it otherwise."""
    if "origin" in request.headers or "sec-fetch-site" in request.headers:
        return False
    if request.method == "POST" and not request.headers.get("content-type", "").startswith("application/json"):
        return False
    host = request.url.hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _body(request: Request, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.DecodeError as error:
        raise Refused(400, str(error)) from None
