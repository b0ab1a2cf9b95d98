"""Accounts that an earlier version kept in one file: they move to many by themselves, and none is lost on the way."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import orjson
import pytest

from roster_tui.accounts.model import Account, to_document
from roster_tui.ledger.documents import Documents, LedgerDamaged
from roster_tui.workspace import DistrictName, Workspace, create_workspace
from tests.accounts.conftest import account
from tests.conftest import frozen, settings_for

PEOPLE = [account(number, pinned=number % 3 == 0) for number in range(1, 600)]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A district as an earlier version left it."""
    workspace = create_workspace(settings_for(tmp_path / "data"), DistrictName("a" * 24, "Lincoln"), frozen)
    (workspace.folder / "ledger").mkdir()
    old_file(workspace).write_bytes(orjson.dumps({"accounts": {each.id: to_document(each) for each in PEOPLE}}))
    return workspace


def old_file(workspace: Workspace) -> Path:
    return workspace.folder / "ledger" / "accounts.json"


def listed(workspace: Workspace) -> dict[str, Account]:
    return {each.id: each for each in asyncio.run(workspace.directory.list_accounts())}


def everybody() -> dict[str, Account]:
    return {each.id: each for each in PEOPLE}


def test_they_move_once_and_the_old_file_stays_beside(workspace: Workspace) -> None:
    assert listed(workspace) == everybody()
    beside = old_file(workspace).with_suffix(".before-split")
    assert len(orjson.loads(beside.read_bytes())["accounts"]) == len(PEOPLE)
    assert not old_file(workspace).exists()
    again = Workspace(workspace.folder, workspace.district, workspace.settings, workspace.clock)
    assert listed(again) == everybody()


def test_cut_off_in_the_middle_it_is_done_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    write = Documents.changing
    left = iter(range(100))

    def dying(documents: Documents) -> Any:
        if next(left, None) is None:
            raise Killed
        return write(documents)

    with monkeypatch.context() as patched:
        patched.setattr(Documents, "changing", dying)
        with pytest.raises(Killed):
            _ = workspace.directory
    assert old_file(workspace).exists()
    assert 0 < len(list(old_file(workspace).with_suffix("").glob("*.json"))) < 256
    assert listed(workspace) == everybody()


def test_two_consoles_that_start_at_once_lose_nothing(workspace: Workspace) -> None:
    consoles = [Workspace(workspace.folder, workspace.district, workspace.settings, workspace.clock) for _ in range(4)]
    found: list[dict[str, Account]] = []
    threads = [threading.Thread(target=lambda each=each: found.append(listed(each))) for each in consoles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [everybody()] * 4


def test_a_damaged_file_stays_where_it_is(workspace: Workspace) -> None:
    old_file(workspace).write_bytes(b'{"accounts": {')
    with pytest.raises(LedgerDamaged, match="left untouched"):
        listed(workspace)
    assert old_file(workspace).read_bytes() == b'{"accounts": {'
