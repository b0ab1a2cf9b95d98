"""HTTP to Clever, and nothing above it: one GET with retries, limits, tokens and errors by cause.

The only module that imports httpx.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import random
import time
import zlib
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from roster_tui.clever.budget import RateBudget, shared_budget
from roster_tui.clever.credentials import Credential, TokenSource
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

_BLIND_WAIT = 20.0
"""Seconds to wait after a 429 that does not say for how long; four such waits outlast any window."""

Query = tuple[tuple[str, str], ...]
"""Names and values in order; a name may come more than once."""


@dataclass(frozen=True)
class Answer:
    """A good answer: its body, which is kept out of tracebacks, and where it came from."""

    body: bytes = field(repr=False)
    asked: Asked


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


class _Authorized(httpx.Auth):
    """The credential on one request; it has no repr, and a redirect is never followed with it."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._credential.header()
        yield request


class Transport:
    """A connection pool to one host with one source of tokens.

    Raises `InsecureAddress` when the address is neither https nor loopback.
    """

    MAX_BODY = 256 * 1024 * 1024
    """Bytes, unpacked; ten thousand sections with full class lists are well below."""
    MAX_ERROR_BODY = 64 * 1024

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.traffic = Traffic()
        self._tokens = tokens
        self._patience = patience or Patience()
        self._sleep = sleep
        local = _checked(self.base_url)
        self._budget: RateBudget | None = None
        self._http = httpx.AsyncClient(
            # Only what we unpack ourselves, since the library would unpack without an end.
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "roster-tui"},
            follow_redirects=False,
            # A proxy from the environment is for the outside world, not for loopback.
            trust_env=not local,
            timeout=httpx.Timeout(self._patience.read_seconds, connect=self._patience.connect_seconds),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def get(self, path: str, query: Query = ()) -> Answer:
        """Return the answer to a GET of a path on the base URL.

        Tried again with growing, random waits after 429, 5xx, time-outs and broken connections, never after
        another 4xx; once more with another token, if there is one, after a 401. Raises a `CleverError` by
        cause when it stays bad.
        """
        credential = await self._tokens.current()
        try:
            return await self._patiently(path, query, credential)
        except Unauthorized as error:
            refusal = error
        other = await self._tokens.after_refusal(credential)
        if other is None:
            raise refusal
        self.traffic.retries += 1
        return await self._patiently(path, query, other)

    async def _patiently(self, path: str, query: Query, credential: Credential) -> Answer:
        # Held here, since the shared budgets are only remembered while somebody uses them.
        budget = self._budget = shared_budget(self.base_url, credential)
        ends = time.monotonic() + self._patience.total_seconds
        attempt = 0
        while True:
            attempt += 1
            await budget.take(self._sleep)
            got = await self._once(path, query, credential, budget)
            if isinstance(got, Answer):
                return got
            wait = self._wait_before_retry(got, attempt, budget)
            passing = isinstance(got, RateLimited | ServerError | TimedOut | Unreachable)
            if not passing or attempt >= self._patience.attempts or time.monotonic() + wait > ends:
                raise got
            self.traffic.retries += 1
            await self._sleep(wait)

    def _wait_before_retry(self, error: CleverError, attempt: int, budget: RateBudget) -> float:
        jitter = random.uniform(0, self._patience.backoff_seconds * 2 ** (attempt - 1))
        if isinstance(error, RateLimited):
            # The server's clock says when; the jitter keeps concurrent calls from returning at once.
            return (budget.seconds_to_reset() or _BLIND_WAIT) + jitter
        return jitter

    async def _once(self, path: str, query: Query, credential: Credential, budget: RateBudget) -> Answer | CleverError:
        """Ask once. Errors are returned, so that none drags the frames of a library with our headers behind it."""
        url = self.base_url + path
        self.traffic.requests += 1
        try:
            async with (
                asyncio.timeout(self._patience.total_seconds),
                self._http.stream("GET", url, params=query or None, auth=_Authorized(credential)) as response,
            ):
                asked = _asked(response)
                budget.note(response.headers)
                good = response.status_code == 200
                body = await self._body(response, self.MAX_BODY if good else self.MAX_ERROR_BODY)
        except (TimeoutError, httpx.TimeoutException) as error:
            return TimedOut(f"Clever did not answer in time ({type(error).__name__})", Asked(url))
        except httpx.RequestError as error:
            return Unreachable(f"Clever cannot be reached: {_reason(error)}", Asked(url))
        except (_TooLong, _Undecodable) as error:
            if good:
                return BadResponse(str(error), asked, 200)
            body = b""
        self.traffic.received_bytes += len(body)
        return Answer(body, asked) if good else _error_for(response.status_code, body, asked)

    async def _body(self, response: httpx.Response, most: int) -> bytes:
        """Return an answer's body, unpacked; never more in memory than it may be long."""
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip"):
            raise _Undecodable("The answer is packed in a way that was not asked for")
        unpacked = zlib.decompressobj(wbits=31) if coding == "gzip" else None
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_raw():
            if unpacked is not None:
                try:
                    # Zero would mean without limit: one byte more than allowed is enough to know.
                    chunk = unpacked.decompress(chunk, most - size + 1)
                except zlib.error:
                    raise _Undecodable("The answer cannot be unpacked") from None
            size += len(chunk)
            if size > most:
                raise _TooLong(f"The answer is longer than {most:,} bytes")
            chunks.append(chunk)
        if unpacked is not None and not unpacked.eof:
            raise _Undecodable("The answer cannot be unpacked: its end is missing")
        return b"".join(chunks)


class _TooLong(Exception):
    pass


class _Undecodable(Exception):
    pass


def _asked(response: httpx.Response) -> Asked:
    names = ("x-request-id", "clever-request-id")
    ids = (_plain(response.headers.get(name, "")) for name in names)
    return Asked(str(response.url), tuple(text for text in ids if text.strip("0-")))


def _plain(text: str) -> str:
    """Return what a server says as it may be printed: short, and without what steers a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text[:200])


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
                return f": {_plain(text)}"
    return ""


def _reason(error: httpx.RequestError) -> str:
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "the connection broke in the middle of an answer"
    return type(error).__name__


def _checked(base_url: str) -> bool:
    """Return whether an address is loopback. Raises `InsecureAddress` when a token may not go there."""
    address = urlsplit(base_url)
    asked = Asked(f"{address.scheme}://{address.hostname or ''}")
    if address.username is not None or address.password is not None or address.query or address.fragment:
        raise InsecureAddress("The address may hold neither a user nor a query", asked)
    local = address.scheme in ("http", "https") and _is_loopback(base_url)
    if not local and (address.scheme != "https" or not address.hostname):
        raise InsecureAddress("The token may only be sent over https", asked)
    return local


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
