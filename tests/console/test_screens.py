"""Every screen as it looks: its text and its styles, in 80x24 and 120x40, dark, in high contrast and in 16 colours.

One console walks through all screens of a size, and each is redrawn in every theme where it stands, so that all of it
takes seconds. A file holds a screen: its lines, which style stands where, and what that style is in each theme.
`pytest tests/console/test_screens.py --snapshot-update` writes them anew: look at the difference before it is
committed. Compared only under the Python and Textual they were written with.
"""

from __future__ import annotations

import difflib
import re
import sys
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import pytest
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.widgets import Input

from roster_tui.workspace import Workspace
from tests.console.conftest import Desk, Open
from tests.console.districts import hold_a_sync

FOLDER = Path(__file__).parent / "__snapshots__" / "screens"
BASELINE = FOLDER.parent / "taken_with.txt"
HERE = (
    f"Python {sys.version_info.major}.{sys.version_info.minor}, Textual {'.'.join(version('textual').split('.')[:2])}"
)
THEMES = ("dark", "contrast", "terminal")
SCREENS: dict[str, tuple[str, ...]] = {
    "triage": (),
    "schools": ("2",),
    "teachers": ("3", "down", "down", "space"),
    "teacher-detail": ("3", "d"),
    "section-detail": ("4", "d"),
    "filter": ("3", "slash", *"status:nope"),
    "conflicts-detail": ("5", *["down"] * 8, "d"),
    "pairs": ("5", *["down"] * 8, "enter"),
    "pairs-student": ("5", *["down"] * 6, "enter"),
    "activity": ("6",),
    "sync": ("7",),
    "changes": ("7", "enter"),
    "trackers": ("b",),
    "why": ("3", "w"),
    "plan": ("3", "space", "space", "space", "s"),
    "reason": ("5", "x"),
    "rights": ("3", "r"),
    "columns": ("3", "e"),
    "tickets": ("h",),
    "resources": ("H",),
    "messages": ("3", "n", "M"),
    "help": ("3", "question_mark"),
    "palette": ("3", "ctrl+p"),
}
"""The screens by name, and the keys that lead there from home."""
WORKS = ("plan", "reason", "rights", "columns", "review")
"""They are asked for by something that goes on beside the console."""


@pytest.fixture(autouse=True)
def _same_versions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if request.config.getoption("update_snapshots"):
        FOLDER.mkdir(parents=True, exist_ok=True)
        BASELINE.write_text(HERE + "\n")
    if (written := BASELINE.read_text().strip()) != HERE:
        pytest.skip(f"the screens were written with {written}; this is {HERE}")


@pytest.fixture
def held(demo: Workspace) -> Workspace:
    """Return the demo district with a sync that waits for a decision."""
    hold_a_sync(demo.folder.parent)
    return demo


async def written(desk: Desk, name: str, keys: tuple[str, ...]) -> str:
    """Go to a screen, and return it with its styles in every theme."""
    await at(desk, name, keys)
    desk.app.clear_notifications()
    for field in desk.app.screen.query(Input):
        field.cursor_blink = False
    styles: list[list[list[str]]] = []
    lines: list[str] = []
    for theme in THEMES:
        desk.app.looks.wear(theme)
        if name == "palette":
            # Textual's own; nobody changes the theme while it is open, and it would not follow.
            await at(desk, name, keys)
            desk.app.screen.query_one(Input).cursor_blink = False
        await desk.settle()
        strips = desk.strips
        lines = ["".join(segment.text for segment in line).rstrip() for line in strips]
        styles.append([_cells(line) for line in strips])
    desk.app.looks.wear(THEMES[0])
    looks: dict[tuple[str, ...], str] = {}
    grid = [
        "".join(looks.setdefault(cell, _letter(len(looks))) for cell in zip(*row, strict=True))
        for row in zip(*styles, strict=True)
    ]
    runs = ["".join(f"{letter}{len(list(run))}" for letter, run in groupby(row)) for row in grid]
    legend = [
        f"{letter}  {' | '.join(f'{theme}: {each}' for theme, each in zip(THEMES, look, strict=True))}"
        for look, letter in looks.items()
    ]
    return "\n".join([*lines, "", *runs, "", *legend, ""])


def _letter(number: int) -> str:
    return chr(ord("a") + number) if number < 26 else chr(ord("A") + number - 26)


def _cells(line: list[Segment]) -> list[str]:
    return [_named(segment.style) for segment in line for _ in range(segment.cell_length)]


def _named(style: Style | None) -> str:
    if style is None:
        return "plain"
    marks = [mark for mark in ("bold", "dim", "italic", "underline", "reverse") if getattr(style, mark)]
    colours = []
    for colour in (style.color, style.bgcolor):
        if colour is None or colour.type is ColorType.DEFAULT:
            colours.append("-")
        else:
            colours.append(colour.get_truecolor().hex if colour.triplet else colour.name)
    return " ".join([f"{colours[0]} on {colours[1]}", *marks])


async def at(desk: Desk, name: str, keys: tuple[str, ...]) -> None:
    """Go home, and from there to a screen."""
    for _ in range(4):
        if len(desk.app.screen_stack) > 1 or desk.app.browser.filter_field.has_focus:
            await desk.press("escape")
    if desk.app.browser.detail.display:
        desk.app.browser.toggle_detail()
    desk.app.browser.marking.none()
    await desk.press("1", *keys)
    if name in WORKS:
        await desk.until(lambda: len(desk.app.screen_stack) > 1)
    if name == "palette":
        await desk.until(lambda: "Go to triage" in desk.text)
    await desk.settle()


def compared(name: str, size: tuple[int, int], now: str, update: bool) -> str:
    """Return how a screen differs from how it was, or nothing; with ``update`` it is as it is from now on."""
    file = FOLDER / f"{name}-{size[0]}x{size[1]}.txt"
    before = file.read_text("utf-8") if file.exists() else ""
    if update:
        file.write_text(now, "utf-8")
        return ""
    return "\n".join(difflib.unified_diff(before.split("\n"), now.split("\n"), file.name, "now", lineterm="", n=1))


WIDE = pytest.param((120, 40), marks=pytest.mark.thorough, id="120x40")
SIZES = pytest.mark.parametrize("size", [pytest.param((80, 24), id="80x24"), WIDE])


@SIZES
async def test_every_screen_looks_as_it_did(
    open_console: Open, demo: Workspace, request: pytest.FixtureRequest, size: tuple[int, int]
) -> None:
    with demo.cache.writing() as db:
        # How long it took is another each time.
        db.execute("UPDATE run SET seconds = 1.5")
    update = request.config.getoption("update_snapshots")
    differences = []
    async with open_console(size=size) as desk:
        for name, keys in SCREENS.items():
            differences.append(compared(name, size, await written(desk, name, keys), update))
    assert not any(differences), "\n\n".join(filter(None, differences))


@SIZES
async def test_the_review_of_a_held_sync_looks_as_it_did(
    open_console: Open, held: Workspace, request: pytest.FixtureRequest, size: tuple[int, int]
) -> None:
    async with open_console(size=size, workspace=held) as desk:
        now = await written(desk, "review", ("7", "v"))
    assert not compared("review", size, now, request.config.getoption("update_snapshots"))


def test_the_screens_hold_nothing_of_this_machine_and_none_is_left_over() -> None:
    files = {file.name for file in FOLDER.iterdir()}
    assert files == {f"{name}-{size}.txt" for name in (*SCREENS, "review") for size in ("80x24", "120x40")}
    for file in FOLDER.iterdir():
        text = file.read_text("utf-8")
        assert not re.search(r"/tmp|/home|/root|/work\b", text), file.name
