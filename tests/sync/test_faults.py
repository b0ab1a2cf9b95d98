"""A night on which something goes wrong: the command says what, and the roster is as before or complete.

The command is the real one in a process of its own, Clever the sandbox with a fault.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from roster_tui.access import DEMO_TOKEN
from roster_tui.roster.history import runs
from roster_tui.sandbox.faults import KINDS, parse
from roster_tui.sandbox.generator import GeneratedDistrict, Size, student_sis_id, teacher_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.sync import sync
from roster_tui.workspace import Workspace
from tests.conftest import frozen, serving, settings_for

SMALL = Size(schools=3, teachers=40, sections=90, students=200, staff=2)
FIRST_NIGHT = datetime(2026, 11, 23, 7, tzinfo=UTC)
PAGE_SIZE = 50
"""So small that students and sections come in several pages."""

Roster = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Ran:
    """How the command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on standard output."""
        return json.loads(self.out)


class District:
    """A district that was synced once; a night has passed since, with changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "clever.sqlite")
        self.source = GeneratedDistrict(SMALL, 3, 2026, "Lincoln Unified")
        self.service = Service(self.store)
        load_night(self.store, self.source, FIRST_NIGHT)
        self.workspace = self._synced("data")
        self.before = roster(self.workspace)
        self.accounts_before = self.accounts()
        self.night(blanked_emails={teacher_sis_id(6)}, rekeyed_students={student_sis_id(n): f"9{n}" for n in range(4)})

    def night(self, **incidents: Any) -> None:
        """Let Clever process the next night's files."""
        at = FIRST_NIGHT + timedelta(days=self.store.nights)
        load_night(self.store, WithIncidents(self.source, Incidents(**incidents)), at)

    def _synced(self, name: str) -> Workspace:
        with serving(Service(self.store).app()) as url:
            folder = self.folder / name
            return asyncio.run(sync(settings_for(folder), DEMO_TOKEN.reveal(), url, clock=frozen))[0]

    def complete(self) -> Roster:
        """What a first sync of Clever as it is now would hold."""
        return roster(self._synced(f"fresh-{self.store.nights}"))

    def accounts(self) -> str:
        """The directory's files."""
        files = sorted((self.workspace.folder / "ledger" / "accounts").glob("*.json"))
        return "\n".join(file.read_text() for file in files)

    def sync(self, *faults: str, full: bool = True) -> Ran:
        """Run ``roster-tui sync --json`` while these faults strike; ``full`` reads every list."""
        for fault in faults:
            self.service.faults.add(parse(fault))
        with serving(self.service.app()) as url:
            environment = {
                **os.environ,
                "CLEVER_TOKEN": DEMO_TOKEN.reveal(),
                "ROSTER_TUI_CLEVER__BASE_URL": url,
                "ROSTER_TUI_CLEVER__PAGE_SIZE": str(PAGE_SIZE),
                "ROSTER_TUI_TIMEZONE": "America/Chicago",
                "PYTHONWARNINGS": "error",
            }
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "roster_tui",
                    "sync",
                    "--json",
                    "--data-dir",
                    self.folder / "data",
                    *["--full"][:full],
                ],
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
                env=environment,
            )
        assert DEMO_TOKEN.reveal() not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def struck(self) -> int:
        """How many requests the faults have struck."""
        return sum(each["struck"] for each in self.service.faults.document())


def roster(workspace: Workspace) -> Roster:
    """Every record that is in the data, with the hash of its kept fields."""
    with workspace.cache.reading() as db:
        return db.execute("SELECT hex(id), kind, hash FROM record WHERE hash IS NOT NULL ORDER BY id").fetchall()


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    made = District(tmp_path)
    yield made
    made.store.close()


@pytest.mark.parametrize(
    "faults",
    [
        ("rate-limit-storm:seconds=1",),
        ("server-errors:after=2",),
        ("slow:seconds=0.1",),
        ("cut-body:after=2",),
        ("clock-skew",),
        ("clock-skew:seconds=-3600",),
    ],
    ids="+".join,
)
def test_a_trouble_that_passes_is_waited_out_and_nothing_is_missing(
    district: District, faults: tuple[str, ...]
) -> None:
    told = district.sync(*faults)
    assert (told.code, told.err) == (0, "")
    assert told.json["state"] == "applied"
    assert district.struck() > 0
    assert roster(district.workspace) == district.complete() != district.before
    with district.workspace.cache.reading() as db:
        (run,) = runs(db, 1)
    if faults[0].startswith(("server", "cut")):
        assert run.retries > 0
    elif not faults[0].startswith("rate"):
        # The limit may be waited for ahead of the refusal, or after it, as the clock has it.
        assert run.retries == 0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-10_000, "3 h ahead of Clever's"), (10_000, "3 h behind Clever's"), (-80_000, "22 h ahead of Clever's")],
)
def test_a_clock_that_is_far_off_is_told_and_nothing_is_removed_by_it(
    district: District, seconds: int, said: str
) -> None:
    with district.workspace.cache.writing() as db:
        db.execute("UPDATE run SET started_at = '2001-01-01T00:00:00+00:00'")
    told = district.sync(f"clock-skew:seconds={seconds},times=0")
    assert told.code == 0
    assert [note for note in told.json["notes"] if said in note and "Nothing was ended or removed by date" in note]
    with district.workspace.cache.reading() as db:
        assert len(runs(db, 9)) == 2
    district.service.faults.clear()
    assert district.sync().json["notes"] == []
    with district.workspace.cache.reading() as db:
        assert len(runs(db, 9)) == 2, "the run of 2001 is older than the history"


@pytest.mark.parametrize(
    ("fault", "said", "advised"),
    [
        ("server-errors:after=2,times=0", "Clever answered with an error of its own (50", "status.clever.com"),
        ("cut-body:after=2,times=0", "the connection broke in the middle of an answer", "Check the network"),
        ("html-error:after=2", "The answer is not a list of records", "a proxy or a login page"),
        ("broken-json:after=16", "The answer is not a list of records", "request id"),
        ("page-loop", "The link to the next page leads back", "request id"),
        ("foreign-next", "The link to the next page leads elsewhere; it was not followed", "request id"),
        ("repeated-page", "Clever sent a page again", "request id"),
        ("revoked", "Clever refused the token", "Clever may have rotated it"),
    ],
)
def test_a_trouble_that_stays_is_named_and_the_roster_is_as_before(
    district: District, fault: str, said: str, advised: str
) -> None:
    told = district.sync(fault)
    assert told.code == 5
    assert told.out == ""
    assert said in told.err
    assert advised in told.err
    assert district.struck() > 0
    assert roster(district.workspace) == district.before
    assert district.accounts() == district.accounts_before
    with district.workspace.cache.reading() as db:
        (run,) = runs(db, 1)
    assert run.state == "failed"
    assert said in (run.error or "")


def test_the_night_after_a_failure_brings_everything(district: District) -> None:
    assert district.sync("server-errors:after=4,times=0").code == 5
    district.service.faults.clear()
    district.night(blanked_emails={teacher_sis_id(7)})
    assert district.sync().code == 0
    assert roster(district.workspace) == district.complete()


def test_a_name_in_an_answer_that_is_not_as_documented_is_not_told(district: District) -> None:
    """What cannot be read may be a student's: the message says which field, never what stood there."""
    told = district.sync("wrong-types")
    assert told.code == 0
    assert told.json["unreadable"] > 0
    assert "'?'" not in told.out + told.err


@pytest.mark.parametrize(("after", "full"), [(4, True), (10, True), (16, True), (0, False), (4, False)])
def test_a_district_that_moves_in_the_middle_is_fetched_again(district: District, after: int, full: bool) -> None:
    """Clever synced between two pages: sections read after name a teacher who was not there before."""
    told = district.sync(f"moving:after={after}", full=full)
    assert told.code == 0
    assert told.json["state"] == "applied"
    assert district.struck() == 1
    assert roster(district.workspace) == district.complete()


def test_missing_events_lead_to_a_full_run_that_says_why(district: District) -> None:
    """The oldest events are gone without a marker (reference 5.3)."""
    assert district.sync().code == 0
    district.night(blanked_emails={teacher_sis_id(8)}, leavers={teacher_sis_id(9)})
    district.night(blanked_emails={teacher_sis_id(8)}, leavers={teacher_sis_id(9)})
    told = district.sync("event-gap", full=False)
    assert told.code == 0
    assert district.struck() > 0
    assert told.json["mode"] == "full"
    assert "event" in told.json["reason"]
    assert roster(district.workspace) == district.complete()


def test_a_record_that_cannot_be_read_is_kept_as_it_was(district: District) -> None:
    """It is there, only not readable tonight: nobody has left, and no account is suspended for it."""
    unreadable = district.sync("wrong-types").json["unreadable"]
    assert unreadable > 0
    known = {(id, kind) for id, kind, _ in district.before}
    assert {(id, kind) for id, kind, _ in district.complete()} & known <= {
        (id, kind) for id, kind, _ in roster(district.workspace)
    }


@pytest.mark.thorough
def test_a_rate_limit_by_a_slow_clock_is_waited_for(district: District) -> None:
    """The moment at which the window ends is over by our clock; by Clever's own, told in ``date``, it is not."""
    told = district.sync("rate-limit-storm:seconds=2", "clock-skew:seconds=-3600")
    assert told.code == 0
    assert roster(district.workspace) == district.complete()


def test_no_fault_is_without_a_test_here() -> None:
    text = Path(__file__).read_text()
    assert [kind for kind in KINDS if f'"{kind}' not in text] == []
