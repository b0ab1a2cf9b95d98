"""Acts killed with signal 9 at random moments: nothing lost, nothing done twice, no false line, lists as the ledger.

`KILLS=300` in the environment makes a long run of it; `KILLS_SEED` draws other moments.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from roster_tui import decisions
from roster_tui.backup import back_up, restore
from roster_tui.catch_up import look
from roster_tui.findings.store import known
from roster_tui.integrity import examine
from roster_tui.ledger import Operator
from roster_tui.roster.tracker_rows import trackers
from roster_tui.tracking import tracker_performer
from roster_tui.workspace import Workspace, open_workspace
from tests.conftest import NOW, frozen, settings_for
from tests.end_to_end.conftest import KILLS, Victim

Tell = Callable[[str], None]
SEED = int(os.environ.get("KILLS_SEED", "11"))
MANY = 60
"""Accounts, or trackers, of one act."""


def opened(root: Path) -> Workspace:
    return open_workspace(settings_for(root), frozen)


async def _perform(workspace: Workspace, tell: Tell, verb: str, ids: list[str]) -> None:
    performer = workspace.performer()
    plan = await performer.plan(verb, ids, "on leave")
    tell("begun")
    await performer.perform(plan)
    await look(workspace)


def act(tell: Tell, root: Path, verb: str, ids: list[str]) -> None:
    asyncio.run(_perform(opened(root), tell, verb, ids))


def undo(tell: Tell, root: Path) -> None:
    async def last() -> None:
        workspace = opened(root)
        performer = workspace.performer()
        action = await performer.undoable()
        tell("begun")
        if action:
            await performer.perform(await performer.undo_plan(action))

    asyncio.run(last())


def track(tell: Tell, root: Path, verb: str, ids: list[str]) -> None:
    async def do() -> None:
        performer = tracker_performer(opened(root))
        plan = await performer.plan(verb, ids, "double")
        tell("begun")
        await performer.perform(plan)

    asyncio.run(do())


def decide(tell: Tell, root: Path, finding: str) -> None:
    workspace = opened(root)
    tell("begun")
    decisions.decide(workspace, finding, "accepted", "")
    decisions.reopen(workspace, finding)


def copy(tell: Tell, root: Path, file: Path) -> None:
    workspace = opened(root)
    tell("begun")
    back_up(workspace, file)


def put_back(tell: Tell, file: Path, root: Path) -> None:
    tell("begun")
    restore(file, root, Operator("jdoe", "desk-1"), NOW)


async def settled(workspace: Workspace) -> None:
    """Do what the next start does."""
    await workspace.performer().settle()
    await tracker_performer(workspace).settle()
    assert await look(workspace) == ""


def assert_whole(root: Path) -> None:
    """Check a ledger after a kill, and the lists against it."""
    workspace = opened(root)
    asyncio.run(settled(workspace))
    assert list(examine(workspace).problems) == []
    assert workspace.journal.verify().ok
    done = Counter(
        (entry.facts["action"], each["id"])
        for entry in workspace.journal.entries()
        if entry.facts.get("phase") in ("outcome", "settled") and isinstance(entry.facts.get("results"), list)
        for each in entry.facts["results"]
        if each["verdict"] == "done" and "action" in entry.facts
    )
    assert max(done.values(), default=1) == 1, "an act is told of as done once"
    accounts = {each.id: each.state.value for each in asyncio.run(workspace.directory.list_accounts())}
    with workspace.cache.reading() as db:
        shown = dict(db.execute("SELECT lower(hex(r.id)), a.state FROM account a JOIN record r ON r.key = a.key"))
        listed = {each.section: each.state for each in trackers(db, 10_000)}
    assert shown == accounts
    assert listed == {section: each.state for found in workspace.trackers.each() for section, each in found.items()}


def test_any_act_killed_at_any_moment(demo: Workspace, tmp_path: Path) -> None:
    draw, root = random.Random(SEED), demo.settings.data_root
    ids = sorted(each.id for each in asyncio.run(demo.directory.list_accounts()) if each.state == "active")
    with demo.cache.reading() as db:
        pair = next(each.finding.id for each in known(db) if each.finding.code.code == "sis-id-changed")
        sections = [each for (each,) in db.execute(
            "SELECT lower(hex(r.id)) FROM section s JOIN record r ON r.key = s.key ORDER BY r.id LIMIT 200"
        )]  # fmt: skip
    tally: Counter[str] = Counter()
    for number in range(KILLS):
        some, classes = sorted(draw.sample(ids, MANY)), sorted(draw.sample(sections, MANY))
        kind = draw.choice(["suspend", "suspend", "unsuspend", "pin", "unpin", "undo", "create-tracker",
                            "archive-tracker", "decide", "backup", "restore"])  # fmt: skip
        file, elsewhere = tmp_path / f"{number}.tar", tmp_path / f"elsewhere{number}"
        if kind == "undo":
            victim = Victim(undo, root)
        elif kind.endswith("tracker"):
            victim = Victim(track, root, kind, classes)
        elif kind == "decide":
            victim = Victim(decide, root, pair)
        elif kind == "backup":
            victim = Victim(copy, root, file)
        elif kind == "restore":
            back_up(opened(root), file)
            victim = Victim(put_back, file, elsewhere)
        else:
            victim = Victim(act, root, kind, some)
        heard = victim.killed("begun", 0.25, draw)
        tally[f"{kind}, {'ended' if 'done' in heard else 'cut off'}"] += 1
        assert_whole(root)
        if kind == "backup" and file.exists():
            restore(file, elsewhere, Operator("jdoe", "desk-1"), NOW)
        if kind == "restore" and not list(elsewhere.glob("*/district.json")):
            restore(file, elsewhere, Operator("jdoe", "desk-1"), NOW)
        if kind == "restore" or file.exists():
            assert examine(opened(elsewhere)).ok
    print(f"{KILLS} kills, seed {SEED}: {dict(sorted(tally.items()))}")
    assert any("cut off" in each for each in tally)


@pytest.fixture(autouse=True)
def _times(request: pytest.FixtureRequest) -> None:
    """A long run takes long."""
    request.node.add_marker(pytest.mark.timeout(max(180, KILLS * 10)))
