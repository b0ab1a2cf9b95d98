"""Whole actions taken back from the journal: what they left is restored, what changed since is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from roster_tui.accounts.act import Performer, Report
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.model import Account, Cause, CauseKind, Permission, Role
from roster_tui.accounts.undo import CannotUndo
from roster_tui.accounts.verbs import Asked
from tests.accounts.conftest import Clock, account, an_id
from tests.conftest import NOW

ABSENT = Cause(CauseKind.NOT_IN_DATA, NOW - timedelta(days=3), "sync")
FOUR = (
    account(1, activated_at=NOW),
    account(2, role=Role.COACH, permission=Permission.ITEM_AUTHOR),
    account(3, cause=ABSENT, pinned=True),
    account(4, role=Role.SCHOOL_ADMIN, support_lead=True),
)


async def do(performer: Performer, verb: str, asked: Asked | None = None) -> Report:
    plan = await performer.plan(verb, [each.id for each in FOUR], "why", asked or Asked())
    return await performer.perform(plan)


async def undo(performer: Performer, action: str | None) -> Report:
    assert action is not None
    return await performer.perform(await performer.undo_plan(action))


async def told(directory: LocalDirectory) -> list[Account]:
    """Return the accounts without what only says which action touched them."""
    from dataclasses import replace

    accounts = await directory.accounts([each.id for each in FOUR])
    return [replace(accounts[each.id], last_action=None) for each in FOUR]


@pytest.mark.parametrize(
    ("verb", "asked", "changed"),
    [
        ("suspend", None, 3),
        ("unsuspend", None, 1),
        ("pin", None, 3),
        ("unpin", None, 1),
        ("support-lead", None, 2),
        ("not-support-lead", None, 1),
        ("role", Asked(role=Role.SCHOOL_ADMIN), 3),
        ("role", Asked(role=Role.SCHOOL_REPORTS, no_permission=True, until=NOW.date()), 4),
    ],
)
async def test_undo_restores_every_account_to_what_it_was(
    performer: Performer, directory: LocalDirectory, verb: str, asked: Asked | None, changed: int
) -> None:
    await directory.write(FOUR)
    report = await do(performer, verb, asked)
    assert sum(item.verdict.value == "done" for item in report.items) == changed
    assert await told(directory) != list(FOUR)
    back = await undo(performer, report.action)
    assert [item.verdict.value for item in back.items] == ["done"] * changed
    assert await told(directory) == list(FOUR)
    again = await undo(performer, report.action)
    assert {(item.verdict.value, item.reason) for item in again.items} == {("noop", "taken back already")}
    # An undo is an action like any other.
    forth = await undo(performer, back.action)
    assert {item.verdict.value for item in forth.items} == {"done"}
    assert performer.journal.verify().ok


async def test_what_changed_since_is_left_alone(performer: Performer, directory: LocalDirectory, clock: Clock) -> None:
    await directory.write(FOUR)
    report = await do(performer, "suspend")
    clock.now += timedelta(hours=1)
    await performer.perform(await performer.plan("unsuspend", [an_id(1)]))
    await performer.perform(await performer.plan("suspend", [an_id(1)], "for another reason"))
    back = await undo(performer, report.action)
    assert {item.id: (item.verdict.value, item.reason) for item in back.items} == {
        an_id(1): ("blocked", "changed since then"),
        an_id(2): ("done", ""),
        an_id(4): ("done", ""),
    }


async def test_what_cannot_be_taken_back_is_said(performer: Performer, directory: LocalDirectory) -> None:
    await directory.write([account(1)])
    report = await performer.perform(await performer.plan("activate", [an_id(1)]))
    with pytest.raises(CannotUndo, match=r"sent mail\. A mail that has left cannot be taken back"):
        await performer.undo_plan(report.action or "")
    with pytest.raises(CannotUndo, match="knows no action 261124-1430-FFFFFF"):
        await performer.undo_plan("261124-1430-FFFFFF")
    with pytest.raises(CannotUndo, match="knows no action nonsense"):
        await performer.undo_plan("nonsense")
    performer.journal.append([{"action": "261124-0104-ABCDEF", "kind": "sync", "phase": "intent"}], NOW)
    with pytest.raises(CannotUndo, match="no action on accounts of an operator, but sync"):
        await performer.undo_plan("261124-0104-ABCDEF")


async def test_the_latest_that_can_be_taken_back_goes_first_then_the_one_before(
    performer: Performer, directory: LocalDirectory
) -> None:
    await directory.write(FOUR)
    assert await performer.undoable() is None
    first, second = await do(performer, "suspend"), await do(performer, "pin")
    await do(performer, "activate")
    assert await performer.undoable() == second.action
    await undo(performer, second.action)
    assert await performer.undoable() == first.action
    await undo(performer, first.action)
    assert await performer.undoable() is None
    assert await told(directory) == list(FOUR)
