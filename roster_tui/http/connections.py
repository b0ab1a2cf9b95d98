"""Connections to one host: a request and its answer, or why there is none; and asking again with growing waits.

The only module that imports httpx. Nothing is raised: an error of the library would drag frames along that
hold our headers.
"""

from __future__ import annotations

import asyncio
import random
import time
import zlib
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from roster_tui.http.addresses import is_loopback, why_forbidden
from roster_tui.http.credentials import Credential

T = TypeVar("T")

Query = tuple[tuple[str, str], ...]
"""Names and values in order; a name may come more than once."""

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Patience:
    """How long and how often we try before an error is final."""

    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    attempts: int = 5
    total_seconds: float = 180.0
    """No attempt begins later than this after the first, and none takes longer, however slowly it drips in."""
    backoff_seconds: float = 0.5
    """Upper bound of the first wait; doubled each time, drawn at random below it (full jitter)."""


@dataclass
class Traffic:
    """What a run has cost so far."""

    requests: int = 0
    retries: int = 0
    received_bytes: int = 0


@dataclass(frozen=True)
class Answered:
    """What a host answered; the body is kept out of tracebacks."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Their names in lower case."""
    body: bytes = field(repr=False)
    """Empty when it could not be read."""
    url: str
    unreadable: str = ""
    """Why the body could not be read: longer than allowed, or packed in a way that was not asked for."""

    @property
    def good(self) -> bool:
        """Whether the host says that it did what was asked."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Unanswered:
    """Why there is no answer, or no whole one."""

    why: str
    url: str
    late: bool
    """Whether it was for want of time."""
    may_have_arrived: bool
    """False when the request has certainly not reached the host."""


class _Authorized(httpx.Auth):
    """The credential on one request; it has no repr, and a redirect is never followed with it."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._credential.header()
        yield request


class Connections:
    """A connection pool to one host.

    Raises ValueError for an address that a token may not be sent to.
    """

    def __init__(
        self, base_url: str, *, accept: str, patience: Patience | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        if why := why_forbidden(base_url):
            raise ValueError(why)
        self.base_url = base_url.rstrip("/")
        self.traffic = Traffic()
        self.sleep = sleep
        self._patience = patience or Patience()
        self._http = httpx.AsyncClient(
            # Only what we unpack ourselves, since the library would unpack without an end.
            headers={"Accept": accept, "Accept-Encoding": "gzip", "User-Agent": "roster-tui"},
            follow_redirects=False,
            # A proxy from the environment is for the outside world, not for loopback.
            trust_env=not is_loopback(base_url),
            timeout=httpx.Timeout(self._patience.read_seconds, connect=self._patience.connect_seconds),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def exchange(
        self,
        method: str,
        path: str,
        credential: Credential,
        *,
        most: int,
        most_of_error: int,
        query: Query = (),
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answered | Unanswered:
        """Ask once, for a path on the base URL; a body may be ``most`` bytes long, unpacked."""
        url = self.base_url + path
        self.traffic.requests += 1
        try:
            async with (
                asyncio.timeout(self._patience.total_seconds),
                self._http.stream(
                    method,
                    url,
                    params=query or None,
                    headers=headers,
                    content=content,
                    auth=_Authorized(credential),
                ) as response,
            ):
                bound = most if response.is_success else most_of_error
                body, unreadable = await _body(response, bound)
        except (TimeoutError, httpx.TimeoutException) as error:
            not_sent = isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
            return Unanswered(f"did not answer in time ({type(error).__name__})", url, True, not not_sent)
        except httpx.RequestError as error:
            not_sent = isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol)
            return Unanswered(f"cannot be reached: {_reason(error)}", url, False, not not_sent)
        self.traffic.received_bytes += len(body)
        return Answered(response.status_code, response.headers, body, str(response.url), unreadable)

    async def patiently(self, ask: Callable[[], Awaitable[T]], wait_after: Callable[[T], float | None]) -> T:
        """Return the first answer after which no waiting helps, or the last one that patience allows.

        ``wait_after`` tells the seconds to wait at least before asking again, None when an answer is final. The
        wait is longer at random and more so each time, so that concurrent calls do not return at once.
        """
        patience = self._patience
        ends = time.monotonic() + patience.total_seconds
        attempt = 0
        while True:
            attempt += 1
            answer = await ask()
            wait = wait_after(answer)
            if wait is None or attempt >= patience.attempts:
                return answer
            wait += random.uniform(0, patience.backoff_seconds * 2 ** (attempt - 1))
            if time.monotonic() + wait > ends:
                return answer
            self.traffic.retries += 1
            await self.sleep(wait)


async def _body(response: httpx.Response, most: int) -> tuple[bytes, str]:
    """Return an answer's body, unpacked, or why it cannot be read; never more in memory than it may be long."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        return b"", "The answer is packed in a way that was not asked for"
    unpacked = zlib.decompressobj(wbits=31) if coding == "gzip" else None
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        if unpacked is not None:
            try:
                # Zero would mean without limit: one byte more than allowed is enough to know.
                chunk = unpacked.decompress(chunk, most - size + 1)
            except zlib.error:
                return b"", "The answer cannot be unpacked"
        size += len(chunk)
        if size > most:
            return b"", f"The answer is longer than {most:,} bytes"
        chunks.append(chunk)
    if unpacked is not None and not unpacked.eof:
        return b"", "The answer cannot be unpacked: its end is missing"
    return b"".join(chunks), ""


def printable(text: str) -> str:
    """Return what a host says as it may be printed: short, and without what steers a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text[:200])


def _reason(error: httpx.RequestError) -> str:
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "the connection broke in the middle of an answer"
    return type(error).__name__
