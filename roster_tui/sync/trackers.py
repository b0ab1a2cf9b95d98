"""Trackers follow the roster after a sync: those of changed sections, or all when it is not known what changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from roster_tui.accounts.act import new_action_id
from roster_tui.accounts.running import Running
from roster_tui.accounts.trackers.following import Ahead, Night, ahead, archives, carry_out
from roster_tui.accounts.trackers.model import ArchiveCause, school_year
from roster_tui.catch_up import mark_shown
from roster_tui.follow_mark import Mark
from roster_tui.roster import history
from roster_tui.roster.cache import get_meta, set_meta
from roster_tui.roster.classes import Section, changed_sections, sections
from roster_tui.roster.tracker_rows import live_trackers
from roster_tui.tracking import show_trackers
from roster_tui.workspace import Workspace, private_folder

_FOLLOWED = "trackers_followed"
"""Kept beside the roster: up to which run, and in which school year, trackers have followed it."""


def follow_trackers(workspace: Workspace, at: datetime) -> dict[str, int]:
    """Bring the trackers in step with the roster as it is; returns how many were ``archived, restored, updated``.

    Raises `LedgerDamaged`, OSError; it can be done again then.
    """
    with workspace.cache.reading() as db:
        followed, now = get_meta(db, _FOLLOWED), _now(workspace, db, at)
        changed = _changed(db, followed, now)
        night = _night(workspace, db, at)
        foreseen = ahead(workspace.trackers, changed, night)
        own = [_write(workspace, foreseen, night)] if foreseen.sections else []
    # Also what a run had written that was stopped before it could show it.
    for known in workspace.trackers.each(changed):
        show_trackers(workspace, list(known.values()))
    with workspace.cache.writing() as db:
        set_meta(db, _FOLLOWED, now)
        if mark := Mark.of(db):
            mark_shown(workspace, db, mark, own)
    return dict(foreseen.tally)


class Archiving(NamedTuple):
    """A tracker that a staged sync would archive."""

    section: str
    sis_id: str | None
    name: str
    cause: ArchiveCause


def trackers_archiving(workspace: Workspace, db: sqlite3.Connection, at: datetime) -> tuple[Archiving, ...]:
    """Return the trackers that applying the staged roster would archive; ``db`` has it attached and compared."""
    year = school_year(workspace.day_of(at), workspace.settings.trackers.month_and_day)
    return tuple(
        Archiving(each.section, each.sis_id, each.name, cause)
        for each in live_trackers(db)
        if (cause := archives(each.year, each.in_data, year))
    )


def trackers_ahead(workspace: Workspace, db: sqlite3.Connection) -> dict[str, int]:
    """Return how many trackers the next sync will have ``archived, restored, updated``, given the roster in ``db``.

    Nothing is written. Raises `LedgerDamaged`.
    """
    if not workspace.trackers_folder.is_dir() and not workspace.head.in_folder(workspace.trackers_folder):
        return {}
    at = workspace.next_sync()
    changed = _changed(db, get_meta(db, _FOLLOWED), _now(workspace, db, at))
    return dict(ahead(workspace.trackers, changed, _night(workspace, db, at)).tally)


def _night(workspace: Workspace, db: sqlite3.Connection, at: datetime) -> Night:
    year = school_year(workspace.day_of(at), workspace.settings.trackers.month_and_day)
    return Night(partial(_sections, db), at, year)


def _sections(db: sqlite3.Connection, ids: Iterable[str]) -> Iterable[Section]:
    return sections(db, ids)


def _now(workspace: Workspace, db: sqlite3.Connection, at: datetime) -> dict[str, int]:
    latest = next(iter(history.runs(db, 1, state="applied")), None)
    year = school_year(workspace.day_of(at), workspace.settings.trackers.month_and_day)
    return {"run": latest.id if latest else 0, "year": year}


def _changed(db: sqlite3.Connection, followed: dict[str, int] | None, now: dict[str, int]) -> Sequence[str] | None:
    """Return the sections that changed since; None when any may have: a new cache, a new school year."""
    if followed is None or followed["year"] != now["year"]:
        return None
    return changed_sections(db, followed["run"])


def _write(workspace: Workspace, foreseen: Ahead, night: Night) -> str:
    """Write what was foreseen; returns the action that the journal has it under."""
    action = new_action_id(night.at)
    who = {"action": action, "kind": "follow trackers", "operator": "sync"}
    who["host"] = workspace.operator.host
    with Running(private_folder(workspace.folder / "ledger" / "running-trackers")).claimed(action):
        workspace.journal.append([{**who, "phase": "intent", **foreseen.tally}], night.at)
        for _ in carry_out(workspace.trackers, foreseen, night):
            pass
        workspace.journal.append([{**who, "phase": "outcome", "results": dict(foreseen.tally)}], workspace.clock())
    return action
