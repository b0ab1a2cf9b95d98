"""Filters under names: saved by a key, gone to from a list, by `:` or the palette; what does not hold is said."""

from __future__ import annotations

from textual.command import CommandList

from roster_tui.console.going import destination
from roster_tui.ledger import SavedFilter
from roster_tui.workspace import Workspace
from tests.console.conftest import Desk, Open
from tests.hostile import NAMES


def keep(workspace: Workspace, **filters: SavedFilter) -> None:
    file = workspace.preferences
    file.file.parent.mkdir(parents=True, exist_ok=True)
    file.change(lambda kept: type(kept)(kept.lists, {**kept.filters, **filters}))


async def save(desk: Desk, name: str) -> None:
    await desk.press("F")
    await desk.paste(name)
    await desk.press("enter")
    await desk.finish()


async def filter_by(desk: Desk, text: str) -> None:
    await desk.press("slash")
    await desk.paste(text)
    await desk.press("enter")


async def go_to(desk: Desk, text: str) -> None:
    await desk.press("colon")
    await desk.paste(text)
    await desk.press("enter")


async def test_a_filter_is_saved_and_gone_to_again(open_console: Open, demo: Workspace) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "F")
        assert desk.toasts == ["Nothing is filtered here"]
        await filter_by(desk, "status:pending")
        await save(desk, "who waits")
        assert desk.toasts[-1] == "Saved as who waits"
    assert demo.preferences.read().filters == {"who waits": SavedFilter("teachers", "status:pending")}
    async with open_console(size=(80, 24)) as desk:
        await desk.press("f")
        assert "who waits" in desk.text
        assert "status:pending" in desk.text
        await desk.press("enter")
        assert desk.crumb.startswith("Teachers   filter: status:pending")
        await desk.press("1")
        await go_to(desk, "Who Waits")
        assert desk.crumb.startswith("Teachers   filter: status:pending")
        await desk.press("1", "ctrl+p")
        await desk.type("filter who waits")
        listed = desk.app.screen.query_one(CommandList)
        await desk.until(lambda: listed.option_count == 1)
        await desk.press("enter")
        assert desk.crumb.startswith("Teachers   filter: status:pending")


async def test_a_name_may_be_given_anew_and_the_old_text_is_told(open_console: Open, demo: Workspace) -> None:
    keep(demo, mine=SavedFilter("sections", "art"))
    async with open_console() as desk:
        await desk.press("3")
        await filter_by(desk, "davis")
        await save(desk, "mine")
        assert desk.toasts == ["Saved as mine; it was art"]
        await save(desk, "teachers of mine")
        assert desk.toasts[-1] == "teachers goes to a view; call the filter otherwise"
        assert demo.preferences.read().filters == {"mine": SavedFilter("teachers", "davis")}


async def test_one_is_deleted_and_brought_back(open_console: Open, demo: Workspace) -> None:
    keep(demo, a=SavedFilter("teachers", "davis"), b=SavedFilter("schools", "bluff"))
    async with open_console() as desk:
        await desk.press("f", "x")
        await desk.until(lambda: list(demo.preferences.read().filters) == ["b"])
        await desk.press("x", "z", "z", "z", "escape")
        await desk.finish()
        assert sorted(demo.preferences.read().filters) == ["a", "b"]
        assert desk.crumb.startswith("Triage")


async def test_what_no_longer_holds_is_listed_with_its_mistake_and_opened_where_it_is_mended(
    open_console: Open, demo: Workspace
) -> None:
    keep(demo, old=SavedFilter("teachers", "davis stats:active"), gone=SavedFilter("buses", "x"))
    async with open_console(size=(80, 24)) as desk:
        await desk.press("f")
        assert "! there is no list of buses" in desk.text
        await desk.press("down")
        assert "did you mean status:?" in desk.text.replace("│\n", " ")
        await desk.press("enter")
        field = desk.app.browser.filter_field
        assert field.has_focus
        assert field.value == "davis stats:active"
        assert [field.value[span.start : span.end] for span in field._value.spans] == ["stats"]
        await desk.press("escape", "f", "enter")
        assert desk.toasts[-1] == "there is no list of buses"
        await go_to(desk, "old")
        assert "the saved filter cannot be used" in desk.text


def test_a_saved_name_comes_before_a_persons_and_after_no_view() -> None:
    filters = {"Davis": SavedFilter("sections", "art")}
    assert destination("davis", lambda words: [], filters).view == "sections"
    assert destination("davis c", lambda words: [], filters).filter_text == "davis c"


async def test_hostile_names_and_texts_are_only_text(open_console: Open, demo: Workspace) -> None:
    keep(demo, **{name[:40]: SavedFilter("teachers", f'"{name}"') for name in NAMES[:12] if name.strip()})
    async with open_console(size=(80, 24)) as desk:
        await desk.press("f")
        for _ in range(12):
            assert desk.text.replace("\n", "").isprintable()
            await desk.press("down")
        await desk.press("escape", "ctrl+p")
        await desk.type("filter")
        await desk.pilot.pause(0.3)
        assert desk.text.replace("\n", "").isprintable()
