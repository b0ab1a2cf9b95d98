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
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.sync import SyncResult, sync
from roster_tui.workspace import Workspace
from tests.conftest import frozen, serving, settings_for
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
        service.store = self.store
        self._service, self._url, self._folder = service, url, folder

    def night(self) -> None:
        """Let Clever read the files."""
        load_night(self.store, self.town, self.at)
        self.at += timedelta(days=1)

    def sync(self, name: str, full: bool) -> tuple[Workspace, SyncResult]:
        """Sync one of the two."""
        self._service.windows.clear()
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
def clever() -> Iterator[tuple[Service, str]]:
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Store(Path(folder) / "none.sqlite"))
        with serving(service.app()) as url:
            yield service, url


deeds = st.tuples(st.sampled_from(DEEDS), st.integers(0, 30), st.integers(0, 30))
nights = st.lists(st.tuples(st.lists(deeds, max_size=6), st.booleans()), min_size=1, max_size=4)
"""Deeds of each night, and whether the consoles sync after it or sleep."""


@settings(max_examples=12)
@given(nights)
def test_events_lead_to_the_same_cache_as_fetching_everything(
    clever: tuple[Service, str], told: list[tuple[list[tuple[str, int, int]], bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(Path(folder), *clever)
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
