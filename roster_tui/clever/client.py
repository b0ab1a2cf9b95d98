"""Clever's lists and records, typed; pages come as an async iterator that reads ahead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from roster_tui.clever.endpoints import (
    COURSES,
    DETAILS,
    DISTRICTS,
    LISTS,
    SCHOOLS,
    SECTIONS,
    SINGLES,
    TERMS,
    USERS,
    Collection,
    Single,
)
from roster_tui.clever.errors import Asked, BadResponse, Refused
from roster_tui.clever.paging import PAST_EVERY_ID, Listing, Page
from roster_tui.clever.records import Course, District, Event, Record, School, Section, Term, User
from roster_tui.clever.transport import Transport
from roster_tui.clever.wire import NotAsDocumented, is_clever_id, read_count, read_one
from roster_tui.http.connections import Patience, Query, Traffic
from roster_tui.http.credentials import Credential, FixedToken, TokenSource

T = TypeVar("T", bound=Record)


class Client:
    """Reads one district; use it as an async context manager.

    Every method may raise a `CleverError` by cause, and ValueError for a question that Clever does not have.
    """

    def __init__(
        self,
        token: str | TokenSource,
        base_url: str = "https://api.clever.com",
        *,
        version: str = "v3.1",
        page_size: int = 1_000,
        patience: Patience | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        tokens = FixedToken(Credential.bearer(token)) if isinstance(token, str) else token
        del token  # or it would stand among the local variables of a traceback
        self._transport = Transport(base_url, tokens, patience=patience, sleep=sleep)
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

    @property
    def skew(self) -> timedelta | None:
        """How far this machine's clock was ahead of Clever's at its latest answer; None while that is not known."""
        return self._transport.skew

    # -- a district's lists ---------------------------------------------------------------------------

    async def district(self) -> District:
        """Return the district of the token."""
        districts = self._listing(f"/{DISTRICTS.word}", District)
        page = await districts.page()
        if not page.records:
            raise BadResponse("Clever names no district for this token", Asked(districts.url), 200)
        return page.records[0]

    def schools(self) -> AsyncIterator[Page[School]]:
        """Yield all schools by page, in ascending order of id."""
        return self.records(SCHOOLS)

    def terms(self) -> AsyncIterator[Page[Term]]:
        """Yield all terms by page."""
        return self.records(TERMS)

    def courses(self) -> AsyncIterator[Page[Course]]:
        """Yield all courses by page."""
        return self.records(COURSES)

    def sections(self) -> AsyncIterator[Page[Section]]:
        """Yield all sections by page."""
        return self.records(SECTIONS)

    def users(self, role: str | None = None) -> AsyncIterator[Page[User]]:
        """Yield all users who hold a role by page: ``student, teacher, staff, district_admin`` or ``contact``."""
        return self.records(USERS, role=role)

    # -- every other path -----------------------------------------------------------------------------

    def records(self, what: Collection[T], *, role: str | None = None) -> AsyncIterator[Page[T]]:
        """Yield everything of one type that the district shares, by page."""
        return self._list(what.word, f"/{what.word}", what, role, primary=False).forward(self._page_size)

    def from_both_ends(self, what: Collection[T], *, role: str | None = None) -> AsyncIterator[Page[T]]:
        """Yield the same in no order, in half the time: read from the first page on and from the last one back."""
        return self._list(what.word, f"/{what.word}", what, role, primary=False).from_both_ends(self._page_size)

    async def one(self, what: Collection[T], clever_id: str) -> T:
        """Return one record by its Clever ID. Raises `NotFound`."""
        if what.word not in DETAILS:
            raise ValueError(f"Clever has no single record under /{what.word}")
        return await self._one(f"/{what.word}/{_id(clever_id)}", what.record)

    def within(
        self,
        owner: Collection[Any],
        clever_id: str,
        what: Collection[T],
        *,
        role: str | None = None,
        primary: bool = False,
    ) -> AsyncIterator[Page[T]]:
        """Yield what belongs to one record, by page: ``within(SCHOOLS, id, USERS, role="teacher")``.

        ``primary`` narrows a school's users to those whose main school it is, and a user's schools to that one.
        """
        path = f"/{owner.word}/{_id(clever_id)}/{what.word}"
        return self._list(f"{owner.word}/{what.word}", path, what, role, primary=primary).forward(self._page_size)

    async def related(self, owner: Collection[Any], clever_id: str, what: Single[T]) -> T:
        """Return the one record that another belongs to: ``related(SECTIONS, id, TERM)``. Raises `NotFound`."""
        if f"{owner.word}/{what.word}" not in SINGLES:
            raise ValueError(f"Clever has no /{owner.word}/{{id}}/{what.word}")
        return await self._one(f"/{owner.word}/{_id(clever_id)}/{what.word}", what.record)

    async def count(self, resource: str, role: str | None = None) -> int | None:
        """Return how many records of a resource (``users``) there are, or None when the server does not tell."""
        if resource not in LISTS or not LISTS[resource].count:
            raise ValueError(f"Clever does not count /{resource}")
        query: Query = (*_filters(resource, role, primary=False), ("count", "true"))
        if LISTS[resource].paged:
            # Where the question is ignored, the answer is a list: a short one.
            query += (("limit", "1"),)
        answer = await self._transport.get(f"{self._prefix}/{resource}", query)
        with suppress(NotAsDocumented):
            return read_count(answer.body)
        raise BadResponse("The answer is no count", answer.asked, 200)

    # -- events -----------------------------------------------------------------------------------------

    def events(
        self,
        starting_after: str | None = None,
        record_types: Sequence[str] = (),
        school: str | None = None,
    ) -> AsyncIterator[Page[Event]]:
        """Yield the events after an event's id by page, oldest first; only of some resources, or of one school.

        Clever keeps 30 days and does not say when it has dropped some (reference 5.3): an id older than that
        is no place to start from.
        """
        filters = tuple(("record_type", each) for each in record_types)
        filters += (("school", _id(school)),) if school else ()
        after = _id(starting_after) if starting_after else ""
        return self._listing("/events", Event, filters).forward(self._page_size, after)

    async def latest_event_id(self) -> str | None:
        """Return the id of the newest event, or None while there is none."""
        newest = ""
        with suppress(Refused):
            page = await self._listing("/events", Event).page((("ending_before", PAST_EVERY_ID), ("limit", "1")))
            newest = page.last_id
        # Not every server honours that question: what comes after its answer is read to the end.
        async for page in self.events(newest or None):
            newest = max(newest, page.last_id)
        return newest or None

    def _list(self, known_as: str, path: str, what: Collection[T], role: str | None, *, primary: bool) -> Listing[T]:
        if known_as not in LISTS:
            raise ValueError(f"Clever has no list {path}")
        return self._listing(path, what.record, _filters(known_as, role, primary=primary))

    def _listing(self, path: str, record: type[T], filters: Query = ()) -> Listing[T]:
        return Listing(self._transport, self._prefix + path, record, filters)

    async def _one(self, path: str, kind: type[T]) -> T:
        answer = await self._transport.get(self._prefix + path)
        with suppress(NotAsDocumented):
            return read_one(answer.body, kind)
        raise BadResponse("The answer is not a record as Clever documents it", answer.asked, 200)


def _filters(known_as: str, role: str | None, *, primary: bool) -> Query:
    """Return a list's filters as a query. Raises ValueError for what Clever does not have there."""
    has = LISTS[known_as]
    if role is not None and role not in has.roles:
        known = ", ".join(has.roles) or "none"
        raise ValueError(f"/{known_as} cannot be narrowed to the role {role!r}; it knows {known}")
    if primary and not has.primary:
        raise ValueError(f"/{known_as} cannot be narrowed to main schools")
    return ((("role", role),) if role else ()) + ((("primary", "true"),) if primary else ())


def _id(clever_id: str) -> str:
    """Return a Clever ID that may stand in a path. Raises ValueError."""
    if not is_clever_id(clever_id):
        raise ValueError(f"{clever_id[:40]!r} is no Clever ID: 24 hexadecimal digits are expected")
    return clever_id
