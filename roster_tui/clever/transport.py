"""HTTP to Clever, and nothing above it: one GET with retries, limits and errors by cause.

The only module that imports httpx.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import random
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from roster_tui.clever.budget import RateBudget
from roster_tui.clever.errors import (
    Asked,
    BadResponse,
    CleverError,
    InsecureAddress,
    NotFound,
    RateLimited,
    Refused,
    ServerError,
    TimedOut,
    Unauthorized,
    Unreachable,
)


class Answer(NamedTuple):
    """A good answer: its body, and where it came from."""

    body: bytes
    asked: Asked


@dataclass(frozen=True)
class Patience:
    """How long and how often we try before an error is final."""

    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    attempts: int = 5
    total_seconds: float = 180.0
    """No new attempt begins later than this after the first."""
    backoff_seconds: float = 0.5
    """Upper bound of the first wait; doubled each time, drawn at random below it (full jitter)."""


@dataclass
class Traffic:
    """What a run has cost so far."""

    requests: int = 0
    retries: int = 0
    received_bytes: int = 0


class _Bearer(httpx.Auth):
    """The token on each request; it has no repr, and httpx drops it before a redirect to another host."""

    def __init__(self, token: str) -> None:
        self.__token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.__token}"
        yield request

    def __repr__(self) -> str:
        return "_Bearer('***')"


class Transport:
    """A connection pool to one host with one token.

    Raises `InsecureAddress` when the address is neither https nor loopback.
    """

    MAX_BODY = 256 * 1024 * 1024
    """Bytes; ten thousand sections with full class lists are well below."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.traffic = Traffic()
        self._patience = patience or Patience()
        self._sleep = sleep
        self._budget = RateBudget(sleep=sleep)
        local = _is_loopback(self.base_url)
        if not local and urlsplit(self.base_url).scheme != "https":
            raise InsecureAddress("The token may only be sent over https", Asked(self.base_url))
        self._http = httpx.AsyncClient(
            auth=_Bearer(token),
            headers={"Accept": "application/json", "User-Agent": "roster-tui"},
            follow_redirects=False,
            # A proxy from the environment is for the outside world, not for loopback.
            trust_env=not local,
            timeout=httpx.Timeout(self._patience.read_seconds, connect=self._patience.connect_seconds),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a GET of a path on the base URL.

        Tried again with growing, random waits after 429, 5xx, time-outs and broken connections, never after
        another 4xx. Raises a `CleverError` by cause when it stays bad.
        """
        began = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            await self._budget.take()
            try:
                return await self._once(path, params)
            except (RateLimited, ServerError, TimedOut, Unreachable) as error:
                wait = self._wait_before_retry(error, attempt)
                if attempt >= self._patience.attempts:
                    raise
                if time.monotonic() - began + wait > self._patience.total_seconds:
                    raise
                self.traffic.retries += 1
                await self._sleep(wait)

    def _wait_before_retry(self, error: CleverError, attempt: int) -> float:
        jitter = random.uniform(0, self._patience.backoff_seconds * 2 ** (attempt - 1))
        if isinstance(error, RateLimited):
            # The server's clock says when; the jitter keeps concurrent calls from returning at once.
            return self._budget.seconds_to_reset() + jitter
        return jitter

    async def _once(self, path: str, params: Mapping[str, str] | None) -> Answer:
        url = self.base_url + path
        self.traffic.requests += 1
        try:
            async with self._http.stream("GET", url, params=params) as response:
                asked = _asked(response)
                self._budget.note(response.headers)
                body = await self._body(response, asked)
        except httpx.TimeoutException as error:
            raise TimedOut(f"Clever did not answer in time ({type(error).__name__})", Asked(url)) from None
        except httpx.RequestError as error:
            # The original error may carry the request with its headers: only its kind is told.
            raise Unreachable(f"Clever cannot be reached: {_reason(error)}", Asked(url)) from None
        if response.status_code != 200:
            raise _error_for(response.status_code, body, asked)
        return Answer(body, asked)

    async def _body(self, response: httpx.Response, asked: Asked) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > self.MAX_BODY:
                raise BadResponse(f"The answer is longer than {self.MAX_BODY:,} bytes", asked, 200)
            chunks.append(chunk)
        self.traffic.received_bytes += size
        return b"".join(chunks)


def _asked(response: httpx.Response) -> Asked:
    names = ("x-request-id", "clever-request-id")
    ids = (response.headers.get(name, "") for name in names)
    return Asked(str(response.url), tuple(text for text in ids if text.strip("0-")))


def _error_for(status: int, body: bytes, asked: Asked) -> CleverError:
    said = _message_in(body)
    if status == 401:
        return Unauthorized(f"Clever refused the token{said}", asked, status)
    if status == 404:
        return NotFound(f"Clever has no such record for this token{said}", asked, status)
    if status == 429:
        return RateLimited("Clever's rate limit is used up", asked, status)
    if status >= 500:
        return ServerError(f"Clever answered with an error of its own ({status}){said}", asked, status)
    if 300 <= status < 400:
        return BadResponse(f"Clever answered with a redirect ({status}), which is not followed", asked, status)
    return Refused(f"Clever refused the request ({status}){said}", asked, status)


def _message_in(body: bytes) -> str:
    """Return what an error body says, in any of the shapes met in the wild (reference 2.3)."""
    import orjson

    with contextlib.suppress(orjson.JSONDecodeError):
        said = orjson.loads(body)
        if isinstance(said, dict):
            text = said.get("message") or said.get("error")
            if isinstance(text, str):
                return f": {text[:200]}"
    return ""


def _reason(error: httpx.RequestError) -> str:
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "the connection broke in the middle of an answer"
    return type(error).__name__


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
