"""The simulated Clever as an ASGI application: v3.1 and v3.0 lists, details, events, and the token host.

Shapes, limits and error bodies follow reference 2 and 3. Unlike Clever, everything answers on one port.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from roster_tui.sandbox.store import RESOURCES, ROLES, Cursor, Page, Store

TOKEN = "DEMO_DISTRICT_TOKEN"
CLIENT_ID, CLIENT_SECRET = "demo-client", "demo-secret"

DEFAULT_LIMIT, MAX_LIMIT = 100, 10_000
REQUESTS_A_MINUTE = 1_200

_Answer = Callable[[Request], Response]


@dataclass
class _Window:
    """A fixed window of one minute per token; it empties at once, as recorded of Clever (reference 2.4)."""

    used: int = 0
    resets_at: int = 0

    def take(self, now: float) -> tuple[bool, int]:
        """Count one request; return whether it is allowed and how many remain."""
        if now >= self.resets_at:
            self.used, self.resets_at = 0, int(now) // 60 * 60 + 60
        self.used += 1
        return self.used <= REQUESTS_A_MINUTE, max(0, REQUESTS_A_MINUTE - self.used)


class _Refused(Exception):
    """A request that Clever would answer with an error body."""

    def __init__(self, status: int, message: str) -> None:
        self.response = _json({"message": message}, status)
        super().__init__(message)


class _Listed(NamedTuple):
    resource: str
    page: Page


@dataclass
class Service:
    """The routes over one store."""

    store: Store
    clock: Callable[[], float] = time.time
    windows: dict[str, _Window] = field(default_factory=dict)

    def app(self) -> ASGIApp:
        """Return the application to be served."""
        versioned = "/{version:str}"
        return Starlette(
            routes=[
                Route("/oauth/tokens", self._guarded(self.tokens)),
                Route("/oauth/tokeninfo", self._guarded(self.token_info)),
                Route(versioned + "/events", self._metered(self.events)),
                Route(versioned + "/events/{id:str}", self._metered(self.event)),
                Route(versioned + "/resources", self._metered(self.no_resources)),
                Route(versioned + "/{resource:str}", self._metered(self.records)),
                Route(versioned + "/{resource:str}/{id:str}", self._metered(self.record)),
                Route("/{rest:path}", _cannot_get),
            ],
            middleware=[Middleware(_RequestId)],
        )

    # -- answers ------------------------------------------------------------------------------------

    def records(self, request: Request) -> Response:
        """Answer a list of one resource, or its count."""
        resource = request.path_params["resource"]
        if resource not in RESOURCES:
            return _cannot_get(request)
        role = request.query_params.get("role")
        if role is not None and (resource != "users" or role not in ROLES):
            raise _Refused(400, f"Unknown role: {role}")
        listed = _Listed(resource, self.store.records(resource, role, _cursor(request)))
        extra = b""
        if request.query_params.get("count") == "true":
            extra = b',"count":%d' % self.store.count(resource, role)
        return _list_response(request, listed, extra)

    def record(self, request: Request) -> Response:
        """Answer one record with its links."""
        resource, clever_id = request.path_params["resource"], request.path_params["id"]
        body = self.store.record(resource, clever_id) if resource in RESOURCES else None
        if body is None:
            raise _Refused(404, "Resource not found")
        path = f"/{request.path_params['version']}/{resource}/{clever_id}"
        related = _RELATED[resource]
        links = [{"rel": "self", "uri": path}, *({"rel": rel, "uri": f"{path}/{rel}"} for rel in related)]
        return Response(b'{"data":%s,"links":%s}' % (body, orjson.dumps(links)), media_type=_JSON)

    def events(self, request: Request) -> Response:
        """Answer a page of events, oldest first."""
        query = request.query_params
        types = query.getlist("record_type")
        page = self.store.events(types, query.get("school"), _cursor(request))
        return _list_response(request, _Listed("events", page))

    def event(self, request: Request) -> Response:
        """Answer one event."""
        body = self.store.event(request.path_params["id"])
        if body is None:
            raise _Refused(404, "Resource not found")
        links = orjson.dumps([{"rel": "self", "uri": request.url.path}])
        return Response(b'{"data":%s,"links":%s}' % (body, links), media_type=_JSON)

    def no_resources(self, request: Request) -> Response:
        """Answer as recorded: ``resources`` instead of ``data``, and no links (reference 2.1)."""
        return _json({"resources": []})

    def tokens(self, request: Request) -> Response:
        """List the district tokens of the application, by HTTP Basic."""
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if not secrets.compare_digest(request.headers.get("authorization", ""), f"Basic {expected}"):
            raise _Refused(401, "Unauthorized")
        district = self.store.district_id() or ""
        wanted = request.query_params.get("district", district)
        token = {
            "id": district[::-1],
            "created": "2026-07-01T00:00:00.000Z",
            "owner": {"type": "district", "id": district},
            "access_token": TOKEN,
            "scopes": _SCOPES,
        }
        uri = f"{request.url.path}?{request.url.query}"
        return _json({"data": [token] if wanted == district else [], "links": [{"rel": "self", "uri": uri}]})

    def token_info(self, request: Request) -> Response:
        """Say which application a bearer token belongs to, and what it may read."""
        self._authorize(request)
        return _json({"client_id": CLIENT_ID, "scopes": _SCOPES})

    # -- around every answer ------------------------------------------------------------------------

    def _authorize(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not secrets.compare_digest(token, TOKEN):
            raise _Refused(401, "Unauthorized")
        return token

    def _guarded(self, answer: _Answer) -> Callable[[Request], Awaitable[Response]]:
        def endpoint(request: Request) -> Response:
            try:
                return answer(request)
            except _Refused as refused:
                return refused.response

        return _async(endpoint)

    def _metered(self, answer: _Answer) -> Callable[[Request], Awaitable[Response]]:
        """Check version and token, count the request, and put the rate-limit headers on the answer."""

        def endpoint(request: Request) -> Response:
            if request.path_params["version"] not in ("v3.0", "v3.1"):
                return _cannot_get(request)
            token = self._authorize(request)
            window = self.windows.setdefault(token, _Window())
            allowed, remaining = window.take(self.clock())
            try:
                response = answer(request) if allowed else Response(status_code=429)
            except _Refused as refused:
                response = refused.response
            response.headers["x-ratelimit-bucket"] = "bearer"
            response.headers["x-ratelimit-limit"] = str(REQUESTS_A_MINUTE)
            response.headers["x-ratelimit-remaining"] = str(remaining)
            response.headers["x-ratelimit-reset"] = str(window.resets_at)
            response.headers["cache-control"] = "no-store"
            return response

        return self._guarded(endpoint)


_JSON = "application/json; charset=utf-8"
_SCOPES = ["read:district_admins", "read:school_admins", "read:students", "read:teachers", "read:user_id"]
_RELATED = {
    "districts": (),
    "schools": ("district", "sections", "users", "terms", "courses"),
    "courses": ("district", "sections", "schools"),
    "terms": ("district", "sections", "schools"),
    "users": ("district", "sections", "schools"),
    "sections": ("district", "school", "term", "course", "users"),
}


def _async(endpoint: _Answer) -> Callable[[Request], Awaitable[Response]]:
    # A plain function would run in Starlette's thread pool: slower, and the store has one connection.
    async def run(request: Request) -> Response:
        return endpoint(request)

    return run


def _json(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type=_JSON)


def _cannot_get(request: Request) -> Response:
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n'
        f"<body>\n<pre>Cannot GET {_escaped(request.url.path)}</pre>\n</body>\n</html>\n"
    )
    return Response(page, 404, media_type="text/html; charset=utf-8")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cursor(request: Request) -> Cursor:
    query = request.query_params
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not text.isdecimal() or int(text) == 0:
        raise _Refused(400, f"Invalid limit: {text}")
    if int(text) > MAX_LIMIT:
        raise _Refused(413, f"limit may not exceed {MAX_LIMIT}")
    return Cursor(int(text), query.get("starting_after", ""), query.get("ending_before", ""))


def _list_response(request: Request, listed: _Listed, extra: bytes = b"") -> Response:
    version = request.path_params["version"]
    prefix = f"/{version}/{listed.resource}/".encode()
    data = b",".join(
        b'{"data":%s,"uri":"%s%s"}' % (body, prefix, clever_id.encode()) for clever_id, body in listed.page.rows
    )
    links = orjson.dumps(_page_links(request, listed.page))
    return Response(b'{"data":[%s],"links":%s%s}' % (data, links, extra), media_type=_JSON)


def _page_links(request: Request, page: Page) -> list[dict[str, str]]:
    kept = [
        (key, value)
        for key, value in request.query_params.multi_items()
        if key not in ("starting_after", "ending_before")
    ]
    query = request.url.query

    def uri(*more: tuple[str, str]) -> str:
        return f"{request.url.path}?{urlencode([*kept, *more])}"

    links = [{"rel": "self", "uri": request.url.path + (f"?{query}" if query else "")}]
    if page.rows and page.more_before:
        links.append({"rel": "prev", "uri": uri(("ending_before", page.rows[0][0]))})
    if page.rows and page.more_after:
        links.append({"rel": "next", "uri": uri(("starting_after", page.rows[-1][0]))})
    return links


class _RequestId:
    """Every answer carries ``x-request-id``: what a support ticket asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-{secrets.token_hex(6)}".encode()

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        await self.app(scope, receive, with_id)
