"""Files written atomically: what is left of a write that was cut off goes, and a planted link leads nowhere."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from roster_tui.concurrency import Lock
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.faults import faults
from roster_tui.ledger.files import LedgerDamaged, remove_leftovers, replace_atomically
from roster_tui.ledger.head import Head
from roster_tui.ledger.kinds import DECISIONS


def aged(file: Path, seconds: float) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"half a fi")
    os.utime(file, (time.time() - seconds,) * 2)
    return file


def test_only_our_own_old_leftovers_go(tmp_path: Path) -> None:
    old = [aged(tmp_path / name, 3_700) for name in ("desk.json.4711.tmp", "accounts/0b.json.12.tmp")]
    kept = [
        aged(tmp_path / "desk.json.4712.tmp", 60),
        aged(tmp_path / "notes.tmp", 9_999),
        aged(tmp_path / "desk.json", 9_999),
    ]
    assert sorted(remove_leftovers(tmp_path, time.time())) == sorted(old)
    assert not any(file.exists() for file in old)
    assert all(file.exists() for file in kept)


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file that is nobody's business."""
    file = tmp_path / "victim"
    file.write_text("precious")
    return file


def test_a_link_planted_for_the_file_beside_is_not_followed(tmp_path: Path, victim: Path) -> None:
    (tmp_path / f"desk.json.{os.getpid()}.tmp").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic link"):
        replace_atomically(tmp_path / "desk.json", b"new")
    assert victim.read_text() == "precious"
    assert not (tmp_path / "desk.json").exists()
    replace_atomically(tmp_path / "desk.json", b"new")
    assert victim.read_text() == "precious"


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_written_through(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "desk.json").symlink_to(victim)
    replace_atomically(tmp_path / "desk.json", b"new")
    assert victim.read_text() == "precious"
    assert not (tmp_path / "desk.json").is_symlink()


def test_a_link_in_the_place_of_a_lock_cuts_nothing(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "desk.json.lock").symlink_to(victim)
    with pytest.raises(OSError), Lock(tmp_path / "desk.json.lock", 0):
        pass
    assert victim.read_text() == "precious"


def test_a_ledger_file_that_is_a_link_to_another_is_named(tmp_path: Path, victim: Path) -> None:
    documents = Documents(tmp_path / "desk.json", DECISIONS, Head(tmp_path))
    with documents.changing() as database:
        database.table("dismissals").put({"x": {"reason": "HR knows"}})
    (tmp_path / "desk.json").unlink()
    (tmp_path / "desk.json").symlink_to(victim)
    with pytest.raises(LedgerDamaged):
        documents.reading()
    assert [fault.name for fault in faults(Head(tmp_path))] == ["desk.json"]
    assert victim.read_text() == "precious"
