"""The journal, folded, says what accounts are; where it cannot know, it says nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from roster_tui.accounts.act import Performer
from roster_tui.accounts.fold import Disagreement, disagreements, folded, with_fields
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.model import Account, Role
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Entry, Journal
from tests.accounts.conftest import Clock, account, an_id
from tests.conftest import NOW

KEPT = Path(__file__).parents[1] / "ledger" / "kept" / "0.1.0"
SUSPEND = {"kind": "suspend", "cause": {"kind": "by_hand", "since": "2026-11-24T14:30:00Z", "by": "jdoe", "reason": ""}}


async def do(performer: Performer, verb: str, *numbers: int) -> None:
    await performer.perform(await performer.plan(verb, [an_id(number) for number in numbers], "on leave"))


async def all_of(directory: LocalDirectory) -> dict[str, Account]:
    return {each.id: each for each in await directory.list_accounts()}


def entries(*facts: dict[str, object]) -> list[Entry]:
    return [Entry(number, NOW, each, "", "") for number, each in enumerate(facts, 1)]


def intent(action: str, change: dict[str, object], *numbers: int) -> dict[str, object]:
    ids = [an_id(number) for number in numbers]
    return {"action": action, "kind": str(change["kind"]), "phase": "intent", "ids": ids, "changes": [change]}


def outcome(action: str, **verdicts: str) -> dict[str, object]:
    results = [{"id": an_id(int(name[1:])), "verdict": verdict} for name, verdict in verdicts.items()]
    return {"action": action, "phase": "outcome", "results": results}


async def test_what_every_verb_does_is_what_the_fold_says(
    make_performer: Callable[..., Performer], directory: LocalDirectory, clock: Clock
) -> None:
    performer = make_performer()
    await directory.write([account(number) for number in range(1, 7)])
    for verb, *numbers in (
        ("suspend", 1, 2, 3),
        ("unsuspend", 2),
        ("pin", 3, 4),
        ("unpin", 4),
        ("support-lead", 5),
        ("suspend", 2),
    ):
        clock.now += timedelta(minutes=1)
        await do(performer, verb, *numbers)
    told = folded(performer.record.journal.entries())
    accounts = await all_of(directory)
    assert list(disagreements(told, accounts)) == []
    assert told[an_id(4)] == {"pinned": None}
    assert set(told[an_id(3)]) == {"cause", "pinned"}
    assert an_id(6) not in told


async def test_each_field_that_was_changed_behind_the_journal_is_named(
    performer: Performer, directory: LocalDirectory
) -> None:
    await directory.write([account(number) for number in range(1, 5)])
    await do(performer, "suspend", 1, 2)
    await do(performer, "pin", 3)
    accounts = await all_of(directory)
    accounts[an_id(1)] = replace(accounts[an_id(1)], cause=None)
    accounts[an_id(3)] = replace(accounts[an_id(3)], pinned=False, name="Another Name")
    # Nothing was journaled of the fourth, so nothing is said of it.
    accounts[an_id(4)] = replace(accounts[an_id(4)], role=Role.COACH)
    del accounts[an_id(2)]
    told = folded(performer.record.journal.entries())
    assert set(disagreements(told, accounts)) == {
        Disagreement(an_id(1), ("cause",)),
        Disagreement(an_id(2), ()),
        Disagreement(an_id(3), ("pinned",)),
    }
    mended = with_fields(accounts[an_id(3)], told[an_id(3)])
    assert (mended.pinned, mended.name) == (True, "Another Name")


@pytest.mark.parametrize("verdict", ["failed", "noop", "blocked"])
def test_what_was_not_done_changes_nothing(verdict: str) -> None:
    told = folded(entries(intent("A", SUSPEND, 1), outcome("A", n1=verdict)))
    assert told == {}


def test_what_is_open_or_in_doubt_is_not_known_and_a_later_act_is() -> None:
    pin = {"kind": "pin", "pinned": True}
    done = [
        intent("A", SUSPEND, 1, 2),
        outcome("A", n1="done", n2="done"),
        intent("P", pin, 1),
        outcome("P", n1="done"),
    ]
    assert set(folded(entries(*done))[an_id(1)]) == {"cause", "pinned"}
    opened = [*done, intent("B", {"kind": "unsuspend"}, 1)]
    assert folded(entries(*opened))[an_id(1)] == {"pinned": True}
    doubted = [*opened, outcome("B", n1="in_doubt")]
    assert folded(entries(*doubted))[an_id(1)] == {"pinned": True}
    settled = [*doubted, outcome("B", n1="done")]
    assert folded(entries(*settled))[an_id(1)] == {"cause": None, "pinned": True}
    assert set(folded(entries(*settled))[an_id(2)]) == {"cause"}


def test_of_two_actions_at_once_nobody_knows_which_came_last() -> None:
    away, back = {"kind": "pin", "pinned": True}, {"kind": "pin", "pinned": False}
    both = [intent("A", away, 1), intent("B", back, 1), outcome("B", n1="done"), outcome("A", n1="done")]
    assert folded(entries(*both)) == {}
    same = [intent("A", away, 1), intent("B", away, 1), outcome("B", n1="done"), outcome("A", n1="done")]
    assert folded(entries(*same)) == {an_id(1): {"pinned": True}}


def test_a_sync_suspends_and_restores_but_whom_it_left_out() -> None:
    suspended = [{"id": an_id(number), "cause": "email blank in the SIS"} for number in (1, 2)]
    begun = {"action": "S", "kind": "sync", "phase": "intent", "suspended": suspended, "restored": [an_id(3)]}
    ended = {"action": "S", "kind": "sync", "phase": "outcome", "results": {"suspended": 1}, "left_out": [an_id(2)]}
    told = folded(entries(begun, ended))
    assert told[an_id(1)]["cause"] == {
        "kind": "email_missing",
        "since": "2026-11-24T14:30:00Z",
        "by": "sync",
        "reason": "",
    }
    assert told[an_id(3)] == {"cause": None}
    assert an_id(2) not in told
    assert folded(entries(begun)) == {}


async def test_the_ledger_of_0_1_0_agrees_with_its_journal(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(KEPT, tmp_path / "ledger"))
    accounts = await all_of(LocalDirectory(folder / "accounts", Head(folder)))
    told = folded(Journal(folder / "journal", Head(folder)).entries())
    assert len(told) == 13
    assert list(disagreements(told, accounts)) == []
