"""One list of Clever's, page by page: forward, one page ahead, or from both ends at once.

Links are followed, never trusted: not off this host or list, and never back to where we have been.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

from roster_tui.clever.endpoints import DISTRICTS
from roster_tui.clever.errors import Asked, BadResponse, ForeignLink, NotFound, PageLoop, Refused
from roster_tui.clever.records import Record
from roster_tui.clever.transport import Transport
from roster_tui.clever.wire import NotAsDocumented, Unreadable, is_clever_id, read_list
from roster_tui.http.connections import Query

T = TypeVar("T", bound=Record)

PAST_EVERY_ID = "f" * 24
_MOST_EMPTY_PAGES = 100
"""Pages in a row that hold nothing and still lead on."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list."""

    records: list[T]
    unreadable: list[Unreadable]
    next_query: Query | None
    """The query of the next page, or None at the end."""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is listed on it."""
        return not (self.records or self.unreadable)

    @property
    def leads_to(self) -> str:
        """Return the id after which the next page begins; ``""`` at the end."""
        return dict(self.next_query or ()).get("starting_after", "")

    @property
    def last_id(self) -> str:
        """Return the greatest id on it, of what can be read and what cannot; ``""`` when there is none."""
        ids = [each.id for each in self.records] + [each.id for each in self.unreadable]
        return max(filter(is_clever_id, ids), default="")

    def between(self, after: str, before: str) -> Page[T]:
        """Return the page with only those ids that lie between two."""
        return replace(
            self,
            records=[each for each in self.records if after < each.id < before],
            unreadable=[each for each in self.unreadable if not is_clever_id(each.id) or after < each.id < before],
        )


@dataclass(frozen=True)
class Listing(Generic[T]):
    """One list as it is asked for."""

    transport: Transport
    path: str
    record: type[T]
    filters: Query = ()

    @property
    def url(self) -> str:
        """Return where it is asked for, without the query."""
        return self.transport.base_url + self.path

    async def page(self, query: Query = ()) -> Page[T]:
        """Return the page that a query asks for. Raises `BadResponse` or `ForeignLink`, or as `Transport.get` does."""
        answer = await self.transport.get(self.path, query)
        try:
            listed = read_list(answer.body, self.record)
        except NotAsDocumented:
            listed = None
        if listed is None:
            raise BadResponse("The answer is not a list of records", answer.asked, 200)
        next_query = None if listed.next_link is None else self._next_query(listed.next_link, answer.asked)
        return Page(listed.records, listed.unreadable, next_query)

    def _next_query(self, uri: str, asked: Asked) -> Query:
        """Return the query of a next link that stays on this host and this list. Raises `ForeignLink`.

        What the list was narrowed by stays, whatever the link says: without its role, students would come
        among the teachers.
        """
        try:
            link, base = urlsplit(uri), urlsplit(self.transport.base_url)
        except ValueError:
            raise ForeignLink("The link to the next page is none", asked, 200) from None
        elsewhere = (link.scheme or link.netloc) and (link.scheme, link.netloc) != (base.scheme, base.netloc)
        if elsewhere or link.path != self.path:
            raise ForeignLink("The link to the next page leads elsewhere; it was not followed", asked, 200)
        given = dict(parse_qsl(link.query))
        return self.filters + tuple((name, given[name]) for name in ("limit", "starting_after") if name in given)

    # -- forward ----------------------------------------------------------------------------------------

    async def forward(self, page_size: int, after: str = "") -> AsyncGenerator[Page[T]]:
        """Yield the pages in ascending order of id; while one is used, the next is on its way."""
        query = self.filters
        if not self.path.endswith(f"/{DISTRICTS.word}"):
            query += (("limit", str(page_size)),)
        if after:
            query += (("starting_after", after),)
        pending: asyncio.Task[Page[T]] | None = asyncio.create_task(self.page(query))
        empty = 0
        try:
            while pending is not None:
                page = await pending
                after = self._moved_on(page, after)
                empty = empty + 1 if page.is_empty else 0
                if empty > _MOST_EMPTY_PAGES:
                    raise PageLoop("Clever sends empty pages without an end", Asked(self.url), 200)
                pending = None
                if page.next_query is not None:
                    pending = asyncio.create_task(self.page(page.next_query))
                yield page
        finally:
            if pending is not None:
                pending.cancel()
                await asyncio.gather(pending, return_exceptions=True)

    def _moved_on(self, page: Page[T], after: str) -> str:
        """Return where the next page begins; ids ascend over all pages, or we would read in circles."""
        ids = [record.id for record in page.records]
        if ids and min(ids) <= after:
            raise PageLoop("Clever sent a page again", Asked(self.url), 200)
        if page.next_query is None:
            return after
        following = page.leads_to
        if following <= after or (ids and following < max(ids)):
            raise PageLoop("The link to the next page leads back", Asked(self.url), 200)
        return following

    # -- from both ends ---------------------------------------------------------------------------------

    async def from_both_ends(self, page_size: int) -> AsyncGenerator[Page[T]]:
        """Yield the pages in no order, read from the first on and from the last back, until both have met.

        Each page names the next, so a long list takes its pages one after another; this way it takes half the time.
        Every record comes once, as it does forward.
        """
        ascending, descending = self.forward(page_size), self._backward(page_size)
        front, back = "", PAST_EVERY_ID  # What lies between is still to be read.
        ahead = {asyncio.create_task(_next(ascending)): ascending}
        try:
            while front < back:
                done, _ = await asyncio.wait(ahead, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    source, page = ahead.pop(task), task.result()
                    if page is None and source is ascending:
                        return
                    if page is None:
                        continue
                    if source is ascending and not front and page.next_query is not None:
                        ahead[asyncio.create_task(_next(descending))] = descending
                    ahead[asyncio.create_task(_next(source))] = source
                    unread = page.between(front, back)
                    if source is ascending:
                        front = max(front, page.last_id, page.leads_to)
                    else:
                        back = page.records[0].id
                    yield unread
        finally:
            for task in ahead:
                task.cancel()
            await asyncio.gather(*ahead, return_exceptions=True)
            await ascending.aclose()
            await descending.aclose()

    async def _backward(self, page_size: int) -> AsyncGenerator[Page[T]]:
        """Yield the pages from the last one back, each ending with the record that the one before begins with.

        That record proves that nothing was left out between the two. Where there is no such proof, or a record
        cannot be read, this ends: the pages that lead forward bring the rest.
        """
        asked = (*self.filters, ("limit", str(page_size)))
        with suppress(Refused, NotFound):
            page = await self.page((*asked, ("ending_before", PAST_EVERY_ID)))
            beyond = (*self.filters, ("limit", "1"), ("starting_after", page.last_id))
            if not _ascends(page) or not (await self.page(beyond)).is_empty:
                return  # That was not the last page: the server knows no way back.
            while True:
                yield page
                first, second = page.records[:2]
                page = await self.page((*asked, ("ending_before", second.id)))
                if not _ascends(page) or page.last_id != first.id:
                    return


def _ascends(page: Page[Any]) -> bool:
    """Return whether a page has several records, all of them read, in order of their ids."""
    ids = [each.id for each in page.records]
    return len(ids) > 1 and not page.unreadable and ids == sorted(ids)


async def _next(pages: AsyncGenerator[Page[T]]) -> Page[T] | None:
    return await anext(pages, None)
