"""Which of a platform's users are staff of the district, and who each is in Clever's data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from roster_tui.accounts.model import Role
from roster_tui.accounts.scim.messages import User
from roster_tui.accounts.scim.rights import role_of
from roster_tui.roster.cache import Cache
from roster_tui.roster.identities import Identity, Key, is_clever_id, sis_ids, staff, students_among


class Member(NamedTuple):
    """A user of the platform, and who it is."""

    user: User
    identity: Identity

    @property
    def id(self) -> str:
        """The Clever ID."""
        return self.identity.clever_id


@dataclass(frozen=True)
class Members:
    """Finds out who users are, from the roster."""

    cache: Cache
    key: Key
    """What the platform keeps as ``externalId``."""

    def among(self, users: Sequence[User]) -> list[Member]:
        """Return the users who are staff for certain; nobody of whom there are two.

        A platform may keep students among its users. So somebody whom Clever has never sent counts only if the
        platform names a role of staff, and Clever no student.
        """
        times = Counter(user.external_id for user in users)
        once = {user.external_id: user for user in users if user.external_id and times[user.external_id] == 1}
        with self.cache.reading() as db:
            people = staff(db, self.key, once)
        found = [Member(user, people[name]) for name, user in once.items() if name in people]
        if self.key == "clever_id":
            found += self._strangers({name: user for name, user in once.items() if name not in people})
        return found

    def external_ids(self, clever_ids: Iterable[str]) -> dict[str, str]:
        """Return what the platform calls people, by Clever ID; without those whom it cannot know."""
        if self.key == "clever_id":
            return {each: each for each in clever_ids if is_clever_id(each)}
        with self.cache.reading() as db:
            names = sis_ids(db, list(clever_ids))
            people = staff(db, self.key, set(names.values()))
        return {each: name for each, name in names.items() if name in people and people[name].clever_id == each}

    def _strangers(self, users: Mapping[str, User]) -> list[Member]:
        likely = {name: user for name, user in users.items() if is_clever_id(name) and _has_role_of_staff(user)}
        with self.cache.reading() as db:
            students = students_among(db, likely)
        return [Member(user, Identity(name, None)) for name, user in likely.items() if name not in students]


def _has_role_of_staff(user: User) -> bool:
    return bool(user.roles) and role_of(user.roles) is not Role.OTHER
