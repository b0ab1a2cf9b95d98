"""Purge: what goes, what remains, and that no student's value is left."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from filelock import FileLock

from roster_tui.support import purge as room
from roster_tui.support.guard import check
from roster_tui.support.purge import Scope, planned, purge
from roster_tui.sync.errors import SyncRunning
from roster_tui.workspace import NoDistrict, Workspace, open_workspace
from tests.conftest import settings_for


def names(workspace: Workspace) -> set[str]:
    return {file.name for file in workspace.folder.iterdir()}


def values_of_students(workspace: Workspace) -> list[bytes]:
    with workspace.cache.reading() as db:
        rows = db.execute("SELECT email, sis_id, state_id FROM student").fetchall()
    return [value.encode() for row in rows for value in row if value]


def bytes_in(folder: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def test_the_cache_goes_with_every_value_of_a_student_and_the_ledger_stays(demo: Workspace) -> None:
    check(demo, "x")
    (demo.folder / "roster.sqlite.damaged-20261101T010203").write_bytes(values_of_students(demo)[0])
    (demo.folder / "staged.sqlite.part").write_bytes(values_of_students(demo)[1])
    (demo.folder / "preflight-abc").mkdir()
    (demo.folder / "preflight-abc" / "x.sqlite").write_bytes(values_of_students(demo)[2])
    (demo.folder / "mine.txt").write_text("put here by hand")
    students, entries = values_of_students(demo), len(list(demo.journal.entries()))
    before = bytes_in(demo.folder)
    assert any(value in before for value in students)
    plan = planned(demo, Scope.CACHE)
    assert bytes_in(demo.folder) == before, "a plan changes nothing"
    done = asyncio.run(purge(demo, Scope.CACHE))
    assert [portion.what for portion in done.removed] == [portion.what for portion in plan.removed]
    assert names(demo) == {"district.json", "ledger", "sync.json", "sync.lock", "mine.txt"}
    left = bytes_in(demo.folder)
    assert [value for value in students if value in left] == []
    assert any("mine.txt" in each for each in done.remains)
    assert any(each.startswith(str(demo.folder / "ledger")) for each in done.remains)
    assert any("out of reach" in each for each in done.remains)
    intent, outcome = list(demo.journal.entries())[entries:]
    assert (intent.facts["kind"], intent.facts["phase"], intent.facts["operator"]) == ("purge", "intent", "jdoe")
    assert outcome.facts["results"] == {"files": sum(portion.files for portion in done.removed)}
    assert demo.journal.verify().ok


def test_everything_goes_and_other_districts_stay(demo: Workspace, demo_folder: Path) -> None:
    other = demo_folder / ("b" * 24)
    other.mkdir()
    (other / "district.json").write_text('{"id":"bbbbbbbbbbbbbbbbbbbbbbbb","name":"Other"}')
    done = asyncio.run(purge(demo, Scope.EVERYTHING))
    assert not demo.folder.exists()
    assert any(str(other) in each for each in done.remains)
    assert any("sandbox.sqlite" in each for each in done.remains)
    assert open_workspace(settings_for(demo_folder)).district.name == "Other"


def test_a_purge_that_was_cut_short_is_done_again(demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, removed = room._remove, list[str]()

    def dying(path: Path) -> None:
        removed.append(path.name)
        if path.name == "ledger":
            raise KeyboardInterrupt
        plain(path)

    monkeypatch.setattr(room, "_remove", dying)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(purge(demo, Scope.EVERYTHING))
    monkeypatch.undo()
    assert "roster.sqlite" in removed, "students go first"
    again = open_workspace(settings_for(demo.folder.parent))
    asyncio.run(purge(again, Scope.EVERYTHING))
    with pytest.raises(NoDistrict):
        open_workspace(settings_for(demo.folder.parent))


def test_what_sqlite_keeps_beside_a_database_goes_before_it(demo: Workspace) -> None:
    with demo.cache.reading():
        (first, *_) = planned(demo, Scope.CACHE).removed
    order = [path.name for path in first.paths]
    assert order.index("roster.sqlite") > max(order.index(name) for name in order if "-wal" in name or "-shm" in name)


def test_nothing_goes_while_a_sync_runs(demo: Workspace) -> None:
    with FileLock(demo.sync_lock), pytest.raises(SyncRunning):
        asyncio.run(purge(demo, Scope.CACHE))
    assert "roster.sqlite" in names(demo)
