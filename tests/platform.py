"""A platform that speaks SCIM: a real service that nobody here wrote, behind a proxy that misbehaves when told to."""

from __future__ import annotations

import asyncio
import functools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from scim2_models import Pagination, ScimProvider, UnauthorizedException
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.memory import AsyncInMemoryStorage
from scim2_server.requests import ScimRequest
from scim2_server.service import ScimService
from scim2_server.utils import load_default_provider

from tests.conftest import serving

TOKEN = "s3cret-scim-t0ken"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_BESIDE = "x-beside"
DETAIL = "planted"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@functools.cache
def _provider(cursors: bool) -> ScimProvider:
    known = load_default_provider()
    if not cursors:
        return known
    pages = Pagination(cursor=True, index=False, default_page_size=7, max_page_size=7)
    config = known.config.model_copy(update={"pagination": pages})
    return ScimProvider(known.models, known.resource_types, config, known.policy)


class _Guarded(ASGIApplication):
    def check_auth(self, request: ScimRequest) -> None:
        """Refuse whoever does not send the token."""
        if request.header("Authorization") != f"Bearer {TOKEN}":
            raise UnauthorizedException


@dataclass(frozen=True)
class Fault:
    """What goes wrong with requests of a method."""

    method: str
    status: int = 0
    """Answered with this status and SCIM's error body; 0 for none."""
    scim_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False
    """The connection ends in the middle of the answer."""
    seconds: float = 0.0
    """How long the answer is kept back."""
    late: float = 0.0
    """How long the request lies there before anything is done."""
    done: bool = True
    """Whether the platform does all the same what it was asked."""
    times: int = 1_000_000
    path: str = ""
    """Only of requests whose path holds this."""


class _Storage(AsyncInMemoryStorage):
    def __init__(self) -> None:
        super().__init__()
        self.updates: Counter[str] = Counter()

    async def update(self, resource_type: Any, resource: Any, *arguments: Any, **options: Any) -> Any:
        """Count what is really changed, whoever was told of it."""
        done = await super().update(resource_type, resource, *arguments, **options)
        self.updates[resource.external_id] += 1
        return done


class Platform:
    """The service, the faults that are planted, and what it has been asked."""

    def __init__(self, *, cursors: bool = False) -> None:
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, str]] = []
        """Method and path of each request."""
        self.headers: list[dict[str, str]] = []
        self.configured: dict[str, Any] = {}
        """What its ServiceProviderConfig says otherwise, by attribute."""
        self.altered: Callable[[str, Any], Any] = lambda path, body: body
        """Makes another JSON body of an answer on its way."""
        self.url = ""
        self._storage = _Storage()
        self._http = httpx.Client(headers={"Authorization": f"Bearer {TOKEN}", _BESIDE: "yes"})
        provider = _provider(cursors)
        self._application = _Guarded(
            self._storage, provider, ScimService(provider, secret="s3cret" if cursors else None)
        )
        self._hits: Counter[Fault] = Counter()

    # -- what is done on it and seen of it ------------------------------------------------------------

    def add(self, external_id: str | None, **fields: Any) -> str:
        """Make a user, as the platform's own sync or somebody on it would; returns the platform's id."""
        number = len(self._storage.resources)
        user = {
            "schemas": [USER],
            "userName": f"user{number}@example.org",
            "externalId": external_id,
            "active": True,
            "name": {"familyName": f"Le{number}", "givenName": "Ann"},
            "emails": [{"value": f"user{number}@example.org", "primary": True}],
            **fields,
        }
        return str(self._beside("POST", "Users", user)["id"])

    def set(self, user_id: str, **values: Any) -> None:
        """Change a user, as somebody on the platform would."""
        operations = [{"op": "replace", "path": name, "value": value} for name, value in values.items()]
        schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
        self._beside("PATCH", f"Users/{user_id}", {"schemas": schemas, "Operations": operations})

    def user(self, user_id: str) -> dict[str, Any]:
        """Return a user as the platform has it."""
        return self._beside("GET", f"Users/{user_id}")

    def active(self, user_id: str) -> bool:
        """Return whether somebody can sign in."""
        return bool(self.user(user_id)["active"])

    @property
    def is_slow(self) -> bool:
        """Whether it is about to keep somebody waiting."""
        return any(fault.seconds or fault.late for fault in self.faults)

    def updates(self, external_id: str) -> int:
        """Return how often a user has been changed."""
        return self._storage.updates[external_id]

    def count(self, method: str) -> int:
        """Return how many requests of a method came."""
        return sum(each == method for each, _ in self.asked)

    def _beside(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self._http.request(method, f"{self.url}/{path}", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json()) if answer.content else {}

    # -- the proxy -------------------------------------------------------------------------------------

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, unless a fault is planted."""
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        if _BESIDE in headers:
            await self._application(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        self.asked.append((method, path))
        self.headers.append(headers)
        fault = next((each for each in self.faults if self._strikes(each, method, path)), Fault(method))
        self._hits[fault] += 1
        answer = _Answer()
        if fault.late:
            receive = await _held(receive)
            await asyncio.sleep(fault.late)
        if fault.done:
            await self._application(scope, receive, answer.keep)
            self._alter(path, answer)
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        if fault.status:
            answer = _Answer(fault.status, dict(fault.headers), _error(fault))
        await answer.play(send, cut=fault.cut)

    def _strikes(self, fault: Fault, method: str, path: str) -> bool:
        return fault.method == method and fault.path in path and self._hits[fault] < fault.times

    def _alter(self, path: str, answer: _Answer) -> None:
        if answer.body and answer.status < 400:
            body = json.loads(answer.body)
            if path.endswith("/ServiceProviderConfig"):
                body |= self.configured
            answer.body = json.dumps(self.altered(path, body)).encode()


async def _held(receive: Any) -> Any:
    """Return a request that has come in whole, whoever still waits for its answer."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)

    async def again() -> Any:
        return {"type": "http.request", "body": body}

    return again


@dataclass
class _Answer:
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    async def keep(self, message: Any) -> None:
        """Take what an application sends."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")

    async def play(self, send: Any, *, cut: bool) -> None:
        """Send it; cut, it promises more than it sends."""
        headers = {**self.headers, "content-length": str(len(self.body) + cut)}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": self.body, "more_body": cut})
        if cut:
            raise ConnectionResetError


def _error(fault: Fault) -> bytes:
    said = {"schemas": [ERROR], "status": str(fault.status), "detail": DETAIL}
    return json.dumps({**said, **({"scimType": fault.scim_type} if fault.scim_type else {})}).encode()


@contextmanager
def running(platform: Platform) -> Iterator[Platform]:
    """Serve a platform over real HTTP on loopback while the block runs."""
    with serving(platform) as url:
        platform.url = f"{url}/v2"
        with platform._http:
            yield platform
