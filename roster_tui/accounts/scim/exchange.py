"""One request to a SCIM service, and its answer or why there is none, by cause.

Reading is tried again when it fails. A change is sent again only when it has certainly not been taken: no
connection came about, or the platform said that it was too busy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from roster_tui.accounts.directory import ChangedMeanwhile, DirectoryError, InDoubt
from roster_tui.accounts.scim.errors import WORDS, Busy, NotReached, NotScim, Refused, TokenRefused
from roster_tui.accounts.scim.messages import Problem
from roster_tui.http.connections import Answered, Connections, Patience, Query, Sleep, Unanswered, printable
from roster_tui.http.credentials import Credential, TokenSource

_TYPE = "application/scim+json"
_MAX_BODY = 64 * 1024 * 1024
_MAX_ERROR_BODY = 64 * 1024
_AT_ONCE = 8
_BY_STATUS = {403: "it does not allow this", 409: "it is at odds with another change", 413: "it is too much at once"}
_BLIND_WAIT = 2.0
"""Seconds to wait at least after a 429 that does not say for how long."""


class Exchange:
    """Connections to one service with one source of tokens."""

    def __init__(self, url: str, tokens: TokenSource, *, patience: Patience | None, sleep: Sleep) -> None:
        self._connections = Connections(url, accept=f"{_TYPE}, application/json", patience=patience, sleep=sleep)
        self._tokens = tokens
        self._narrow = asyncio.Semaphore(_AT_ONCE)

    async def close(self) -> None:
        """Close all connections."""
        await self._connections.close()

    async def get(self, path: str, query: Query = ()) -> Answered:
        """Return a good answer, or a 404. Raises a `PlatformError` by cause."""
        return _good(await self._ask("GET", path, query=query), reading=True)

    async def send(self, method: str, path: str, content: bytes, headers: Mapping[str, str] | None = None) -> Answered:
        """Return a good answer to a change, or a 404. Raises a `DirectoryError` by cause."""
        typed = {**(headers or {}), "Content-Type": _TYPE}
        return _good(await self._ask(method, path, headers=typed, content=content), reading=False)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answered | Unanswered:
        async def patiently(credential: Credential) -> Answered | Unanswered:
            return await self._connections.patiently(
                lambda: self._connections.exchange(
                    method,
                    path,
                    credential,
                    most=_MAX_BODY,
                    most_of_error=_MAX_ERROR_BODY,
                    query=query,
                    headers=headers,
                    content=content,
                ),
                lambda got: _wait_after(got, reading=method == "GET"),
            )

        async with self._narrow:
            credential = await self._tokens.current()
            got = await patiently(credential)
            if isinstance(got, Answered) and got.status == 401:
                other = await self._tokens.after_refusal(credential)
                got = got if other is None else await patiently(other)
        return got


def _wait_after(got: Answered | Unanswered, *, reading: bool) -> float | None:
    if isinstance(got, Unanswered):
        return 0.0 if reading or not got.may_have_arrived else None
    if got.status == 429:
        return _retry_after(got, _BLIND_WAIT)
    return _retry_after(got, 0.0) if got.status >= 500 and reading else None


def _retry_after(got: Answered, otherwise: float) -> float:
    """Return the seconds that an answer asks to wait, given as a number or as a date."""
    said = got.headers.get("retry-after", "")
    if said.isascii() and said.isdigit() and len(said) <= 9:
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return otherwise


def _good(got: Answered | Unanswered, *, reading: bool) -> Answered:
    if isinstance(got, Unanswered):
        if reading or not got.may_have_arrived:
            raise NotReached(f"The platform {got.why} ({got.url})")
        raise InDoubt(f"the platform {got.why}, so this may or may not have been done")
    if got.unreadable and reading:
        raise NotScim(got.unreadable)
    if got.good or got.status == 404:
        return got
    raise refusal(got.status, _problem(got.body), reading=reading)


def _problem(body: bytes) -> Problem:
    from roster_tui.accounts.scim import wire

    return wire.read_problem(body)


def refusal(status: int, problem: Problem, *, reading: bool) -> DirectoryError:
    """Return the error that an answer which is not good stands for; after a 5xx a change is in doubt."""
    said = f": {printable(problem.detail)}" if problem.detail else ""
    if status == 401:
        return TokenRefused(f"The platform refused the token{said}")
    if status == 412:
        return ChangedMeanwhile()
    if status == 429:
        return Busy("The platform is too busy, and asks to wait longer than we do")
    if status >= 500:
        if reading:
            return NotReached(f"The platform answered with an error of its own ({status}){said}")
        return InDoubt(f"the platform answered with an error of its own ({status}){said}")
    if 300 <= status < 400:
        return NotScim(f"The platform answered with a redirect ({status}), which is not followed")
    why = WORDS.get(problem.scim_type) or _BY_STATUS.get(status, "it does not accept the request")
    word = problem.scim_type or status
    return Refused(f"the platform refused, since {why} ({word}){said}", status, problem.scim_type)
