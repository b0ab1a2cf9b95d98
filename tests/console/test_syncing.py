"""The console and the cache: a sync with its progress, others who write, and a file that is damaged."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import threading
from contextlib import closing

from roster_tui import decisions
from roster_tui.roster.cache import discard
from roster_tui.workspace import Workspace
from tests.console.conftest import Open, Writers


async def test_a_sync_runs_beside_the_work_and_tells_its_progress(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("7")
        told = set()
        progress = desk.app.refresh_status

        def noted() -> None:
            progress()
            told.add(desk.app.doing.syncing.told.rstrip("0123456789, "))  # type: ignore[union-attr]

        desk.app.refresh_status = noted  # type: ignore[method-assign]
        await desk.pilot.press("S")
        await desk.until(lambda: "sync: " in desk.status)
        await desk.pilot.press("S")
        await desk.until(lambda: "A sync is running" in desk.toasts)
        await desk.pilot.press("3", "down", "1", "7")
        await desk.settle()
        assert told >= {"sync: asking Clever", "sync: events", "sync: compare", "sync: apply", "sync: accounts"}
        assert any(toast.startswith("Synced in ") and toast.endswith(": 0 changes") for toast in desk.toasts)
        assert "just now" in desk.status
        assert desk.table.count == 5


async def test_keys_are_answered_while_a_sync_waits_for_another_programs_lock(
    open_console: Open, demo: Workspace, writers: Writers
) -> None:
    async with open_console() as desk:
        with closing(sqlite3.connect(demo.cache.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            writers.threads.clear()
            desk.app.doing.act("sync.run")
            await desk.until(lambda: writers.threads)
            await desk.pilot.press("3", "down")
            assert "Teachers" in desk.crumb and desk.table.cursor == 1
            assert desk.app.doing.syncing and desk.app.doing.syncing.running
            other.execute("ROLLBACK")
        await desk.finish()
        assert any(toast.startswith("Synced in ") for toast in desk.toasts)
        assert threading.get_ident() not in writers.threads, "nothing waits where keys are answered"


async def test_without_a_token_the_sync_says_what_to_do(open_console: Open, demo: Workspace) -> None:
    (demo.settings.data_root / "sandbox.sqlite").unlink()
    async with open_console() as desk:
        await desk.press("S")
        (told,) = desk.toasts
        assert told.startswith("The sync failed; the roster is as before. There is no Clever token.")
        assert desk.table.count > 10


async def test_left_during_a_sync_the_roster_is_whole(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.pilot.press("S")
        await desk.until(lambda: "sync: " in desk.status)
    with demo.cache.reading() as db:
        assert db.execute("SELECT count(*) FROM teacher WHERE in_data").fetchone() == (127,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_the_cursor_stays_with_its_record_when_another_process_writes(
    open_console: Open, demo: Workspace
) -> None:
    async with open_console() as desk:
        await desk.press("3", *["down"] * 12)
        who, place = desk.who, desk.table.cursor
        chosen = desk.app.browser.row
        assert chosen is not None
        key = chosen.key
        performer = demo.performer()
        # Another console suspends this teacher, and the nightly run takes three before it away.
        ids = desk.app.doing.chosen()
        report = await performer.perform(await performer.plan("suspend", ids))
        await asyncio.to_thread(demo.show_accounts, report.accounts)
        with demo.cache.writing() as db:
            db.execute("UPDATE teacher SET in_data = 0 WHERE key <> ?", (key,))
            gone = [each for (each,) in db.execute("SELECT key FROM teacher_rank ORDER BY by_name LIMIT 3")]
            for table in ("teacher", "teacher_rank", "account"):
                db.execute(f"DELETE FROM {table} WHERE key IN (?, ?, ?)", gone)
        await desk.until(lambda: desk.table.cursor == place - 3)
        assert desk.who == who
        assert "■ suspended" in next(line for line in desk.rows if who in line)


async def test_the_detail_stays_where_one_reads_when_another_process_writes(
    open_console: Open, demo: Workspace
) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "d")
        detail = desk.app.browser.detail
        detail.scroll_to(y=2, animate=False, immediate=True)
        before = detail.text
        assert detail.scroll_offset.y == 2
        with demo.cache.writing() as db:
            db.execute("UPDATE account SET role = 'Instructional Coach'")
        await desk.until(lambda: detail.text != before)
        assert detail.scroll_offset.y == 2
        await desk.press("down")
        assert detail.scroll_offset.y == 0


async def test_both_records_follow_what_another_console_decides(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("equals_sign", "greater_than_sign", "down")
        row = desk.app.browser.row
        await asyncio.to_thread(decisions.decide, demo, desk.app.browser.place.finding, "accepted")
        await desk.until(lambda: "Accepted by jdoe" in desk.rows[0])
        assert desk.app.browser.row is not None and row is not None and desk.app.browser.row.key == row.key


async def test_a_damaged_cache_is_moved_aside_and_a_sync_rebuilds_it(open_console: Open, demo: Workspace) -> None:
    ledger = {file: hashlib.sha256(file.read_bytes()).digest() for file in demo.folder.glob("ledger/**/*.json")}
    discard(demo.folder / "roster.sqlite")
    (demo.folder / "roster.sqlite").write_bytes(b"rubbish" * 3_000)
    async with open_console() as desk:
        await desk.finish()
        assert any("was damaged" in toast and "accounts and journal are untouched" in toast for toast in desk.toasts)
        assert "S fetches the roster from Clever." in desk.text
        assert list(demo.folder.glob("roster.sqlite.damaged-*"))
        assert {file: hashlib.sha256(file.read_bytes()).digest() for file in ledger} == ledger
        await desk.press("S")
        await desk.press("3")
        assert desk.table.count >= 127
