"""``sync``, ``sync show`` and ``hold`` as cron and people call them: what they print, and their exit codes."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from roster_tui.demo import NAME, SEED
from roster_tui.sandbox.generator import SIZES, GeneratedDistrict, student_sis_id, teacher_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.store import Store
from roster_tui.settings import demo_store
from roster_tui.sis import SisFile
from tests.cli.conftest import Ran, Run, command
from tests.conftest import NOW
from tests.sync.conftest import Without

STRICT = {"ROSTER_TUI_HOLD__REMOVED_PERCENT": "0.5", "ROSTER_TUI_HOLD__FLOOR": "0"}
LEAVERS = frozenset(teacher_sis_id(n) for n in (50, 51))
Call = Callable[..., Ran]


@pytest.fixture
def call(run: Run, demo_folder: Path) -> Call:
    """Call a command on the demo, in whose Clever two teachers left and students were re-keyed since.

    The demo's own incidents are over: its one re-keyed teacher and three students have their old IDs again.
    """
    store = Store(demo_store(demo_folder))
    source = GeneratedDistrict(SIZES["small"], SEED, 2026, NAME)
    renamed = {student_sis_id(n): f"9{n:05}" for n in range(30)}
    load_night(store, WithIncidents(source, Incidents(leavers=LEAVERS, rekeyed_students=renamed)), NOW)
    store.close()

    def on_demo(*arguments: str, **environment: str) -> Ran:
        return run("--data-dir", str(demo_folder), *arguments, **environment)

    return on_demo


def teachers(call: Call) -> int:
    return int(call("status", "--json").json["counts"]["teachers"])


def test_a_sync_says_how_it_went(call: Call) -> None:
    done = call("sync")
    assert done.code == 0, done.err
    assert "3 accounts suspended, 3 accounts restored" in done.out
    assert done.err == ""
    shown = call("sync", "show", "--limit", "3")
    assert "Run 3: applied" in shown.out
    assert "from Clever's events" in shown.out
    assert "... and " in shown.out


def test_the_document_of_a_sync(call: Call) -> None:
    document = call("sync", "--full", "--json").json
    assert document["state"] == "applied"
    assert (document["mode"], document["reason"]) == ("full", "asked for")
    assert document["counts"]["teachers"].keys() >= {"fetched", "added", "removed", "updated"}
    assert document["hold"] is None


def test_quiet_says_nothing_when_all_is_well(call: Call) -> None:
    done = call("sync", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_quiet_speaks_when_it_is_held(call: Call) -> None:
    done = call("sync", "--quiet", **STRICT)
    assert done.code == 3
    assert "Held: " in done.out
    assert "roster-tui hold show" in done.out


def test_a_run_shows_every_change_with_before_and_after(call: Call) -> None:
    call("sync")
    document = call("sync", "show", "3", "--json", "--limit", "500").json
    rows = document["changes"]["rows"]
    assert document["changes"]["total"] == len(rows)
    gone = {row["label"]: row for row in rows if (row["type"], row["what"]) == ("teacher", "removed")}
    assert len(gone) == 3
    for row in gone.values():
        fields = {field["field"]: field for field in row["fields"]}
        assert fields["roles"] == {"field": "roles", "before": "teacher", "after": None}
    students = [row for row in rows if row["type"] == "student"]
    assert len(students) == 66
    assert all(set(row["label"].replace(", ", "")) - {"•"} and "•" in row["label"] for row in students)
    assert call("sync", "show", "99").code == 2
    only = call("sync", "show", "3", "--only", "type:teacher what:removed")
    assert f"3 of {len(rows)} changes pass the filter" in only.out
    assert sum(line.startswith("teacher ") for line in only.out.splitlines()) == 3
    wrong = call("sync", "show", "--only", "kind:x")
    assert (wrong.code, "  ^^^^" in wrong.err) == (2, True)


def test_hold_shows_the_trackers_that_would_archive(run: Run, demo_folder: Path) -> None:
    def call(*arguments: str, **environment: str) -> Ran:
        return run("--data-dir", str(demo_folder), *arguments, **environment)

    source = GeneratedDistrict(SIZES["small"], SEED, 2026, NAME)
    rows = list(source.rows(SisFile.SECTIONS))
    lost = [row["section_id"] for row in rows[-8:]]
    made = call("create-tracker", *lost, "--yes", "--json").json["items"]
    expected = sum(item["verdict"] == "done" for item in made)
    assert expected > 3
    store = Store(demo_store(demo_folder))
    load_night(store, Without(source, SisFile.SECTIONS, len(rows) - len(lost)), NOW)
    store.close()
    assert call("sync", **STRICT).code == 3
    shown = call("hold", "show")
    assert f"{expected} trackers would be archived; all their data stays" in shown.out
    document = call("hold", "show", "--json", "--limit", "2").json["trackers"]
    assert document["total"] == expected
    assert {row["cause"] for row in document["rows"]} == {"its section is no longer in Clever's data"}
    assert {row["sis_id"] for row in document["rows"]} < set(lost)


def test_hold_from_showing_to_approving(call: Call) -> None:
    before = teachers(call)
    assert call("sync", **STRICT).code == 3
    standing = call("status", "--json").json["sync"]
    assert (standing["held"], standing["state"]) == (True, "held")
    shown = call("hold", "show", **STRICT)
    assert "Under another SIS ID: 32 students" in shown.out
    assert "Really gone: 2 teachers" in shown.out
    assert "3 accounts would be suspended" in shown.out
    document = call("hold", "show", "--json", "--limit", "5").json
    assert document["departures"]["students"]["rekeyed"]["total"] == 32
    assert len(document["departures"]["students"]["rekeyed"]["rows"]) == 5
    assert document["departures"]["teachers"]["leavers"]["total"] == 2
    assert document["suspensions"]["total"] == 3
    assert all("•" in each["old"]["label"] for each in document["departures"]["students"]["rekeyed"]["rows"])

    wrong = call("hold", "approve", "0" * 24)
    assert wrong.code == 3
    assert "not the one that was shown" in wrong.err
    assert call("hold", "approve").code == 2
    assert call("--read-only", "hold", "approve", document["digest"]).code == 3
    assert teachers(call) == before

    approved = call("hold", "approve", document["digest"], "--json")
    assert approved.code == 0, approved.err
    assert approved.json["accounts"]["suspended"] == 3
    # Two left, and the demo's own leaver is back.
    assert teachers(call) == before - 1
    again = call("hold", "show")
    assert (again.code, again.err) == (1, "Error: No sync is held for review\n")


def test_hold_discarded(call: Call) -> None:
    before = teachers(call)
    call("sync", **STRICT)
    assert call("hold", "discard").code == 2
    assert call("hold", "discard", "--yes").code == 0
    assert teachers(call) == before
    assert call("status", "--json").json["sync"]["held"] is False
    assert "held" not in call("status").out


def test_a_second_sync_says_who_holds_the_lock(call: Call, demo_folder: Path) -> None:
    call("sync")
    (lock,) = demo_folder.glob("*/sync.lock")
    with FileLock(lock):
        refused = call("sync", "--quiet")
    assert refused.code == 1
    assert "Another sync is running (jdoe, since" in refused.err


def test_ctrl_c_leaves_the_roster_and_a_note(call: Call, demo_folder: Path) -> None:
    before = teachers(call)
    ours, theirs = pty.openpty()
    # One record a request: long enough to be interrupted in the middle.
    environment = {**os.environ, "ROSTER_TUI_CLEVER__PAGE_SIZE": "1"}
    full = command("--data-dir", demo_folder, "sync", "--full")
    running = subprocess.Popen(full, stderr=theirs, stdout=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    said = b""
    deadline = time.monotonic() + 60
    while b"fetch 1" not in said and time.monotonic() < deadline:
        said += os.read(ours, 4096)
    running.send_signal(signal.SIGINT)
    while running.poll() is None:
        try:
            said += os.read(ours, 4096)
        except OSError:
            break
    assert running.wait(30) == 130
    os.close(ours)
    assert b"fetch" in said
    assert b"Interrupted. Nothing was left half done." in said
    assert teachers(call) == before
    document: dict[str, Any] = call("sync", "show", "--json").json
    assert (document["state"], document["error"]) == ("failed", "interrupted")
