"""Actions: intent before effect, done once, and what is in doubt is never done again to find out."""

from __future__ import annotations

import asyncio
import mailbox
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from roster_tui.accounts.act import Interrupted, Performer, Report
from roster_tui.accounts.carrying import AT_ONCE
from roster_tui.accounts.changes import Change, Delivered, Mailed, Suspend, Unmailed, change_document
from roster_tui.accounts.deeds import HowFar
from roster_tui.accounts.directory import Capabilities, DirectoryError, InDoubt
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.mail import Smtp
from roster_tui.accounts.model import Account, Cause, CauseKind, LatestMail, MailKind, MailState, Role, State
from roster_tui.accounts.verbs import Asked
from roster_tui.ledger.head import Head
from roster_tui.settings import MailSettings
from tests.accounts.conftest import Clock, account, an_id
from tests.conftest import NOW, Inbox, mail_options


async def do(performer: Performer, verb: str, *numbers: int, reason: str = "") -> Report:
    return await performer.perform(await performer.plan(verb, [an_id(number) for number in numbers], reason))


def verdicts(report: Report) -> list[str]:
    return [item.verdict.value for item in report.items]


def intend(performer: Performer, action: str, kind: str, change: Change, *numbers: int) -> None:
    """Write an intent as an action does that is killed right after."""
    facts = {"ids": [an_id(number) for number in numbers], "changes": [change_document(change)], "before": {}}
    performer.journal.append([{"action": action, "kind": kind, "phase": "intent", **facts}], NOW)


async def state(directory: LocalDirectory, number: int) -> Account:
    return (await directory.accounts([an_id(number)]))[an_id(number)]


async def test_suspend_and_unsuspend_are_done_once(performer: Performer, directory: LocalDirectory) -> None:
    await directory.write([account(1, activated_at=NOW)])
    first = await do(performer, "suspend", 1, reason="left early")
    again = await do(performer, "suspend", 1)
    assert (verdicts(first), verdicts(again)) == (["done"], ["noop"])
    held = await state(directory, 1)
    assert (held.state, str(held.cause)) == (State.SUSPENDED, "by jdoe: left early")
    assert verdicts(await do(performer, "unsuspend", 1)) == ["done"]
    assert verdicts(await do(performer, "unsuspend", 1)) == ["noop"]
    assert (await state(directory, 1)).state is State.ACTIVE


async def test_intent_stands_before_outcome_and_no_ops_leave_no_trace(
    performer: Performer, directory: LocalDirectory
) -> None:
    await directory.write([account(1), account(2)])
    report = await do(performer, "suspend", 1, 2, reason="why")
    await do(performer, "suspend", 1)
    intent, outcome = performer.journal.entries()
    assert (intent.facts["phase"], outcome.facts["phase"]) == ("intent", "outcome")
    assert intent.facts["action"] == outcome.facts["action"] == report.action
    assert intent.facts["ids"] == [an_id(1), an_id(2)]
    assert (intent.facts["operator"], intent.facts["host"], intent.facts["reason"]) == ("jdoe", "desk-1", "why")
    assert outcome.facts["results"] == [{"id": an_id(n), "verdict": "done"} for n in (1, 2)]
    assert performer.journal.verify().ok


async def test_who_changed_since_the_plan_was_shown_is_left_alone_and_asked_about_again(
    performer: Performer, directory: LocalDirectory
) -> None:
    await directory.write([account(number) for number in (1, 2, 3)])
    shown = await performer.plan("suspend", [an_id(number) for number in (1, 2, 3)])
    await do(performer, "suspend", 2)
    await do(performer, "pin", 3)
    report = await performer.perform(shown)
    assert verdicts(report) == ["done", "noop", "failed"]
    assert report.items[2].reason == "changed meanwhile by somebody else; nothing was done"
    assert report.again is not None
    assert [item.id for item in report.again.todo] == [an_id(3)]
    assert (await state(directory, 3)).state is State.PENDING
    both = report.then(await performer.perform(report.again))
    assert verdicts(both) == ["done", "noop", "done"]
    assert both.action == report.action


async def test_who_changes_in_the_last_moment_is_left_alone_by_the_directory(
    make_performer: Callable[..., Performer], directory: LocalDirectory
) -> None:
    await directory.write([account(1), account(2)])
    rival = make_performer()

    class Overtaken(LocalDirectory):
        async def change(self, accounts: Sequence[Account], change: Change, action: str) -> Any:
            await do(rival, "pin", 2)
            return await super().change(accounts, change, action)

    performer = make_performer(directory=Overtaken(directory._shards.folder, directory._shards.head))
    report = await do(performer, "suspend", 1, 2)
    assert verdicts(report) == ["done", "failed"]
    assert report.again is not None and [item.id for item in report.again.todo] == [an_id(2)]
    assert (await state(directory, 2)).state is State.PENDING


async def test_no_intent_no_effect(
    performer: Performer, directory: LocalDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await directory.write([account(1)])
    plan = await performer.plan("suspend", [an_id(1)])

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("roster_tui.ledger.journal.Journal.append", full)
    with pytest.raises(OSError, match="No space left"):
        await performer.perform(plan)
    assert (await state(directory, 1)).state is State.PENDING


async def test_activation_mail_reaches_a_real_server_once(
    make_performer: Callable[..., Performer], directory: LocalDirectory, inbox: Inbox, clock: Clock
) -> None:
    await directory.write([account(1), account(2, activated_at=NOW), account(3, email=None)])
    mail = MailSettings(**mail_options(inbox))
    performer = make_performer(Smtp(mail))
    report = await do(performer, "activate", 1, 2, 3)
    assert verdicts(report) == ["done", "noop", "blocked"]
    (message,) = inbox.messages
    assert (message["To"], message["From"]) == ("t1@example.org", "roster@lincoln.example")
    assert report.action in message["Message-ID"]
    assert all("Lincoln Unified" in part.get_payload() for part in message.get_payload())
    assert verdicts(await do(performer, "activate", 1)) == ["noop"]
    clock.now += timedelta(hours=25)
    assert verdicts(await do(performer, "activate", 1)) == ["done"]
    assert len(inbox.messages) == 2


async def test_a_refused_recipient_does_not_stop_the_rest_and_may_be_tried_again(
    make_performer: Callable[..., Performer], directory: LocalDirectory, inbox: Inbox
) -> None:
    await directory.write([account(number) for number in range(1, 26)])
    inbox.refused = {"t3@example.org"}
    mail = MailSettings(**mail_options(inbox))
    performer = make_performer(Smtp(mail))
    report = await do(performer, "activate", *range(1, 26))
    assert report.tally() == {Verdict.DONE: 24, Verdict.FAILED: 1}
    (failed,) = (item for item in report.items if item.verdict is Verdict.FAILED)
    assert "no such user here" in failed.reason
    assert (await state(directory, 3)).invited_at is None
    inbox.refused = set()
    assert verdicts(await do(performer, "activate", 3)) == ["done"]


async def test_no_server_no_mark(make_performer: Callable[..., Performer], directory: LocalDirectory) -> None:
    await directory.write([account(1)])
    nowhere = MailSettings(host="127.0.0.1", port=9, security="none")
    report = await do(make_performer(Smtp(nowhere)), "activate", 1)
    assert verdicts(report) == ["failed"]
    assert "does not take mail" in report.items[0].reason
    assert (await state(directory, 1)).invited_at is None


async def test_without_a_server_mail_is_kept(performer: Performer, directory: LocalDirectory, tmp_path: Path) -> None:
    await directory.write([account(1)])
    assert "not sent" in performer.outbox.describe()
    assert verdicts(await do(performer, "activate", 1)) == ["done"]
    (kept,) = mailbox.Maildir(str(tmp_path / "mail"))
    assert kept["To"] == "t1@example.org"


async def test_an_address_that_would_forge_a_header_is_refused(
    performer: Performer, directory: LocalDirectory, tmp_path: Path
) -> None:
    await directory.write([account(1, email="a@x.org\nBcc: all@x.org")])
    report = await do(performer, "activate", 1)
    assert verdicts(report) == ["failed"]
    assert (await state(directory, 1)).invited_at is None


class Flaky(LocalDirectory):
    """A directory that answers some changes with an error."""

    error: DirectoryError | None = None
    raises: DirectoryError | None = None

    async def change(
        self, accounts: Sequence[Account], change: Change, action: str
    ) -> Mapping[str, Account | DirectoryError]:
        if self.raises is not None:
            raise self.raises
        answers = dict(await super().change(accounts[1:], change, action))
        if self.error is not None:
            answers[accounts[0].id] = self.error
        return answers


@pytest.mark.parametrize(
    ("error", "verdict"),
    [(DirectoryError("busy"), "failed"), (InDoubt("no answer"), "in_doubt"), (None, "failed")],
)
async def test_partial_failure_lists_who(
    make_performer: Callable[..., Performer], tmp_path: Path, error: DirectoryError | None, verdict: str
) -> None:
    directory = Flaky(tmp_path / "flaky", Head(tmp_path))
    directory.error = error
    await directory.write([account(1), account(2)])
    report = await do(make_performer(directory=directory), "suspend", 1, 2)
    assert verdicts(report) == [verdict, "done"]
    assert [each.id for each in report.accounts] == [an_id(2)]


async def test_a_directory_that_is_gone_fails_each(make_performer: Callable[..., Performer], tmp_path: Path) -> None:
    directory = Flaky(tmp_path / "flaky", Head(tmp_path))
    await directory.write([account(1)])
    directory.raises = DirectoryError("the platform is down")
    report = await do(make_performer(directory=directory), "suspend", 1)
    assert (verdicts(report), report.items[0].reason) == (["failed"], "the platform is down")


async def test_stopped_by_ctrl_c_the_batch_in_hand_ends_and_the_rest_is_not_done(
    performer: Performer, directory: LocalDirectory
) -> None:
    await directory.write([account(number) for number in range(1, 36)])
    plan = await performer.plan("activate", [an_id(number) for number in range(1, 36)])
    task: asyncio.Task[Report] | None = None

    def stop(how_far: HowFar) -> None:
        assert task is not None
        task.cancel()

    task = asyncio.create_task(performer.perform(plan, stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    outcomes = [entry.facts["results"] for entry in performer.journal.entries() if entry.facts["phase"] == "outcome"]
    told = {result["id"]: result["verdict"] for results in outcomes for result in results}
    assert len(told) == 35
    mailed = [each for each in await directory.list_accounts() if each.invited_at]
    assert {each.id for each in mailed} == {each for each, verdict in told.items() if verdict == "done"}
    assert 0 < len(mailed) < 35
    await performer.settle()
    assert performer.running.abandoned() == []


async def test_who_was_not_done_when_it_was_stopped_is_told(performer: Performer, directory: LocalDirectory) -> None:
    await directory.write([account(number) for number in range(1, 26)])
    plan = await performer.plan("activate", [an_id(number) for number in range(1, 26)])

    async def stopped() -> Report:
        try:
            return await performer.perform(plan, lambda how_far: task.cancel())
        except Interrupted as interrupted:
            return interrupted.report

    task = asyncio.create_task(stopped())
    report = await task
    tally = report.tally()
    assert tally[Verdict.DONE] > 0 and tally[Verdict.FAILED] > 0
    assert tally[Verdict.DONE] + tally[Verdict.FAILED] == 25
    reasons = {item.reason for item in report.items if item.verdict is Verdict.FAILED}
    assert reasons == {"stopped before its turn"}
    mailed = {each.id for each in await directory.list_accounts() if each.invited_at}
    assert mailed == {item.id for item in report.items if item.verdict is Verdict.DONE}
    assert {each.id for each in report.accounts} >= mailed


async def test_what_a_killed_process_left_is_settled_by_reading(
    performer: Performer, directory: LocalDirectory, tmp_path: Path
) -> None:
    await directory.write([account(number) for number in (1, 2)])
    action = "261124-1430-ABCDEF"
    (tmp_path / "running" / action).touch()
    change = Suspend(Cause(CauseKind.BY_HAND, NOW, "jdoe"))
    intend(performer, action, "suspend", change, 1, 2)
    await directory.change([account(1)], change, action)
    (report,) = await performer.settle()
    assert [(item.id, item.verdict) for item in report.items] == [
        (an_id(1), Verdict.DONE),
        (an_id(2), Verdict.FAILED),
    ]
    assert await performer.settle() == []
    assert [entry.facts["phase"] for entry in performer.journal.entries()] == ["intent", "settled"]
    assert (await state(directory, 2)).state is State.PENDING


async def test_a_mail_that_may_have_left_stays_in_doubt(
    performer: Performer, directory: LocalDirectory, tmp_path: Path
) -> None:
    action = "261124-1430-ABCDEF"
    await directory.write([account(1, invited_at=NOW, last_action=action), account(2)])
    (tmp_path / "running" / action).touch()
    intend(performer, action, "activate", Mailed(MailKind.ACTIVATION, NOW), 1, 2)
    (report,) = await performer.settle()
    assert verdicts(report) == ["in_doubt", "failed"]
    assert verdicts(await do(performer, "activate", 1, 2)) == ["noop", "done"]


async def test_an_action_of_a_living_process_is_left_alone(performer: Performer) -> None:
    with performer.running.claimed("261124-1430-000001"):
        assert await performer.settle() == []
    assert performer.running.abandoned() == []


async def test_killed_before_its_intent_an_action_never_was(performer: Performer, tmp_path: Path) -> None:
    (tmp_path / "running" / "261124-1430-000001").touch()
    assert await performer.settle() == []
    assert performer.running.abandoned() == []
    assert list(performer.journal.entries()) == []


def test_a_report_counts(performer: Performer) -> None:
    from roster_tui.accounts.plan import Item
    from roster_tui.accounts.verbs import VERBS

    items = (Item("1", "a", Verdict.DONE), Item("2", "b", Verdict.DONE), Item("3", "c", Verdict.NOOP))
    report = Report("a", VERBS["suspend"], items, "d")
    assert report.tally() == {Verdict.DONE: 2, Verdict.NOOP: 1}
    assert replace(report, items=()).tally() == {}


async def test_a_second_loan_of_a_role_comes_back_to_the_first_rights(
    make_performer: Callable[..., Performer], directory: LocalDirectory, clock: Clock
) -> None:
    performer = make_performer()
    await directory.write([account(1), account(2, role=Role.COACH)])
    some = [an_id(1), an_id(2)]
    for role, days in ((Role.SCHOOL_ADMIN, 3), (Role.SCHOOL_REPORTS, 9)):
        until = Asked(role=role, until=clock.now.date() + timedelta(days=days))
        await performer.perform(await performer.plan("role", some, "cover", until))
    clock.now += timedelta(days=10)
    await performer.perform(await performer.plan("end-role", some))
    ended = [await state(directory, number) for number in (1, 2)]
    assert [(each.role, each.temporary) for each in ended] == [(Role.TEACHER, None), (Role.COACH, None)]


async def test_a_role_for_good_ends_the_loan(
    make_performer: Callable[..., Performer], directory: LocalDirectory, clock: Clock
) -> None:
    performer = make_performer()
    await directory.write([account(1)])
    until = Asked(role=Role.SCHOOL_ADMIN, until=clock.now.date() + timedelta(days=3))
    await performer.perform(await performer.plan("role", [an_id(1)], "cover", until))
    await performer.perform(await performer.plan("role", [an_id(1)], "stays", Asked(role=Role.SCHOOL_ADMIN)))
    now = await state(directory, 1)
    assert (now.role, now.temporary) == (Role.SCHOOL_ADMIN, None)


async def test_a_loan_until_today_can_be_given_and_one_until_yesterday_cannot(
    make_performer: Callable[..., Performer], directory: LocalDirectory, clock: Clock
) -> None:
    performer = make_performer()
    await directory.write([account(1)])
    for days, verdict in ((0, "would_do"), (-1, "blocked")):
        until = Asked(role=Role.COACH, until=clock.now.date() + timedelta(days=days))
        plan = await performer.plan("role", [an_id(1)], "cover", until)
        assert [item.verdict.value for item in plan.items] == [verdict]


LATER = NOW + timedelta(hours=30)
QUEUED = LatestMail(MailKind.ACTIVATION, LATER, MailState.QUEUED)


@pytest.mark.parametrize(
    ("answer", "noted"),
    [
        (LatestMail(MailKind.ACTIVATION, LATER, MailState.ACCEPTED), True),
        (LatestMail(MailKind.ACTIVATION, NOW, MailState.REFUSED, "550 unknown"), False),
        (LatestMail(MailKind.PASSWORD, LATER, MailState.REFUSED, "550 unknown"), False),
    ],
    ids=["the newest", "an older one", "one of another kind"],
)
def test_a_late_answer_is_noted_of_its_own_mail_only(answer: LatestMail, noted: bool) -> None:
    mailed = replace(account(1), mail=QUEUED)
    assert Delivered(answer).applied_to(mailed).mail == (answer if noted else QUEUED)
    assert Delivered(answer).applied_to(account(1)).mail is None


@pytest.mark.parametrize("at", [NOW, LATER])
def test_a_mark_that_is_taken_back_is_that_of_its_own_mail_only(at: datetime) -> None:
    mailed = Mailed(MailKind.ACTIVATION, LATER).applied_to(Mailed(MailKind.ACTIVATION, NOW).applied_to(account(1)))
    back = Unmailed(MailKind.ACTIVATION, at).applied_to(mailed)
    assert (back.invited_at, back.mail is None) == ((NOW, True) if at == LATER else (LATER, False))


async def test_the_worker_beside_one_that_failed_takes_no_further_batch(
    make_performer: Callable[..., Performer], directory: LocalDirectory, tmp_path: Path
) -> None:
    class Broken(LocalDirectory):
        capabilities = Capabilities(batch=1)
        asked = 0

        async def change(self, accounts: Sequence[Account], change: Change, action: str) -> Any:
            self.asked += 1
            if self.asked == 1:
                raise RuntimeError("a fault of ours")
            return await super().change(accounts, change, action)

    broken = Broken(tmp_path / "accounts", Head(tmp_path))
    await broken.write([account(number) for number in range(20)])
    with pytest.raises(RuntimeError, match="a fault of ours"):
        await do(make_performer(directory=broken), "suspend", *range(20))
    assert broken.asked <= AT_ONCE + 1
    suspended = [each for each in await broken.list_accounts() if each.state is State.SUSPENDED]
    assert len(suspended) <= AT_ONCE
