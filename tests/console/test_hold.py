"""A held sync at the desk: seen, looked into, approved or thrown away with two keys."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from roster_tui.roster.account_rows import account_counts
from roster_tui.roster.history import runs
from roster_tui.roster.read import counts
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.store import Store
from roster_tui.settings import demo_store
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.console.conftest import Desk, Open, Writers
from tests.console.districts import HalfTheTeachers


@pytest.fixture
def bad_night(demo: Workspace) -> Workspace:
    store = Store(demo_store(demo.folder.parent))
    load_night(store, HalfTheTeachers(), NOW + timedelta(minutes=5))
    store.close()
    return demo


async def held(desk: Desk) -> None:
    """Sync, and go to where the syncs are."""
    await desk.press("S")
    await desk.finish()
    await desk.press("7")


def numbers(workspace: Workspace) -> tuple[int, str]:
    with workspace.cache.reading() as db:
        return counts(db)["teachers"], runs(db, 1)[0].state


async def test_a_held_sync_is_announced_and_who_is_affected_is_listed(bad_night: Workspace, open_console: Open) -> None:
    async with open_console() as desk:
        await held(desk)
        assert "a sync is held (7)" in desk.status
        assert any("held for review" in toast for toast in desk.toasts)
        await desk.press("v")
        assert "Run 3 is held: approve it?" in desk.text
        assert "teachers removed" in desk.text
        assert "accounts would be suspended" in desk.text
        assert "no longer in Clever's data" in desk.text
        await desk.press("enter")
    assert numbers(bad_night) == (127, "held")


async def test_approving_applies_what_was_shown(bad_night: Workspace, open_console: Open) -> None:
    async with open_console() as desk:
        await held(desk)
        await desk.press("v")
        await desk.press("y")
        await desk.finish()
        assert any(toast.startswith("Applied.") for toast in desk.toasts)
        assert "a sync is held" not in desk.status
        await desk.press("v")
        assert "No sync is held for review" in desk.toasts
    assert numbers(bad_night) == (67, "applied")
    with bad_night.cache.reading() as db:
        assert account_counts(db)["suspended"] > 50


async def test_discarding_leaves_the_roster(bad_night: Workspace, open_console: Open) -> None:
    async with open_console() as desk:
        await held(desk)
        await desk.press("X")
        assert "Run 3 is held: discard it?" in desk.text
        await desk.press("y")
        await desk.finish()
        assert "Run 3 was discarded; the roster is as before" in desk.toasts
    assert numbers(bad_night) == (127, "discarded")
    assert not bad_night.cache.staged_file.exists()


async def test_the_sync_screen_shows_the_nights_and_what_a_run_changed(demo: Workspace, open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("7")
        assert "last 30 nights: 2 applied; at most 2,619 changes" in desk.text
        assert "█" in desk.text
        await desk.press("d")
        detail = desk.app.browser.detail.text
        assert "Because      the last full run is 7" in detail
        assert "teachers: Williams, Grace L → Coleman, Inés C" in detail
        assert "email: " in detail
        students = [line for line in detail.splitlines() if line.startswith(("+ student", "- student"))]
        assert students
        assert all("•" in line for line in students)


@pytest.mark.parametrize("key", ["v", "X"])
async def test_a_decision_waits_for_nobody_where_keys_are_answered(
    bad_night: Workspace, open_console: Open, writers: Writers, key: str
) -> None:
    async with open_console() as desk:
        await held(desk)
        writers.threads.clear()
        await desk.press(key)
        await desk.press("y")
        await desk.finish()
        assert numbers(bad_night)[1] in ("applied", "discarded")
        assert writers.threads and threading.get_ident() not in writers.threads
