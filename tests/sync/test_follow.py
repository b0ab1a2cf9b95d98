"""Accounts after a sync: roles for a time end, and what a person does meanwhile is not lost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from roster_tui.accounts.history import histories
from roster_tui.accounts.model import Account, Cause, CauseKind, Rights, Role, State
from roster_tui.accounts.verbs import Asked
from roster_tui.sandbox.generator import teacher_sis_id
from roster_tui.sync.follow import follow
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.sync.conftest import Night


def the_account(workspace: Workspace, number: int) -> Account:
    sis_id = teacher_sis_id(number)
    (found,) = (each for each in asyncio.run(workspace.directory.list_accounts()) if each.sis_id == sis_id)
    return found


def on(workspace: Workspace, days: int) -> Workspace:
    return Workspace(workspace.folder, workspace.district, workspace.settings, lambda: NOW + timedelta(days=days))


def grant(workspace: Workspace, clever_id: str, role: Role, until: date) -> None:
    async def act() -> None:
        performer = workspace.performer()
        await performer.perform(await performer.plan("role", [clever_id], asked=Asked(role=role, until=until)))

    asyncio.run(act())


def test_a_role_for_a_time_ends_with_the_first_sync_after_its_day(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    who = the_account(workspace, 3)
    grant(workspace, who.id, Role.SCHOOL_ADMIN, NOW.date() + timedelta(days=2))
    for day, role in ((1, Role.SCHOOL_ADMIN), (2, Role.SCHOOL_ADMIN), (3, Role.TEACHER)):
        asyncio.run(follow(on(workspace, day)))
        assert the_account(workspace, 3).role is role, day
    assert the_account(workspace, 3).temporary is None
    last = histories(workspace.journal.entries())[who.id][-1]
    assert (last.kind, last.operator, last.verdict) == ("end-role", "sync", "done")
    with workspace.cache.reading() as db:
        shown = db.execute("SELECT role, role_until FROM account a JOIN record r ON r.key = a.key WHERE r.id = ?",
                           (bytes.fromhex(who.id),)).fetchone()  # fmt: skip
    assert shown == (Role.TEACHER, None)


def test_by_a_clock_that_is_far_off_no_role_ends(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    who = the_account(workspace, 3)
    grant(workspace, who.id, Role.SCHOOL_ADMIN, NOW.date())
    a_year_on = on(workspace, 365)
    asyncio.run(follow(a_year_on, trust_clock=False))
    assert the_account(workspace, 3).role is Role.SCHOOL_ADMIN
    asyncio.run(follow(a_year_on))
    assert the_account(workspace, 3).role is Role.TEACHER


def test_the_last_administrator_keeps_the_role_beyond_its_day(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    who = the_account(workspace, 3)
    asyncio.run(workspace.directory.write([replace(who, activated_at=NOW)]))
    grant(workspace, who.id, Role.DISTRICT_ADMIN, NOW.date())
    asyncio.run(follow(on(workspace, 2)))
    assert the_account(workspace, 3).role is Role.DISTRICT_ADMIN
    other = replace(the_account(workspace, 4), activated_at=NOW, role=Role.DISTRICT_ADMIN)
    asyncio.run(workspace.directory.write([other]))
    asyncio.run(follow(on(workspace, 3)))
    asyncio.run(follow(on(workspace, 4)))
    assert the_account(workspace, 3).rights == Rights(Role.TEACHER)


def test_what_a_person_does_while_a_sync_follows_is_kept(clever: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    clever.load()
    workspace, _ = clever.sync()
    who = the_account(workspace, 7)
    directory = type(workspace.directory)
    write = directory.write
    once = iter([True])
    hand = Cause(CauseKind.BY_HAND, NOW, "jdoe", "on leave")

    async def overtaken(self: Any, accounts: Sequence[Account], read: Mapping[str, Account] | None = None) -> Any:
        if next(once, False):
            await write(self, [replace(who, cause=hand)])
        return await write(self, accounts, read)

    monkeypatch.setattr(directory, "write", overtaken)
    clever.incidents(leavers={teacher_sis_id(7), teacher_sis_id(8)})
    workspace, result = clever.sync()
    assert result.state == "applied"
    assert the_account(workspace, 7).cause == hand
    assert the_account(workspace, 8).state is State.SUSPENDED
    assert workspace.journal.verify().ok
