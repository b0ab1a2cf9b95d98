"""Suspended, unsuspended by hand, suspended again: told after the second time, with its cause, by real syncs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from roster_tui.findings.store import known
from roster_tui.sandbox.generator import teacher_sis_id
from roster_tui.workspace import Workspace
from tests.sync.conftest import Night
from tests.sync.test_sync import teachers


@pytest.fixture
def clever(tmp_path: Path) -> Iterator[Night]:
    night = Night(tmp_path)
    yield night
    night.store.close()


async def unsuspend(workspace: Workspace, clever_id: str) -> None:
    performer = workspace.performer()
    report = await performer.perform(await performer.plan("unsuspend", [clever_id], "she is still here"))
    workspace.show_accounts(report.accounts)


def told(workspace: Workspace) -> set[str]:
    with workspace.cache.reading() as db:
        return {each.finding.code.code for each in known(db)}


def test_the_cause_is_offered_not_the_act(clever: Night) -> None:
    clever.load()
    clever.sync()
    leaver = teacher_sis_id(7)
    clever.incidents(leavers={leaver})
    workspace, _ = clever.sync()
    clever_id = teachers(workspace)[leaver].clever_id
    assert "teacher-removed" in told(workspace)
    for time in (1, 2):
        asyncio.run(unsuspend(workspace, clever_id))
        workspace, result = clever.sync()
        assert result.accounts["suspended"] == 1
        assert ("suspension-loop" in told(workspace)) is (time == 2)
    # One trouble, one finding: the leaver is not told of twice.
    assert "teacher-removed" not in told(workspace)
    with workspace.cache.reading() as db:
        (loop,) = (each.finding for each in known(db, code="suspension-loop"))
    assert loop.code.action is None
    assert [each.field for each in loop.evidence] == ["suspended again", "suspended again", "cause"]
    assert loop.evidence[-1].after == "no longer in Clever's data"

    clever.load()
    workspace, result = clever.sync()
    assert result.accounts["restored"] == 1
    assert "suspension-loop" not in told(workspace)
