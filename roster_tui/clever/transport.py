"""One GET to Clever: with retries, the rate limit, tokens and errors by cause."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from roster_tui.clever.budget import RateBudget, shared_budget
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
from roster_tui.http.addresses import shown, why_forbidden
from roster_tui.http.connections import (
    Answered,
    Connections,
    Patience,
    Query,
    Sleep,
    Traffic,
    Unanswered,
    printable,
)
from roster_tui.http.credentials import Credential, TokenSource

_BLIND_WAIT = 20.0
"""Seconds to wait after a 429 that does not say for how long; four such waits outlast any window."""


@dataclass(frozen=True)
class Answer:
    """A good answer: its body, which is kept out of tracebacks, and where it came from."""

    body: bytes = field(repr=False)
    asked: Asked


class Transport:
    """Connections to Clever with one source of tokens.

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
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        if why := why_forbidden(base_url):
            raise InsecureAddress(why, Asked(shown(base_url)))
        self._connections = Connections(base_url, accept="application/json", patience=patience, sleep=sleep)
        self.base_url = self._connections.base_url
        self._tokens = tokens
        self.skew: timedelta | None = None
        """How far our clock was ahead of the host's at its latest answer; None while it has not told its time."""
        self._budget: RateBudget | None = None

    @property
    def traffic(self) -> Traffic:
        """What this transport has cost so far."""
        return self._connections.traffic

    async def close(self) -> None:
        """Close all connections."""
        await self._connections.close()

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

        async def ask() -> Answer | CleverError:
            await budget.take(self._connections.sleep)
            return await self._once(path, query, credential, budget)

        got = await self._connections.patiently(ask, lambda got: _wait_after(got, budget))
        if isinstance(got, CleverError):
            raise got
        return got

    async def _once(self, path: str, query: Query, credential: Credential, budget: RateBudget) -> Answer | CleverError:
        got = await self._connections.exchange(
            "GET", path, credential, query=query, most=self.MAX_BODY, most_of_error=self.MAX_ERROR_BODY
        )
        if isinstance(got, Unanswered):
            error = TimedOut if got.late else Unreachable
            return error(f"Clever {got.why}", Asked(got.url))
        budget.note(got.headers)
        self.skew = _skew(got.headers.get("date", ""), self.skew)
        asked = _asked(got)
        if got.status != 200:
            return _error_for(got.status, got.body, asked)
        return BadResponse(got.unreadable, asked, 200) if got.unreadable else Answer(got.body, asked)


def _skew(date: str, before: timedelta | None) -> timedelta | None:
    with contextlib.suppress(ValueError):
        told = parsedate_to_datetime(date)
        return datetime.now(UTC) - told.replace(tzinfo=told.tzinfo or UTC)
    return before


def _wait_after(got: Answer | CleverError, budget: RateBudget) -> float | None:
    if isinstance(got, RateLimited):
        # The server's clock says when.
        return budget.seconds_to_reset() or _BLIND_WAIT
    return 0.0 if isinstance(got, ServerError | TimedOut | Unreachable) else None


def _asked(got: Answered) -> Asked:
    names = ("x-request-id", "clever-request-id")
    ids = (printable(got.headers.get(name, "")) for name in names)
    return Asked(got.url, tuple(text for text in ids if text.strip("0-")))


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
                return f": {printable(text)}"
    return ""
