"""Progress with counts, rate and time left; a run that is stopped; and a second one that waits."""

from __future__ import annotations

import asyncio

import pytest
from filelock import FileLock

from roster_tui.access import DEMO_TOKEN
from roster_tui.roster.history import runs
from roster_tui.roster.read import counts
from roster_tui.sandbox.generator import teacher_sis_id
from roster_tui.sync import Step, SyncRunning, sync
from tests.conftest import frozen, serving
from tests.sync.conftest import Night


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Step("compare"), "compare"),
        (Step("fetch", 12_000, 60_000, 3.0), "fetch 12,000 of 60,000, 4,000/s, 12 s left"),
        (Step("fetch", 12_000, 6_000_000, 3.0), "fetch 12,000 of 6,000,000, 4,000/s, 25 min left"),
        (Step("fetch", 500, 60_000, 0.1), "fetch 500 of 60,000"),
        (Step("events", 900, 0, 2.0), "events 900, 450/s"),
        (Step("fetch", 70_000, 60_000, 7.0), "fetch 70,000 of 60,000, 10,000/s"),
    ],
)
def test_how_far_it_is(step: Step, said: str) -> None:
    assert step.describe() == said


def test_a_run_tells_its_steps_and_counts(clever: Night) -> None:
    clever.load()
    told: list[Step] = []
    with serving(clever.service().app()) as url:
        asyncio.run(sync(clever.settings, DEMO_TOKEN.reveal(), url, progress=told.append, clock=frozen))
    assert list(dict.fromkeys(step.what for step in told)) == ["wait", "fetch", "compare", "apply", "accounts"]
    fetched = [step for step in told if step.what == "fetch"][-1]
    assert fetched.fetched == fetched.expected > 300


def stopped_at(clever: Night, what: str) -> None:
    """Run a sync that is cancelled, as Ctrl-C does it, when it comes to a step."""

    async def run(url: str) -> None:
        def progress(step: Step) -> None:
            if step.what == what:
                task.cancel()

        work = sync(clever.settings, DEMO_TOKEN.reveal(), url, full=True, progress=progress, clock=frozen)
        task = asyncio.ensure_future(work)
        await task

    with serving(clever.service().app()) as url, pytest.raises(asyncio.CancelledError):
        asyncio.run(run(url))


@pytest.mark.parametrize("what", ["fetch", "compare"])
def test_stopped_before_the_commit_nothing_has_changed(clever: Night, what: str) -> None:
    clever.load()
    workspace, _ = clever.sync()
    clever.incidents(leavers={teacher_sis_id(7)})
    stopped_at(clever, what)
    with workspace.cache.reading() as db:
        assert counts(db)["teachers"] == 40
        assert (runs(db, 1)[0].state, runs(db, 1)[0].error) == ("failed", "interrupted")
    assert not list(workspace.folder.glob("*.part*"))
    assert clever.sync()[1].counts["teacher"].removed == 1


def test_stopped_while_committing_the_commit_ends_and_the_accounts_follow(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    clever.incidents(leavers={teacher_sis_id(7)})
    stopped_at(clever, "apply")
    with workspace.cache.reading() as db:
        state = runs(db, 1)[0].state
        assert (state, counts(db)["teachers"]) in [("applied", 39), ("failed", 40)]
    _, result = clever.sync()
    assert result.counts["teacher"].before - result.counts["teacher"].removed == 39


async def test_a_second_sync_waits_for_the_first(clever: Night) -> None:
    clever.load()
    workspace, _ = await asyncio.to_thread(clever.sync)
    lock = FileLock(workspace.sync_lock)
    lock.acquire()
    told: list[str] = []

    def let_go(step: Step) -> None:
        told.append(step.what)
        if step.what == "wait":
            asyncio.get_running_loop().call_later(0.7, lock.release)

    with serving(clever.service().app()) as url:
        _, result = await sync(
            clever.settings, DEMO_TOKEN.reveal(), url, wait_seconds=20, progress=let_go, clock=frozen
        )
    assert result.state == "applied"
    assert told[0] == "wait"


async def test_it_does_not_wait_for_ever(clever: Night) -> None:
    clever.load()
    workspace, _ = await asyncio.to_thread(clever.sync)
    with FileLock(workspace.sync_lock), serving(clever.service().app()) as url, pytest.raises(SyncRunning):
        await sync(clever.settings, DEMO_TOKEN.reveal(), url, wait_seconds=0.3, clock=frozen)
