"""The table of actions against the console: each has a hand that does it and a key that reaches it."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from textual.command import CommandList, CommandPalette

from roster_tui.actions import ACTIONS, BY_ID, VIEWS, Context, Danger, key_name
from roster_tui.console.doing import HANDLERS, Doing
from roster_tui.console.help import help_lines
from roster_tui.keymap import Keymap
from tests.console.conftest import Open

KEYMAP = Keymap()


def test_every_action_has_a_handler_or_is_a_view() -> None:
    views = {f"view.{name}" for name in VIEWS}
    assert {action.id for action in ACTIONS} == views | set(HANDLERS)
    assert not views & set(HANDLERS)


def test_keys_are_unique_in_every_view() -> None:
    for view in VIEWS:
        keys = Counter(action.key for action in ACTIONS if view in action.views)
        assert max(keys.values()) == 1, keys.most_common(1)


def test_every_action_is_described() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.title and action.help and action.views <= set(VIEWS)
        assert action.verb is None or action.danger > Danger.READ


@pytest.mark.thorough
async def test_every_action_is_reached_by_its_key_in_each_of_its_views(
    open_console: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[str] = []
    act = Doing.act

    def noted(doing: Doing, action_id: str) -> None:
        reached.append(action_id)
        if action_id == wanted_view:
            act(doing, action_id)

    monkeypatch.setattr(Doing, "act", noted)
    async with open_console() as desk:
        for view in VIEWS:
            wanted_view = f"view.{view}"
            await desk.press(BY_ID[wanted_view].key)
            # The palette's key works wherever one is, so it is bound by Textual itself; opened, it takes the others.
            here = [action for action in ACTIONS if view in action.views and action.id != "app.palette"]
            reached.clear()
            await desk.pilot.press(*(action.key for action in here))
            assert reached == [action.id for action in here], view
            await desk.pilot.press(BY_ID["app.palette"].key)
            assert isinstance(desk.app.screen, CommandPalette)
            await desk.press("escape")


@pytest.mark.thorough
async def test_from_home_each_action_is_reached_by_keys_and_does_something_or_says_why(open_console: Open) -> None:
    async with open_console() as desk:
        for action in ACTIONS:
            if action.id in ("app.quit", "app.palette", "app.lock"):
                continue
            elsewhere = next(view for view in VIEWS if view in action.views and action.id != f"view.{view}")
            await desk.press("colon")
            await desk.paste(elsewhere)
            await desk.press("enter")
            before, told = desk.text, len(desk.toasts)
            await desk.press(action.key)
            await desk.until(lambda before=before, told=told: desk.text != before or len(desk.toasts) > told)
            for _ in range(3):
                # A line to search in takes the first escape for itself.
                if len(desk.app.screen_stack) > 1 or desk.app.browser.filter_field.has_focus:
                    await desk.press("escape")
            await desk.finish()
            assert len(desk.app.screen_stack) == 1, action.id


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.thorough)], ids=str)
async def test_the_key_line_shows_only_keys_that_are_offered(open_console: Open, size: tuple[int, int]) -> None:
    async with open_console(size=size) as desk:
        for view in VIEWS:
            await desk.press("colon")
            await desk.type(view)
            await desk.press("enter")
            shown = re.split(" {2,}", desk.lines[-1].strip())
            known = {f"{key_name(action.key)} {action.title.lower()}" for action in KEYMAP.offered(desk.app.context())}
            assert set(shown[:-1]) <= known, view
            assert "? help" in shown


@pytest.mark.parametrize("view", VIEWS)
def test_the_help_names_every_action_of_a_view_with_its_key(view: str) -> None:
    context = Context(view)
    told = ["".join(part.text for part in line) for line in help_lines(context, 120, KEYMAP)]
    for action in KEYMAP.offered(context):
        assert any(line.startswith(f"  {key_name(action.key)} ") and action.help in line for line in told), action.id
        assert action.command is None or any(line.endswith(f"  roster-tui {action.command}") for line in told)


async def test_the_help_opens_on_its_key_and_closes(open_console: Open) -> None:
    for size in ((80, 24), (120, 40)):
        async with open_console(size=size) as desk:
            await desk.press("3", "question_mark")
            assert "Teachers: keys" in desk.text
            await desk.press(*["pagedown"] * 4, "end")
            assert "pinned:" in desk.text
            await desk.press("escape")
            assert "Teachers: keys" not in desk.text


async def test_nothing_in_the_help_is_cut_off(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "question_mark")
        for _ in range(4):
            assert "…" not in "\n".join(line[6:74] for line in desk.lines[3:20])
            await desk.press("pagedown")


async def test_the_palette_lists_every_action_and_does_what_is_chosen(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "ctrl+p")
        await desk.until(lambda: "Go to triage" in desk.text)
        listed = desk.app.screen.query_one(CommandList)
        await desk.until(lambda: listed.option_count == len(KEYMAP.offered(desk.app.context())) - 1)
        prompts = [str(listed.get_option_at_index(place).prompt) for place in range(listed.option_count)]
        for action in KEYMAP.offered(desk.app.context()):
            if action.id != "app.palette":
                assert any(f"{action.title}  ({key_name(action.key)})" in prompt for prompt in prompts), action.id
        await desk.type("confl")
        await desk.until(lambda: listed.option_count == 1)
        await desk.press("enter")
        await desk.until(lambda: desk.crumb.startswith("Conflicts"))
