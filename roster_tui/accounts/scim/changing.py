"""Changing some accounts: what our ledger keeps is claimed there first, then the platform is asked, once.

A claim whose platform refused is taken back. One whose platform did not answer stays: it says nothing until
the platform is in the state that it speaks of.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from roster_tui.accounts.changes import Change
from roster_tui.accounts.directory import ChangedMeanwhile, DirectoryError, InDoubt
from roster_tui.accounts.model import Account, Permission, Role
from roster_tui.accounts.scim.members import Member
from roster_tui.accounts.scim.messages import Replacement, User
from roster_tui.accounts.scim.notes import Note, Notes, claimed, corrected, note_of
from roster_tui.accounts.scim.offers import Offers
from roster_tui.accounts.scim.rights import renamed
from roster_tui.accounts.scim.service import Patch, Service

Results = dict[str, Account | DirectoryError]
"""By Clever ID, the account as it is now, or why it was not changed."""


@dataclass(frozen=True)
class _Work:
    """One account that the platform is asked to change."""

    member: Member
    before: Note
    claim: Note
    after: Note
    replacements: Sequence[Replacement]


@dataclass
class Changing:
    """One change of some accounts."""

    service: Service
    offers: Offers
    notes: Notes
    change: Change
    action: str
    results: Results = field(default_factory=dict)

    async def carry_out(self, accounts: Sequence[Account], members: Mapping[str, Member]) -> Results:
        """Change accounts, given as they were read before; returns what became of each."""
        works = await asyncio.to_thread(self._claim, accounts, members)
        if works:
            patches = [Patch(work.member.user, work.replacements) for work in works]
            answers = await self.service.patch(self.offers, patches)
            seen = await asyncio.gather(*map(self._seen, works, answers))
            await asyncio.to_thread(self._settle, works, seen)
        return self.results

    def _claim(self, accounts: Sequence[Account], members: Mapping[str, Member]) -> list[_Work]:
        works: list[_Work] = []
        read = {account.id: account for account in accounts}

        def new(clever_id: str, note: Note) -> Note | None:
            member = members.get(clever_id)
            if member is None:
                self.results[clever_id] = DirectoryError("the platform has no such user any more")
                return None
            now = self.notes.read(*member, note)
            after = self.change.applied_to(now)
            if after == now and (now == read[clever_id] or now.last_action == self.action):
                self.results[clever_id] = now
                return None
            if now != read[clever_id]:
                self.results[clever_id] = ChangedMeanwhile()
                return None
            try:
                replacements = _replacements(member.user, now, after, self.offers)
            except DirectoryError as error:
                self.results[clever_id] = error
                return None
            noted = note_of(replace(after, last_action=self.action))
            if not replacements:
                self.results[clever_id] = self.notes.read(*member, noted)
                return noted
            works.append(_Work(member, note, claimed(note, noted), noted, replacements))
            return works[-1].claim

        self.notes.rewrite(read, new)
        return works

    async def _seen(self, work: _Work, answer: User | DirectoryError | None) -> User | DirectoryError:
        """Return the user as the platform shows it afterwards."""
        if isinstance(answer, DirectoryError):
            return answer
        if answer is not None and answer.external_id == work.member.user.external_id:
            return answer
        try:
            user = await self.service.user(self.offers, work.member.user.id)
        except DirectoryError as error:
            return InDoubt(f"the platform said yes, and could not be read afterwards ({error})")
        return user or DirectoryError("the platform has no such user any more")

    def _settle(self, works: Sequence[_Work], seen: Sequence[User | DirectoryError]) -> None:
        found = {work.member.id: (work, each) for work, each in zip(works, seen, strict=True)}

        def new(clever_id: str, note: Note) -> Note:
            work, each = found[clever_id]
            fresh = corrected(note, work.claim, work.after)
            if isinstance(each, User):
                account = self.notes.read(each, work.member.identity, fresh)
                if self.change.applied_to(account) == account:
                    self.results[clever_id] = account
                    return fresh
                each = DirectoryError("the platform said yes, and left the account as it was")
            self.results[clever_id] = each
            return note if isinstance(each, InDoubt) else corrected(note, work.claim, work.before)

        self.notes.rewrite(found, new)


def _replacements(user: User, before: Account, after: Account, offers: Offers) -> list[Replacement]:
    """Return what the platform must change for an account to become another. Raises `DirectoryError`."""
    found = []
    if (after.cause is None) != user.active:
        found.append(Replacement("active", after.cause is None))
    if after.role is not before.role:
        if after.role is Role.OTHER:
            raise DirectoryError("which role of the platform's own this was is not known: give it there")
        found.append(Replacement("roles", renamed(user.roles, Role, after.role, offers.role_names)))
    if after.permission is not before.permission:
        found.append(Replacement("entitlements", renamed(user.entitlements, Permission, after.permission, ())))
    for each in found:
        if not offers.takes(each.attribute):
            raise DirectoryError(offers.why_not(each.attribute))
    return found
