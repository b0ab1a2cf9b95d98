"""Four processes acting on the same accounts at once: no update is lost, nobody is mailed twice, the journal holds.

``ACTIONS=500`` in the environment makes a long run of it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
from collections import Counter
from pathlib import Path

from roster_tui.accounts.changes import SetRights, change_from
from roster_tui.accounts.model import Account, Permission, Role, State
from roster_tui.accounts.verbs import Asked
from roster_tui.workspace import DistrictName, Workspace, create_workspace
from tests.conftest import NOW, Inbox, frozen, mail_options, settings_for

ACTIONS = int(os.environ.get("ACTIONS", "12"))
"""Actions of each process; a long run sets more."""
PROCESSES = 4
PEOPLE = 30
VERBS = ("suspend", "unsuspend", "pin", "unpin", "role", "role", "activate", "activate", "reset-password")
ROLES = (Role.TEACHER, Role.COACH, Role.SCHOOL_ADMIN, Role.SCHOOL_REPORTS)
_FORKS = multiprocessing.get_context("forkserver")


def workspace_of(folder: Path, port: int, operator: str) -> Workspace:
    inbox = Inbox()
    inbox.port = port
    settings = settings_for(folder, mail=mail_options(inbox), operator=operator)
    return create_workspace(settings, DistrictName("a" * 24, "Lincoln"), frozen)


def act(folder: Path, port: int, seed: int) -> None:
    asyncio.run(_act(workspace_of(folder, port, f"operator-{seed}"), random.Random(seed)))


async def _act(workspace: Workspace, draw: random.Random) -> None:
    performer = workspace.performer()
    for _ in range(ACTIONS):
        ids = [f"{number:024x}" for number in draw.sample(range(PEOPLE), draw.choice([1, 1, 2, 5]))]
        asked = Asked(role=draw.choice(ROLES))
        await performer.perform(await performer.plan(draw.choice(VERBS), ids, asked=asked))


def test_four_processes_on_the_same_accounts_lose_nothing_and_mail_nobody_twice(tmp_path: Path, inbox: Inbox) -> None:
    workspace = workspace_of(tmp_path, inbox.port, "jdoe")
    people = [
        Account(f"{number:024x}", f"Le{number}, Ann", NOW, email=f"t{number}@example.org",
                activated_at=NOW if number % 2 else None, permission=Permission.ITEM_AUTHOR if number % 3 else None)
        for number in range(PEOPLE)
    ]  # fmt: skip
    asyncio.run(workspace.directory.write(people))
    processes = [_FORKS.Process(target=act, args=(tmp_path, inbox.port, seed)) for seed in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * PROCESSES

    checked = workspace.journal.verify()
    assert checked.ok, checked.problem
    after = asyncio.run(workspace.directory.accounts([each.id for each in people]))
    done = transitions(workspace)
    assert sum(done.values())
    for person in people:
        _nothing_lost(person, after[person.id], done)
    mailed = Counter((message["To"], message["Subject"]) for message in inbox.messages)
    assert set(mailed.values()) <= {1}, "the clock stands still, so that one mail of a kind is all a person may get"
    accepted = sum(count for (_, what, _), count in done.items() if what == "mailed")
    assert len(inbox.messages) == accepted
    assert workspace.performer().running.abandoned() == []


def transitions(workspace: Workspace) -> Counter[tuple[str, str, object]]:
    """Return how often each account was changed, by what was done, as the journal tells it."""
    found: Counter[tuple[str, str, object]] = Counter()
    intents = {}
    for entry in workspace.journal.entries():
        action = entry.facts["action"]
        if entry.facts["phase"] == "intent":
            intents[action] = entry.facts
            continue
        facts = intents[action]
        changes = {}
        for group in facts["changes"]:
            document = dict(group)
            changes |= dict.fromkeys(document.pop("ids", facts["ids"]), change_from(document))
        for result in entry.facts["results"]:
            if result["verdict"] != "done":
                continue
            clever_id, change = result["id"], changes[result["id"]]
            if isinstance(change, SetRights):
                found[clever_id, "from", facts["before"][clever_id]["role"]] += 1
                found[clever_id, "to", change.rights.role.value] += 1
            elif change.kind == "pin":
                found[clever_id, "pin", getattr(change, "pinned")] += 1  # noqa: B009
            else:
                found[clever_id, change.kind, getattr(change, "mail", None)] += 1
    return found


def _nothing_lost(before: Account, after: Account, done: Counter[tuple[str, str, object]]) -> None:
    """Check that what was done, in whatever order, leads from one state to the other and nowhere else.

    Each change was made of the account as it then was: so a role was left as often as it was taken up, but for
    the first and the last.
    """
    who = before.id
    assert done[who, "suspend", None] - done[who, "unsuspend", None] == (after.state is State.SUSPENDED)
    assert done[who, "pin", True] - done[who, "pin", False] == after.pinned
    for role in ROLES:
        taken_up = done[who, "to", role.value] - done[who, "from", role.value]
        assert taken_up == (after.role is role) - (before.role is role), role
    assert after.permission == before.permission
