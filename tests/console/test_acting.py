"""Acting: one at once with an undo, many by a plan that Enter never confirms, and why something cannot be done."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from roster_tui.accounts.changes import Mailed, change_document
from roster_tui.accounts.model import MailKind, State
from roster_tui.console.screens import HelpScreen, PlanScreen
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
        assert desk.toasts == [f"{who} suspended. z undoes."]
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
        told = desk.app.screen.query_one("#help").text  # type: ignore[attr-defined]
        assert "Suspend" not in told and "Fetch the roster" not in told
    assert len(list(demo.journal.entries())) == 4


async def test_who_changed_behind_an_open_plan_is_asked_about_again(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("3", "space", "space", "space")
        await plan_after(desk, "s")
        already, pinned, as_shown = desk.app._chosen()
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
        await desk.until(lambda: desk.app._acting and desk.app._acting.busy)
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
