"""The faults of a running service, around its application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from roster_tui.sandbox.districts import SharedDistrict, bearer_of
from roster_tui.sandbox.faults import KINDS, Answer, Fault, FaultKind, Proceed, Strike


@dataclass
class _Active:
    fault: Fault
    kind: FaultKind
    seen: int = 0
    struck: int = 0

    def strikes(self, path: str, query: str) -> bool:
        """Count a request; return whether this one is struck."""
        if not self.kind.can_strike(path, query):
            return False
        self.seen += 1
        after = self.kind.after if self.fault.after is None else self.fault.after
        times = self.kind.times if self.fault.times is None else self.fault.times
        if self.seen <= after or (times and self.struck >= times):
            return False
        self.struck += 1
        return True

    async def act(self, path: str, district: SharedDistrict, now: float, proceed: Proceed, query: str) -> Answer:
        """Answer one struck request."""
        seconds = self.kind.seconds if self.fault.seconds is None else self.fault.seconds
        return await self.kind.act(Strike(path, query, district, now, seconds, self.struck - 1, proceed))


@dataclass
class Faults:
    """The faults of a running service."""

    _active: list[_Active] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Let a fault begin; several work together."""
        self._active.append(_Active(fault, KINDS[fault.kind]))

    def clear(self) -> None:
        """End all faults."""
        self._active.clear()

    def document(self) -> list[dict[str, Any]]:
        """Return the faults as they were asked for, with how many requests each has seen and struck."""
        return [{**msgspec.to_builtins(each.fault), "seen": each.seen, "struck": each.struck} for each in self._active]

    def over(self, path: str, query: str, district: SharedDistrict, now: float, proceed: Proceed) -> Proceed | None:
        """Return how one request is answered when faults strike it, or None."""
        striking = [each for each in self._active if each.strikes(path, query)]
        for each in striking:
            proceed = partial(each.act, path, district, now, proceed)
        return proceed if striking else None


class Faulty:
    """An application whose answers pass through the faults; requests without a valid token do not."""

    def __init__(
        self, app: ASGIApp, faults: Faults, districts: list[SharedDistrict], clock: Callable[[], float]
    ) -> None:
        self.app = app
        self.faults = faults
        self.districts = districts
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, by way of the faults that strike it."""
        given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        district = bearer_of(self.districts, given)
        query = scope["query_string"].decode("latin-1")
        proceed = None
        if district is not None:
            asked = partial(_asked, self.app, scope, receive)
            proceed = self.faults.over(scope["path"], query, district, self.clock(), asked)
        if proceed is None:
            await self.app(scope, receive, send)
        else:
            await _send(await proceed(query), send)


async def _asked(app: ASGIApp, scope: Scope, receive: Receive, query: str) -> Answer:
    started: list[Message] = []
    body: list[bytes] = []

    async def kept(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        else:
            body.append(message.get("body", b""))

    await app({**scope, "query_string": query.encode("latin-1")}, receive, kept)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in started[0]["headers"]}
    return Answer(started[0]["status"], headers, b"".join(body))


async def _send(answer: Answer, send: Send) -> None:
    headers = {**answer.headers, "content-length": str(len(answer.body))}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    # Without the rest of what was promised the server can only close the connection.
    body = answer.body[: len(answer.body) // 2] if answer.cut else answer.body
    await send({"type": "http.response.body", "body": body, "more_body": answer.cut})
