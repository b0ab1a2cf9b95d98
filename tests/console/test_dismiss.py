"""``x`` sets a finding aside with a reason, ``v`` shows it, ``X`` opens it again."""

from __future__ import annotations

from roster_tui.findings.store import counts, set_aside
from roster_tui.workspace import Workspace
from tests.conftest import frozen, settings_for
from tests.console.conftest import Open


async def test_dismissed_with_a_reason_and_opened_again(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("5", "x")
        assert "Dismiss: Email missing" in desk.text
        await desk.press("enter")
        assert "Dismiss: Email missing" in desk.text, "no reason, no dismissal"
        await desk.type("a shared mailbox")
        await desk.press("enter")
        await desk.finish()
        assert "dismissed until its evidence changes" in desk.toasts[-1]
        assert "Email missing" not in "\n".join(desk.lines[2:20])
        await desk.press("v", "G", "d")
        assert "Set aside (4)" in desk.text
        with demo.cache.reading() as db:
            reasons = [each.opinion.reason for each in set_aside(db) if each.opinion]
            assert reasons == ["a shared mailbox"]
        await desk.press(*["up"] * 3)
        assert "dismissed by jdoe" in desk.text
        await desk.press("X")
        await desk.finish()
        with demo.cache.reading() as db:
            assert counts(db)["email-missing"] == 1
            assert set_aside(db) == []


async def test_left_with_esc_nothing_changes(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("x", "escape")
        await desk.finish()
        assert "nothing was changed" in desk.toasts[-1]
        assert demo.journal.latest(1)[0].facts["kind"] == "sync"


async def test_a_reason_is_text_whatever_it_holds(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("x")
        for char in ("[", "/", "b", "]"):
            await desk.pilot.press(
                {"[": "left_square_bracket", "]": "right_square_bracket", "/": "slash"}.get(char, char)
            )
        await desk.press("enter")
        await desk.finish()
        with demo.cache.reading() as db:
            assert [each.opinion.reason for each in set_aside(db) if each.opinion] == ["[/b]"]


async def test_a_read_only_console_decides_nothing(open_console: Open, demo: Workspace) -> None:
    quiet = Workspace(demo.folder, demo.district, settings_for(demo.folder.parent, read_only=True), frozen)
    async with open_console(workspace=quiet) as desk:
        await desk.press("x")
        assert "Dismiss:" not in desk.text
        assert any("read-only" in toast for toast in desk.toasts)
