"""``y`` accepts a proposed pair, ``n`` rejects it, ``X`` leaves it open; only pairs can be decided on."""

from __future__ import annotations

from roster_tui.findings.catalog import SIS_ID_CHANGED
from roster_tui.findings.store import known, set_aside
from roster_tui.workspace import Workspace
from tests.console.conftest import Desk, Open


async def to_the_pairs(desk: Desk, workspace: Workspace) -> None:
    with workspace.cache.reading() as db:
        place = [each.finding.code for each in known(db)].index(SIS_ID_CHANGED)
    await desk.press("5", *["down"] * place)


async def test_accept_reject_and_leave_open(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await to_the_pairs(desk, demo)
        await desk.press("y")
        await desk.finish()
        assert "accepted" in desk.toasts[-1]
        assert "accepted" in desk.text
        assert len(demo.desk.accepted()) == 1
        await desk.press("y")
        assert "Accepted already" in desk.toasts[-1]
        await desk.press("n")
        await desk.finish()
        assert demo.desk.accepted() == []
        with demo.cache.reading() as db:
            assert len(known(db, code=SIS_ID_CHANGED.code)) == 2
            (aside,) = set_aside(db)
        assert aside.opinion is not None and aside.opinion.verdict == "rejected"
        await desk.press("v", "G", "X")
        await desk.finish()
        with demo.cache.reading() as db:
            assert len(known(db, code=SIS_ID_CHANGED.code)) == 3


async def test_what_is_no_pair_cannot_be_accepted(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("5", "y")
        assert any("Put the cursor on a proposed pair" in toast for toast in desk.toasts)
        assert demo.desk.accepted() == []
