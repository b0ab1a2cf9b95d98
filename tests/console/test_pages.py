"""``K`` leads to the page on what is under the cursor; ``?`` on a dialog to the page on it."""

from __future__ import annotations

import pytest

from roster_tui.actions import ACTIONS, key_name
from roster_tui.console.pages import page_lines
from roster_tui.support.help import pages
from roster_tui.workspace import Workspace
from tests.console.conftest import Open
from tests.console.test_looks import with_console


async def test_a_suspended_account_leads_to_its_page_and_back_to_all(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "slash")
        await desk.type("status:suspended")
        await desk.press("enter", "K")
        assert "An account is suspended" in desk.text
        assert "Roles and rights" not in desk.text
        await desk.press("enter")
        await desk.until(lambda: "No account is ever deleted" in desk.text)
        assert "roster-tui unsuspend T1042" in desk.text
        await desk.press("escape", "escape")
        assert "Roles and rights" in desk.text
        await desk.press("escape")
        assert "Teachers" in desk.crumb


async def test_a_finding_leads_to_the_page_that_names_it_with_the_operators_own_keys(
    demo: Workspace, open_console: Open
) -> None:
    async with open_console(workspace=with_console(demo, keys={"pair.accept": "ctrl+y"})) as desk:
        await desk.press("colon")
        await desk.type("conflicts sis-id-changed")
        await desk.press("enter", "K")
        await desk.press("enter")
        await desk.until(lambda: "ctrl+y accepts a pair" in desk.text)


async def test_help_and_dialogs_lead_to_pages(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("question_mark", "K")
        assert "Help pages" in desk.text and "roster-tui help emails" in desk.text
        await desk.press("escape", "escape")
        for keys, title in (
            (["3", "w"], "A section is missing"),
            (["r"], "Roles and rights"),
            (["h"], "Asking for help"),
            (["H"], "Articles, online PD"),
            (["A"], "Acting: plan"),
        ):
            await desk.press(*keys)
            await desk.press("question_mark")
            await desk.until(lambda title=title: title in desk.text)
            await desk.press("escape", "escape", "escape")
            await desk.finish()
            assert len(desk.app.screen_stack) == 1, title


@pytest.mark.parametrize("width", [48, 72, 110])
def test_no_line_of_a_page_but_a_command_is_cut_off(width: int) -> None:
    keys = {action.id: key_name(action.key) for action in ACTIONS}
    for shown in pages():
        for line in page_lines(shown, keys, width)[1:]:
            text = "".join(part.text for part in line)
            assert len(text) <= width or text.startswith("    roster-tui "), text
            assert "{" not in text and "`" not in text


async def test_a_page_is_read_to_its_end_in_the_smallest_terminal(open_console: Open) -> None:
    async with open_console(size=(60, 15)) as desk:
        desk.app.action_page("changed-ids")
        await desk.until(lambda: "A SIS ID has changed" in desk.text)
        await desk.press("end")
        assert "sis-id-looks-alike" in desk.text
