"""Columns and order of each list: chosen for narrow and wide terminals, kept for the operator, never without a name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.console.columns import Column, breadth, placed
from roster_tui.console.sources import COLUMNS
from roster_tui.ledger import ListLook
from roster_tui.roster.fields import ORDERS
from roster_tui.workspace import Workspace
from tests.console.conftest import Desk, Open

ALL = list(COLUMNS.values())


def kept(workspace: Workspace, view: str) -> ListLook | None:
    return workspace.preferences.read().lists.get(view)


def header(desk: Desk) -> list[str]:
    return desk.lines[2].replace("SIS ID", "SIS").replace("Clever ID", "Clever").split()


@given(st.sampled_from(ALL), st.integers(10, 250), st.data())
def test_chosen_columns_stand_in_their_order_and_never_beyond_the_edge(
    columns: tuple[Column, ...], width: int, data: st.DataObject
) -> None:
    names = data.draw(st.lists(st.sampled_from([*(column.name for column in columns), "Nonsense"]), max_size=12))
    shown = placed(columns, width, tuple(names))
    expected = [name for name in dict.fromkeys(names) if name not in ("Nonsense", columns[0].name)]
    told = [each.column.name for each in shown]
    assert told[0] == columns[0].name
    assert told[1:] == expected[: len(told) - 1]
    used = sum(each.width + len(each.behind) for each in shown)
    assert used <= width or len(shown) == 1
    if width >= 200:
        assert told[1:] == expected


async def test_a_column_goes_another_comes_and_one_moves(open_console: Open, demo: Workspace) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3")
        assert header(desk) == ["Name▲", "Email", "SIS", "Sect", "Account", "Findings"]
        await desk.press("e", "down", "space", "J", "G", "k", "space", "enter")
        assert header(desk) == ["Name▲", "Sect", "SIS", "Account", "Findings", "Role"]
        assert "@" not in "".join(desk.rows)
        assert "Teacher" in desk.rows[0]
        await desk.finish()
        look = kept(demo, "teachers")
        assert look is not None
        assert look.columns == {"narrow": ("Sections", "SIS ID", "Account", "Findings", "Role")}
        await desk.pilot.resize_terminal(160, 40)
        await desk.settle()
        assert header(desk) == ["Name▲", "Email", "SIS", "Sect", "Account", "School", "Findings"]
        await desk.press("2", "3", "e")
        assert "columns of a wide list" in desk.text
        await desk.press("escape")
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3")
        assert header(desk) == ["Name▲", "Sect", "SIS", "Account", "Findings", "Role"]
        await desk.press("e", "r", "enter")
        assert header(desk) == ["Name▲", "Email", "SIS", "Sect", "Account", "Findings"]
        await desk.finish()
        assert kept(demo, "teachers") is None


async def test_the_name_is_neither_hidden_nor_moved(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("2", "e", "space", "g", "J", "down", "K", "enter")
        assert header(desk)[:2] == ["Name▲", "SIS"]


async def test_cancelling_changes_nothing(open_console: Open, demo: Workspace) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3")
        before = desk.lines
        await desk.press("e", "down", "space", "space", "o", "escape")
        assert desk.lines == before
        assert kept(demo, "teachers") is None


async def test_more_columns_than_fit_are_said(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("4", "e", "down", *["space"] * 12)
        assert "no room for it here" in desk.text
        await desk.press("enter")
        assert all(len(line) <= 80 for line in desk.lines)


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_column_of_records_has_an_order_and_every_order_a_column(kind: str) -> None:
    assert {column.order for column in COLUMNS[kind]} == set(ORDERS[kind])


async def test_a_list_is_sorted_by_a_column_that_is_not_shown(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "e", "G", "k", "o", "o")
        assert "sorted, turned round" in desk.text
        await desk.press("enter")
        assert (desk.app.browser.place.sorted_by, desk.table.count) == ("role", 129)
        assert "▼" not in desk.lines[2]


async def test_sections_by_teacher_and_turned_round(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("4", "o")
        assert "Teacher▲" in desk.lines[2]
        source = desk.table._source
        assert source is not None

        def teachers() -> list[str]:
            rows = [source.row(place) for place in range(60)]
            return [row.cells[1].text.split("; ")[0] for row in rows if row and row.cells[1].text != "none"]

        assert teachers() == sorted(teachers())
        await desk.press("O")
        source = desk.table._source
        assert teachers() == sorted(teachers(), reverse=True)


async def test_the_order_is_kept_from_one_start_to_the_next(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "o", "O", "g")
        await desk.finish()
        first = desk.rows[0]
        await desk.press("2", "3")
        assert desk.rows[0] == first
    async with open_console() as desk:
        await desk.press("3")
        assert "Email▼" in desk.lines[2]
        assert desk.rows[0] == first
        await desk.press("1")
        assert "▼" not in desk.lines[2]


async def test_two_consoles_see_what_the_other_keeps(open_console: Open) -> None:
    async with open_console() as one, open_console() as other:
        await one.press("3")
        await other.press("4", "o")
        await one.press("e", "down", "space", "enter")
        await one.finish()
        await other.finish()
        await other.press("3")
        assert "Email" not in header(other)
        await one.press("4")
        assert "Teacher▲" in one.lines[2]


async def test_findings_activity_and_runs_sort_within_their_groups(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("5", "o", "o", "o")
        assert "Who▲" in desk.lines[2]
        gone = (
            next(place for place, line in enumerate(desk.rows) if "Gone since" in line) if "Gone" in desk.text else 99
        )
        who = [row.cells[2].text.lower() for row in desk.app.browser._report.rows[:gone] if not row.heading]  # type: ignore[union-attr]
        assert who == sorted(who)
        await desk.press("7", "o", "O")
        await desk.finish()
        runs = [row.key for row in desk.app.browser._report.rows if not row.heading]  # type: ignore[union-attr]
        assert "last 30 nights" in desk.rows[0]
        assert runs == [2, 1]
        await desk.press("O")
        assert [row.key for row in desk.app.browser._report.rows if not row.heading] == [1, 2]  # type: ignore[union-attr]
        await desk.press("6", "e", "down", "space", "enter")
        assert "Who" not in header(desk)


async def test_a_chosen_column_is_copied_too_and_one_left_out_is_not(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "e", "down", "space", "G", "space", "enter")
        (row,) = desk.app.browser.chosen_rows()
        assert not any("@" in cell for cell in row)
        assert desk.app.browser.row is not None
        assert row[-1] == desk.app.browser.row.clever_id
        await desk.press("space", "space")
        assert [len(each) for each in desk.app.browser.chosen_rows()] == [6, 6]


async def test_a_damaged_file_is_told_and_the_usual_columns_are_shown(open_console: Open, demo: Workspace) -> None:
    file = demo.preferences.file
    file.parent.mkdir(parents=True)
    file.write_text("{rubbish", encoding="utf-8")
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "4", "3")
        (told,) = [toast for toast in desk.toasts if "Your columns" in toast]
        assert "cannot be read" in told
        assert header(desk) == ["Name▲", "Email", "SIS", "Sect", "Account", "Findings"]
        await desk.press("e", "down", "space", "enter")
        await desk.until(lambda: header(desk) == ["Name▲", "SIS", "Sect", "Account", "Findings"])
        await desk.finish()
        assert file.with_suffix(".damaged").read_text(encoding="utf-8") == "{rubbish"


async def test_what_cannot_be_kept_holds_while_the_console_is_open(
    open_console: Open, demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, content: bytes) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("roster_tui.ledger.preferences.replace_atomically", full)
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "e", "down", "space", "enter")
        await desk.finish()
        assert any("not kept for the next time" in toast for toast in desk.toasts)
        assert header(desk) == ["Name▲", "SIS", "Sect", "Account", "Findings"]


def test_a_list_is_narrow_or_wide() -> None:
    assert [breadth(width).value for width in (60, 99, 100, 200)] == ["narrow", "narrow", "wide", "wide"]
