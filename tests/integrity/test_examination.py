"""A ledger in which anything is not as it was written is told by name, by `ledger verify`, `doctor` and the sync."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from roster_tui.integrity import LedgerNotWhole, examine, last_notice
from roster_tui.ledger.files import Damage
from roster_tui.workspace import Workspace, open_workspace
from tests.conftest import frozen
from tests.sync.conftest import Night, clever

__all__ = ["clever"]


def fresh(workspace: Workspace) -> Workspace:
    """As a process that starts now sees it."""
    return open_workspace(workspace.settings, frozen)


def ledger(workspace: Workspace) -> Path:
    return workspace.folder / "ledger"


async def act(workspace: Workspace, verb: str, count: int) -> list[str]:
    performer = workspace.performer()
    some = [each.id for each in await workspace.directory.list_accounts() if each.state == "active"][:count]
    await performer.perform(await performer.plan(verb, some, "on leave"))
    return some


def test_a_demo_is_whole(demo: Workspace) -> None:
    examined = examine(demo)
    assert examined.ok
    assert list(examined.problems) == []
    assert (examined.files, examined.end.number) == (len(list(ledger(demo).glob("accounts/*.json"))), 4)


def test_nothing_is_made_in_a_folder_that_has_no_ledger(demo: Workspace) -> None:
    shutil.rmtree(ledger(demo))
    assert examine(fresh(demo)).ok
    assert not ledger(demo).exists()


def test_every_damaged_file_is_named_at_once(demo: Workspace) -> None:
    asyncio.run(act(demo, "suspend", 20))
    first, second, third, *_ = sorted(ledger(demo).glob("accounts/*.json"))
    first.unlink()
    second.write_bytes(b"{}")
    third.write_bytes(third.read_bytes()[:-3])
    found = {fault.name: fault.damage for fault in examine(fresh(demo)).faults}
    assert found == {
        f"accounts/{first.name}": Damage.MISSING,
        f"accounts/{second.name}": Damage.UNREADABLE,
        f"accounts/{third.name}": Damage.UNREADABLE,
    }


async def test_accounts_that_are_not_what_the_journal_says_are_named(demo: Workspace) -> None:
    one, other = await act(demo, "suspend", 2)
    found = await demo.directory.accounts([one])
    await demo.directory.write([replace(found[one], cause=None)])
    examined = examine(fresh(demo))
    assert not examined.faults
    assert [(each.id, each.fields) for each in examined.accounts] == [(one, ("cause",))]
    assert list(examined.problems) == [f"account {one} is not what the journal says: cause"]
    assert other not in str(list(examined.problems))


def remove_accounts(workspace: Workspace) -> None:
    shutil.rmtree(ledger(workspace) / "accounts")


def empty_accounts(workspace: Workspace) -> None:
    for file in ledger(workspace).glob("accounts/*.json"):
        file.write_bytes(b"{}")


def remove_journal(workspace: Workspace) -> None:
    shutil.rmtree(ledger(workspace) / "journal")


def remove_head(workspace: Workspace) -> None:
    (ledger(workspace) / "HEAD").unlink()


@pytest.mark.parametrize("harm", [remove_accounts, empty_accounts, remove_journal, remove_head])
def test_a_sync_builds_nothing_on_a_ledger_that_is_not_whole(clever: Night, harm: Callable[[Workspace], None]) -> None:
    clever.load()
    workspace, _ = clever.sync()
    harm(workspace)
    before = {file: file.read_bytes() for file in ledger(workspace).rglob("*.json")}
    with pytest.raises(LedgerNotWhole, match="The ledger is not whole"):
        clever.sync()
    assert {file: file.read_bytes() for file in ledger(workspace).rglob("*.json")} == before


async def test_a_ledger_replaced_as_a_whole_is_sound_and_not_the_one_that_was_told_of(
    demo: Workspace, tmp_path: Path
) -> None:
    from roster_tui.doctor.data_folder import check_district

    def told() -> tuple[str, str]:
        (check,) = (each for each in check_district(fresh(demo)) if each.name == "ledger")
        return check.state.value, check.detail

    shutil.copytree(ledger(demo), tmp_path / "older")
    await act(demo, "pin", 1)
    last_notice.note(demo, demo.head.journal_end())
    assert told()[0] == "ok"
    await act(demo, "pin", 2)
    assert told()[0] == "ok"
    shutil.rmtree(ledger(demo))
    shutil.copytree(tmp_path / "older", ledger(demo))
    assert examine(fresh(demo)).ok
    state, said = told()
    assert state == "failed"
    assert "told of 6 entries, and there are 4" in said
