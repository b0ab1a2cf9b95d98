"""What nobody expected: an error of others' code is a message, a fault of ours ends the console; both are reported."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from textual.worker import WorkerFailed

from roster_tui.console import crash, start
from roster_tui.console.app import RosterApp
from roster_tui.console.failing import is_of_others
from roster_tui.roster.cache import CacheDamaged
from roster_tui.workspace import Workspace
from tests.console.conftest import Open


class FromALibrary(Exception):
    """What a library raises that we build on."""


FromALibrary.__module__ = "anylibrary.errors"


async def _fails(error: Exception) -> None:
    raise error


async def test_an_error_of_others_in_a_worker_is_a_message_with_a_report(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        worker = desk.app.run_worker(_fails(FromALibrary("Ana Ruiz")), description="work")
        with pytest.raises(WorkerFailed):
            await worker.wait()
        await desk.settle()
        (report,) = demo.folder.glob("incident-*.txt")
        (told,) = desk.toasts
        assert told.startswith("The console goes on") and str(report) in told
        for text in (told, report.read_text("utf-8")):
            assert "Ana Ruiz" not in text
        await desk.press("3")
        assert "Teachers" in desk.crumb


async def test_a_known_error_in_a_worker_is_its_message_and_no_report(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        worker = desk.app.run_worker(_fails(CacheDamaged(Path("/aside"))), description="work")
        with pytest.raises(WorkerFailed):
            await worker.wait()
        await desk.settle()
        assert desk.toasts[-1].startswith("The roster cache was damaged. It was moved to /aside")
        assert not list(demo.folder.glob("incident-*.txt"))


async def test_a_fault_of_ours_ends_the_console_with_a_report(demo: Workspace) -> None:
    app = RosterApp(demo)
    with pytest.raises(WorkerFailed):
        async with app.run_test() as pilot:
            app.run_worker(_fails(KeyError("Ana Ruiz")), description="work")
            await pilot.pause(0.1)
    assert app.return_code == 1
    (report,) = demo.folder.glob("incident-*.txt")
    said = report.read_text("utf-8")
    assert "builtins.KeyError" in said and "Ana Ruiz" not in said


def test_a_disk_without_room_for_the_report_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(error: BaseException, folder: Path) -> tuple[str, Path]:
        raise OSError(errno.ENOSPC, "No space left on device", str(folder))

    monkeypatch.setattr(crash, "write_report", full)
    assert crash.reported(KeyError(), tmp_path).startswith("(no report could be written: The disk is full")


@pytest.mark.parametrize(
    ("error", "others"), [(FromALibrary(), True), (KeyError(), False), (CacheDamaged(Path("/aside")), False)]
)
def test_whose_an_error_is_follows_from_its_class(error: Exception, others: bool) -> None:
    assert is_of_others(error) is others


def test_the_first_run_says_why_and_passes_only_faults_of_ours() -> None:
    assert start._why(FromALibrary("the token")) == "What roster-tui builds on failed (FromALibrary). Try again"
    assert start._why(OSError(errno.ENOSPC, "No space")).startswith("The disk is full")
    assert not start._why(KeyError())
