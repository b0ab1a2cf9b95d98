"""A student's values are masked; looking at them is a deliberate act that stands in the journal."""

import pytest

from roster_tui.ledger.journal import Journal
from roster_tui.workspace import Workspace
from tests.console.conftest import Desk, Open


async def at_a_student(desk: Desk) -> str:
    """Go to a finding about a student with its detail open, and return the student's name."""
    await desk.press("colon")
    await desk.type("conflicts sis-id-changed")
    await desk.press("enter", "d")
    for _ in range(desk.table.count):
        known = desk.app.browser.finding
        if known is not None and known.finding.subject.kind == "student":
            return known.finding.subject.label
        await desk.press("down")
    raise AssertionError("the demo has no re-keyed student")


async def test_masked_until_revealed_and_again_when_the_cursor_moves(open_console: Open, demo: Workspace) -> None:
    async with open_console(size=(160, 50)) as desk:
        name = await at_a_student(desk)
        assert name not in desk.text and "•" in desk.text
        await desk.press("ctrl+r")
        await desk.finish()
        assert name in desk.text
        (entry,) = [each for each in demo.journal.latest(5) if each.facts["kind"] == "reveal"]
        assert entry.facts["operator"] == demo.settings.operator_name
        assert name.split(",")[0] not in str(entry.document())
        await desk.press("up", "down")
        assert name not in desk.text


async def test_what_cannot_be_journaled_is_not_shown(
    open_console: Open, demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    async with open_console(size=(160, 50)) as desk:
        name = await at_a_student(desk)
        monkeypatch.setattr(Journal, "append", full)
        await desk.press("ctrl+r")
        await desk.finish()
        assert name not in desk.text
        assert desk.toasts[-1].startswith("Nothing was shown: ")


async def test_a_teacher_is_not_masked_so_there_is_nothing_to_reveal(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("5", "ctrl+r")
        assert desk.toasts[-1].startswith("Nothing is masked here")


async def test_the_lock_masks_what_was_revealed(open_console: Open) -> None:
    async with open_console(size=(160, 50)) as desk:
        name = await at_a_student(desk)
        await desk.press("ctrl+r")
        await desk.finish()
        await desk.press("ctrl+l", "x", "enter")
        assert name not in desk.text
