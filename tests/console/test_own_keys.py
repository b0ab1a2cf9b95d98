"""Texts that name a key name the operator's own, and say where the palette has it when it has none."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from roster_tui.actions import ACTIONS, DIGITS
from roster_tui.console.bars import view_parts
from roster_tui.keymap import keymap
from roster_tui.roster.cache import discard
from roster_tui.workspace import Workspace
from tests.console.conftest import Desk, Open


def with_keys(workspace: Workspace, **keys: str) -> Workspace:
    own = {name.replace("__", "."): key for name, key in keys.items()}
    console = msgspec.structs.replace(workspace.settings.console, keys=own)
    settings = msgspec.structs.replace(workspace.settings, console=console)
    return Workspace(workspace.folder, workspace.district, settings, workspace.clock)


async def move_to(desk: Desk, text: str) -> None:
    while not any(text in part.text for part in desk.app.browser.row.cells):  # type: ignore[union-attr]
        await desk.press("down")


async def test_triage_conflicts_and_messages_name_the_keys_of_the_operator(open_console: Open, demo: Workspace) -> None:
    own = with_keys(
        demo,
        account__activate="f2",
        account__activate_all="",
        pair__accept="f6",
        finding__reopen="f7",
        mark__toggle="f8",
    )
    async with open_console(workspace=own) as desk:
        assert "send the activation email (f2)" in desk.text
        (pending,) = (row for row in desk.app.browser._report.rows if row.key == "pending")  # type: ignore[union-attr]
        assert pending.cells[-1].text == '"Activate all pending" in the palette sends activation emails to all'
        await desk.press("5")
        await move_to(desk, "Singh")
        assert "f6 accept" in desk.lines[-1]
        await desk.press("d")
        assert "f6 one and the same   n two different" in desk.app.browser.detail.text
        await desk.press("n")
        await desk.finish()
        assert desk.toasts[-1].endswith("rejected. f7 leaves it open")
        await desk.press("3", "m")
        assert desk.toasts[-1] == "Mark a row first: f8"


async def test_empty_lists_and_the_line_of_views_do_too(open_console: Open, demo: Workspace) -> None:
    own = with_keys(demo, sync__run="f9", nav__back="f10", view__triage="f1", view__sync="f12")
    discard(demo.folder / "roster.sqlite")
    async with open_console(size=(80, 24), workspace=own) as desk:
        assert desk.lines[-1].endswith(" f1 2 3 4 5 6 f12 views")
        for key in ("f1", "2", "3", "4", "f12"):
            await desk.press(key)
            assert "f9 fetches the roster from Clever." in desk.text
        await desk.press("b")
        assert "f10 goes back." in desk.text


async def test_no_text_shows_where_a_key_should_stand(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("d")
        for view in "1234567b":
            await desk.press(view, "home")
            for _ in range(min(desk.table.count, 12)):
                assert not [action.id for action in ACTIONS if f"{{{action.id}}}" in desk.text], view
                await desk.press("down")


def test_text_of_others_is_left_as_it_is() -> None:
    assert keymap({}).told("{sync.run} {nobody} {} {account}") == "S {nobody} {} {account}"


@pytest.mark.parametrize(
    ("keys", "told"),
    [("1234567", "1-7"), ("", ""), ([f"f{n}" for n in range(1, 8)], "f1-f7"), (["f1", *"234567"], "f1 2 3 4 5 6 7")],
)
def test_the_keys_of_the_views_are_told_as_a_row_where_they_are_one(keys: Sequence[str], told: str) -> None:
    own = {f"view.{name}": keys[place] if keys else "" for place, name in enumerate(DIGITS)}
    assert "".join(part.text for part in view_parts(keymap(own), "triage", 80)) == (f"{told} views " if told else "")
