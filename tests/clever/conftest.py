"""A Clever that does what a test tells it to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from roster_tui.clever import Client
from roster_tui.http.connections import Patience


@dataclass
class Script:
    """An ASGI application that answers from a list, in order; the last answer repeats."""

    answers: list[Callable[[Any, str], Awaitable[None]]]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path with query, and headers, of each request."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer the next request."""
        query = scope["query_string"].decode()
        path = scope["path"] + (f"?{query}" if query else "")
        self.asked.append((path, {name.decode(): value.decode() for name, value in scope["headers"]}))
        await self.answers[min(len(self.asked), len(self.answers)) - 1](send, path)


def reply(
    body: Any = b"", status: int = 200, headers: dict[str, str] | None = None, cut: int = 0
) -> Callable[[Any, str], Awaitable[None]]:
    """Return an answer; ``cut`` promises that many bytes more than it sends."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)

    async def answer(send: Any, path: str) -> None:
        sent = {"content-length": str(len(content) + cut), "x-request-id": "req-1", **(headers or {})}
        raw = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content, "more_body": bool(cut)})
        if cut:
            raise ConnectionResetError

    return answer


def page(*ids: str, after: str | None = None, path: str = "/v3.1/schools") -> dict[str, Any]:
    """Return a list envelope with records of these ids."""
    links = [{"rel": "self", "uri": path}]
    if after is not None:
        links.append({"rel": "next", "uri": f"{path}?starting_after={after}"})
    return {"data": [{"data": {"id": each}, "uri": f"{path}/{each}"} for each in ids], "links": links}


def an_id(number: int) -> str:
    """Return the nth Clever ID."""
    return f"{number:024x}"


@dataclass
class Sleeps:
    """Waits that take no time, and how long they would have been."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Note a wait."""
        self.seconds.append(seconds)


def client_for(url: str, sleeps: Sleeps | None = None, **options: Any) -> Client:
    """Return a client that does not wait."""
    patience = Patience(read_seconds=options.pop("read_seconds", 5.0), attempts=4)
    return Client("s3cret-t0ken", url, patience=patience, sleep=sleeps or Sleeps(), **options)
