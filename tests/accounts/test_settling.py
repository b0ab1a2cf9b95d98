"""Actions that were cut off: settled before anything else is done, and never told otherwise than they were."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from roster_tui.accounts.act import Performer, Report
from roster_tui.accounts.changes import Change, SetRights, Suspend, Unsuspend, change_document
from roster_tui.accounts.directory import Capabilities
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.model import Account, Cause, CauseKind, Rights, Role
from roster_tui.accounts.reconcile import reconcile
from roster_tui.accounts.settling import CHANGED_SINCE, FOUND_DONE, GONE_SINCE, NOT_DONE
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.head import Head
from roster_tui.ledger.kinds import ACCOUNTS
from tests.accounts.conftest import Clock, account, an_id
from tests.conftest import NOW

SUSPENDED = Cause(CauseKind.BY_HAND, NOW, "jdoe", "left")
Make = Callable[..., Performer]
Kill = Callable[..., Awaitable[str]]


class Killed(BaseException):
    """Stands for signal 9: nothing may handle it."""


class Cut(LocalDirectory):
    """A directory whose process dies right after an effect, or right before it."""

    def __init__(self, folder: Path, when: str) -> None:
        super().__init__(folder, Head(folder.parent))
        self.when = when

    async def change(self, accounts: Sequence[Account], change: Change, action: str) -> object:  # type: ignore[override]
        if self.when == "after":
            await super().change(accounts, change, action)
        raise Killed


class Claiming(LocalDirectory):
    """A directory whose `last_action` only says what somebody meant to do, as a platform's does."""

    capabilities = Capabilities(marks_changes=False)


@pytest.fixture
def kill(make_performer: Make, tmp_path: Path) -> Kill:
    async def act(verb: str, *numbers: int, when: str = "after") -> str:
        performer = make_performer(directory=Cut(tmp_path / "accounts", when))
        plan = await performer.plan(verb, [an_id(number) for number in numbers], "why")
        with pytest.raises(Killed):
            await performer.perform(plan)
        return performer.running.abandoned()[-1]

    return act


async def do(performer: Performer, verb: str, *numbers: int) -> Report:
    return await performer.perform(await performer.plan(verb, [an_id(number) for number in numbers], "why"))


def told(reports: Sequence[Report]) -> list[tuple[str, str]]:
    return [(item.verdict.value, item.reason) for report in reports for item in report.items]


def intended(performer: Performer, action: str, verb: str, change: Change, number: int) -> None:
    """Write an intent as a console does that never asks what was left before: one of an earlier release."""
    facts = {"ids": [an_id(number)], "changes": [change_document(change)], "before": {}}
    performer.journal.append([{"action": action, "kind": verb, "phase": "intent", **facts}], NOW)


async def test_what_a_dead_console_did_is_written_down_before_another_acts_on_the_account(
    performer: Performer, directory: LocalDirectory, kill: Kill, clock: Clock
) -> None:
    await directory.write([account(1, cause=SUSPENDED)])
    killed = await kill("unsuspend", 1)
    clock.now += timedelta(hours=1)
    report = await do(performer, "suspend", 1)
    assert told([report]) == [("done", "")]
    assert told(report.first) == [("done", FOUND_DONE)]
    kinds = [(entry.facts["kind"], entry.facts["phase"]) for entry in performer.journal.entries()]
    assert kinds == [("unsuspend", "intent"), ("unsuspend", "settled"), ("suspend", "intent"), ("suspend", "outcome")]
    assert killed not in performer.running.marked()
    assert await performer.settle() == []


async def test_what_a_dead_console_did_not_do_is_told_as_not_done(
    performer: Performer, directory: LocalDirectory, kill: Kill
) -> None:
    await directory.write([account(1), account(2, last_action="261101-0800-ABCDEF")])
    await kill("suspend", 1, 2, when="before")
    assert told((await do(performer, "pin", 1)).first) == [("failed", NOT_DONE)] * 2


async def test_what_another_changed_since_is_in_doubt(
    performer: Performer, directory: LocalDirectory, kill: Kill
) -> None:
    """Seen twice: killed after an unsuspend took effect, it was told as not done once somebody had suspended again."""
    await directory.write([account(1, cause=SUSPENDED)])
    await kill("unsuspend", 1)
    later = "261124-1530-000001"
    intended(performer, later, "suspend", Suspend(SUSPENDED), 1)
    (now,) = await directory.list_accounts()
    await directory.change([now], Suspend(SUSPENDED), later)
    assert told(await performer.settle()) == [("in_doubt", CHANGED_SINCE)]
    assert performer.running.marked() == []
    (entry,) = (entry for entry in performer.journal.entries() if entry.facts["phase"] == "settled")
    assert entry.facts["results"] == [{"id": an_id(1), "verdict": "in_doubt", "reason": CHANGED_SINCE}]


async def test_who_is_still_acting_on_the_account_leaves_it_in_doubt_too(
    performer: Performer, directory: LocalDirectory, kill: Kill
) -> None:
    """The other's intent came first, its effect last, and its outcome is not written yet."""
    await directory.write([account(1)])
    other = "261124-1430-000001"
    with performer.running.claimed(other):
        intended(performer, other, "pin", Suspend(SUSPENDED), 1)
        await kill("suspend", 1)
        (now,) = await directory.list_accounts()
        await directory.change([now], Unsuspend(), other)
        assert told(await performer.settle()) == [("in_doubt", CHANGED_SINCE)]
        assert performer.running.marked() == [other], "whose process lives is left alone"


async def test_what_was_finished_before_it_began_does_not_make_it_doubtful(
    performer: Performer, directory: LocalDirectory, kill: Kill
) -> None:
    await directory.write([account(1)])
    await do(performer, "pin", 1)
    await kill("suspend", 1, when="before")
    assert told(await performer.settle()) == [("failed", NOT_DONE)]


async def test_a_sync_since_hides_nothing_of_what_the_account_says(
    performer: Performer, directory: LocalDirectory, kill: Kill
) -> None:
    await directory.write([account(1, cause=SUSPENDED), account(2, cause=SUSPENDED)])
    await kill("unsuspend", 1)
    read = {each.id: each for each in await directory.list_accounts()}
    await directory.write(reconcile([], read, NOW).accounts, read)
    assert {each.cause is None for each in await directory.list_accounts()} == {False}
    assert told(await performer.settle()) == [("done", FOUND_DONE)]


async def test_an_account_that_is_gone_since_is_in_doubt(
    performer: Performer, directory: LocalDirectory, kill: Kill, tmp_path: Path
) -> None:
    await directory.write([account(1)])
    await kill("suspend", 1)
    (file,) = (tmp_path / "accounts").glob("*.json")
    with Documents(file, ACCOUNTS, Head(tmp_path)).changing() as database:
        database.table("accounts").drop([an_id(1)])
    assert told(await performer.settle()) == [("in_doubt", GONE_SINCE)]


async def test_a_clock_that_goes_back_hides_no_later_entry(
    performer: Performer, directory: LocalDirectory, kill: Kill, clock: Clock
) -> None:
    await directory.write([account(1, cause=SUSPENDED)])
    clock.now = NOW + timedelta(days=365)
    action = await kill("unsuspend", 1)
    clock.now = NOW
    later = "261124-1430-000001"
    intended(performer, later, "suspend", Suspend(SUSPENDED), 1)
    (now,) = await directory.list_accounts()
    await directory.change([now], Suspend(SUSPENDED), later)
    assert told(await performer.settle()) == [("in_doubt", CHANGED_SINCE)]
    recorded = performer.record.read(action)
    assert recorded and recorded.results == {an_id(1): Verdict.IN_DOUBT}


COACH = SetRights(Rights(Role.COACH))
ACTION = "261124-1430-ABCDEF"


@pytest.mark.parametrize(
    ("now", "later", "expected"),
    [
        ({"role": Role.COACH}, "", ("done", FOUND_DONE)),
        ({}, "", ("failed", NOT_DONE)),
        ({}, "done", ("in_doubt", CHANGED_SINCE)),
        ({}, "failed", ("failed", NOT_DONE)),
        ({}, "in_doubt", ("in_doubt", CHANGED_SINCE)),
        ({"role": Role.COACH_ADMIN}, "", ("in_doubt", CHANGED_SINCE)),
    ],
    ids=["as it makes it", "as before", "changed", "not changed after all", "perhaps changed", "as neither"],
)
async def test_where_the_mark_is_written_before_the_change_the_account_is_read(
    make_performer: Make, tmp_path: Path, now: dict[str, Role], later: str, expected: tuple[str, str]
) -> None:
    directory = Claiming(tmp_path / "accounts", Head(tmp_path))
    performer = make_performer(directory=directory)
    before = {"role": "Teacher"}
    facts = {"ids": [an_id(1)], "changes": [change_document(COACH)], "before": {an_id(1): before}}
    performer.journal.append([{"action": ACTION, "kind": "role", "phase": "intent", **facts}], NOW)
    if later:
        intended(performer, "261124-1530-000001", "role", SetRights(Rights(Role.COACH_ADMIN)), 1)
        result = {"id": an_id(1), "verdict": later}
        facts = {"action": "261124-1530-000001", "kind": "role", "phase": "outcome", "results": [result]}
        performer.journal.append([facts], NOW)
    await directory.write([account(1, last_action=ACTION, **now)])
    (tmp_path / "running" / ACTION).touch()
    assert told(await performer.settle()) == [expected]


async def test_a_directory_that_cannot_be_read_leaves_it_to_be_settled_later(
    make_performer: Make, directory: LocalDirectory, kill: Kill, tmp_path: Path
) -> None:
    await directory.write([account(1)])
    await kill("suspend", 1)
    (file,) = (tmp_path / "accounts").glob("*.json")
    good = file.read_bytes()
    file.write_bytes(b"{")
    performer = make_performer()
    with pytest.raises(Exception, match="cannot be read"):
        await performer.settle()
    file.write_bytes(good)
    assert told(await performer.settle()) == [("done", FOUND_DONE)]


async def test_both_reports_of_an_action_asked_about_twice_keep_what_was_settled(
    performer: Performer, directory: LocalDirectory
) -> None:
    await directory.write([account(1)])
    report = await do(performer, "suspend", 1)
    assert replace(report, first=(report,)).then(report).first == (report,)
