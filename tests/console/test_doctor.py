"""The doctor in the console: it looks in the background, tells each check, and what to do."""

from __future__ import annotations

from roster_tui.workspace import Workspace
from tests.console.conftest import Open


async def test_it_tells_every_check_and_what_to_do(open_console: Open, demo: Workspace) -> None:
    next((demo.folder / "ledger" / "journal").glob("*.json")).chmod(0o644)
    async with open_console(size=(80, 24)) as desk:
        await desk.pilot.press("D")
        await desk.until(lambda: "1 failed" in desk.text)
        assert "✗ failed  rights" in desk.text
        assert "chmod -R go=" in desk.text
        await desk.press("end")
        await desk.until(lambda: "SQLite" in desk.text)
        await desk.press("escape")
        assert "Doctor" not in desk.text


async def test_left_early_it_looks_no_further(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.pilot.press("D")
        await desk.press("escape", "3")
        assert desk.crumb.startswith("Teachers")
        assert not [worker for worker in desk.app.workers if worker.group == "doctor" and worker.is_running]
