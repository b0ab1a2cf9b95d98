"""A count before a motion: digits that stand for views go on doing so, and one sees what is being counted."""

from __future__ import annotations

from pathlib import Path

from roster_tui.workspace import Workspace
from tests.conftest import frozen, settings_for
from tests.console.conftest import Open


async def test_a_count_moves_so_many_rows_or_to_that_row(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "0", "1", "2", "j")
        assert desk.table.cursor == 12
        await desk.press("9", "k", "j")
        assert desk.table.cursor == 4
        await desk.press("0", "2", "0", "G")
        assert desk.table.cursor == 19
        await desk.press("0", "3", "g")
        assert desk.table.cursor == 2
        await desk.press("0", "2", "pagedown")
        assert desk.table.cursor == 2 + 2 * 19
        await desk.press("G", "g")
        assert desk.table.cursor == 0
        await desk.press(*"0999999999", "j")
        assert desk.table.cursor == desk.table.count - 1


async def test_the_count_is_shown_while_it_is_typed_and_esc_takes_only_it_away(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "enter", "0", "4")
        assert "count 04" in desk.lines[-1]
        await desk.press("escape")
        assert "count" not in desk.lines[-1]
        assert "Sections" in desk.crumb
        await desk.press("0", "4", "2", "d", "down")
        assert (desk.table.cursor, "count" in desk.lines[-1]) == (1, False)


async def test_without_one_begun_a_digit_goes_to_its_view_at_once(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("5")
        assert desk.crumb.startswith("Conflicts")


async def test_other_keys_for_the_views_leave_all_digits_to_counts(
    open_console: Open, demo: Workspace, tmp_path: Path
) -> None:
    own = {"view.teachers": "f3", "view.conflicts": "f5"}
    settings = settings_for(demo.folder.parent, console={"keys": own})
    workspace = Workspace(demo.folder, demo.district, settings, frozen)
    async with open_console(size=(80, 24), workspace=workspace) as desk:
        await desk.press("f3", "5", "j")
        assert desk.table.cursor == 5
        await desk.press("2")
        assert desk.crumb.startswith("Schools")


async def test_digits_typed_in_a_line_or_for_a_plan_are_no_count(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "slash", "0", "8", "enter")
        assert "filter: 08" in desk.crumb
        assert desk.table.counted == ""
