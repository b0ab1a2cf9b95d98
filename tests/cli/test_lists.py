"""Every command that reads lists brings them in step with the journal first, or says how far they are behind."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from roster_tui.accounts.deeds import HowFar
from roster_tui.workspace import Workspace, open_workspace
from tests.cli.conftest import Run
from tests.conftest import frozen, settings_for

_FORKS = multiprocessing.get_context("forkserver")


def _suspend(folder: Path, ids: list[str], dies_after: int | None) -> None:
    """Suspend in a process of its own, which dies by signal 9 once so many are done; None: before it shows any."""

    def progress(how_far: HowFar) -> None:
        if how_far.ended == dies_after:
            os.kill(os.getpid(), signal.SIGKILL)

    async def act() -> None:
        performer = open_workspace(settings_for(folder), frozen).performer()
        await performer.perform(await performer.plan("suspend", ids), progress)

    asyncio.run(act())
    os.kill(os.getpid(), signal.SIGKILL)


def killed(folder: Path, ids: list[str], dies_after: int | None) -> None:
    process = _FORKS.Process(target=_suspend, args=(folder, ids, dies_after))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def active_ones(workspace: Workspace) -> list[str]:
    found = asyncio.run(workspace.directory.list_accounts())
    return sorted(each.id for each in found if each.state == "active")[:40]


def listed(run: Run, folder: Path) -> set[str]:
    done = run("teachers", "status:suspended", "--json", "--limit", "0", "--data-dir", folder)
    assert (done.code, done.err) == (0, "")
    return {each["clever_id"] for each in done.json["rows"]}


@pytest.mark.parametrize("dies_after", [None, 20])
def test_a_bulk_suspend_that_was_killed_shows_in_the_next_list(
    run: Run, demo: Workspace, demo_folder: Path, dies_after: int | None
) -> None:
    ids, before = active_ones(demo), listed(run, demo_folder)
    killed(demo_folder, ids, dies_after)
    accounts = asyncio.run(demo.directory.accounts(ids))
    suspended = {each.id for each in accounts.values() if each.state == "suspended"}
    assert len(suspended) >= (dies_after or len(ids))
    assert listed(run, demo_folder) == before | suspended


def test_an_act_on_somebody_else_does_not_hide_what_a_killed_process_did(
    run: Run, demo: Workspace, demo_folder: Path
) -> None:
    *ids, other = active_ones(demo)
    killed(demo_folder, ids, None)
    assert run("pin", other, "--yes", "--data-dir", demo_folder).code == 0
    with demo.cache.reading() as db:
        shown = db.execute("SELECT count(*) FROM account WHERE state = 'suspended'").fetchone()[0]
    suspended = [each for each in asyncio.run(demo.directory.list_accounts()) if each.state == "suspended"]
    assert shown == len(suspended) >= len(ids)


def _export(folder: Path) -> tuple[object, ...]:
    return ("teachers", "--csv", "--data-dir", folder)


def _show(folder: Path) -> tuple[object, ...]:
    return ("status", "--data-dir", folder)


@pytest.mark.parametrize("asking", [_export, _show])
def test_lists_that_cannot_be_written_now_say_so_beside_the_data(
    run: Run, demo: Workspace, demo_folder: Path, asking: Callable[[Path], tuple[object, ...]]
) -> None:
    killed(demo_folder, active_ones(demo), None)
    with closing(sqlite3.connect(demo.cache.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = run(*asking(demo_folder))
    assert done.code == 0
    assert done.err.startswith("The list is 2 entries behind the journal: ")
    assert "behind" not in done.out
    assert run(*asking(demo_folder)).err == ""


def test_no_command_builds_on_a_ledger_that_is_older_than_the_lists(
    run: Run, demo: Workspace, demo_folder: Path, tmp_path: Path
) -> None:
    ledger, one = demo.folder / "ledger", active_ones(demo)[0]
    shutil.copytree(ledger, tmp_path / "older")
    assert run("suspend", one, "--yes", "--data-dir", demo_folder).code == 0
    shutil.rmtree(ledger)
    shutil.copytree(tmp_path / "older", ledger)
    for command in (("sync",), ("pin", one, "--yes")):
        refused = run(*command, "--data-dir", demo_folder)
        assert refused.code != 0
        assert "the ledger was replaced by an older copy" in refused.err
    # Whatever is listed stays as it was shown, and says so.
    status = run("teachers", "status:suspended", "--json", "--limit", "0", "--data-dir", demo_folder)
    assert one in {each["clever_id"] for each in status.json["rows"]}
    assert "the ledger was replaced by an older copy" in status.err
    assert demo.journal.end().number == 4
