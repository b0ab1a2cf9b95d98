"""A full run reads one state of Clever's data, and a district that is not ready is told, not synced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from roster_tui.roster.history import runs
from roster_tui.roster.read import counts
from roster_tui.sandbox.generator import teacher_sis_id
from roster_tui.sync import DistrictNotReady, KeepsMoving
from roster_tui.workspace import Workspace, open_workspace
from tests.sync.conftest import Night


def when_sections_are_read(clever: Night, do: Callable[[], None]) -> None:
    """Let something happen in Clever each time its sections are asked for."""
    read = clever.store.records

    def records(resource: str, *arguments: Any) -> Any:
        if resource == "sections":
            do()
        return read(resource, *arguments)

    clever.store.records = records  # type: ignore[method-assign]


def last(workspace: Workspace) -> Any:
    with workspace.cache.reading() as db:
        return runs(db, 1)[0]


def district_says(clever: Night, **fields: Any) -> None:
    """Change Clever's record of the district."""
    (raw,) = clever.store.db.execute("SELECT body FROM record WHERE resource = 'districts'").fetchone()
    body = orjson.dumps(orjson.loads(raw) | fields)
    clever.store.db.execute("UPDATE record SET body = ? WHERE resource = 'districts'", (body,))


def test_what_moved_meanwhile_is_fetched_again(clever: Night) -> None:
    clever.load()
    moves = iter([lambda: clever.incidents(leavers={teacher_sis_id(7)})])
    # Counting asks first and reading second: the data moves once, while the first sections are read.
    asked = iter(range(100))
    when_sections_are_read(clever, lambda: next(moves, lambda: None)() if next(asked) == 1 else None)
    workspace, result = clever.sync()
    assert result.state == "applied"
    with workspace.cache.reading() as db:
        assert counts(db)["teachers"] == 39


def test_what_never_rests_ends_the_run_and_says_so(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    when_sections_are_read(clever, lambda: clever.incidents(leavers={teacher_sis_id(7)}))
    with pytest.raises(KeepsMoving, match="during each of 3 fetches"):
        clever.sync(full=True)
    run = last(workspace)
    assert run.state == "failed"
    assert run.error == "Clever's data changed during each of 3 fetches; the roster is as before"
    with workspace.cache.reading() as db:
        assert counts(db)["teachers"] == 40
    assert not list(workspace.folder.glob("*.part*"))


def test_a_paused_district_is_synced_as_it_was_frozen_and_says_so(clever: Night) -> None:
    clever.load()
    district_says(clever, state="paused", pause_end="2026-12-15T00:00:00.000Z")
    workspace, result = clever.sync()
    assert result.state == "applied"
    assert result.notes == (
        "The district is paused in Clever, until 2026-12-15: its data has been frozen since 2026-11-20",
    )
    assert last(workspace).notes == list(result.notes)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("error", "Clever's own sync of this district is in error. The roster is kept. Clever says: no teachers.csv"),
        ("pending", "Clever is still setting this district up. The roster is kept. Clever says: no teachers.csv"),
    ],
)
def test_a_district_that_is_not_ready_is_told_and_nothing_fetched(clever: Night, state: str, said: str) -> None:
    clever.load()
    workspace, _ = clever.sync()
    clever.incidents(leavers={teacher_sis_id(7)})
    district_says(clever, state=state, error="no teachers.csv")
    with pytest.raises(DistrictNotReady) as raised:
        clever.sync()
    assert str(raised.value) == said
    run = last(workspace)
    assert (run.state, run.error) == ("failed", said)
    assert run.requests == 2
    with workspace.cache.reading() as db:
        assert counts(db)["teachers"] == 40


def test_a_clever_that_cannot_be_reached_leaves_a_failed_run(clever: Night) -> None:
    import asyncio

    from roster_tui.clever import Unauthorized
    from roster_tui.sync import sync
    from tests.conftest import frozen, serving

    clever.load()
    workspace, _ = clever.sync()
    with serving(clever.service().app()) as url, pytest.raises(Unauthorized):
        asyncio.run(sync(clever.settings, "revoked", url, clock=frozen))
    run = last(open_workspace(clever.settings))
    assert run.state == "failed"
    assert "refused the token" in run.error
    assert workspace.folder == open_workspace(clever.settings).folder


def test_counts_that_differ_from_the_lists_are_noted(clever: Night) -> None:
    clever.load()
    count = clever.store.count
    clever.store.count = lambda resource, *role: count(resource, *role) + (resource == "schools")  # type: ignore[method-assign]
    _, result = clever.sync()
    assert result.notes == ("Clever counts 4 in schools and listed 3",)
    # It always counts one more: that is no drift of the events.
    clever.incidents(leavers={teacher_sis_id(7)})
    assert clever.sync()[1].mode == "incremental"


def test_runs_older_than_the_settings_keep_are_forgotten(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    with workspace.cache.writing() as db:
        db.execute("UPDATE run SET started_at = '2025-10-20T07:00:00+00:00'")
        db.execute("INSERT INTO change VALUES (1, 1, 1, 'added', NULL, NULL)")
    clever.sync()
    with workspace.cache.reading() as db:
        assert [run.id for run in runs(db, 10)] == [2]
        assert db.execute("SELECT count(*) FROM change").fetchone() == (0,)
