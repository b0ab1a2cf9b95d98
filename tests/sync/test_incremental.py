"""Incremental runs: events lead to the same roster as a full fetch, and whatever is doubtful ends in one."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster_tui.access import DEMO_TOKEN
from roster_tui.roster.cache import get_meta, set_meta
from roster_tui.roster.history import runs
from roster_tui.roster.read import counts
from roster_tui.sandbox.districts import Window
from roster_tui.sandbox.generator import teacher_sis_id
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.settings import HoldSettings
from roster_tui.sync import SyncResult, sync
from roster_tui.workspace import Workspace
from tests.conftest import frozen, serving, settings_for
from tests.sync.conftest import Killed, Night
from tests.sync.town import DEEDS, Town

OF_A_RUN = {"run", "meta"}
"""Tables that say how a roster came, not what it is."""


def dump(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """Return every table of the cache, keys and search index included."""
    with workspace.cache.reading() as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        readable = [name for name in names if name not in OF_A_RUN and not name.endswith("_text")]
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in readable}


class Pair:
    """One Clever, and two consoles that follow it: one by events, one by fetching everything."""

    def __init__(self, folder: Path, service: Service, url: str) -> None:
        self.town = Town()
        self.at = datetime(2026, 11, 10, 7, tzinfo=UTC)
        self.store = Store(folder / "clever.sqlite")
        service.districts[0].store = self.store
        self._service, self._url, self._folder = service, url, folder

    def night(self) -> None:
        """Let Clever read the files."""
        load_night(self.store, self.town, self.at)
        self.at += timedelta(days=1)

    def sync(self, name: str, full: bool) -> tuple[Workspace, SyncResult]:
        """Sync one of the two."""
        self._service.districts[0].window = Window()
        mine = settings_for(self._folder / name)
        return asyncio.run(sync(mine, DEMO_TOKEN.reveal(), self._url, full=full, clock=frozen))

    def both(self) -> tuple[SyncResult, SyncResult]:
        """Sync both, and check that they now know the same."""
        by_events, one = self.sync("by_events", full=False)
        at_once, other = self.sync("at_once", full=True)
        assert dump(by_events) == dump(at_once)
        assert (one.state, one.hold) == (other.state, other.hold)
        changed = [
            {kind: (t.before, t.added, t.updated, t.removed) for kind, t in r.counts.items()} for r in (one, other)
        ]
        assert changed[0] == changed[1]
        return one, other


@pytest.fixture(scope="module")
def open_clever() -> Iterator[tuple[Service, str]]:
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Store(Path(folder) / "none.sqlite"))
        with serving(service.app()) as url:
            yield service, url


deeds = st.tuples(st.sampled_from(DEEDS), st.integers(0, 30), st.integers(0, 30))
nights = st.lists(st.tuples(st.lists(deeds, max_size=6), st.booleans()), min_size=1, max_size=4)
"""Deeds of each night, and whether the consoles sync after it or sleep."""


@settings(max_examples=6)
@given(nights)
def test_events_lead_to_the_same_cache_as_fetching_everything(
    open_clever: tuple[Service, str], told: list[tuple[list[tuple[str, int, int]], bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(Path(folder), *open_clever)
        pair.night()
        pair.both()
        for night, awake in told:
            for deed, this, that in night:
                pair.town.do(deed, this, that)
            pair.night()
            if awake:
                one, _ = pair.both()
                assert one.mode == "incremental", one.reason
        pair.both()
        pair.store.close()


# -- what makes the events doubtful -----------------------------------------------------------------------


def after_a_night(clever: Night) -> Workspace:
    """A district that was synced, and one more night in Clever with a leaver."""
    clever.load()
    workspace, _ = clever.sync()
    clever.incidents(leavers={teacher_sis_id(7)})
    return workspace


def complete(workspace: Workspace, result: SyncResult) -> bool:
    """Whether the night's change is in the roster, by a full run."""
    with workspace.cache.reading() as db:
        run = runs(db, 1)[0]
        assert (run.mode, run.reason) == (result.mode, result.reason)
        return result.mode == "full" and counts(db)["teachers"] == 39


def test_events_are_enough_and_cost_little(clever: Night) -> None:
    workspace = after_a_night(clever)
    _, result = clever.sync()
    assert (result.mode, result.reason) == ("incremental", None)
    assert result.counts["teacher"].removed == 1
    with workspace.cache.reading() as db:
        assert counts(db)["teachers"] == 39
    # Twice the district and its state, the events, eight counts.
    assert clever.requests <= 13


def test_fetching_everything_after_events_changes_nothing(clever: Night) -> None:
    workspace = after_a_night(clever)
    clever.sync()
    with workspace.cache.writing() as db:
        feed = get_meta(db, "feed")
        set_meta(db, "feed", {**feed, "cursor": "0" * 24})
    before = dump(workspace)
    # So old a cursor is never read on from; everything is fetched, and is the same.
    assert clever.sync()[1].mode == "full"
    assert dump(workspace) == before


def test_a_replay_of_events_the_roster_has_seen_is_harmless(clever: Night) -> None:
    workspace = after_a_night(clever)
    with workspace.cache.reading() as db:
        seen = get_meta(db, "feed")["cursor"]
    clever.sync()
    before = dump(workspace)
    with workspace.cache.writing() as db:
        set_meta(db, "feed", {**get_meta(db, "feed"), "cursor": seen})
    result = clever.sync()[1]
    assert result.mode == "incremental"
    assert dump(workspace) == before


def test_a_gap_in_the_events_is_noticed(clever: Night) -> None:
    workspace = after_a_night(clever)
    clever.load()
    clever.incidents(leavers={teacher_sis_id(7)})
    # Clever dropped the first of these nights, as it does after thirty days, without a word.
    (first,) = clever.store.db.execute("SELECT created FROM event ORDER BY id LIMIT 1").fetchone()
    (second,) = clever.store.db.execute("SELECT min(created) FROM event WHERE created > ?", (first,)).fetchone()
    clever.store.db.execute("DELETE FROM event WHERE created = ?", (second,))
    result = clever.sync()[1]
    assert result.reason == "there is a gap in Clever's events before its sync of 2026-11-22 07:00 UTC"
    assert complete(workspace, result)


def test_a_sync_that_the_events_do_not_show_is_noticed(clever: Night) -> None:
    workspace = after_a_night(clever)
    clever.store.db.execute("DELETE FROM event WHERE created > '2026-11-21'")
    result = clever.sync()[1]
    assert result.reason == "Clever synced at 2026-11-21 07:00 UTC, and its events do not show it"
    assert complete(workspace, result)


def test_a_missing_event_shows_in_the_counts(clever: Night) -> None:
    workspace = after_a_night(clever)
    clever.store.db.execute("DELETE FROM event WHERE type = 'users.deleted'")
    result = clever.sync()[1]
    assert result.reason == "Clever counts 1 fewer in teacher than its events account for"
    assert complete(workspace, result)


def test_an_event_that_cannot_be_read_is_not_skipped(clever: Night) -> None:
    workspace = after_a_night(clever)
    clever.store.db.execute(
        "UPDATE event SET body = CAST(substr(CAST(body AS TEXT), 1, instr(CAST(body AS TEXT), '\"data\":') + 6)"
        ' || \'{"object":{"id":"x"}}}\' AS BLOB) WHERE id = (SELECT max(id) FROM event WHERE type LIKE \'users.%\')'
    )
    result = clever.sync()[1]
    assert "cannot be read" in str(result.reason)
    assert complete(workspace, result)


def test_without_events_everything_is_fetched_each_night_and_it_says_so(clever: Night) -> None:
    clever.load()
    clever.store.db.execute("DELETE FROM event")
    clever.sync()
    clever.incidents(leavers={teacher_sis_id(7)})
    clever.store.db.execute("DELETE FROM event")
    workspace, result = clever.sync()
    assert "Clever keeps no events for this application" in str(result.reason)
    assert complete(workspace, result)


def test_a_held_run_does_not_move_the_cursor(clever: Night) -> None:
    workspace = after_a_night(clever)
    with workspace.cache.reading() as db:
        before = get_meta(db, "feed")
    assert clever.sync(hold=HoldSettings(suspensions=0))[1].state == "held"
    with workspace.cache.reading() as db:
        assert get_meta(db, "feed") == before
    _, result = clever.sync()
    assert (result.state, result.mode) == ("applied", "incremental")
    assert result.counts["teacher"].removed == 1


def test_a_killed_run_leaves_cursor_and_roster_as_they_were(clever: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = after_a_night(clever)
    before = dump(workspace)

    def killed(*arguments: Any) -> None:
        raise Killed

    monkeypatch.setattr("roster_tui.sync.commit.history.prune", killed)
    with pytest.raises(Killed):
        clever.sync()
    monkeypatch.undo()
    assert dump(workspace) == before
    with workspace.cache.reading() as db:
        assert (runs(db, 1)[0].state, runs(db, 1)[0].error) == ("failed", "Killed")
    assert clever.sync()[1].counts["teacher"].removed == 1
