"""How the console looks and is worked is the operator's: themes, ASCII, own keys, a lock."""

from dataclasses import replace

import msgspec
import pytest

from roster_tui.console.table import RecordTable
from roster_tui.keymap import MOVING_KEYS
from roster_tui.workspace import Workspace
from tests.console.conftest import Open


def with_console(workspace: Workspace, **options: object) -> Workspace:
    console = msgspec.structs.replace(workspace.settings.console, **options)
    return replace(workspace, settings=msgspec.structs.replace(workspace.settings, console=console))


def test_keys_that_move_the_cursor_are_those_of_the_list() -> None:
    assert {key for binding in RecordTable.BINDINGS for key in binding.key.split(",")} == MOVING_KEYS  # type: ignore[union-attr]


@pytest.mark.parametrize("theme", ["dark", "light", "contrast", "colour-blind", "terminal"])
async def test_every_theme_draws_every_view(open_console: Open, demo: Workspace, theme: str) -> None:
    async with open_console(size=(80, 24), workspace=with_console(demo, theme=theme)) as desk:
        seen = set()
        for digit in "1234567":
            await desk.press(digit)
            seen.add(desk.crumb)
        assert len(seen) == 7
        told = {"dark": "textual-dark", "terminal": "ansi-dark"}.get(theme, theme)
        assert desk.app.theme == told


async def test_a_key_walks_through_the_themes_and_says_how_to_keep_one(open_console: Open) -> None:
    async with open_console() as desk:
        themes = []
        for _ in range(5):
            await desk.press("T")
            themes.append(desk.app.theme)
        assert sorted(themes) == sorted(["ansi-dark", "light", "contrast", "colour-blind", "textual-dark"])
        assert desk.toasts[0].startswith('Theme terminal. To begin with it: theme = "terminal"')


async def test_with_ascii_only_names_go_beyond_it(open_console: Open, demo: Workspace) -> None:
    async with open_console(size=(80, 24), workspace=with_console(demo, ascii=True)) as desk:
        for keys in (["3"], ["7"], ["enter"], ["6"], ["5"], ["equals_sign"], ["b"], ["question_mark"]):
            await desk.press(*keys)
            # Names keep their letters; every symbol and line is one that any terminal has.
            assert {char for char in desk.text if not char.isascii() and not char.isalpha()} == set()


async def test_with_no_color_everything_is_grey_and_still_told_apart(
    open_console: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_console(size=(80, 24)) as desk:
        for keys in (["1"], ["3", "space"], ["5"], ["equals_sign"], ["W"], ["7"], ["question_mark"]):
            await desk.press(*keys)
            for segment in (segment for line in desk.strips for segment in line):
                for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                    assert colour is None or len(set(colour.get_truecolor())) == 1, segment
        await desk.press("escape", "equals_sign")
        signs = {line.split()[0] for line in desk.rows if line.startswith("  ")}
        assert signs <= {"=", "≠", "≈", "·"} and len(signs) > 1
        # The row under the cursor is seen by more than a colour's hue.
        cursor = next(line for line in desk.strips if any("email" in segment.text for segment in line))
        others = next(line for line in desk.strips if any("clever id" in segment.text for segment in line))
        assert {each.style.bgcolor for each in cursor if each.style} != {
            each.style.bgcolor for each in others if each.style
        }


async def test_own_keys_work_and_show(open_console: Open, demo: Workspace) -> None:
    own = with_console(demo, keys={"app.help": "f1", "nav.go": "ctrl+g"})
    async with open_console(workspace=own) as desk:
        assert "f1 help" in desk.text and "ctrl+g go to" in desk.text
        await desk.press("question_mark")
        assert "Triage: keys" not in desk.text
        await desk.press("f1")
        assert "Triage: keys" in desk.text


async def test_locked_it_shows_nothing_until_somebody_says_so(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3")
        who = desk.who
        await desk.press("ctrl+l")
        desk.app.tell(f"{who} suspended")
        await desk.settle()
        assert desk.text.strip() == ""
        await desk.press("s")
        assert "Locked." in desk.text and who not in desk.text
        await desk.press("s")
        assert desk.text.strip() == ""
        await desk.press("x", "enter")
        assert desk.who == who and who in desk.text


async def test_it_locks_by_itself_when_nobody_is_there(
    open_console: Open, demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_console(workspace=with_console(demo, lock_minutes=5)) as desk:
        desk.app.looks.lock_when_idle()
        assert desk.app.screen.id != "lock"
        desk.app.looks.last_input -= 5 * 60 + 1
        desk.app.looks.lock_when_idle()
        await desk.settle()
        assert desk.text.strip() == ""
