"""IDs that no longer stand for one person: shared, look-alike, reused, or with another person behind them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from roster_tui.findings.catalog import PERSON_REPLACED, SIS_ID_LOOKS_ALIKE, SIS_ID_REUSED, SIS_ID_SHARED
from roster_tui.findings.look_alikes import folded_sql
from roster_tui.findings.model import Evidence, Finding, Subject, compared
from roster_tui.findings.subjects import PEOPLE, PERSON, person, present
from roster_tui.roster.kinds import STUDENT, TEACHER, Kind
from roster_tui.roster.text import fold, listed_name

REMEMBERED = timedelta(days=62)
"""How long an ID that somebody gave up is watched: this month and the last."""
RECENT = timedelta(days=30)
"""How long a change is worth a finding."""


def acquired(field: str) -> str:
    """SQL for ``t`` having come by its value of a field since ``:since``, by an update or as a newcomer."""
    return (
        "EXISTS (SELECT 1 FROM change n JOIN run ON run.id = n.run WHERE n.key = t.key AND run.started_at >= :since"
        f" AND (n.what = 'added' OR n.what = 'updated' AND instr(n.before, '\"{field}\":')))"
    )


def shared_or_alike(db: sqlite3.Connection) -> Iterator[Finding]:
    """Yield each person whose SIS ID is another's too, or looks like it, beside the first who has it."""
    for kind in PEOPLE:
        key, there = folded_sql("t.sis_id"), f"{present(kind)} AND t.sis_id IS NOT NULL"
        several = [
            value
            for (value,) in db.execute(f"SELECT {key} FROM {kind.name} t WHERE {there} GROUP BY 1 HAVING count(*) > 1")
        ]
        if not several:
            continue
        rows = db.execute(
            f"SELECT {key}, {PERSON} FROM {kind.name} t JOIN record r ON r.key = t.key WHERE {there}"
            f" AND {key} IN (SELECT value FROM json_each(?)) ORDER BY 1, t.key",
            (orjson.dumps(several).decode(),),
        )
        group: tuple[str | int | None, list[Subject]] = (None, [])
        for value, *columns in rows:
            one = person(kind, columns)
            if value != group[0]:
                group = (value, [])
            if group[1]:
                yield _beside(one, group[1])
            group[1].append(one)


def _beside(one: Subject, earlier: list[Subject]) -> Finding:
    same = next((each for each in earlier if each.sis_id == one.sis_id), None)
    other = same or earlier[0]
    evidence = (compared("sis_id", other.sis_id, one.sis_id), compared("name", other.label, one.label))
    return Finding(SIS_ID_SHARED if same else SIS_ID_LOOKS_ALIKE, one, other, evidence)


def reused(db: sqlite3.Connection, at: datetime, same_person: Collection[tuple[int, int]]) -> Iterator[Finding]:
    """Yield people whose SIS ID was somebody else's until lately.

    ``same_person`` are keys of old and new records known to be one person: those are re-keyed, not reused.
    """
    since = (at - REMEMBERED).isoformat()
    for kind in PEOPLE:
        # Given up: the person left, or lives on under another ID; back under the same one is no reuse.
        rows = db.execute(
            f"WITH former AS MATERIALIZED (SELECT c.key, c.before, json_extract(c.before, '$.sis_id') sis_id, c.run"
            f" FROM change c JOIN run ON run.id = c.run LEFT JOIN {kind.name} n ON n.key = c.key"
            f" JOIN record g ON g.key = c.key WHERE c.kind = {kind.code} AND run.started_at >= :since"
            f" AND (c.what = 'removed' OR c.what = 'updated' AND instr(c.before, '\"sis_id\":\"'))"
            f" AND (g.hash IS NULL OR n.sis_id IS NOT json_extract(c.before, '$.sis_id')))"
            f" SELECT f.key, lower(hex(g.id)), f.before, {PERSON} FROM {kind.name} t"
            f" CROSS JOIN former f ON f.sis_id = t.sis_id AND f.key <> t.key"
            f" JOIN record g ON g.key = f.key JOIN record r ON r.key = t.key WHERE {present(kind)}"
            f" AND {acquired('sis_id')} GROUP BY t.key, f.key HAVING f.run = max(f.run) ORDER BY t.key",
            {"since": since},
        )
        for key, clever_id, before, *columns in rows:
            one = person(kind, columns)
            former = _former(db, kind, key, clever_id, orjson.loads(before), one)
            if fold(former.label) != fold(one.label) and (key, one.key) not in same_person:
                evidence = (compared("sis_id", former.sis_id, one.sis_id), compared("name", former.label, one.label))
                yield Finding(SIS_ID_REUSED, one, former, evidence)


def _former(
    db: sqlite3.Connection, kind: Kind, key: int, clever_id: str, before: dict[str, Any], now: Subject
) -> Subject:
    """Return who had the ID; of an update only the changed fields stand in ``before``."""
    row = db.execute(f"SELECT first, middle, last FROM {kind.name} WHERE key = ?", (key,)).fetchone()
    first, middle, last = row or (None, None, None)
    name = listed_name(before.get("first", first), before.get("middle", middle), before.get("last", last))
    return Subject(kind.name, key, clever_id, now.sis_id, name)


_BIRTH_OR_EMAIL = {STUDENT: "born", TEACHER: "email"}
"""What must change together with the name before it is another person."""


@dataclass(frozen=True)
class _Replaced:
    """A record whose person changed: who it was, and who it is."""

    subject: Subject
    was: tuple[str, str]
    """Name, and birth date or email."""
    now: tuple[str, str]

    def folded(self, side: tuple[str, str]) -> tuple[str, str]:
        return fold(side[0]), side[1].lower()


def replaced(db: sqlite3.Connection, at: datetime) -> Iterator[Finding]:
    """Yield Clever IDs behind which another person stands since an update of the last month.

    Two that were swapped are one finding, with the other half as ``other``.
    """
    since = (at - RECENT).isoformat()
    for kind, field in _BIRTH_OR_EMAIL.items():
        found = list(_replacements(db, kind, field, since))
        holder = {each.folded(each.now): each for each in found}
        for each in found:
            half = holder.get(each.folded(each.was))
            swapped = half is not None and half.folded(half.was) == each.folded(each.now)
            if not swapped or half is None or each.subject.key < half.subject.key:
                evidence = (Evidence("name", each.was[0], each.now[0], False), Evidence(field, *_pair(each), False))
                yield Finding(PERSON_REPLACED, each.subject, half.subject if swapped and half else None, evidence)


def _pair(each: _Replaced) -> tuple[str, str]:
    return each.was[1], each.now[1]


def _replacements(db: sqlite3.Connection, kind: Kind, field: str, since: str) -> Iterator[_Replaced]:
    rows = db.execute(
        f"SELECT c.before, t.{field}, {PERSON} FROM change c JOIN run ON run.id = c.run"
        f" JOIN {kind.name} t ON t.key = c.key JOIN record r ON r.key = c.key"
        f" WHERE c.kind = {kind.code} AND c.what = 'updated' AND run.started_at >= ?"
        f' AND instr(c.before, \'"first":"\') AND instr(c.before, \'"{field}":"\') AND {present(kind)}'
        " GROUP BY c.key HAVING c.run = max(c.run) ORDER BY c.key",
        (since,),
    )
    for before, value, *columns in rows:
        subject = person(kind, columns)
        was, (first, middle, last) = orjson.loads(before), columns[3:]
        # Teachers have no birth date here, so the whole name must be another one: people marry.
        names = ("first",) if kind is STUDENT else ("first", "last")
        now = {"first": first, "last": last}
        other_name = all(name in was and fold(was[name] or "") != fold(now[name] or "") for name in names)
        if other_name and value and was[field].lower() != value.lower():
            before_name = listed_name(was["first"], was.get("middle", middle), was.get("last", last))
            yield _Replaced(subject, (before_name, was[field]), (subject.label, value))
