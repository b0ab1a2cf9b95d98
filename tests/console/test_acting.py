"""Acting: one at once with an undo, many by a plan that Enter never confirms, and why something cannot be done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from roster_tui.accounts.changes import Mailed, change_document
from roster_tui.accounts.model import MailKind, Rights, Role, State, Temporary
from roster_tui.console.help import HelpScreen
from roster_tui.console.plan import PlanScreen
from roster_tui.console.rights import RightsScreen
from roster_tui.refusals import LAST_ADMINISTRATOR, ONLY_ADMINS, OWN_ACCOUNT, READ_ONLY, VIEWER
from roster_tui.workspace import Workspace
from tests.conftest import NOW, Inbox, mail_options
from tests.console.conftest import Desk, Open


async def states(workspace: Workspace) -> dict[str, str]:
    return {account.name: account.state.value for account in await workspace.directory.list_accounts()}


async def go_to(desk: Desk, filter_text: str) -> None:
    await desk.press("3", "slash")
    await desk.type(filter_text)
    await desk.press("enter")


async def plan_after(desk: Desk, *keys: str) -> str:
    """Press keys, and return what the plan that opens says."""
    await desk.press(*keys)
    await desk.until(lambda: isinstance(desk.app.screen, PlanScreen))
    await desk.settle()
    return desk.text


async def test_one_teacher_is_suspended_at_once_and_taken_back(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await go_to(desk, "status:active")
        who = desk.who
        await desk.press("s")
        await desk.finish()
        assert desk.toasts == [f"{who} suspended; teaches 4 sections in tonight's roster. z undoes."]
        assert (await states(demo))[who] == State.SUSPENDED
        # The row left the filter, and the one that follows is under the cursor.
        assert desk.who != who
        await desk.press("escape", "slash")
        await desk.type(who)
        await desk.press("enter")
        assert "■ suspended" in desk.rows[0]
        await desk.press("z")
        await desk.finish()
        assert "● active" in desk.rows[0]
        assert (await states(demo))[who] == State.ACTIVE
        assert demo.journal.verify().ok


async def test_the_status_and_the_conflicts_follow_an_action(open_console: Open) -> None:
    async with open_console() as desk:
        while "Never activated" not in desk.app.browser.row.cells[1].text:  # type: ignore[union-attr]
            await desk.press("down")
        await desk.press("s")
        await desk.finish()
        assert "Waiting for us (5)" in desk.text
        assert "4 accounts" in desk.text


async def test_marked_teachers_are_suspended_by_plan(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        before = await states(demo)
        await desk.press("3", "space", "down", "space")
        assert "2 marked" in desk.crumb
        plan = await plan_after(desk, "s")
        assert "Suspend: 2 accounts" in plan
        assert "teaches 4 sections in tonight's roster" in plan
        await desk.press("y")
        await desk.finish()
        assert desk.toasts == ["2 accounts suspended. z undoes."]
        changed = {name for name, state in (await states(demo)).items() if state != before[name]}
        assert len(changed) == 2
        # The undo of many is a plan of its own.
        assert "Unsuspend: 2 accounts" in await plan_after(desk, "z")
        await desk.press("y")
        await desk.finish()
        assert await states(demo) == before


async def test_for_many_accounts_their_number_has_to_be_typed(open_console: Open, demo: Workspace) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "asterisk")
        plan = await plan_after(desk, "p")
        assert "are more than 25 at once: type their number to go on" in plan
        number = plan.split("Pin: ")[1].split()[0]
        await desk.press("y", "9", "y", "backspace", *number)
        await desk.settle()
        assert isinstance(desk.app.screen, PlanScreen)
        assert f"number {number}" in desk.text
        assert not any(each.pinned for each in await demo.directory.list_accounts())
        await desk.press("y")
        await desk.finish()
        assert f"{number} accounts pinned" in desk.toasts[0]
        assert sum(each.pinned for each in await demo.directory.list_accounts()) == int(number)


async def test_a_role_is_chosen_planned_and_given_for_a_time(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await go_to(desk, "status:active")
        who = desk.app.doing.chosen()
        await desk.press("r")
        await desk.until(lambda: isinstance(desk.app.screen, RightsScreen))
        await desk.settle()
        assert "Instructional Coach Administrator" in desk.text and "Benchmark Author" in desk.text
        await desk.press("down", "down", "down", "enter")
        await desk.type("2020-01-01")
        await desk.press("enter")
        await desk.settle()
        assert "That day is over" in desk.text
        await desk.press(*["backspace"] * 10)
        await desk.type("2027-06-30")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen))
        await desk.press("y")
        await desk.finish()
        (given,) = (await demo.directory.accounts(who)).values()
        assert (given.role, given.temporary) == (
            Role.SCHOOL_ADMIN,
            Temporary(date(2027, 6, 30), Rights(Role.TEACHER)),
        )
        await desk.press("r")
        await desk.until(lambda: isinstance(desk.app.screen, RightsScreen))
        await desk.press("escape")
        await desk.finish()
        assert desk.toasts[-1] == "Nothing was done"


async def test_an_action_of_an_earlier_session_is_taken_back_by_plan(open_console: Open, demo: Workspace) -> None:
    active = [each.id for each in await demo.directory.list_accounts() if each.state is State.ACTIVE][:1]
    performer = demo.performer()
    report = await performer.perform(await performer.plan("suspend", active))
    async with open_console() as desk:
        await desk.until(lambda: desk.app.context().can_undo)
        plan = await plan_after(desk, "z")
        assert f"takes {report.action} back" in plan
        await desk.press("y")
        await desk.finish()
        assert (await demo.directory.accounts(active))[active[0]].state is State.ACTIVE
        await desk.press("z")
        await desk.finish()
        assert desk.toasts[-1] == "There is nothing to undo"


async def test_the_detail_tells_the_past_of_an_account(open_console: Open, demo: Workspace) -> None:
    async with open_console(size=(160, 50)) as desk:
        await go_to(desk, "status:suspended")
        await desk.press("d")
        await desk.settle()
        assert "History" in desk.text and "suspend, sync" in desk.text
        await desk.press("p")
        await desk.finish()
        await desk.settle()
        assert "pin, jdoe" in desk.text


@pytest.mark.parametrize(
    ("options", "key", "why"),
    [
        ({"operator_role": "viewer"}, "s", VIEWER),
        ({"operator_role": "lead"}, "r", ONLY_ADMINS),
        ({"read_only": True}, "p", READ_ONLY),
    ],
)
async def test_what_this_operator_may_not_do_is_refused(
    open_console: Open, demo: Workspace, options: dict[str, Any], key: str, why: str
) -> None:
    settings = msgspec.structs.replace(demo.settings, **options)
    limited = Workspace(demo.folder, demo.district, settings, demo.clock)
    async with open_console(workspace=limited) as desk:
        await desk.press("3", key)
        await desk.finish()
        assert desk.toasts == [why]


async def test_the_last_administrator_and_oneself_are_blocked_with_a_reason(
    open_console: Open, demo: Workspace
) -> None:
    one, two, *_ = (each for each in await demo.directory.list_accounts() if each.state is State.ACTIVE)
    await demo.directory.write([replace(one, role=Role.DISTRICT_ADMIN)])
    demo.show_accounts(await demo.directory.list_accounts())
    settings = msgspec.structs.replace(demo.settings, operator_email=two.email or "")
    async with open_console(workspace=Workspace(demo.folder, demo.district, settings, demo.clock)) as desk:
        for who, why in ((one, LAST_ADMINISTRATOR), (two, OWN_ACCOUNT)):
            await go_to(desk, f"sis:{who.sis_id}")
            await desk.press("s")
            await desk.finish()
            assert desk.toasts[-1] == f"{who.name}: blocked, {why}."


@pytest.mark.parametrize("key", ["enter", "escape", "n", "q"])
async def test_only_y_confirms_a_plan(open_console: Open, demo: Workspace, key: str) -> None:
    async with open_console(size=(80, 24)) as desk:
        before = await states(demo)
        await desk.press("3", "asterisk")
        assert "129 marked" in desk.crumb
        assert "cancel" in await plan_after(desk, "s")
        await desk.press("down", "space", "s", key)
        await desk.finish()
        assert desk.toasts == ["Nothing was done"]
        assert not isinstance(desk.app.screen, PlanScreen)
        assert await states(demo) == before
        assert len(list(demo.journal.entries())) == 4


async def test_all_that_pass_the_filter_are_marked_and_unmarked(open_console: Open) -> None:
    async with open_console() as desk:
        await go_to(desk, "davis")
        await desk.press("asterisk")
        assert "3 marked" in desk.crumb
        assert [line[:1] for line in desk.rows] == ["*"] * 3
        await desk.press("escape")
        assert sum(line.startswith("*") for line in desk.rows) == 3
        await desk.press("minus", "minus")
        assert "marked" not in desk.crumb
        assert desk.toasts == ["Nothing is marked"]


async def test_activation_is_planned_sent_and_not_sent_again(open_console: Open, demo: Workspace, inbox: Inbox) -> None:
    mail = msgspec.structs.replace(demo.settings.mail, **mail_options(inbox))
    mailing = Workspace(demo.folder, demo.district, msgspec.structs.replace(demo.settings, mail=mail), demo.clock)
    async with open_console(workspace=mailing) as desk:
        await go_to(desk, "status:pending")
        who = desk.who
        plan = await plan_after(desk, "a")
        assert "Send activation email: 1 account" in plan
        assert f"mail is sent by 127.0.0.1:{inbox.port}" in plan
        await desk.press("y")
        await desk.finish()
        assert desk.toasts == [f"{who} mailed."]
        assert len(inbox.messages) == 1
        assert "Send activation email: 4 accounts, 1 account left as is" in await plan_after(desk, "A")
        assert "mailed already, 0 min ago" in desk.text
        await desk.press("y")
        await desk.finish()
        assert len({message["To"] for message in inbox.messages}) == len(inbox.messages) == 5
        assert f"4 accounts mailed. {who}: noop, mailed already, 0 min ago." in desk.toasts


@pytest.mark.parametrize(
    ("filter_text", "key", "why"),
    [
        ("status:suspended", "s", "Suspended already"),
        ("status:suspended", "a", "Suspended: no mail is sent to suspended accounts"),
        ("status:active", "a", "Active already"),
        ("status:active", "u", "Not suspended: the account is active"),
        ("nobody-at-all", "s", "Put the cursor on a teacher, or mark some"),
        ("status:active", "z", "There is nothing to undo"),
    ],
)
async def test_what_cannot_be_done_says_why(open_console: Open, filter_text: str, key: str, why: str) -> None:
    async with open_console() as desk:
        await go_to(desk, filter_text)
        await desk.press(key)
        await desk.finish()
        assert desk.toasts == [why]


async def test_where_an_action_is_not_offered_it_says_so(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("2", "s", "7", "slash")
        assert desk.toasts == ["Suspend: not in schools", "Filter: not in sync"]


async def test_read_only_there_is_nothing_that_writes(open_console: Open, demo: Workspace) -> None:
    settings = msgspec.structs.replace(demo.settings, read_only=True)
    watching = Workspace(demo.folder, demo.district, settings, demo.clock)
    async with open_console(workspace=watching) as desk:
        assert desk.status.endswith("jdoe read-only")
        await desk.press("3")
        assert "suspend" not in desk.lines[-1]
        await desk.press("s", "A", "z", "S")
        await desk.finish()
        assert desk.toasts == ["The console is read-only"] * 4
        await desk.press("question_mark")
        assert isinstance(desk.app.screen, HelpScreen)
        told = desk.app.screen.query_one("#text").text  # type: ignore[attr-defined]
        assert "Suspend" not in told and "Fetch the roster" not in told
    assert len(list(demo.journal.entries())) == 4


async def test_who_changed_behind_an_open_plan_is_asked_about_again(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("3", "space", "space", "space")
        await plan_after(desk, "s")
        already, pinned, as_shown = desk.app.doing.chosen()
        performer = demo.performer()
        await performer.perform(await performer.plan("suspend", [already]))
        await performer.perform(await performer.plan("pin", [pinned]))
        await desk.press("y")
        await desk.until(lambda: len(desk.toasts) == 1)
        assert "changed meanwhile by somebody else; nothing was done" in desk.toasts[0]
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen))
        await desk.settle()
        assert "Suspend: 1 account" in desk.text
        accounts = await demo.directory.accounts([already, pinned, as_shown])
        suspended = {each.id for each in accounts.values() if each.state is State.SUSPENDED}
        assert suspended == {already, as_shown}
        await desk.press("y")
        await desk.finish()
        assert (await demo.directory.accounts([pinned]))[pinned].state is State.SUSPENDED


async def test_a_second_action_waits_for_the_first(
    open_console: Open, demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = asyncio.Event()
    directory = type(demo.directory)
    change = directory.change

    async def slow(*arguments: Any) -> Any:
        await go.wait()
        return await change(*arguments)

    monkeypatch.setattr(directory, "change", slow)
    async with open_console() as desk:
        await go_to(desk, "status:active")
        await desk.press("s")
        await desk.until(lambda: desk.app.doing.acting and desk.app.doing.acting.busy)
        await desk.press("s")
        await desk.until(lambda: desk.toasts)
        assert desk.toasts == ["An action is under way already"]
        go.set()
        await desk.finish()
        assert len(desk.toasts) == 2


async def test_what_a_killed_console_left_is_told_at_the_next_start(open_console: Open, demo: Workspace) -> None:
    pending = [each for each in await demo.directory.list_accounts() if each.state is State.PENDING]
    performer = demo.performer()
    action = "261124-1430-ABCDEF"
    (demo.folder / "ledger" / "running" / action).touch()
    mark = Mailed(MailKind.ACTIVATION, NOW)
    facts = {"ids": [each.id for each in pending], "changes": [change_document(mark)], "before": {}}
    performer.journal.append([{"action": action, "kind": "activate", "phase": "intent", **facts}], NOW)
    await demo.directory.change(pending[:1], mark, action)
    async with open_console() as desk:
        await desk.finish()
        (told,) = desk.toasts
        assert told.startswith("Left from before: Send activation email: 1 in doubt, 4 failed. See activity (6)")
        await desk.press("6")
        assert "settled" in desk.text
    assert demo.journal.verify().ok


async def test_a_disk_that_is_full_while_journaling_lets_nothing_happen(
    open_console: Open, demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await states(demo)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    async with open_console() as desk:
        await go_to(desk, "status:active")
        monkeypatch.setattr("roster_tui.ledger.files.os.fsync", full)
        await desk.press("s")
        await desk.finish()
        assert desk.toasts == ["The journal cannot be written (No space left on device), so nothing was done"]
        monkeypatch.undo()
    assert await states(demo) == before
    assert demo.journal.verify().ok


async def test_left_with_a_plan_open_nothing_was_done(open_console: Open, demo: Workspace) -> None:
    before = await states(demo)
    async with open_console() as desk:
        await desk.press("3", "space", "space")
        await plan_after(desk, "s")
    assert await states(demo) == before


async def test_the_detail_tells_what_became_of_a_mail(open_console: Open, demo: Workspace, inbox: Inbox) -> None:
    settings = msgspec.structs.replace(
        demo.settings, mail=msgspec.structs.replace(demo.settings.mail, **mail_options(inbox))
    )
    workspace = Workspace(demo.folder, demo.district, settings, demo.clock)
    async with open_console(workspace=workspace) as desk:
        await go_to(desk, "status:pending")
        await desk.press("d")
        known = {each.name: each.email for each in await demo.directory.list_accounts()}
        inbox.refused = {known[desk.who] or ""}
        await plan_after(desk, "a")
        await desk.press("y")
        await desk.finish()
        assert "Last mail    activation, just now" in desk.text
        assert "did not leave" in desk.text
        assert "550 5.1.1 no such user" in desk.text
        assert "cooling down" not in desk.text
        inbox.refused = set()
        await plan_after(desk, "a")
        await desk.press("y")
        await desk.finish()
        assert "accepted by the server" in desk.text
        assert "cooling down until Nov" in desk.text
