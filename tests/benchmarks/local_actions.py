"""How long one action on one account takes, by the number of accounts the console itself keeps.

The time from the decision to the outcome on disk (plan, intent, effect, outcome, each fsynced), and until the
lists show it; beside it what the disk alone takes for as many fsyncs, since nothing can be faster.

    python tests/benchmarks/local_actions.py
    python tests/benchmarks/local_actions.py --accounts 5000 --actions 10
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from figures import Figure, percentile, show

from roster_tui.accounts.act import Report
from roster_tui.accounts.model import Account
from roster_tui.catch_up import point, show_done
from roster_tui.follow_mark import lag_of
from roster_tui.roster.cache import set_meta
from roster_tui.settings import Settings
from roster_tui.workspace import DistrictName, Workspace, create_workspace

GOALS = {5_000: 100.0, 75_000: 500.0}
"""Milliseconds that an action may take, by the number of accounts."""
_LOOK_GOAL = 1.0
_FSYNCS = 10
"""Of one action: intent, effect, outcome, and the journal's head twice; each a file and its folder."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=40, help="actions of each kind (default: 40)")
    parser.add_argument("--accounts", type=int, choices=list(GOALS), help="measure with so many only")
    given = parser.parse_args()
    for accounts, goal in GOALS.items():
        if given.accounts in (None, accounts):
            with tempfile.TemporaryDirectory() as folder:
                show(f"{accounts:,} accounts", measured(Path(folder), accounts, given.actions, goal))


def measured(folder: Path, accounts: int, actions: int, goal: float) -> list[Figure]:
    """Return the figures of a district with so many accounts."""
    workspace = create_workspace(Settings(data_dir=str(folder)), DistrictName("a" * 24, "Benchmark"))
    began = datetime.now(UTC) - timedelta(days=30)
    people = [
        Account(f"{number:024x}", f"Le{number}, Ann", began, f"t{number}@example.org", f"T{number}", activated_at=began)
        for number in range(accounts)
    ]
    asyncio.run(workspace.directory.write(people))
    workspace.show_accounts(people)
    with workspace.cache.writing() as db:
        # As a sync leaves it.
        set_meta(db, "applied_at", began.isoformat())
        point(workspace).write(db)
    # The lists that it is to be shown in, as an open console has them.
    lists = workspace.cache.reader()
    lists.execute("SELECT count(*) FROM account").fetchone()
    one: list[float] = []
    listed: list[float] = []
    processor: list[float] = []
    for number in range(actions):
        for verb in ("suspend", "unsuspend"):
            before = time.process_time()
            took, until_listed = asyncio.run(_one(workspace, verb, f"{number * (accounts // actions):024x}"))
            processor.append((time.process_time() - before) * 1_000)
            one.append(took)
            listed.append(until_listed)
    started = time.perf_counter()
    report = asyncio.run(_act(workspace, "pin", [each.id for each in people]))
    bulk = time.perf_counter() - started
    assert len(report.accounts) == accounts
    assert asyncio.run(show_done(workspace, report)) == ""
    looks = [_look(workspace, lists) for _ in range(100)]
    lists.close()
    floor = _fsyncs(folder)
    return [
        Figure("one account, outcome on disk, median", percentile(one, 50), "ms", goal),
        Figure("one account, outcome on disk, 95th percentile", percentile(one, 95), "ms", goal),
        Figure("one account, shown in the lists, median", percentile(listed, 50), "ms", goal),
        Figure("one account, shown in the lists, processor time, median", percentile(processor, 50), "ms", goal),
        Figure("a look at the follow mark, nothing to catch up, median", percentile(looks, 50), "ms", _LOOK_GOAL),
        Figure(f"the disk alone: {_FSYNCS} fsyncs", floor, "ms"),
        Figure("all accounts at once, each", bulk / accounts * 1_000, "ms"),
    ]


async def _one(workspace: Workspace, verb: str, clever_id: str) -> tuple[float, float]:
    started = time.perf_counter()
    report = await _act(workspace, verb, [clever_id])
    done = time.perf_counter()
    assert await show_done(workspace, report) == ""
    return (done - started) * 1_000, (time.perf_counter() - started) * 1_000


async def _act(workspace: Workspace, verb: str, ids: list[str]) -> Report:
    performer = workspace.performer()
    return await performer.perform(await performer.plan(verb, ids))


def _look(workspace: Workspace, lists: sqlite3.Connection) -> float:
    started = time.perf_counter()
    assert lag_of(workspace, lists) is None
    return (time.perf_counter() - started) * 1_000


def _fsyncs(folder: Path) -> float:
    times = []
    for _ in range(20):
        started = time.perf_counter()
        for number in range(_FSYNCS):
            with (folder / f"fsync-{number}").open("wb") as out:
                out.write(b"x" * 50_000)
                out.flush()
                os.fsync(out.fileno())
        times.append((time.perf_counter() - started) * 1_000)
    return percentile(times, 50)


if __name__ == "__main__":
    main()
