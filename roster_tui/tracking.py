"""One district's trackers: what acts on them, and how lists see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from roster_tui.accounts.deeds import Performs
from roster_tui.accounts.record import Record
from roster_tui.accounts.running import Running
from roster_tui.accounts.trackers.acting import TrackerPerformer
from roster_tui.accounts.trackers.verbs import TRACKER_VERBS
from roster_tui.roster.classes import Section, sections
from roster_tui.roster.tracker_rows import TrackerRow, put_trackers
from roster_tui.workspace import Workspace, private_folder

if TYPE_CHECKING:
    from roster_tui.accounts.trackers.model import Tracker


def tracker_performer(workspace: Workspace) -> TrackerPerformer:
    """Return what plans and performs actions on trackers for this operator."""

    @contextmanager
    def reading(ids: Iterable[str], class_lists: bool) -> Iterator[Iterator[Section]]:
        with workspace.cache.reading() as db:
            yield sections(db, ids, class_lists=class_lists)

    return TrackerPerformer(
        store=workspace.trackers,
        sections=reading,
        record=Record(workspace.journal, workspace.operator, workspace.clock),
        running=Running(private_folder(workspace.folder / "ledger" / "running-trackers")),
        clock=workspace.clock,
        today=workspace.day_of,
        rollover=workspace.settings.trackers.month_and_day,
    )


def performer_of(workspace: Workspace, action: str) -> Performs[Any]:
    """Return what performed an action, and takes it back: what acts on trackers, or on accounts."""
    trackers = tracker_performer(workspace)
    recorded = trackers.record.read(action)
    return trackers if recorded and recorded.kind in TRACKER_VERBS else workspace.performer()


def show_trackers(workspace: Workspace, trackers: Sequence[Tracker]) -> None:
    """Put trackers, as they have just been written, into the cache; who is in them is only counted there."""
    if trackers:
        with workspace.cache.writing() as db:
            put_trackers(db, map(tracker_row, trackers))


def tracker_row(tracker: Tracker) -> TrackerRow:
    """Return a tracker as the cache keeps it."""
    return TrackerRow(
        section=tracker.section,
        state=tracker.state,
        name=tracker.name,
        year=tracker.year,
        teacher=tracker.teacher,
        students=len(tracker.students),
        former=len(tracker.former),
        collaborators=len(tracker.collaborators),
        since=(tracker.archived.at if tracker.archived else tracker.created_at).isoformat(),
        cause=str(tracker.archived) if tracker.archived else None,
    )
