"""What a sync changed, opened from the list of syncs: a line a field, filtered, masked, by pages."""

from __future__ import annotations

import pytest

from roster_tui.roster.changes import lines, numbered
from roster_tui.workspace import Workspace
from tests.console.conftest import Open


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=str)
async def test_a_run_opens_on_its_changes_before_and_after(open_console: Open, size: tuple[int, int]) -> None:
    async with open_console(size=size) as desk:
        await desk.press("7", "enter")
        assert desk.crumb.startswith("Sync > Nov 24 1:04 AM > Changes") and desk.crumb.endswith("34 changes")
        (jones,) = (line for line in desk.rows if "Jones, Selma" in line)
        assert jones.split()[:5] == ["~", "teacher", "Jones,", "Selma", "email"] and jones.endswith(" -")
        assert any(line.split()[0] == "+" and line.endswith("new") for line in desk.rows)
        await desk.press("d")
        assert "Singh, Caleb S: teacher removed" in desk.text
        await desk.press("down", "down")
        assert "- selma.jones@example.org" in desk.text
        await desk.press("escape")
        assert desk.crumb.startswith("Sync")


async def test_they_are_filtered_by_type_what_field_and_name(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("W", "slash")
        await desk.paste("type:section what:up field:name")
        await desk.press("enter")
        assert desk.crumb.endswith("4 of 34 changes")
        assert all(line.split()[1] == "section" and " name " in line for line in desk.rows)
        await desk.press("slash")
        await desk.paste(" art")
        await desk.press("enter")
        assert desk.crumb.endswith("2 of 34 changes")
        await desk.press("slash")
        await desk.paste(" kind:x")
        assert "there is no field kind" in desk.crumb
        await desk.press("escape")
        assert desk.crumb.endswith("34 changes")
        await desk.press("slash")
        await desk.paste("-type:section -type:student zzz")
        await desk.press("enter")
        assert "No change passes this filter." in desk.text


async def test_of_a_student_nothing_can_be_read_and_none_is_found_by_a_name(
    open_console: Open, demo: Workspace
) -> None:
    with demo.cache.reading() as db:
        of_students = [
            change
            for change in numbered(db, [line.change for line in lines(db, 2)]).values()
            if change.kind.name == "student"
        ]
    assert len(of_students) == 6
    async with open_console(size=(160, 50)) as desk:
        await desk.press("W", "d")
        for _ in range(desk.table.count):
            for change in of_students:
                values = [*change.before.values(), change.label.split(",")[0]]
                for value in values:
                    assert not (isinstance(value, str) and len(value) > 3 and value in desk.text), value
            desk.table.action_move(1)
            await desk.pilot.pause()
        for change in of_students:
            await desk.press("slash")
            desk.app.browser.filter_field.value = change.label.split(",")[0].lower()
            await desk.press("enter")
            assert change.clever_id not in [
                row.clever_id for row in desk.table._source._read(desk.table._source._lines)
            ]  # type: ignore[union-attr]
            await desk.press("escape")


async def test_a_night_of_many_changes_is_read_by_pages(open_console: Open, demo: Workspace) -> None:
    with demo.cache.writing() as db:
        db.execute(
            'INSERT INTO change SELECT 1, 6, t.key, \'updated\', \'{"grade": "4"}\', \'{"grade": "5", "period": "2"}\''
            " FROM section t, (SELECT 1 FROM teacher LIMIT 40)"
        )
    async with open_console() as desk:
        await desk.press("7", "down", "enter")
        assert desk.crumb.endswith("20,800 changes")
        await desk.press("G")
        assert desk.table.cursor == desk.table.count - 1 == 41_599
        assert desk.rows[-1].split()[-3:] == ["period", "-", "2"]
        assert len(desk.table._source._pages) <= 3  # type: ignore[union-attr]


async def test_a_sync_that_changed_nothing_says_so(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("7", "S")
        await desk.until(lambda: any(toast.startswith("Synced in ") for toast in desk.toasts))
        await desk.press("g", "enter")
        assert "This sync changed nothing" in desk.text
