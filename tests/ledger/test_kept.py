"""Ledgers of earlier releases, kept as those releases left them, are read, acted on and moved to today's formats."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest

from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.mail.links import Links
from roster_tui.accounts.model import State
from roster_tui.accounts.trackers.store import TrackerStore
from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.faults import faults
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Journal
from roster_tui.ledger.kinds import DECISIONS
from tests.conftest import NOW

KEPT = Path(__file__).parent / "kept" / "0.1.0"
ENTRIES = 30


@pytest.fixture
def head(tmp_path: Path) -> Head:
    for file in shutil.copytree(KEPT, tmp_path / "ledger").rglob("*"):
        # Version control keeps no modes.
        file.chmod(0o700 if file.is_dir() else 0o600)
    return Head(tmp_path / "ledger")


def journal(head: Head) -> Journal:
    return Journal(head.folder / "journal", head)


async def test_what_0_1_0_left_is_read_as_it_was(head: Head) -> None:
    before = {file: file.read_bytes() for file in head.folder.rglob("*.json")}
    accounts = await LocalDirectory(head.folder / "accounts", head).list_accounts()
    assert len(accounts) == 129
    by_state = {state: sum(each.state is state for each in accounts) for state in State}
    assert by_state[State.SUSPENDED] == 5
    assert sum(each.pinned for each in accounts) == 1
    assert sum(each.temporary is not None for each in accounts) == 1
    trackers = {
        id_: each for found in TrackerStore(head.folder / "trackers", head).each() for id_, each in found.items()
    }
    assert sorted(each.state for each in trackers.values()) == ["archived", "live", "live"]
    decisions = Documents(head.folder / "desk.json", DECISIONS, head).reading()
    assert (len(decisions.table("dismissals")), len(decisions.table("pairs"))) == (1, 2)
    Links(head.folder, head).key.check()
    assert journal(head).verify().ok
    assert journal(head).end().number == ENTRIES
    assert list(faults(head)) == []
    assert {file: file.read_bytes() for file in head.folder.rglob("*.json")} == before


async def test_the_first_act_seals_it_and_moves_only_what_it_writes(head: Head) -> None:
    (entry,) = journal(head).append([{"kind": "pin"}], NOW)
    assert (entry.number, entry.version) == (ENTRIES + 1, 2)
    assert not (head.folder / "journal" / "HEAD").exists()
    assert journal(head).verify().ok
    assert [each.version for each in journal(head).entries()] == [1] * ENTRIES + [2]
    directory = LocalDirectory(head.folder / "accounts", head)
    account, *_ = await directory.list_accounts()
    await directory.write([account])
    (written,) = (
        file.name
        for file in (head.folder / "accounts").glob("*.json")
        if isinstance(orjson.loads(file.read_bytes()), list)
    )
    assert written == f"{account.id[-2:]}.json"
    assert list(faults(Head(head.folder))) == []


async def test_once_sealed_a_file_of_0_1_0_cannot_be_put_back(head: Head) -> None:
    shard = next((head.folder / "accounts").glob("*.json"))
    old = shard.read_bytes()
    journal(head).append([{"kind": "pin"}], NOW)
    directory = LocalDirectory(head.folder / "accounts", head)
    await directory.write([each for each in await directory.list_accounts() if each.id.endswith(shard.stem)])
    assert shard.read_bytes() != old
    shard.write_bytes(old)
    with pytest.raises(LedgerDamaged, match="older copy"):
        await directory.list_accounts()


def test_a_lost_head_does_not_make_it_a_ledger_of_0_1_0_again(head: Head) -> None:
    journal(head).append([{"kind": "pin"}], NOW)
    head.file.unlink()
    with pytest.raises(LedgerDamaged, match="HEAD"):
        journal(Head(head.folder)).append([{"kind": "pin"}], NOW)


def test_its_journal_without_its_head_is_refused(head: Head) -> None:
    (head.folder / "journal" / "HEAD").unlink()
    with pytest.raises(LedgerDamaged, match="HEAD"):
        journal(head).append([{"kind": "pin"}], NOW)
