"""An incremental run's fetch: the records that Clever's events spoke of, as they last were.

Whatever makes the events doubtful ends in `EventsDoubtful` and a full run, never in a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from roster_tui.clever import Client, District, Event, Page, User
from roster_tui.concurrency import in_thread
from roster_tui.errors import RosterError
from roster_tui.roster.kinds import COURSE, SCHOOL, SECTION, STUDENT, TEACHER, TERM, Kind
from roster_tui.roster.stage import Stage
from roster_tui.sync.feed import Feed
from roster_tui.sync.fetched import MOST_FETCHES, Fetched
from roster_tui.sync.lists import clever_counts, lists
from roster_tui.sync.progress import Watch
from roster_tui.workspace import Workspace

_KINDS = {"schools": SCHOOL, "terms": TERM, "courses": COURSE, "sections": SECTION}


class EventsDoubtful(RosterError):
    """The events do not tell the whole story: everything must be fetched."""


async def fetch_events(workspace: Workspace, client: Client, feed: Feed, run: int, watch: Watch) -> Fetched:
    """Stage what the events after the feed's cursor touched. Raises `EventsDoubtful` saying why they will not do.

    Clever's own syncs show in the events as updates of the district; they must lead, without a gap, from the
    one that the roster shows to the one that the district names now.
    """
    wanted = lists(workspace.settings.clever.students)
    with_students = workspace.settings.clever.students != "none"
    stage = Stage(workspace.cache.staged_file, with_students=with_students, touched_only=True)
    reader = _Reader(stage, feed, with_students)
    try:
        watch.begin("events")
        for _ in range(MOST_FETCHES):
            await reader.read_on(client, watch)
            counted = await clever_counts(client, wanted)
            district = await client.district()
            if district.last_sync == reader.last_sync:
                break
        else:
            raise EventsDoubtful(f"Clever synced at {_stamp(district.last_sync)}, and its events do not show it")
        stage.note("run", run)
    except BaseException:
        # Also when it is cancelled: a stage that nobody finishes holds students and is closed and deleted.
        stage.abandon()
        raise
    await in_thread(stage.finish)
    return Fetched(reader.cursor, reader.last_sync, counted)


class _Reader:
    """Reads on from a cursor, and follows Clever's own syncs meanwhile."""

    def __init__(self, stage: Stage, feed: Feed, with_students: bool) -> None:
        self.cursor = feed.cursor
        self.last_sync = feed.last_sync
        self._stage = stage
        self._with_students = with_students
        self._read = 0

    async def read_on(self, client: Client, watch: Watch) -> None:
        """Stage everything up to the newest event."""
        async for page in client.events(self.cursor):
            self._check(page)
            await in_thread(self._take, page.records)
            if page.records:
                self.cursor = page.records[-1].id
            self._read += len(page.records)
            watch.tell(self._read)

    def _check(self, page: Page[Event]) -> None:
        if page.unreadable:
            first = page.unreadable[0]
            raise EventsDoubtful(f"event {first.id} cannot be read ({first.problem})")
        for event in page.records:
            if isinstance(event.record, District):
                self._follow_sync(event.record, _moment(event.previous_attributes.get("last_sync")))

    def _follow_sync(self, district: District, before: datetime | None) -> None:
        """Note a sync of Clever's own; ``before`` is the one that this one followed, where the event says so."""
        came = district.last_sync
        if came is None or (self.last_sync is not None and came <= self.last_sync):
            # Older than the roster, or no sync at all: nothing to follow.
            return
        if before is not None and self.last_sync is not None and before > self.last_sync:
            raise EventsDoubtful(f"there is a gap in Clever's events before its sync of {_stamp(came)}")
        self.last_sync = came

    def _take(self, events: Sequence[Event]) -> None:
        """Stage the last state of every record of a page; an earlier page's state is replaced."""
        latest = {event.record.id: event for event in events if event.record is not None}
        kinds = {clever_id: self._kind(event) for clever_id, event in latest.items()}
        self._stage.touch(latest)
        for kind in (*_KINDS.values(), TEACHER, STUDENT):
            self._stage.add(kind, [latest[clever_id].record for clever_id, its in kinds.items() if its is kind])
        if self._stage.unreadable:
            _, first = self._stage.unreadable[0]
            raise EventsDoubtful(f"a record of the events cannot be used ({first.problem})")

    def _kind(self, event: Event) -> Kind | None:
        """Return which kind of record an event leaves in the roster, or None: deleted, or none that we keep."""
        resource, _, what = event.type.partition(".")
        if what == "deleted":
            return None
        if not isinstance(event.record, User):
            return _KINDS.get(resource)
        roles = event.record.roles
        if roles.teacher or roles.staff or roles.district_admin:
            return TEACHER
        return STUDENT if roles.student and self._with_students else None


def _moment(value: Any) -> datetime | None:
    """Return a time stamp of a previous attribute, which no type has checked."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) and value else value
    except ValueError:
        return None
    if not isinstance(at, datetime):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _stamp(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "an unknown time"
