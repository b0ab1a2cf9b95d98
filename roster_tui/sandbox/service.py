"""The simulated Clever as an ASGI application: every read endpoint of v3.1 and v3.0, and the token host.

Shapes, limits and error bodies follow reference 2 and 3. Unlike Clever, everything answers on one port.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from roster_tui.sandbox.answers import (
    JSON,
    Refused,
    cannot_get,
    cursor_of,
    json_answer,
    list_answer,
    no_resources,
    record_answer,
)
from roster_tui.sandbox.control import control_routes
from roster_tui.sandbox.districts import REQUESTS_A_MINUTE, SharedDistrict, bearer_of, shared
from roster_tui.sandbox.faulty import Faults, Faulty
from roster_tui.sandbox.relations import RELATIONS, WITH_RESOURCES, Relation
from roster_tui.sandbox.store import RESOURCES, ROLES, Store

CLIENT_ID, CLIENT_SECRET = "demo-client", "demo-secret"

_SCOPES = ["read:district_admins", "read:school_admins", "read:students", "read:teachers", "read:user_id"]

_Answer = Callable[[Request], Response]
_Metered = Callable[[Request, SharedDistrict], Response]


class Service:
    """The routes over one store a district."""

    def __init__(self, *stores: Store, clock: Callable[[], float] = time.time) -> None:
        self.districts = shared(stores)
        self.faults = Faults()
        self.clock = clock

    def app(self) -> ASGIApp:
        """Return the application to be served."""
        versioned = "/{version:str}"
        data_api = Starlette(
            routes=[
                Route(versioned + "/events", self._metered(self.events)),
                Route(versioned + "/events/{id:str}", self._metered(self.event)),
                Route(versioned + "/{resource:str}", self._metered(self.records)),
                Route(versioned + "/{resource:str}/{id:str}", self._metered(self.record)),
                Route(versioned + "/{resource:str}/{id:str}/{rel:str}", self._metered(self.related)),
                Route("/{rest:path}", cannot_get),
            ]
        )
        return Starlette(
            routes=[
                *control_routes(self.districts, self.faults, self.clock),
                Route("/oauth/tokens", _guarded(self.tokens)),
                Route("/oauth/tokeninfo", _guarded(self.token_info)),
                Mount("/", Faulty(data_api, self.faults, self.districts, self.clock)),
            ],
            middleware=[Middleware(_Stamped, clock=self.clock)],
        )

    # -- answers ------------------------------------------------------------------------------------

    def records(self, request: Request, district: SharedDistrict) -> Response:
        """Answer a list of one resource, or its count."""
        resource = request.path_params["resource"].lower()
        if resource == "resources":
            return no_resources()
        if resource not in RESOURCES:
            return cannot_get(request)
        role = _role(request, ROLES if resource == "users" else ())
        page = district.store.records(resource, role, cursor_of(request))
        count = district.store.count(resource, role) if request.query_params.get("count") == "true" else None
        return list_answer(request, resource, page, count)

    def record(self, request: Request, district: SharedDistrict) -> Response:
        """Answer one record with its links."""
        version, resource, clever_id = _path(request)
        return record_answer(version, resource, clever_id, district.store)

    def related(self, request: Request, district: SharedDistrict) -> Response:
        """Answer what is listed below one record, or the one record that it belongs to."""
        version, resource, holder = _path(request)
        rel = request.path_params["rel"].lower()
        relation = RELATIONS.get((resource, rel))
        if relation is None and (rel != "resources" or resource not in WITH_RESOURCES):
            return cannot_get(request)
        if district.store.record(resource, holder) is None:
            raise Refused(404, "Resource not found")
        if relation is None:
            return no_resources()
        role, primary = _role(request, relation.roles), _primary(request, relation)
        page = district.store.related(relation, holder, role, primary, cursor_of(request))
        if not relation.single:
            return list_answer(request, relation.resource, page)
        if not page.rows:
            raise Refused(404, "Resource not found")
        return record_answer(version, relation.resource, page.rows[0][0], district.store)

    def events(self, request: Request, district: SharedDistrict) -> Response:
        """Answer a page of events, oldest first."""
        query = request.query_params
        types = query.getlist("record_type")
        page = district.store.events(types, query.get("school"), cursor_of(request))
        return _numbered(list_answer(request, "events", page))

    def event(self, request: Request, district: SharedDistrict) -> Response:
        """Answer one event."""
        body = district.store.event(request.path_params["id"])
        if body is None:
            raise Refused(404, "Resource not found")
        links = b'[{"rel":"self","uri":"%s"}]' % request.url.path.encode()
        return _numbered(Response(b'{"data":%s,"links":%s}' % (body, links), media_type=JSON))

    def tokens(self, request: Request) -> Response:
        """List the district tokens of the application, by HTTP Basic."""
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode())
        if not secrets.compare_digest(request.headers.get("authorization", "").encode(), b"Basic " + expected):
            raise Refused(401, "Unauthorized")
        wanted = request.query_params.get("district")
        tokens = [
            {
                "id": each.id[::-1],
                "created": "2026-07-01T00:00:00.000Z",
                "owner": {"type": "district", "id": each.id},
                "access_token": each.token,
                "scopes": _SCOPES,
            }
            for each in self.districts
            if wanted in (None, each.id)
        ]
        uri = f"{request.url.path}?{request.url.query}"
        return json_answer({"data": tokens, "links": [{"rel": "self", "uri": uri}]})

    def token_info(self, request: Request) -> Response:
        """Say which application a bearer token belongs to, and what it may read."""
        self._authorize(request)
        return json_answer({"client_id": CLIENT_ID, "scopes": _SCOPES})

    # -- around every answer ------------------------------------------------------------------------

    def _authorize(self, request: Request) -> SharedDistrict:
        district = bearer_of(self.districts, request.headers.get("authorization", ""))
        if district is None:
            raise Refused(401, "Unauthorized")
        return district

    def _metered(self, answer: _Metered) -> Callable[[Request], Awaitable[Response]]:
        """Check version and token, count the request, and put the rate-limit headers on the answer."""

        def endpoint(request: Request) -> Response:
            if request.path_params["version"] not in ("v3.0", "v3.1"):
                return cannot_get(request)
            district = self._authorize(request)
            window = district.window
            allowed, remaining = window.take(self.clock())
            try:
                response = answer(request, district) if allowed else Response(status_code=429)
            except Refused as refused:
                response = refused.response
            response.headers["x-ratelimit-bucket"] = "bearer"
            response.headers["x-ratelimit-limit"] = str(REQUESTS_A_MINUTE)
            response.headers["x-ratelimit-remaining"] = str(remaining)
            response.headers["x-ratelimit-reset"] = str(window.resets_at)
            response.headers["cache-control"] = "no-store"
            return response

        return _guarded(endpoint)


def _guarded(answer: _Answer) -> Callable[[Request], Awaitable[Response]]:
    # A plain function would run in Starlette's thread pool: slower, and the store has one connection.
    async def endpoint(request: Request) -> Response:
        try:
            return answer(request)
        except Refused as refused:
            return refused.response

    return endpoint


def _path(request: Request) -> tuple[str, str, str]:
    """Return version, resource and id; Clever matches paths without regard to case (reference 2.1)."""
    resource, clever_id = request.path_params["resource"].lower(), request.path_params["id"].lower()
    if resource not in RESOURCES:
        raise Refused(404, "Resource not found")
    return request.path_params["version"], resource, clever_id


def _role(request: Request, allowed: tuple[str, ...]) -> str | None:
    role = request.query_params.get("role")
    if role is not None and role not in allowed:
        raise Refused(400, f"Unknown role: {role}")
    return role


def _primary(request: Request, relation: Relation) -> bool:
    asked = request.query_params.get("primary", "")
    if asked not in ("", "true"):
        raise Refused(400, f"Invalid primary: {asked}")
    return bool(asked and relation.primary)


def _numbered(response: Response) -> Response:
    response.headers["clever-request-id"] = secrets.token_hex(16)
    return response


class _Stamped:
    """Every answer carries ``date`` and ``x-request-id``: what a support ticket asks for."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float]) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-{secrets.token_hex(6)}".encode()

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (b"x-request-id", request_id)]
                if all(name != b"date" for name, _ in headers):
                    headers.append((b"date", formatdate(self.clock(), usegmt=True).encode()))
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, stamped)
