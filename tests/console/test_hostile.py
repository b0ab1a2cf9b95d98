"""A district whose every name tries to draw, steer or act: it is text, on every screen, at every size."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from roster_tui.access import DEMO_TOKEN
from roster_tui.console.screens import PlanScreen
from roster_tui.console.table import RecordTable
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.sis import SisFile
from roster_tui.sync import sync
from roster_tui.workspace import Workspace
from tests.conftest import NOW, frozen, serving, settings_for
from tests.console.conftest import Desk, Open

NAMES = [
    "Smith [/b]",
    "[@click=app.quit]x[/]",
    "[bold red on white]loud[/]",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[2J\x1b[31mred",
    "\x9b31m\x9d0;title\x9c",
    "\u202eevil\u202c",
    "zero\u200bwidth\ufeff",
    "tab\tline\nreturn\rend",
    "n" * 300,
    "m" * 10_000,
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "名前 李小龍",
    "e\u0301\u0301\u0301 \u0600 \u2028",
    "=cmd|' /C calc'!A0",
    "$(reboot) `reboot` ; rm -rf ~",
    "'; DROP TABLE teacher; --",
]


class HostileDistrict:
    """Each value of each record is one of the names; ids and emails carry them too."""

    name = "[/b]\x1b]0;owned\x07 \u202eUSD"

    def rows(self, file: SisFile) -> Iterator[dict[str, str]]:
        for number, name in enumerate(NAMES):
            yield from self._rows(file, number, name)

    def _rows(self, file: SisFile, number: int, name: str) -> Iterator[dict[str, str]]:
        school, teacher = f"school {name}", f"teacher {name}"
        section, student = f"section {name}", f"student {name}"
        person = {"first_name": name, "last_name": name, "middle_name": name}
        place = {"school_id": school}
        if file is SisFile.SCHOOLS:
            yield place | {"school_name": name, "school_number": name}
        elif file is SisFile.TEACHERS:
            # The first teaches at every school; the last ones share an email.
            email = f"{name}@{min(number, 14)}.example"
            yield place | person | {"teacher_id": teacher, "teacher_email": email, "title": name}
        elif file is SisFile.STUDENTS:
            yield place | person | {"student_id": student, "grade": "9", "dob": "2012-01-01", "student_email": name}
        elif file is SisFile.SECTIONS:
            course = {"course_name": name, "course_number": name, "period": name, "subject": name, "term_name": name}
            taught = {"section_id": section, "teacher_id": teacher if number else "", "name": name, "grade": "9"}
            yield place | course | taught | {"section_number": name}
        elif file is SisFile.ENROLLMENTS:
            yield place | {"section_id": section, "student_id": student}


class RekeyedHostileDistrict(HostileDistrict):
    """The night after: every second teacher and student has another id, and a teacher's email is gone."""

    def _rows(self, file: SisFile, number: int, name: str) -> Iterator[dict[str, str]]:
        for row in super()._rows(file, number, name):
            changed = {key: f"new {row[key]}" for key in ("teacher_id", "student_id") if number % 2 and row.get(key)}
            blanked = {"teacher_email": ""} if file is SisFile.TEACHERS and number == 2 else {}
            yield row | changed | blanked


@pytest.fixture(scope="module")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district of hostile names, synced over HTTP for two nights."""
    folder = tmp_path_factory.mktemp("hostile")
    store = Store(folder / "clever.sqlite")
    options: dict[str, Any] = {"hold": {"removed_percent": 100, "updated_percent": 100}}
    settings = settings_for(folder / "data", **options)
    with serving(Service(store).app()) as url:
        for night in (HostileDistrict(), RekeyedHostileDistrict()):
            load_night(store, night, NOW)
            _, result = asyncio.run(sync(settings, DEMO_TOKEN.reveal(), url, clock=frozen))
            assert result.state == "applied"
    store.close()
    return folder / "data"


@pytest.fixture
def hostile(hostile_folder: Path, tmp_path: Path) -> Workspace:
    """That district, for one test."""
    import shutil

    from roster_tui.workspace import open_workspace

    copy = Path(shutil.copytree(hostile_folder, tmp_path / "hostile"))
    return open_workspace(settings_for(copy, operator="[/b]\x1b[31mjdoe\u202e"), frozen)


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


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
async def test_every_view_every_row_and_every_detail_draws(
    open_console: Open, hostile: Workspace, size: tuple[int, int]
) -> None:
    async with open_console(size=size, workspace=hostile) as desk:
        for view in "1234567":
            await desk.press(view)
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
            desk.app.browser._filter_field.value = name
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
