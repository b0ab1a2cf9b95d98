"""A district whose every name tries to draw, steer or act: it is text, on every screen, at every size."""

from __future__ import annotations

import unicodedata

import pytest

from roster_tui.console.plan import PlanScreen
from roster_tui.console.table import RecordTable
from roster_tui.workspace import Workspace
from tests.console.conftest import Desk, Open
from tests.hostile import NAMES


def check(desk: Desk) -> None:
    """Nothing of what would go to the terminal is anything but text, and every line is as wide as the screen."""
    width, height = desk.app.size
    assert len(desk.lines) == height
    for strip in desk.strips:
        assert sum(segment.cell_length for segment in strip) == width
        for segment in strip:
            assert segment.control is None
            assert "@click" not in (segment.style.meta if segment.style else {})
            for char in segment.text:
                assert unicodedata.category(char)[0] != "C", hex(ord(char))
                assert char not in "\u2028\u2029\u061c"


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.thorough)], ids=str)
async def test_every_view_every_row_and_every_detail_draws(
    open_console: Open, hostile: Workspace, size: tuple[int, int]
) -> None:
    async with open_console(size=size, workspace=hostile) as desk:
        for view in (*"1234567", "W", "equals_sign"):
            # From the first row on: the oldest sync has no changes to be shown.
            await desk.press("g", view)
            if not desk.app.browser.detail.display:
                await desk.press("d")
            assert desk.table.count
            for _ in range(min(desk.table.count, 24)):
                check(desk)
                desk.table.action_move(1)
                await desk.pilot.pause()
        assert desk.app.is_running


async def test_the_way_down_plans_toasts_help_and_palette_draw(open_console: Open, hostile: Workspace) -> None:
    async with open_console(size=(80, 24), workspace=hostile) as desk:
        await desk.press("2")
        for _ in range(0, len(NAMES), 3):
            for key in ("enter", "enter"):
                await desk.press(key)
                check(desk)
            await desk.press("escape", "escape", "down", "down", "down")
        await desk.press("3", "asterisk", "s")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen))
        for _ in range(len(NAMES)):
            check(desk)
            desk.app.screen.query_one(RecordTable).action_move(1)
            await desk.pilot.pause()
        await desk.press("escape", "minus")
        for name in ("[/b]", "@click"):
            await desk.press("slash")
            desk.app.browser.filter_field.value = name
            await desk.press("enter", "s")
            await desk.finish()
            check(desk)
            await desk.press("u")
            await desk.finish()
            check(desk)
            assert all(name in toast for toast in desk.toasts[-2:])
        for key, leave in (("question_mark", "escape"), ("ctrl+p", "escape"), ("6", "d")):
            await desk.press(key)
            await desk.pilot.pause(0.2)
            check(desk)
            await desk.press(leave)
        check(desk)


async def test_a_click_on_a_name_that_looks_like_a_link_runs_nothing(open_console: Open, hostile: Workspace) -> None:
    async with open_console(size=(120, 40), workspace=hostile) as desk:
        await desk.press("3", "d")
        place = next(at for at, line in enumerate(desk.rows) if "@click" in line)
        for column in (4, 12, 20):
            await desk.pilot.click("#table", offset=(column, place + 1))
            await desk.settle()
        await desk.pilot.click("#detail", offset=(6, 1))
        assert desk.app.is_running
        assert desk.app.return_code is None


async def test_hostile_names_are_found_by_what_they_hold(open_console: Open, hostile: Workspace) -> None:
    async with open_console(workspace=hostile) as desk:
        for typed in ("[/b]", "名前", "=cmd", "drop table"):
            await desk.press("3", "slash")
            await desk.type(typed)
            await desk.press("enter")
            assert desk.table.count >= 1, typed
            check(desk)


async def test_every_dialog_line_and_message_draws(open_console: Open, hostile: Workspace) -> None:
    async with open_console(size=(80, 24), workspace=hostile) as desk:
        for view in ("3", "4"):
            await desk.press(view)
            for _ in range(0, len(NAMES), 2):
                await desk.press("w")
                check(desk)
                await desk.press("escape", "down", "down")
        await desk.press("4", "n", "b", "d")
        await desk.finish()
        assert desk.table.count == 1
        check(desk)
        await desk.press("3", "r")
        check(desk)
        await desk.press("escape", "5", "x")
        await desk.until(lambda: desk.app.screen.query("#reason"))
        await desk.paste("".join(NAMES[:9]))
        check(desk)
        await desk.press("enter")
        await desk.finish()
        check(desk)
        await desk.press("v", "G")
        check(desk)
        await desk.press("M")
        assert "Messages of this session" in desk.text
        check(desk)
        await desk.press("escape")
        for view in ("3", "4", "5"):
            await desk.press(view, "t")
            await desk.until(lambda: len(desk.app.screen_stack) > 1)
            check(desk)
            await desk.press("escape")
            await desk.finish()
        for key in ("h", "H", "K", "f"):
            await desk.press("1", key)
            check(desk)
            await desk.press("escape")
            await desk.finish()


async def test_both_records_and_every_change_draw_in_full(open_console: Open, hostile: Workspace) -> None:
    async with open_console(size=(80, 24), workspace=hostile) as desk:
        await desk.press("equals_sign", "d")
        for _ in range(len(desk.app.browser.place.among)):
            assert desk.table.count
            check(desk)
            await desk.press("ctrl+r")
            await desk.finish()
            check(desk)
            await desk.press("greater_than_sign")
        await desk.press("W")
        assert desk.table.count
        for name in NAMES[::3]:
            await desk.press("slash")
            await desk.paste(name)
            check(desk)
            await desk.press("escape")


@pytest.mark.parametrize("key", ["colon", "slash"])
async def test_a_hostile_text_in_the_line_is_text(open_console: Open, hostile: Workspace, key: str) -> None:
    async with open_console(size=(80, 24), workspace=hostile) as desk:
        await desk.press("3")
        for name in NAMES:
            await desk.press(key)
            await desk.paste(name)
            check(desk)
            await desk.press("enter")
            check(desk)
            await desk.press("escape", "3")
        assert desk.app.is_running
