"""Clever's lists and records, typed; pages come as an async iterator that reads one page ahead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

import orjson
from pydantic import BaseModel, ValidationError

from roster_tui.clever.errors import Asked, BadResponse, ForeignLink, PageLoop
from roster_tui.clever.records import Course, District, Record, School, Section, Term, User
from roster_tui.clever.transport import Answer, Patience, Traffic, Transport

T = TypeVar("T", bound=Record)


@dataclass(frozen=True)
class Unreadable:
    """A record that is not as documented; it was left out, and the page kept."""

    id: str
    """Its Clever ID, or ``?``."""
    problem: str
    """Which field and what was expected; never the value, which may be a student's."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list."""

    records: list[T]
    unreadable: list[Unreadable]
    next_query: Mapping[str, str] | None
    """The query of the next page, or None at the end."""


class _Item(BaseModel, Generic[T]):
    data: T


class _Link(BaseModel):
    rel: str
    uri: str


class _Envelope(BaseModel, Generic[T]):
    data: list[_Item[T]] = []
    links: list[_Link] = []


class _Single(BaseModel, Generic[T]):
    data: T


class Client:
    """Reads one district; use it as an async context manager.

    Every method may raise a `CleverError` by cause.
    """

    def __init__(
        self,
        token: str,
        base_url: str = "https://api.clever.com",
        *,
        version: str = "v3.1",
        page_size: int = 1_000,
        patience: Patience | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._transport = Transport(base_url, token, patience=patience, sleep=sleep)
        self._prefix = f"/{version}"
        self._page_size = page_size

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.close()

    @property
    def traffic(self) -> Traffic:
        """What this client has cost so far."""
        return self._transport.traffic

    async def district(self) -> District:
        """Return the district of the token."""
        page = await self._page("/districts", {}, District)
        if not page.records:
            raise BadResponse("Clever names no district for this token", Asked(self._url("/districts")), 200)
        return page.records[0]

    def schools(self) -> AsyncIterator[Page[School]]:
        """Yield all schools by page, in ascending order of id."""
        return self._pages("/schools", School)

    def terms(self) -> AsyncIterator[Page[Term]]:
        """Yield all terms by page."""
        return self._pages("/terms", Term)

    def courses(self) -> AsyncIterator[Page[Course]]:
        """Yield all courses by page."""
        return self._pages("/courses", Course)

    def sections(self) -> AsyncIterator[Page[Section]]:
        """Yield all sections by page."""
        return self._pages("/sections", Section)

    def users(self, role: str) -> AsyncIterator[Page[User]]:
        """Yield all users who hold a role by page: ``student, teacher, staff`` or ``district_admin``."""
        return self._pages("/users", User, role=role)

    def _url(self, path: str) -> str:
        return f"{self._transport.base_url}{self._prefix}{path}"

    async def _pages(self, path: str, kind: type[T], **params: str) -> AsyncIterator[Page[T]]:
        """Yield the pages of a list; while one is used, the next is on its way."""
        query = {**params, "limit": str(self._page_size)}
        pending: asyncio.Task[Page[T]] | None = asyncio.create_task(self._page(path, query, kind))
        last_id = ""
        try:
            while pending is not None:
                page = await pending
                last_id = self._moved_on(path, page, last_id)
                pending = None
                if page.next_query is not None:
                    pending = asyncio.create_task(self._page(path, page.next_query, kind))
                yield page
        finally:
            if pending is not None:
                pending.cancel()

    def _moved_on(self, path: str, page: Page[T], last_id: str) -> str:
        """Return the last id of a page; ids ascend over all pages, or we would read in circles."""
        ids = [record.id for record in page.records]
        if ids and ids[0] <= last_id:
            raise PageLoop("Clever sent a page again", Asked(self._url(path)), 200)
        last_id = ids[-1] if ids else last_id
        if page.next_query is not None and page.next_query.get("starting_after", "") < last_id:
            raise PageLoop("The link to the next page leads back", Asked(self._url(path)), 200)
        return last_id

    async def _page(self, path: str, query: Mapping[str, str], kind: type[T]) -> Page[T]:
        answer = await self._transport.get(self._prefix + path, query)
        try:
            envelope = _Envelope[kind].model_validate_json(answer.body)  # type: ignore[valid-type]
            records = [item.data for item in envelope.data]
            unreadable: list[Unreadable] = []
            links = envelope.links
        except ValidationError:
            records, unreadable, links = _one_by_one(answer, kind)
        following = next((link.uri for link in links if link.rel == "next"), None)
        next_query = None if following is None else self._next_query(following, path, answer.asked)
        return Page(records, unreadable, next_query)

    def _next_query(self, uri: str, path: str, asked: Asked) -> dict[str, str]:
        """Return the query of a next link that stays on this host and this list. Raises `ForeignLink`."""
        link, base = urlsplit(uri), urlsplit(self._transport.base_url)
        elsewhere = (link.scheme or link.netloc) and (link.scheme, link.netloc) != (base.scheme, base.netloc)
        if elsewhere or link.path != self._prefix + path:
            raise ForeignLink("The link to the next page leads elsewhere; it was not followed", asked, 200)
        return dict(parse_qsl(link.query))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _one_by_one(answer: Answer, kind: type[T]) -> tuple[list[T], list[Unreadable], list[_Link]]:
    """Read a page of which not every record is as documented."""
    try:
        body: Any = orjson.loads(answer.body)
        items = [item["data"] for item in _list(body["data"])]
        links = [_Link.model_validate(link) for link in body.get("links") or []]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValidationError):
        raise BadResponse("The answer is not a list of records", answer.asked, 200) from None
    records: list[T] = []
    unreadable: list[Unreadable] = []
    for item in items:
        try:
            records.append(kind.model_validate(item))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            field = ".".join(map(str, first["loc"])) or "record"
            named = str(item.get("id", "?")) if isinstance(item, dict) else "?"
            unreadable.append(Unreadable(named, f"{field}: {first['msg']}"))
    return records, unreadable, links
