"""Whatever was damaged, what can be known comes back, what cannot is told, and the ledger is whole again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from roster_tui.accounts.model import Account
from roster_tui.backup import back_up
from roster_tui.backup.archive import read
from roster_tui.catch_up import look
from roster_tui.follow_mark import forget
from roster_tui.integrity import examine
from roster_tui.integrity.repair import Files, carry_out, planned
from roster_tui.ledger.journal import Journal
from roster_tui.workspace import Workspace, open_workspace
from tests.conftest import frozen


def fresh(workspace: Workspace) -> Workspace:
    return open_workspace(workspace.settings, frozen)


def ledger(workspace: Workspace) -> Path:
    return workspace.folder / "ledger"


async def accounts(workspace: Workspace) -> dict[str, Account]:
    return {each.id: each for each in await workspace.directory.list_accounts()}


def told(found: dict[str, Account]) -> dict[str, tuple[object, ...]]:
    """Return what must not be lost: whether one can sign in and why not, rights and pins."""
    return {id_: (each.state, each.cause, each.rights, each.pinned, each.name) for id_, each in found.items()}


async def act(workspace: Workspace, verb: str, ids: list[str]) -> None:
    performer = workspace.performer()
    await performer.perform(await performer.plan(verb, ids, "on leave"))
    assert await look(workspace) == ""


@pytest.fixture
async def acted(demo: Workspace) -> Workspace:
    active = sorted(each.id for each in await demo.directory.list_accounts() if each.state == "active")
    await act(demo, "suspend", active[:40])
    await act(demo, "unsuspend", active[:10])
    await act(demo, "pin", active[20:60])
    return demo


def shards(workspace: Workspace) -> list[Path]:
    return sorted(ledger(workspace).glob("accounts/*.json"))


def remove_one(workspace: Workspace) -> None:
    shards(workspace)[3].unlink()


def remove_all(workspace: Workspace) -> None:
    shutil.rmtree(ledger(workspace) / "accounts")


def empty_all(workspace: Workspace) -> None:
    for file in shards(workspace):
        file.write_bytes(b"{}")


def flip(workspace: Workspace) -> None:
    for file in shards(workspace)[:20]:
        file.write_bytes(file.read_bytes().replace(b'"since":"2026', b'"since":"2036'))


def plant(workspace: Workspace) -> None:
    first, *rest = shards(workspace)
    free = next(f"{n:02x}" for n in range(256) if f"{n:02x}" not in {each.stem for each in (first, *rest)})
    first.with_name(f"{free}.json").write_bytes(first.read_bytes())


@pytest.mark.parametrize("harm", [remove_one, remove_all, empty_all, flip, plant])
async def test_accounts_come_back_as_the_journal_tells_them(
    acted: Workspace, harm: Callable[[Workspace], None]
) -> None:
    before = told(await accounts(acted))
    harm(acted)
    damaged = fresh(acted)
    assert not examine(damaged).ok
    kept = {file: file.read_bytes() for file in shards(damaged)}
    steps = planned(damaged)
    assert {file: file.read_bytes() for file in shards(damaged)} == kept
    aside = carry_out(damaged, steps)
    again = fresh(acted)
    assert list(examine(again).problems) == []
    assert told(await accounts(again)) == before
    newest = next(iter(again.journal.latest(1)))
    assert newest.facts["kind"] == "repair"
    assert {each["file"] for each in newest.facts["repaired"]} == {step.name for step in steps}
    assert {file.name for file in aside.rglob("*.json")} <= {file.name for file in kept}
    assert planned(again) == []


async def test_an_older_copy_is_brought_up_to_date(acted: Workspace) -> None:
    some = sorted(id_ for id_, each in (await accounts(acted)).items() if each.state == "active")[:5]
    older = {file: file.read_bytes() for file in shards(acted)}
    await act(acted, "suspend", some)
    before = told(await accounts(acted))
    for file, content in older.items():
        file.write_bytes(content)
    damaged = fresh(acted)
    assert {fault.damage.value for fault in examine(damaged).faults} == {"older"}
    carry_out(damaged, planned(damaged))
    assert told(await accounts(fresh(acted))) == before


def backup_of(workspace: Workspace, file: Path) -> Files:
    back_up(workspace, file)
    found = read(file)
    return {name.removeprefix("ledger/"): each for name, each in found.files.items() if name.startswith("ledger/")}


async def test_a_backup_that_is_as_new_brings_the_very_files_back(acted: Workspace, tmp_path: Path) -> None:
    backup = backup_of(acted, tmp_path / "b.tar")
    contents = {file: file.read_bytes() for file in shards(acted)}
    empty_all(acted)
    damaged = fresh(acted)
    steps = planned(damaged, backup)
    assert {step.lost for step in steps} == {""}
    carry_out(damaged, steps)
    assert {file: file.read_bytes() for file in shards(acted)} == contents


def journal_file(workspace: Workspace) -> Path:
    return sorted(ledger(workspace).glob("journal/[0-9]*.json"))[-1]


async def test_a_journal_that_lost_its_end_goes_on_and_says_what_is_lost(acted: Workspace) -> None:
    journal = Journal(ledger(acted) / "journal", acted.head)
    whole = journal_file(acted).read_bytes()
    await act(acted, "pin", sorted(await accounts(acted))[:1])
    end = acted.head.journal_end().number
    journal_file(acted).write_bytes(whole)
    damaged = fresh(acted)
    assert [fault.damage.value for fault in examine(damaged).faults] == ["short"]
    (step,) = planned(damaged)
    assert step.lost.startswith(f"entries {end - 1:,} to {end:,}:")
    carry_out(damaged, [step])
    again = fresh(acted)
    assert examine(again).faults == ()
    newest = next(iter(again.journal.latest(1)))
    assert (newest.number, newest.facts["kind"]) == (end - 1, "repair")
    # Nobody takes the repaired ledger for one that was put in its place.
    forget(again)
    assert await look(again) == ""
    assert journal.verify().ok


async def test_a_journal_that_a_backup_has_comes_back_whole(acted: Workspace, tmp_path: Path) -> None:
    backup = backup_of(acted, tmp_path / "b.tar")
    file = journal_file(acted)
    content = file.read_bytes()
    file.unlink()
    damaged = fresh(acted)
    (step,) = planned(damaged, backup)
    assert step.lost == ""
    assert step.content == content
    carry_out(damaged, [step])
    assert examine(fresh(acted)).ok


async def test_a_changed_entry_and_a_lost_head_cannot_be_rebuilt_and_are_left(acted: Workspace) -> None:
    file = journal_file(acted)
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"operator":"jdoe"', b'"operator":"mallory"', 1))
    (step,) = planned(fresh(acted))
    assert not step.possible
    file.write_bytes(whole)
    (ledger(acted) / "HEAD").unlink()
    steps = planned(fresh(acted))
    assert [(each.name, each.possible) for each in steps] == [("HEAD", False)]
