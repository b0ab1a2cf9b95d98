"""What goes wrong between a console and Clever: each fault a value that says what it does to an answer.

A fault strikes the requests that it can, from the first one after ``after`` on, ``times`` times.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

import msgspec
import orjson

from roster_tui.sandbox.districts import SharedDistrict

LEFT_BY_OTHERS = 8
"""Requests that other programs with the same token leave in a window."""


@dataclass(frozen=True)
class Answer:
    """One whole answer, before it is sent."""

    status: int
    headers: dict[str, str]
    body: bytes
    cut: bool = False
    """Whether the connection breaks in the middle of the body."""


Proceed = Callable[[str], Awaitable[Answer]]
"""Asks on, with a query; returns what would have been answered."""


@dataclass(frozen=True)
class Strike:
    """One request that a fault strikes."""

    path: str
    query: str
    district: SharedDistrict
    now: float
    seconds: float
    """The fault's parameter; its help says of what."""
    number: int
    """0 for the first request that this fault strikes."""
    proceed: Proceed

    async def answer(self) -> Answer:
        """Return what would have been answered."""
        return await self.proceed(self.query)


@dataclass(frozen=True)
class FaultKind:
    """One way for things to go wrong."""

    name: str
    help: str
    act: Callable[[Strike], Awaitable[Answer]]
    can_strike: Callable[[str, str], bool]
    """Whether it can strike a request with this path and query."""
    after: int = 0
    times: int = 0
    """0: until it is taken away."""
    seconds: float = 0.0


class Fault(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A fault that was asked for; what is not given is the kind's own. Raises `ValueError` for another kind."""

    kind: str
    after: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """How many requests it lets pass."""
    times: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """How many it strikes; 0 strikes until it is taken away."""
    seconds: Annotated[float, msgspec.Meta(ge=-86_400, le=86_400)] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault {self.kind}; there are {', '.join(KINDS)}")


def parse(text: str) -> Fault:
    """Read ``KIND`` or ``KIND:after=4,times=2``. Raises `ValueError` saying what is wrong."""
    kind, _, given = text.partition(":")
    parameters = dict(part.partition("=")[::2] for part in given.split(",") if part)
    return msgspec.convert({**parameters, "kind": kind}, Fault, strict=False)


# -- which requests ---------------------------------------------------------------------------------


def _any(path: str, query: str) -> bool:
    return True


def _list(path: str, query: str) -> bool:
    """Whether a list is asked for, other than that of the one district."""
    return path.count("/") == 2 and not path.endswith("/districts")


def _later_page(path: str, query: str) -> bool:
    return _list(path, query) and "starting_after=" in query


def _events(path: str, query: str) -> bool:
    return path.endswith("/events")


# -- what happens to them ---------------------------------------------------------------------------


async def _rate_limited(strike: Strike) -> Answer:
    # From the first request on a window is short: Clever's own never end earlier than they said.
    strike.district.window.crowd(strike.now, strike.seconds, LEFT_BY_OTHERS)
    return await strike.answer()


async def _server_error(strike: Strike) -> Answer:
    answer = await strike.answer()
    status, said = ((500, "Internal error"), (502, "Bad gateway"), (503, "Service unavailable"))[strike.number % 3]
    return replace(answer, status=status, body=orjson.dumps({"message": said}))


async def _slow(strike: Strike) -> Answer:
    import asyncio

    await asyncio.sleep(strike.seconds)
    return await strike.answer()


async def _cut(strike: Strike) -> Answer:
    return replace(await strike.answer(), cut=True)


async def _html(strike: Strike) -> Answer:
    answer = await strike.answer()
    page = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Web filter</h1></body></html>\n"
    return replace(answer, status=200, headers=answer.headers | {"content-type": "text/html"}, body=page)


async def _broken_json(strike: Strike) -> Answer:
    answer = await strike.answer()
    return replace(answer, body=answer.body[: len(answer.body) // 2])


async def _wrong_types(strike: Strike) -> Answer:
    def spoil(document: Any) -> None:
        for item in document.get("data", [])[:1]:
            event = item["data"].get("data", {})
            record = event.get("object", item["data"])
            record |= {"name": ["?"], "email": 7, "students": "none"}

    return _changed(await strike.answer(), spoil)


async def _page_loop(strike: Strike) -> Answer:
    return _with_next(await strike.answer(), f"{strike.path}?{strike.query}")


async def _foreign_next(strike: Strike) -> Answer:
    return _with_next(await strike.answer(), f"https://api.clever.com.example.net{strike.path}?{strike.query}")


async def _repeated_page(strike: Strike) -> Answer:
    kept = [part for part in strike.query.split("&") if not part.startswith("starting_after=")]
    return await strike.proceed("&".join(kept))


async def _moving(strike: Strike) -> Answer:
    from roster_tui.sandbox.nights import rekey_one_teacher

    rekey_one_teacher(strike.district.store, strike.now)
    return await strike.answer()


async def _revoked(strike: Strike) -> Answer:
    strike.district.rotate_token()
    return await strike.answer()


async def _event_gap(strike: Strike) -> Answer:
    strike.district.store.forget_events_before_last_night()
    return await strike.answer()


async def _clock_skew(strike: Strike) -> Answer:
    from email.utils import formatdate

    answer = await strike.answer()
    skewed = {"date": formatdate(strike.now + strike.seconds, usegmt=True)}
    if reset := answer.headers.get("x-ratelimit-reset"):
        skewed["x-ratelimit-reset"] = str(int(int(reset) + strike.seconds))
    return replace(answer, headers=answer.headers | skewed)


def _with_next(answer: Answer, uri: str) -> Answer:
    def lead(document: Any) -> None:
        others = [link for link in document.get("links", []) if link["rel"] != "next"]
        document["links"] = [*others, {"rel": "next", "uri": uri}]

    return _changed(answer, lead)


def _changed(answer: Answer, change: Callable[[Any], None]) -> Answer:
    if answer.status != 200:
        return answer
    document = orjson.loads(answer.body)
    change(document)
    return replace(answer, body=orjson.dumps(document))


KINDS: dict[str, FaultKind] = {
    kind.name: kind
    for kind in (
        FaultKind(
            "rate-limit-storm",
            f"Answers 429 after {LEFT_BY_OTHERS} requests in each window of SECONDS (2): others use the token too.",
            _rate_limited,
            _any,
            seconds=2,
        ),
        FaultKind("server-errors", "Answers 500, 502 and 503 in turn.", _server_error, _any, times=4),
        FaultKind("slow", "Waits SECONDS (3) before each answer.", _slow, _any, seconds=3),
        FaultKind("cut-body", "Breaks the connection in the middle of an answer.", _cut, _any, times=4),
        FaultKind("html-error", "Answers an HTML page with status 200, as a web filter does.", _html, _any),
        FaultKind("broken-json", "Ends the JSON in the middle, in a complete answer.", _broken_json, _list),
        FaultKind("wrong-types", "Gives the first record of a page fields of other types.", _wrong_types, _list),
        FaultKind("page-loop", "Links every page to itself as the next.", _page_loop, _list),
        FaultKind("foreign-next", "Links to a next page on another host.", _foreign_next, _list),
        FaultKind("repeated-page", "Answers the first page again instead of a later one.", _repeated_page, _later_page),
        FaultKind(
            "moving",
            "Lets the district sync in the middle of a crawl: last_sync moves, and a teacher is re-keyed.",
            _moving,
            _list,
            after=4,
            times=1,
        ),
        FaultKind("revoked", "Exchanges the token in the middle of a crawl.", _revoked, _list, after=4, times=1),
        FaultKind("event-gap", "Forgets all events but the last night's, and does not say so.", _event_gap, _events),
        FaultKind(
            "clock-skew", "Tells the time with a clock that is SECONDS (3600) fast.", _clock_skew, _any, seconds=3600
        ),
    )
}
