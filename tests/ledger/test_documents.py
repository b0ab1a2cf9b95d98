"""Documents survive: two writers, a crash at any moment, a full disk, a damaged file."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest

from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger import files as module
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.envelope import Kind
from roster_tui.ledger.head import Head
from tests.conftest import wait_until

NUMBERS = Kind("numbers", frozenset({"numbers"}))

COUNTER = """
import sys
from pathlib import Path
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.envelope import Kind
from roster_tui.ledger.head import Head

file = Path(sys.argv[1])
documents = Documents(file, Kind("numbers", frozenset({"numbers"})), Head(file.parent))
for _ in range(int(sys.argv[2])):
    with documents.changing() as database:
        table = database.table("numbers")
        found = table.pick(["n"]).get("n", {"value": 0})
        table.put({"n": {"value": found["value"] + 1}})
    print(found["value"] + 1, flush=True)
"""


def value(file: Path) -> int:
    found = Documents(file, NUMBERS, Head(file.parent)).reading().table("numbers").pick(["n"])
    return int(found["n"]["value"]) if found else 0


def counting(file: Path, times: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", COUNTER, str(file), str(times)], stdout=subprocess.PIPE)


def test_four_writers_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "numbers.json"
    with ExitStack() as stack:
        writers = [stack.enter_context(counting(file, 50)) for _ in range(4)]
        for writer in writers:
            writer.communicate(timeout=60)
    assert [writer.returncode for writer in writers] == [0, 0, 0, 0]
    assert value(file) == 200


def test_killed_at_any_moment_the_file_is_whole_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "numbers.json"
    draw = random.Random(5)
    acknowledged = 0
    for _ in range(25):
        with counting(file, 10_000) as writer:
            assert writer.stdout is not None
            acknowledged = max(acknowledged, int(writer.stdout.readline()))
            time.sleep(draw.uniform(0, 0.03))
            writer.kill()
            rest = writer.stdout.read().split()
        # The last line may be cut in the middle by the kill.
        acknowledged = max([acknowledged, *(int(line) for line in rest[:-1])])
        assert value(file) >= acknowledged
    assert acknowledged > 25


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "numbers.json"
    documents = Documents(file, NUMBERS, Head(file.parent))
    with documents.changing() as database:
        database.table("numbers").put({"n": {"value": 1}})

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"), documents.changing() as database:
        database.table("numbers").put({"n": {"value": 2}})
    monkeypatch.undo()
    assert value(file) == 1
    assert list(tmp_path.glob("*.tmp")) == []


def test_an_error_inside_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "numbers.json"
    with pytest.raises(KeyError), Documents(file, NUMBERS, Head(file.parent)).changing() as database:
        database.table("numbers").put({"n": {"value": 1}})
        raise KeyError
    assert not file.exists()


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_a_damaged_file_is_left_as_it_is(tmp_path: Path, rubbish: bytes) -> None:
    file = tmp_path / "numbers.json"
    file.write_bytes(rubbish)
    with pytest.raises(LedgerDamaged, match="left untouched"):
        Documents(file, NUMBERS, Head(file.parent)).reading()
    with pytest.raises(LedgerDamaged), Documents(file, NUMBERS, Head(file.parent)).changing() as database:
        database.table("numbers").put({"n": {"value": 1}})
    assert file.read_bytes() == rubbish


def test_files_are_for_their_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Documents(tmp_path / "numbers.json", NUMBERS, Head(tmp_path)).changing() as database:
            database.table("numbers").put({"n": {"value": 1}})
    finally:
        os.umask(before)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_what_is_stored_is_plain_json(tmp_path: Path) -> None:
    file = tmp_path / "numbers.json"
    with Documents(file, NUMBERS, Head(file.parent)).changing() as database:
        database.table("numbers").put({"n": {"value": 1}})
    header, tables = orjson.loads(file.read_bytes())
    assert tables == {"numbers": {"n": {"value": 1}}}
    assert (header["kind"], header["format"]) == ("numbers", 2)


def test_a_reader_never_waits_for_a_writer(tmp_path: Path) -> None:
    file = tmp_path / "numbers.json"
    holder = subprocess.Popen(
        [sys.executable, "-c", COUNTER.replace("table.put", "import time; time.sleep(60); table.put"), str(file), "1"]
    )
    try:
        wait_until(lambda: file.with_name("numbers.json.lock").exists())
        assert value(file) == 0
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
