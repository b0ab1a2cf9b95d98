"""Killed with signal 9 at random moments: the roster is old or new, no action is lost, none is done twice.

`KILLS=200` in the environment makes a long run of it, `PEOPLE=200` gives each action more to do.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from roster_tui.access import DEMO_TOKEN
from roster_tui.accounts.model import Account
from roster_tui.demo import DemoOptions, prepare
from roster_tui.ledger.journal import Entry, Journal, Verification
from roster_tui.sandbox.generator import GeneratedDistrict, Size, student_sis_id, teacher_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.settings import Settings
from roster_tui.sync import Step, sync
from roster_tui.workspace import DistrictName, Workspace, create_workspace, open_workspace
from tests.conftest import NOW, Inbox, frozen, mail_options, serving, settings_for
from tests.end_to_end.conftest import KILLS, Victim

Tell = Callable[[str], None]

FETCHING = {True: "fetch", False: "events"}
"""What the first long step of a run is called, by whether it fetches everything."""

DISTRICT = GeneratedDistrict(Size(schools=3, teachers=40, sections=90, students=200, staff=2), 3, 2026, "Lincoln")
NIGHTS = (
    DISTRICT,
    WithIncidents(
        DISTRICT,
        Incidents(
            rekeyed_teachers={teacher_sis_id(5): "2026-5"},
            rekeyed_students={student_sis_id(8): "900"},
            blanked_emails={teacher_sis_id(6)},
            leavers={teacher_sis_id(7)},
        ),
    ),
)


def run_sync(tell: Tell, folder: Path, url: str, full: bool) -> None:
    token, settings = DEMO_TOKEN.reveal(), settings_for(folder)
    asyncio.run(sync(settings, token, url, full=full, progress=lambda step: tell(step.what), clock=frozen))


def roster(folder: Path) -> str:
    """Return a digest of everything the cache holds of the roster, and check that the file is whole."""
    (file,) = folder.glob("*/roster.sqlite")
    digest = sha256()
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        named = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        kinds = ("school", "teacher", "student", "section", "course", "term")
        tables = [
            name for (name,) in named if name in kinds or name.endswith(("_rank", "_school", "_teacher", "_term"))
        ]
        for table in sorted({*tables, "record"}):
            for row in sorted(map(repr, db.execute(f"SELECT * FROM {table}"))):
                digest.update(row.encode())
    return digest.hexdigest()


def accounts(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Return who may sign in, by the ledger; the cache must say the same."""
    found = sorted(
        (account.id, account.state.value, str(account.cause))
        for account in asyncio.run(workspace.directory.list_accounts())
    )
    with workspace.cache.reading() as db:
        shown = db.execute("SELECT lower(hex(r.id)), a.state FROM account a JOIN record r ON r.key = a.key ORDER BY 1")
        assert shown.fetchall() == [(clever_id, state) for clever_id, state, _ in found]
    return found


def test_a_sync_killed_at_any_moment_leaves_the_old_roster_or_the_new(tmp_path: Path) -> None:
    folder, draw = tmp_path / "data", random.Random(9)
    store, at = Store(tmp_path / "clever.sqlite"), datetime(2026, 1, 1, tzinfo=UTC)

    def synced(night: int, url: str) -> Workspace:
        nonlocal at
        at += timedelta(days=1)
        load_night(store, NIGHTS[night], at)
        return finished(url)

    def finished(url: str) -> Workspace:
        return asyncio.run(sync(settings_for(folder), DEMO_TOKEN.reveal(), url, clock=frozen))[0]

    with serving(Service(store).app()) as url:
        for night in (0, 1):
            synced(night, url)
        right = {}
        for night in (0, 1):
            workspace = synced(night, url)
            right[night] = (roster(folder), accounts(workspace))
        assert right[0] != right[1]
        seen: Counter[str] = Counter()
        for number in range(KILLS):
            night = number % 2
            at += timedelta(days=1)
            load_night(store, NIGHTS[night], at)
            full = draw.random() < 0.5
            after = draw.choice(["", FETCHING[full], "compare", "apply", "apply", "accounts", "accounts"])
            heard = Victim(run_sync, folder, url, full).killed(after, 0.3 if not after else 0.03, draw)
            is_now = roster(folder)
            assert is_now in (right[0][0], right[1][0]), f"between the nights, killed after {heard[-1:]}"
            seen["new" if is_now == right[night][0] else "old"] += 1
            assert is_now == right[night][0] or "accounts" not in heard
            followed = accounts(finished(url))
            assert (roster(folder), followed) == right[night]
            assert workspace.journal.verify().ok
        assert set(seen) == {"old", "new"}
    store.close()


PEOPLE = int(os.environ.get("PEOPLE", "35"))
"""How many are mailed by an action that is killed."""

WHOLE = 20
"""Rounds between two checks of the whole journal; a bad entry stays one, so none is missed."""


def mailing(folder: Path, port: int, day: int) -> Workspace:
    """Return the district as it is on a day: months of them fill a journal as years of work do."""
    inbox = Inbox()
    inbox.port = port
    settings = settings_for(folder, mail=mail_options(inbox))
    return create_workspace(settings, DistrictName("a" * 24, "Lincoln"), lambda: NOW + timedelta(days=day))


def run_activate(tell: Tell, folder: Path, port: int, day: int, ids: list[str]) -> None:
    async def act() -> None:
        performer = mailing(folder, port, day).performer()
        plan = await performer.plan("activate", ids)
        tell("planned")
        await performer.perform(plan, lambda how_far: tell(f"acknowledged {how_far.ended}"))

    asyncio.run(act())


def added(journal: Journal, after: Verification) -> list[Entry]:
    """Return the entries since the journal was last looked at, oldest first, each sealed to the one before."""
    newest = list(takewhile(lambda entry: entry.number > after.entries, journal.newest_first()))[::-1]
    number, head = after.entries, after.head
    for entry in newest:
        assert (entry.number, entry.previous) == (number + 1, head)
        number, head = entry.number, entry.hash
    return newest


def test_an_action_killed_at_any_moment_loses_nothing_and_mails_nobody_twice(tmp_path: Path, inbox: Inbox) -> None:
    draw, seen = random.Random(5), mailing(tmp_path, inbox.port, 0).journal.verify()
    verdicts_in_all: Counter[str] = Counter()
    for number in range(KILLS):
        workspace = mailing(tmp_path, inbox.port, number)
        people = [
            Account(f"{number * PEOPLE + each:024x}", f"Le{each}, Ann", NOW, email=f"t{each}.{number}@example.org")
            for each in range(PEOPLE)
        ]
        ids = [each.id for each in people]
        asyncio.run(workspace.directory.write(people))
        told_of = [f"acknowledged {done}" for done in range(10, PEOPLE - 10, 10)]
        after = draw.choice(["", "planned", "planned", *told_of])
        heard = Victim(run_activate, tmp_path, inbox.port, number, ids).killed(after, 0.05, draw)
        told = [int(each.rpartition(" ")[2]) for each in heard if each.startswith("acknowledged")]

        asyncio.run(workspace.performer().settle())
        verdicts: dict[str, str] = {}
        for entry in added(workspace.journal, seen):
            for result in entry.facts.get("results", ()):
                assert result["id"] not in verdicts
                verdicts[result["id"]] = result["verdict"]
        assert set(verdicts) in (set(), set(ids))
        assert sum(verdict == "done" for verdict in verdicts.values()) >= max(told, default=0)
        mailed = mailed_to(inbox)
        for person in people:
            verdict = verdicts.get(person.id, "failed")
            assert verdict != "done" or mailed[person.email or ""] == 1
            assert verdict != "failed" or mailed[person.email or ""] == 0
        tally = Counter(verdicts.values())
        assert tally["in_doubt"] <= 10
        verdicts_in_all += tally

        again = asyncio.run(_activate(workspace, ids))
        assert sum(again.values()) == PEOPLE
        assert again["noop"] == tally["done"] + tally["in_doubt"]
        assert max(mailed_to(inbox).values()) == 1
        inbox.messages = [message for message in inbox.messages if f".{number}@" not in message["To"]]
        assert not inbox.messages, "nobody of an earlier round is mailed again"
        newest = added(workspace.journal, seen)[-1]
        seen = Verification(True, newest.number, newest.hash, None, None)
        if number % WHOLE == 0 or number == KILLS - 1:
            assert workspace.journal.verify() == seen
    assert verdicts_in_all["in_doubt"]
    assert workspace.performer().running.abandoned() == []
    print(f"{KILLS} kills of {PEOPLE} mails each: {dict(verdicts_in_all)}, {seen.entries} entries")


def mailed_to(inbox: Inbox) -> Counter[str]:
    return Counter(str(message["To"]) for message in inbox.messages)


async def _activate(workspace: Workspace, ids: list[str]) -> Counter[str]:
    performer = workspace.performer()
    report = await performer.perform(await performer.plan("activate", ids))
    return Counter(item.verdict.value for item in report.items)


def run_prepare(tell: Tell, settings: Settings) -> None:
    prepare(settings, DemoOptions(), tell, frozen)


@pytest.mark.parametrize("number", range(max(1, KILLS // 6)))
def test_a_demo_killed_while_it_is_made_is_made_anew(tmp_path: Path, number: int, demo: Workspace) -> None:
    draw, settings = random.Random(number), settings_for(tmp_path / "made")
    nights = ["", "Night 1: a small district of 1,900 students, first sync"]
    nights.append("Night 2: the SIS office has been busy, second sync")
    heard = Victim(run_prepare, settings).killed(nights[number % 3], 0.8, draw)
    prepare(settings, DemoOptions(), lambda message: None, frozen)
    made = open_workspace(settings, frozen)
    assert facts(made) == facts(demo), heard
    assert made.journal.verify().ok


def facts(workspace: Workspace) -> Any:
    with workspace.cache.reading() as db:
        return (
            db.execute("SELECT count(*), sum(in_data) FROM teacher").fetchall(),
            db.execute("SELECT state, count(*) FROM account GROUP BY 1").fetchall(),
            db.execute("SELECT code, count(*) FROM finding GROUP BY 1").fetchall(),
            db.execute("SELECT state FROM run ORDER BY id").fetchall(),
        )


@pytest.mark.parametrize("full", [True, False], ids=["full", "incremental"])
async def test_a_sync_stopped_at_any_step_can_be_run_again(tmp_path: Path, full: bool) -> None:
    token, settings = DEMO_TOKEN.reveal(), settings_for(tmp_path / "data")
    store = Store(tmp_path / "clever.sqlite")
    with serving(Service(store).app()) as url:
        load_night(store, NIGHTS[1], NOW)
        await sync(settings, token, url, clock=frozen)
        for number, step in enumerate([FETCHING[full], "compare", "apply", "accounts"]):
            load_night(store, NIGHTS[number % 2], NOW + timedelta(days=number + 1))
            await stopped_at(step, settings, token, url, full)
            workspace, result = await sync(settings, token, url, full=full, clock=frozen)
            assert result.state == "applied"
            with workspace.cache.reading() as db:
                there = db.execute("SELECT count(*) FROM teacher WHERE in_data").fetchone()
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert there == (40 - number % 2,)
    store.close()


async def stopped_at(step: str, settings: Settings, token: str, url: str, full: bool) -> None:
    """Run a sync, and stop it as Ctrl-C does when it tells of a step; it must come to that step."""

    def stop(told: Step) -> None:
        if told.what == step:
            run.cancel()

    run = asyncio.create_task(sync(settings, token, url, full=full, progress=stop, clock=frozen))
    with pytest.raises(asyncio.CancelledError):
        await run
