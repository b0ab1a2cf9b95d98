"""A platform's SCIM service: what it offers, its users, and changes to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import quote

from roster_tui.accounts.directory import ChangedMeanwhile, DirectoryError, InDoubt
from roster_tui.accounts.scim.errors import NotScim, Refused
from roster_tui.accounts.scim.exchange import Exchange, refusal
from roster_tui.accounts.scim.messages import Done, Page, Replacement, Unreadable, User
from roster_tui.accounts.scim.offers import Offers
from roster_tui.http.connections import Answered, Patience, Query, Sleep
from roster_tui.http.credentials import TokenSource

_PAGE = 500
_MOST_PAGES = 20_000
_IDS_A_FILTER = 20
"""External ids in one filter: well below the length that an address may have."""

Outcome = User | DirectoryError | None
"""The user after a change, None when the platform did it without showing the user, or why it was not done."""


@dataclass(frozen=True)
class Patch:
    """What is to become of one user, as it was read."""

    user: User
    replacements: Sequence[Replacement]


class Service:
    """One service, as long as the context is open.

    Every method may raise a `PlatformError` by cause; what changes may raise `InDoubt`.
    """

    def __init__(
        self, url: str, tokens: TokenSource, *, patience: Patience | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._exchange = Exchange(url, tokens, patience=patience, sleep=sleep)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(_load_wire)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exchange.close()

    # -- reading ----------------------------------------------------------------------------------------

    async def offers(self) -> Offers:
        """Return what the service says that it can do."""
        from roster_tui.accounts.scim import wire

        paths = ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas")
        documents = await asyncio.gather(*(self._document(path) for path in paths))
        try:
            return await asyncio.to_thread(wire.read_offers, *documents)
        except Unreadable as error:
            raise NotScim(f"The platform does not describe itself as SCIM asks for ({error})") from None

    async def all_users(self, offers: Offers, only: str = "") -> tuple[list[User], int]:
        """Return all users, or those of a filter, and how many more cannot be read.

        Raises `NotScim` when the list does not hold still or does not end.
        """
        users, unreadable, total = await self._list(offers, only)
        if total is not None and len(users) + unreadable != total:
            # Somebody came or went between two pages; a list with a gap would look like people who are gone.
            users, unreadable, total = await self._list(offers, only)
        if total is not None and len(users) + unreadable != total:
            raise NotScim(f"The platform speaks of {total:,} users and lists {len(users) + unreadable:,}")
        return users, unreadable

    async def find(self, offers: Offers, external_ids: Sequence[str]) -> list[User]:
        """Return the users with these external ids."""
        if not offers.filter:
            wanted = set(external_ids)
            return [user for user in (await self.all_users(offers))[0] if user.external_id in wanted]
        size = min(_IDS_A_FILTER, offers.most_results or _IDS_A_FILTER)
        groups = [external_ids[start : start + size] for start in range(0, len(external_ids), size)]
        found = await asyncio.gather(*(self._find(offers, group) for group in groups))
        return [user for group in found for user in group]

    async def user(self, offers: Offers, user_id: str) -> User | None:
        """Return one user as it is now; None when there is none."""
        answer = await self._exchange.get(_path(offers, user_id))
        return None if answer.status == 404 else await self._read_user(answer)

    async def users(self, offers: Offers, user_ids: Sequence[str]) -> list[User | None]:
        """Return users as they are now, one by one, in the same order."""
        return list(await asyncio.gather(*(self.user(offers, user_id) for user_id in user_ids)))

    # -- changing ---------------------------------------------------------------------------------------

    async def patch(self, offers: Offers, patches: Sequence[Patch]) -> list[Outcome]:
        """Change users, each on its own or all in one bulk request; returns what became of each."""
        from roster_tui.accounts.scim import wire

        if not offers.patch:
            return list(await asyncio.gather(*(self._put(offers, each) for each in patches)))
        if len(patches) > 1 and offers.bulk_operations >= len(patches):
            paths = {_path(offers, each.user.id): (each.replacements, _bound(offers, each.user)) for each in patches}
            body = wire.bulk(paths)
            if not offers.bulk_bytes or len(body) <= offers.bulk_bytes:
                return await self._bulk(body, patches)
        return list(await asyncio.gather(*(self._patch(offers, each) for each in patches)))

    async def _patch(self, offers: Offers, patch: Patch) -> Outcome:
        from roster_tui.accounts.scim import wire

        return await self._changed(offers, "PATCH", patch.user, wire.patch(patch.replacements))

    async def _put(self, offers: Offers, patch: Patch) -> Outcome:
        """Replace a whole user (RFC 7644, 3.5.1): what we do not keep goes back as it came."""
        from roster_tui.accounts.scim import wire

        try:
            answer = await self._exchange.get(_path(offers, patch.user.id))
        except DirectoryError as error:
            return error
        if answer.status == 404:
            return DirectoryError("the platform has no such user any more")
        try:
            now = wire.read_user(answer.body)
            if patch.user.version is None:
                return DirectoryError("the platform tells no version of this user, so that replacing it is not safe")
            if now.version != patch.user.version:
                return ChangedMeanwhile()
            body = wire.replaced(answer.body, patch.replacements)
        except Unreadable as error:
            return NotScim(f"The platform's user is not as SCIM documents it ({error})")
        return await self._changed(offers, "PUT", now, body)

    async def _changed(self, offers: Offers, method: str, user: User, body: bytes) -> Outcome:
        from roster_tui.accounts.scim import wire

        version = _bound(offers, user)
        bound = {"If-Match": version} if version else {}
        try:
            answer = await self._exchange.send(method, _path(offers, user.id), body, bound)
        except DirectoryError as error:
            return error
        if answer.status == 404:
            return DirectoryError("the platform has no such user any more")
        try:
            return wire.read_user(answer.body)
        except Unreadable:
            # It was done: whoever asked reads the user to see.
            return None

    async def _bulk(self, body: bytes, patches: Sequence[Patch]) -> list[Outcome]:
        from roster_tui.accounts.scim import wire

        try:
            answer = await self._exchange.send("POST", "/Bulk", body)
            if answer.status == 404:
                return [DirectoryError("the platform takes no bulk requests, though it says so")] * len(patches)
            done = {each.user: each for each in wire.read_bulk(answer.body)}
        except DirectoryError as error:
            return [error] * len(patches)
        except Unreadable:
            return [InDoubt("the platform's answer cannot be read")] * len(patches)
        return [_outcome(done.get(each.user.id)) for each in patches]

    # -- lists ------------------------------------------------------------------------------------------

    async def _document(self, path: str) -> bytes | None:
        answer = await self._exchange.get(path)
        return None if answer.status == 404 else answer.body

    async def _list(self, offers: Offers, only: str) -> tuple[list[User], int, int | None]:
        users: dict[str, User] = {}
        unreadable, start, cursor = 0, 1, ""
        for _ in range(_MOST_PAGES):
            place = ("cursor", cursor) if offers.cursor else ("startIndex", str(start))
            page = await self._page(offers, only, (place, ("count", str(min(_PAGE, offers.most_results or _PAGE)))))
            if page.users and all(user.id in users for user in page.users):
                raise NotScim("The platform's list of users does not move forward from page to page")
            users |= {user.id: user for user in page.users}
            unreadable += page.unreadable
            start += page.length
            cursor = page.next_cursor or ""
            ended = not cursor if offers.cursor else not page.length or start > (page.total or 0)
            if ended:
                return list(users.values()), unreadable, page.total
        raise NotScim("The platform's list of users does not end")

    async def _find(self, offers: Offers, external_ids: Sequence[str]) -> list[User]:
        wanted = " or ".join(f"externalId eq {json.dumps(each)}" for each in external_ids)
        try:
            page = await self._page(offers, wanted, (("count", str(2 * len(external_ids))),))
        except Refused as error:
            if len(external_ids) == 1 or error.scim_type not in ("invalidFilter", "tooMany"):
                raise
            # Not every service takes several conditions at once.
            found = await asyncio.gather(*(self._find(offers, [each]) for each in external_ids))
            return [user for group in found for user in group]
        return page.users

    async def _page(self, offers: Offers, only: str, query: Query) -> Page:
        from roster_tui.accounts.scim import wire

        filtered = (("filter", only),) if only else ()
        answer = await self._exchange.get(offers.users_path, (*query, *filtered, ("attributes", ",".join(wire.KEPT))))
        if answer.status == 404:
            raise NotScim("The platform has no list of users at this address")
        try:
            return await asyncio.to_thread(wire.read_page, answer.body)
        except Unreadable as error:
            raise NotScim(f"The platform's list of users is not as SCIM documents it ({error})") from None

    async def _read_user(self, answer: Answered) -> User:
        from roster_tui.accounts.scim import wire

        try:
            return wire.read_user(answer.body)
        except Unreadable as error:
            raise NotScim(f"The platform's user is not as SCIM documents it ({error})") from None


def _load_wire() -> None:
    import roster_tui.accounts.scim.wire  # noqa: F401  # half a second, in a thread of its own


def _path(offers: Offers, user_id: str) -> str:
    return f"{offers.users_path}/{quote(user_id, safe='')}"


def _bound(offers: Offers, user: User) -> str | None:
    return user.version if offers.etag else None


def _outcome(done: Done | None) -> Outcome:
    if done is None:
        return InDoubt("the platform's answer does not speak of this account")
    if done.status == 404:
        return DirectoryError("the platform has no such user any more")
    if 200 <= done.status < 300:
        return None
    return refusal(done.status, done.problem, reading=False)
