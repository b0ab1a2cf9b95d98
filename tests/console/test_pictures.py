"""Two screens as pictures, so that what draws them is tested too; every screen as text is in `test_screens`. Compared
only under the Python and Textual they were taken with.

`pytest tests/console/test_pictures.py --snapshot-update` takes them anew: look at each before it is committed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from textual.pilot import Pilot

from roster_tui.console.app import RosterApp
from roster_tui.workspace import Workspace
from tests.console.conftest import Desk

BASELINE = Path(__file__).parent / "__snapshots__" / "taken_with.txt"
HERE = (
    f"Python {sys.version_info.major}.{sys.version_info.minor}, Textual {'.'.join(version('textual').split('.')[:2])}"
)


@pytest.fixture(autouse=True)
def _same_versions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if request.config.getoption("update_snapshots"):
        BASELINE.parent.mkdir(exist_ok=True)
        BASELINE.write_text(HERE + "\n")
    taken_with = BASELINE.read_text().strip()
    if taken_with != HERE:
        pytest.skip(f"the pictures were taken with {taken_with}; this is {HERE}")


KEYS = {"triage": (), "plan": ("3", "space", "space", "space", "s")}


@pytest.mark.parametrize(("name", "size"), [("triage", (120, 40)), ("plan", (80, 24))], ids=["triage", "plan"])
def test_it_looks_as_it_did(
    snap_compare: Callable[..., bool], demo: Workspace, name: str, size: tuple[int, int]
) -> None:
    async def to_rest(pilot: Pilot[None]) -> None:
        desk = Desk(pilot)
        await desk.settle()
        for key in KEYS[name]:
            await desk.press(key)
        await desk.until(lambda: len(desk.app.screen_stack) == (2 if name == "plan" else 1))
        await desk.settle()

    assert snap_compare(RosterApp(demo), terminal_size=size, run_before=to_rest)


def test_the_pictures_hold_nothing_of_this_machine() -> None:
    pictures = list(BASELINE.parent.rglob("*.svg"))
    assert len(pictures) == len(KEYS)
    for picture in pictures:
        text = picture.read_text()
        for own in ("/tmp", "/home", "/root", "/work", "terminal-1", "terminal-2"):
            assert own not in text, picture.name
