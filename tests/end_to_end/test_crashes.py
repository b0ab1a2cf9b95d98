"""A crash inside any screen that can show a student's data leaves none in the report, in a log or on the terminal.

Every student's name, email and state ID holds a mark. The function that draws a screen fails with all of them in its
message and its variables, in a console of its own on a real terminal.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from roster_tui.access import DEMO_TOKEN
from roster_tui.sandbox.generator import GeneratedDistrict, Size, student_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.sis import SisDistrict, SisFile
from roster_tui.support import help_desk
from roster_tui.sync import sync
from roster_tui.tracking import tracker_performer
from roster_tui.workspace import open_workspace
from tests.conftest import NOW, frozen, serving, settings_for
from tests.end_to_end.terminal import Terminal

MARK = "Zqx"
DISTRICT = GeneratedDistrict(Size(schools=3, teachers=40, sections=90, students=200, staff=2), 3, 2026, "Lincoln")
CRASHING = """
import glob, importlib, sqlite3, sys

module, name = TARGET.split(":")
room = importlib.import_module(f"roster_tui.{module}")
original = getattr(room, name)

def crashing(*given, **named):
    drawn = original(*given, **named)
    if not (WHEN):
        return drawn
    (file,) = glob.glob(sys.argv[-1] + "/*/roster.sqlite")
    students = sqlite3.connect(file).execute("SELECT first, last, email, state_id FROM student").fetchall()
    raise ValueError(f"{drawn} cannot be drawn for {students}")

setattr(room, name, crashing)
from roster_tui.cli import main
main()
"""


class Marked:
    """A district whose students all carry the mark; some may have left."""

    def __init__(self, source: SisDistrict, *, gone: bool = False) -> None:
        self.name = source.name
        self._source = source
        self._gone = gone

    def rows(self, file: SisFile) -> Iterator[dict[str, str]]:
        """Yield the rows of a file."""
        for place, row in enumerate(self._source.rows(file)):
            if file is SisFile.STUDENTS:
                if self._gone and place % 2:
                    continue
                yield dict(row) | {
                    "first_name": f"{MARK}{row['first_name']}",
                    "last_name": f"{MARK}{row['last_name']}",
                    "student_email": f"{MARK}.{place}@students.example",
                    "state_id": f"{MARK}{place:05}",
                }
            else:
                yield dict(row)


class Shown(str):
    """What has to be on the screen before the next key."""


class Screen(NamedTuple):
    """A screen, and how one gets there; the worst findings are about students."""

    target: str
    """Module and function that draws it."""
    keys: tuple[str, ...]
    when: str = "True"
    """Under which of its arguments it fails."""
    shows: bool = False
    """Whether the student's value is on the screen on purpose until it fails."""


SCREENS = {
    "triage": Screen("console.reports:triage", ()),
    "conflicts": Screen("console.reports:conflicts", ("5",)),
    "conflict detail": Screen("console.details:finding_lines", ("5", "d")),
    "reveal": Screen("console.details:finding_lines", ("5", "d", "ctrl+r"), "named.get('revealed')"),
    "section with its class list": Screen("console.details:record_lines", ("4", Shown("Grade 1"), "d")),
    "teacher": Screen("console.details:record_lines", ("3", Shown("pending"), "d")),
    "trackers": Screen("console.trackers:tracker_report", ("b",)),
    "tracker": Screen("console.details:tracker_lines", ("b", Shown("Grade 1"), "d")),
    "why": Screen("console.why:why_lines", ("4", Shown("Grade 1"), "w")),
    "sync run": Screen("console.runs:run_lines", ("7", "d")),
    "hold review": Screen("console.review:review_report", ("7", "v")),
    "activity": Screen("console.details:entry_lines", ("6", "d")),
    "copying": Screen("console.clipboard:tabbed", ("5", "c")),
    "ticket list": Screen("console.ticket_list:tickets_report", ("h",), "given[1]"),
    "ticket": Screen(
        "console.ticket:found_lines", ("h", Shown("About a class"), "enter", Shown("f2 check"), "f2"), shows=True
    ),
}


@pytest.fixture(scope="session")
def _marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("marked")
    data, store = folder / "data", Store(folder / "clever.sqlite")
    rekeyed = {student_sis_id(number): f"77{number}" for number in range(6)}
    nights = (DISTRICT, WithIncidents(DISTRICT, Incidents(rekeyed_students=rekeyed)))
    settings = settings_for(data)
    with serving(Service(store).app()) as url:
        for number, night in enumerate((*map(Marked, nights), Marked(nights[1], gone=True))):
            load_night(store, night, NOW + timedelta(minutes=number))
            workspace, result = asyncio.run(sync(settings, DEMO_TOKEN.reveal(), url, full=True, clock=frozen))
            assert result.state == ("held" if number == 2 else "applied")
    store.close()
    with workspace.cache.reading() as db:
        taught = "SELECT lower(hex(r.id)) FROM section s JOIN record r ON r.key = s.key JOIN term t ON t.key = s.term"
        sections = [each for (each,) in db.execute(f"{taught} WHERE s.students > 0 AND t.name LIKE '%1'")]

    async def track() -> None:
        performer = tracker_performer(workspace)
        await performer.perform(await performer.plan("create-tracker", sections))

    asyncio.run(track())
    help_desk.open_ticket(workspace, help_desk.Draft("About a class", ""), body=f"{MARK}Ann has no class.\n")
    return data


@pytest.fixture
def marked(_marked: Path, tmp_path: Path) -> Path:
    """A data folder of its own."""
    return Path(shutil.copytree(_marked, tmp_path / "data"))


def holding_the_mark(folder: Path) -> list[str]:
    """Return the files in which a student's value stands, but for where it belongs: roster and ticket."""
    belongs = ("roster.sqlite", "staged.sqlite", "000001.json")
    return [
        file.name
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith(belongs) and MARK.lower().encode() in file.read_bytes().lower()
    ]


def test_the_mark_is_where_it_belongs_and_nowhere_else(_marked: Path) -> None:
    workspace = open_workspace(settings_for(_marked), frozen)
    with workspace.cache.reading() as db:
        assert (
            db.execute("SELECT count(*) FROM student WHERE last LIKE 'Zqx%' AND email LIKE 'Zqx%'").fetchone()[0] > 150
        )
        assert db.execute("SELECT count(*) FROM finding WHERE document LIKE '%Zqx%'").fetchone()[0] > 2
    assert holding_the_mark(_marked) == []


ALIKE = {"conflicts", "teacher", "trackers", "sync run", "activity", "copying"}
"""They fail in ways that others show as well."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.thorough] if name in ALIKE else []) for name in SCREENS]
)
def test_a_crash_leaves_no_students_value(
    name: str, marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = SCREENS[name]
    # Textual would log the message of what fails, and what is typed.
    monkeypatch.setenv("TEXTUAL_LOG", str(tmp_path / "textual.log"))
    script = CRASHING.replace("TARGET", repr(screen.target)).replace("WHEN", screen.when)
    with Terminal("-c", script, folder=marked) as terminal:
        if screen.keys:
            terminal.until("1-7 views")
            for key in screen.keys:
                if isinstance(key, Shown):
                    terminal.until(key)
                else:
                    terminal.press(key)
        assert terminal.ended() == 1, terminal.text
        assert terminal.restored
        left = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :]
        assert b"The console failed (incident " in left
        said = (left if screen.shows else terminal.raw).lower()
        assert MARK.lower().encode() not in said
    (report,) = marked.glob("*/incident-*.txt")
    told = report.read_text("utf-8")
    assert "builtins.ValueError" in told and " crashing\n" in told
    assert holding_the_mark(tmp_path) == []
