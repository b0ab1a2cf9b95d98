"""The directory of a platform that speaks SCIM 2.0, with our ledger beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from roster_tui.accounts.directory import Capabilities, DirectoryError
from roster_tui.accounts.scim.offers import Offers, capabilities
from roster_tui.ledger.files import replace_atomically

if TYPE_CHECKING:
    from roster_tui.accounts.changes import Change
    from roster_tui.accounts.model import Account
    from roster_tui.accounts.scim.members import Member, Members
    from roster_tui.accounts.scim.messages import User
    from roster_tui.accounts.scim.notes import Notes
    from roster_tui.accounts.scim.service import Service

_FEW = 20
"""Accounts up to this number are read one by one once their users are known: what a search finds may lag."""


class ScimDirectory:
    """Accounts on a platform, which keeps them; our ledger keeps what it has no word for.

    Raises a `PlatformError` where the platform cannot be used at all, and `LedgerDamaged`.
    """

    name = "scim"

    def __init__(
        self,
        open_service: Callable[[], Service],
        members: Members,
        notes: Notes,
        offers_file: Path,
        clock: Callable[[], datetime],
        only: str = "",
    ) -> None:
        self._open = open_service
        self._members = members
        self._notes = notes
        self._offers_file = offers_file
        self._clock = clock
        self._only = only
        self._known_offers: Offers | None = None
        self._user_ids: dict[str, str] = {}
        """The platform's ids of users by external id, as far as they have been read."""
        self.remarks: tuple[str, ...] = ()
        """What is to be known of the list that was read last."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do, as the platform last said; everything, as long as it has not been asked."""
        return capabilities(self._remembered() or Offers())

    # -- reading ----------------------------------------------------------------------------------------

    async def list_accounts(self) -> list[Account]:
        """Return the accounts of everybody who is staff for certain, and ask anew what the platform offers."""
        async with self._open() as service:
            offers = await service.offers()
            await asyncio.to_thread(self._remember, offers)
            users, unreadable = await service.all_users(offers, self._only)
        return await asyncio.to_thread(self._listed, users, unreadable)

    async def accounts(self, ids: Sequence[str]) -> Mapping[str, Account]:
        """Return the accounts with these Clever IDs."""
        async with self._open() as service:
            users = await self._found(service, await self._offers(service), ids, fresh=False)
        return await asyncio.to_thread(self._read, users)

    def _listed(self, users: Sequence[User], unreadable: int) -> list[Account]:
        members = self._members.among(users)
        self._user_ids = {user.external_id: user.id for user, _ in members if user.external_id}
        self.remarks = _remarks(len(users) - len(members), unreadable)
        notes = self._notes.tidied({member.id: member.user for member in members}, self._clock())
        return [self._notes.read(*member, notes.get(member.id, {})) for member in members]

    def _read(self, users: Sequence[User]) -> dict[str, Account]:
        members = self._members.among(users)
        notes = self._notes.some(member.id for member in members)
        return {member.id: self._notes.read(*member, notes.get(member.id, {})) for member in members}

    async def _found(self, service: Service, offers: Offers, ids: Sequence[str], *, fresh: bool) -> list[User]:
        """Return users by Clever ID; ``fresh`` ones are each read by themselves, with their version."""
        names = list((await asyncio.to_thread(self._members.external_ids, ids)).values())
        one_by_one = fresh or len(names) <= _FEW
        known = {name: self._user_ids[name] for name in names if one_by_one and name in self._user_ids}
        found = await service.find(offers, [name for name in names if name not in known])
        self._user_ids |= {user.external_id: user.id for user in found if user.external_id}
        if fresh:
            known |= {user.external_id: user.id for user in found if user.external_id}
            found = []
        read = await service.users(offers, list(known.values()))
        found += [user for user, name in zip(read, known, strict=True) if user and user.external_id == name]
        for gone in known.keys() - {user.external_id for user in found}:
            self._user_ids.pop(gone, None)
        return found

    # -- changing ---------------------------------------------------------------------------------------

    async def change(
        self, accounts: Sequence[Account], change: Change, action: str
    ) -> Mapping[str, Account | DirectoryError]:
        """Change accounts, and return by Clever ID each as it is now, or why it was not changed.

        The platform is asked once, bound to the version that was read where it has versions.
        """
        from roster_tui.accounts.scim.changing import Changing

        async with self._open() as service:
            offers = await self._offers(service)
            users = await self._found(service, offers, [account.id for account in accounts], fresh=True)
            members: Mapping[str, Member] = {
                member.id: member for member in await asyncio.to_thread(self._members.among, users)
            }
            return await Changing(service, offers, self._notes, change, action).carry_out(accounts, members)

    async def write(self, accounts: Iterable[Account], read: Mapping[str, Account] | None = None) -> Sequence[str]:
        """Raise `DirectoryError`: the platform's own sync keeps its accounts."""
        raise DirectoryError("the accounts are kept by the platform, whose own sync writes them")

    # -- what the service offers ------------------------------------------------------------------------

    async def _offers(self, service: Service) -> Offers:
        known = await asyncio.to_thread(self._remembered)
        if known is None:
            known = await service.offers()
            await asyncio.to_thread(self._remember, known)
        return known

    def _remembered(self) -> Offers | None:
        if self._known_offers is None:
            try:
                self._known_offers = msgspec.json.decode(self._offers_file.read_bytes(), type=Offers)
            except (FileNotFoundError, msgspec.DecodeError):
                return None
        return self._known_offers

    def _remember(self, offers: Offers) -> None:
        replace_atomically(self._offers_file, msgspec.json.encode(offers))
        self._known_offers = offers


def _remarks(others: int, unreadable: int) -> tuple[str, ...]:
    remarks = []
    if others:
        remarks.append(
            f"{others:,} users of the platform are not shown: their externalId stands for nobody who is known to be"
            " staff, or for two of them"
        )
    if unreadable:
        remarks.append(f"{unreadable:,} users of the platform are not shown: they are not as SCIM documents them")
    return tuple(remarks)
