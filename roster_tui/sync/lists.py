"""The lists a roster is made of, in Clever's terms and in ours."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from roster_tui.clever import COURSES, SCHOOLS, SECTIONS, TERMS, USERS, Client, Collection, Page
from roster_tui.roster.compare import Tally, stays
from roster_tui.roster.kinds import COURSE, SCHOOL, SECTION, STUDENT, TEACHER, TERM, Kind


@dataclass(frozen=True)
class RosterList:
    """One list of Clever."""

    collection: Collection[Any]
    kind: Kind
    role: str | None = None

    @property
    def name(self) -> str:
        """Return how it is told from the others."""
        return self.role or self.collection.word

    def pages(self, client: Client) -> AsyncIterator[Page[Any]]:
        """Yield its pages, in no order."""
        return client.from_both_ends(self.collection, role=self.role)


_ALWAYS = (
    RosterList(SCHOOLS, SCHOOL),
    RosterList(TERMS, TERM),
    RosterList(COURSES, COURSE),
    RosterList(SECTIONS, SECTION),
    *(RosterList(USERS, TEACHER, role) for role in ("teacher", "staff", "district_admin")),
)
_STUDENTS = RosterList(USERS, STUDENT, "student")


def lists(students: str) -> Sequence[RosterList]:
    """Return the lists to read, given the setting ``clever.students``."""
    return _ALWAYS if students == "none" else (*_ALWAYS, _STUDENTS)


async def clever_counts(client: Client, wanted: Sequence[RosterList]) -> dict[str, int]:
    """Return how many records Clever counts, by list; without those that it does not count."""
    counts = await asyncio.gather(*(client.count(each.collection.word, each.role) for each in wanted))
    return {each.name: count for each, count in zip(wanted, counts, strict=True) if count is not None}


def staged_counts(db: sqlite3.Connection, wanted: Sequence[RosterList], tallies: Mapping[str, Tally]) -> dict[str, int]:
    """Return how many records the next roster has, by list; ``db`` has it attached and compared."""
    return {
        each.name: _with_role(db, each.role) if each.kind is TEACHER else tallies[each.kind.name].after
        for each in wanted
    }


def _with_role(db: sqlite3.Connection, role: str | None) -> int:
    """Count who holds a role: a person with two stands in two of Clever's lists."""
    holds = "' ' || t.roles || ' ' LIKE '% ' || ? || ' %'"
    row = db.execute(
        f"SELECT (SELECT count(*) FROM staged.teacher t WHERE {holds}) + (SELECT count(*) FROM teacher t"
        f" CROSS JOIN record r ON r.key = t.key WHERE r.hash IS NOT NULL AND {holds} AND {stays(db)})",
        (role, role),
    ).fetchone()
    return int(row[0])
