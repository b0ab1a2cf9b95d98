"""Two records side by side: opened from a finding, decided on, walked through, masked, and the same in print."""

from __future__ import annotations

import pytest

from roster_tui.findings.catalog import SIS_ID_CHANGED
from roster_tui.findings.store import known
from roster_tui.workspace import Workspace
from tests.console.conftest import Desk, Open


async def open_singh(desk: Desk) -> None:
    """Open the re-keyed teacher from the list of conflicts."""
    await desk.press("colon")
    await desk.type("conflicts sis-id-changed")
    await desk.press("enter", "end", "enter")


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=str)
async def test_both_records_stand_side_by_side_each_field_marked(open_console: Open, size: tuple[int, int]) -> None:
    async with open_console(size=size) as desk:
        await open_singh(desk)
        assert desk.crumb.startswith("Conflicts > sis-id-changed > Side by side") and desk.crumb.endswith("3 of 3")
        lines = {line.split()[1]: line for line in desk.rows[1:]}
        assert lines["sis"].split()[:5] == ["≠", "sis", "id", "T10001", "2026-10001"]
        assert lines["email"].split()[0] == "=" and "strongly for" in lines["email"]
        assert lines["staff"].split()[0] == "·" and "both are silent" in lines["staff"]
        assert "7 agree, 1 differs, 1 silent; 99.9 % sure that they are one" in desk.rows[0]
        assert lines["account"].split()[-4:] == ["■", "suspended", "○", "pending"]
        for key in ("y accept", "n reject", "> next", "< prior"):
            assert key in desk.lines[-1]
        assert ("1,500,000 : 1" in lines["state"]) == (size[0] > 80)


async def test_a_value_too_long_for_its_column_stands_in_the_detail(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await open_singh(desk)
        await desk.press("down", "down")
        assert "caleb.singh@example.org" not in desk.text
        await desk.press("d")
        assert desk.text.count("caleb.singh@example.org") == 2


async def test_a_pair_is_decided_on_and_the_next_one_shown(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await open_singh(desk)
        await desk.press("y")
        await desk.finish()
        assert "Accepted by jdoe" in desk.rows[0]
        await desk.press("n")
        await desk.finish()
        assert "Rejected by jdoe" in desk.rows[0]
        await desk.press("X")
        await desk.finish()
        assert "by jdoe" not in desk.rows[0]
        await desk.press("greater_than_sign")
        assert desk.toasts[-1] == "These are the last two"
        await desk.press("down", "less_than_sign")
        assert desk.crumb.endswith("2 of 3")
        # The cursor stays on the same field, so that one is compared across pairs.
        assert desk.app.browser.row is not None and desk.app.browser.row.key == "name"
        await desk.press("escape")
        assert desk.crumb.startswith("Conflicts > sis-id-changed")
        with demo.cache.reading() as db:
            assert len(known(db, code=SIS_ID_CHANGED.code)) == 3


async def test_students_are_masked_until_revealed_and_again_at_the_next_pair(
    open_console: Open, demo: Workspace
) -> None:
    with demo.cache.reading() as db:
        name = known(db, code=SIS_ID_CHANGED.code)[0].finding.subject.label
    async with open_console() as desk:
        await desk.press("colon")
        await desk.type("conflicts sis-id-changed")
        await desk.press("enter", "enter")
        assert name not in desk.text and "•••" in desk.text
        await desk.press("ctrl+r")
        await desk.finish()
        await desk.press("down")
        assert desk.text.count(name) >= 2
        assert [each.facts["kind"] for each in demo.journal.latest(1)] == ["reveal"]
        for away, back in (("greater_than_sign", "less_than_sign"), ("escape", "enter"), ("ctrl+l", "x")):
            await desk.press("ctrl+r")
            await desk.finish()
            assert name in desk.text
            await desk.press(away, back)
            if away == "ctrl+l":
                await desk.press("enter")
            assert name not in desk.text, away


async def test_from_anywhere_the_first_two_are_shown_or_that_there_are_none(
    open_console: Open, demo: Workspace
) -> None:
    async with open_console() as desk:
        await desk.press("4", "equals_sign")
        assert desk.crumb.startswith("Sections > Side by side") and desk.crumb.endswith("1 of 5")
        assert "Email shared" in desk.rows[0]
    with demo.cache.writing() as db:
        db.execute("DELETE FROM noticed")
    async with open_console() as desk:
        await desk.press("equals_sign")
        assert "No finding is about two records." in desk.text


async def test_a_pair_that_goes_while_it_is_looked_at_says_so(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await open_singh(desk)
        with demo.cache.writing() as db:
            db.execute("UPDATE noticed SET gone_at = '2026-11-24T09:00:00+00:00' WHERE code = 'sis-id-changed'")
        desk.app.changed()
        await desk.settle()
        assert "This finding is gone" in desk.text
        await desk.press("escape")
        assert desk.crumb.startswith("Conflicts")


async def test_symbols_have_letters_where_the_terminal_has_none(open_console: Open, demo: Workspace) -> None:
    async with open_console(size=(80, 24)) as desk:
        desk.app.ascii_only = True
        await open_singh(desk)
        assert desk.text.isascii(), [line for line in desk.lines if not line.isascii()]
