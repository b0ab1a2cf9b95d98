"""``w``: why a teacher or section can, or can't, be seen, from any list."""

from __future__ import annotations

from tests.console.conftest import Open


async def test_a_suspended_teacher_from_triage(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("w")
        assert "not visible: broken at teacher valid" in desk.text
        assert "Suspended since Nov 24 by sync run 2: email blank in the SIS" in desk.text
        assert "✗ broken  teacher valid" in desk.text
        assert "To mend teacher valid: SIS office" in desk.text
        await desk.press("escape")
        assert "not visible" not in desk.text


async def test_from_the_lists_and_in_a_small_terminal(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "w")
        assert "shared with us" in desk.text
        await desk.press("w", "4", "w")
        assert "teacher on section" in desk.text
        assert "term" in desk.text


async def test_nothing_to_explain_is_said(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("G", "w")
        assert any("Put the cursor on a teacher or a section" in toast for toast in desk.toasts)
