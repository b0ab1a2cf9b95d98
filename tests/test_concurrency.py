"""Waiting for another process: it says for whom, and ends when one wants it to."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from roster_tui.accounts.act import Performer
from roster_tui.accounts.deeds import HowFar
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.model import Role
from roster_tui.concurrency import LockHeld, in_turn
from tests.accounts.conftest import account, an_id, clock, directory, make_performer
from tests.conftest import NOW, wait_until

__all__ = ["clock", "directory", "make_performer"]


async def test_one_at_a_time_and_nothing_is_left(tmp_path: Path) -> None:
    inside = 0

    async def one(number: int) -> None:
        nonlocal inside
        async with in_turn(tmp_path / "lock", f"number {number}", 60):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one(number) for number in range(4)))
    assert [file.name for file in tmp_path.iterdir() if file.name != "lock"] == []


async def test_who_waits_is_told_for_whom_once_and_may_leave_at_once(tmp_path: Path) -> None:
    told: list[str] = []
    began = asyncio.Event()

    def waiting(who: str) -> None:
        told.append(who)
        began.set()

    async def wait() -> None:
        async with in_turn(tmp_path / "lock", "jdoe", 600, waiting):
            raise AssertionError("it is held by another")

    async with in_turn(tmp_path / "lock", "ann on desk-2", 0):
        waits = asyncio.create_task(wait())
        await began.wait()
        waits.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits
    assert told == ["ann on desk-2"]


@pytest.mark.parametrize(
    ("note", "who"),
    [(None, "another process"), (b"", "another process"), (b"\xff", "another process"), (b"x" * 999, "x" * 200)],
)
async def test_a_wait_that_is_over_says_who_holds_it(tmp_path: Path, note: bytes | None, who: str) -> None:
    file = tmp_path / "lock"
    if note is not None:
        Path(f"{file}.holder").write_bytes(note)
    with FileLock(file), pytest.raises(LockHeld, match=f"has been held by {who} for 0 s"):
        async with in_turn(file, "jdoe", 0):
            raise AssertionError("it is held by another")


async def test_an_act_that_waits_for_another_console_says_so_and_can_be_stopped(
    make_performer: Callable[..., Performer], directory: LocalDirectory
) -> None:
    await directory.write([account(number, role=Role.DISTRICT_ADMIN, activated_at=NOW) for number in (1, 2)])
    performer = make_performer()
    guards = replace(performer.guards, administrators=lambda: [an_id(1), an_id(2)])
    performer = replace(performer, guards=guards)
    plan = await performer.plan("suspend", [an_id(1)])
    told: list[HowFar] = []
    async with performer.guards.dethroning("ann on desk-2", lambda _: None):
        acting = asyncio.create_task(performer.perform(plan, told.append))
        while not (told or acting.done()):
            await asyncio.sleep(0)
        acting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await acting
    assert [each.told("suspended") for each in told] == ["Waiting for ann on desk-2, who takes administrators away"]
    assert list(performer.journal.entries()) == []


def test_ctrl_c_ends_a_command_that_waits(demo_folder: Path) -> None:
    lock = next(demo_folder.glob("*/ledger")) / "administrators.lock"
    script = (
        "import asyncio, sys; from pathlib import Path; from roster_tui.concurrency import in_turn\n"
        "async def hold():\n"
        "    async with in_turn(Path(sys.argv[1]), 'jdoe', 600, lambda who: print('waiting', who, flush=True)): pass\n"
        "asyncio.run(hold())"
    )
    with FileLock(lock):
        waits = subprocess.Popen(
            [sys.executable, "-c", script, str(lock)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert waits.stdout is not None
        assert waits.stdout.readline() == b"waiting another process\n"
        waits.send_signal(signal.SIGINT)
        wait_until(lambda: waits.poll() is not None, 30)
    waits.stdout.close()
    assert waits.returncode not in (0, None)
