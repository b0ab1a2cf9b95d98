"""Whom a held run would remove: who really leaves, and who comes again under another ID."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from roster_tui.findings.linkage.decide import Linkage
from roster_tui.findings.linkage.nights import ALL, MOST_LINKED, link_night
from roster_tui.findings.linkage.reading import Ahead
from roster_tui.findings.model import Subject
from roster_tui.roster.compare import Tally
from roster_tui.roster.kinds import KINDS, TERM, Kind
from roster_tui.roster.text import listed_name


@dataclass(frozen=True)
class Departures:
    """The removed records of one type, by name."""

    kind: Kind
    tally: Tally
    leavers: tuple[Subject, ...]
    rekeyed: tuple[tuple[Subject, Subject], ...]
    """Old and new record of one and the same person, section or school."""
    possible: tuple[tuple[Subject, Subject], ...]
    """The same, where only a person can tell."""
    complete: bool
    """False when there are more than are looked at; then the first are listed, and none is compared."""


def departures(db: sqlite3.Connection, tallies: Mapping[str, Tally]) -> list[Departures]:
    """Return what would be removed, by type; ``db`` has the staged roster attached and compared."""
    few = tuple(kind for kind in ALL if _few(tallies[kind.name]))
    linked = link_night(Ahead(db), few)
    return [
        _departures(db, kind, tallies[kind.name], linked.get(kind.name)) for kind in KINDS if tallies[kind.name].removed
    ]


def _few(tally: Tally) -> bool:
    return max(tally.removed, tally.added) <= MOST_LINKED


def _departures(db: sqlite3.Connection, kind: Kind, tally: Tally, linkage: Linkage | None) -> Departures:
    if linkage is None:
        return Departures(kind, tally, _first(db, kind), (), (), _few(tally))
    rekeyed, possible = (tuple((pair.old, pair.new) for pair in pairs) for pairs in (linkage.matches, linkage.possible))
    return Departures(kind, tally, linkage.leavers, rekeyed, possible, True)


def _first(db: sqlite3.Connection, kind: Kind) -> tuple[Subject, ...]:
    names = [name for name in ("first", "middle", "last", "name") if name in kind.columns]
    sis_id = "starts" if kind is TERM else "sis_id" if "sis_id" in kind.columns else "number"
    rows = db.execute(
        f"SELECT t.key, r.id, t.{sis_id}, {', '.join(f't.{name}' for name in names)}"
        f" FROM staged.change c CROSS JOIN record r ON r.id = c.id CROSS JOIN {kind.name} t ON t.key = r.key"
        " WHERE c.kind = ? AND c.what = 'removed' ORDER BY c.id LIMIT ?",
        (kind.code, MOST_LINKED),
    )
    return tuple(
        Subject(kind.name, key, clever_id.hex(), own_id, (listed_name(*told) if told[1:] else told[0]) or "")
        for key, clever_id, own_id, *told in rows
    )
