"""Comparing a staged roster with the present one, and judging whether a person must look first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from roster_tui.accounts.model import Account
from roster_tui.accounts.reconcile import Person, Reconciliation, reconcile
from roster_tui.roster import compare, hold
from roster_tui.roster.account_rows import PersonRow, people
from roster_tui.roster.cache import set_meta
from roster_tui.roster.kinds import KINDS
from roster_tui.settings import HoldSettings
from roster_tui.sync import feed
from roster_tui.sync.feed import Feed
from roster_tui.sync.fetched import Fetched
from roster_tui.sync.incremental import EventsDoubtful
from roster_tui.sync.lists import lists, staged_counts
from roster_tui.sync.trackers import Archiving, trackers_archiving
from roster_tui.workspace import Workspace


@dataclass(frozen=True)
class Judged:
    """What applying the staged roster would do."""

    tallies: Mapping[str, compare.Tally]
    hold: dict[str, Any] | None
    """``digest`` and ``reasons`` when it is held."""
    notes: tuple[str, ...] = ()


def judge(workspace: Workspace, fetched: Fetched, accounts: Mapping[str, Account], known: Feed | None) -> Judged:
    """Compare, note with the staged roster where its events go on, and judge it.

    ``known`` is the feed that an incremental fetch went on from, None after a full one. Raises
    `EventsDoubtful` when the roster would not have as many records as Clever counts.
    """
    settings = workspace.settings
    with workspace.cache.with_staged() as db:
        tallies = compare.compare(db)
        ours = staged_counts(db, lists(settings.clever.students), tallies)
        beyond = {name: count - ours[name] for name, count in fetched.counted.items()}
        if known is not None:
            _refuse_drift(beyond, known.beyond)
        after = Feed(
            fetched.cursor,
            fetched.last_sync,
            settings.clever.version,
            settings.clever.students,
            known.full_at if known else workspace.clock(),
            known.beyond if known else beyond,
        )
        set_meta(db, feed.META, after.document(), staged=True)
        ahead = reconcile(persons(people(db, staged=True)), accounts, workspace.clock())
        tripped = hold.trips(tallies, len(ahead.suspended), limits(settings.hold))
        notes = () if known else _notes(beyond, fetched)
        if not tripped:
            return Judged(tallies, None, notes)
        reasons = [str(trip) for trip in tripped]
        set_meta(db, "reasons", reasons, staged=True)
        archiving = trackers_archiving(workspace, db, workspace.clock())
        return Judged(tallies, {"digest": digest(db, ahead, archiving), "reasons": reasons}, notes)


def _refuse_drift(beyond: Mapping[str, int], known: Mapping[str, int]) -> None:
    for name, count in beyond.items():
        if (drift := count - known.get(name, 0)) != 0:
            more = "more" if drift > 0 else "fewer"
            raise EventsDoubtful(f"Clever counts {abs(drift):,} {more} in {name} than its events account for")


def _notes(beyond: Mapping[str, int], fetched: Fetched) -> tuple[str, ...]:
    """Say where Clever's lists are shorter or longer than its counts, beyond the records we could not read."""
    if fetched.unreadable:
        return ()
    return tuple(
        f"Clever counts {fetched.counted[name]:,} in {name} and listed {fetched.counted[name] - count:,}"
        for name, count in beyond.items()
        if count
    )


def limits(settings: HoldSettings) -> hold.Limits:
    """Return the limits of the settings, those of single types included."""
    common = hold.Limits(settings.removed_percent, settings.updated_percent, settings.floor, settings.suspensions)
    own = {}
    for kind in KINDS:
        given = getattr(settings, kind.name)
        names = ("removed_percent", "updated_percent", "floor")
        set_ones = {name: value for name in names if (value := getattr(given, name)) is not None}
        if set_ones:
            own[kind.name] = replace(common, **set_ones)
    return replace(common, kinds=own)


def digest(db: Any, ahead: Reconciliation, archiving: Iterable[Archiving]) -> str:
    """Return the fingerprint of a staged roster, the accounts it would suspend and the trackers it would archive.

    That is all that a review shows.
    """
    also = [account.id for account in ahead.suspended], [tracker.section for tracker in archiving]
    return compare.digest(db, ";".join(",".join(sorted(ids)) for ids in also))


def persons(rows: Iterable[PersonRow]) -> Iterator[Person]:
    """Yield people of the roster as accounts know them."""
    return (Person(*row) for row in rows)
