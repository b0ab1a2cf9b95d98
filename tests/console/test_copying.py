"""What is sent to the terminal's clipboard: the rows as a table, wrapped for tmux and screen, never silently cut."""

import re
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.console.clipboard import MOST_BYTES, TooLong, sequence, tabbed
from roster_tui.workspace import Workspace
from tests.console.conftest import Open

ESC = "\x1b"


def taken(told: str) -> str:
    """What a terminal that reads OSC 52 puts into its clipboard."""
    found = re.fullmatch(f"{ESC}\\]52;c;([A-Za-z0-9+/=]*)\x07", told)
    assert found is not None, told
    return b64decode(found[1]).decode()


@given(st.text(max_size=2_000))
def test_the_terminal_takes_exactly_the_text_whatever_stands_between(text: str) -> None:
    assert taken(sequence(text, {"TERM": "xterm-256color"})) == text
    through_tmux = sequence(text, {"TERM": "screen-256color", "TMUX": "/tmp/tmux-0/default,1,0"})
    assert through_tmux.startswith(f"{ESC}Ptmux;") and through_tmux.endswith(f"{ESC}\\")
    assert taken(through_tmux[7:-2].replace(ESC * 2, ESC)) == text
    pieces = sequence(text, {"TERM": "screen"}).split(f"{ESC}\\")
    assert all(len(piece) < 768 and (not piece or piece.startswith(f"{ESC}P")) for piece in pieces)
    assert taken("".join(piece[2:] for piece in pieces)) == text


def test_what_does_not_fit_is_refused_whole() -> None:
    sequence("x" * MOST_BYTES, {})
    with pytest.raises(TooLong, match="too long for a terminal's clipboard"):
        sequence("x" * (MOST_BYTES + 1), {})


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), max_size=5))
def test_a_table_has_its_rows_and_columns_and_no_formula(rows: list[list[str]]) -> None:
    lines = tabbed(rows).split("\n")[:-1]
    assert len(lines) == len(rows)
    for line in lines:
        cells = line.split("\t")
        assert len(cells) == 2
        assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


async def test_row_marked_rows_and_id(open_console: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    async with open_console() as desk:
        sent: list[str] = []
        assert desk.app._driver is not None
        monkeypatch.setattr(desk.app._driver, "write", sent.append)

        async def copied() -> str:
            await desk.until(lambda: any("]52;" in text for text in sent))
            await desk.settle()
            return taken(next(text for text in sent if "]52;" in text))

        await desk.press("3", "c")
        first = (await copied()).split("\t")
        assert first[0] == desk.who
        assert desk.toasts[-1] == "Sent 1 row to the terminal's clipboard"
        sent.clear()
        await desk.press("space", "down", "m", "c")
        assert [line.split("\t")[0] for line in (await copied()).splitlines()] == [
            row.cells[0].text
            for place in range(3)
            if (row := desk.table._source.row(place))  # type: ignore[union-attr]
        ]
        sent.clear()
        await desk.press("C")
        assert re.fullmatch("[0-9a-f]{24}", await copied())


async def test_marks_by_range_and_turned_round(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "m")
        assert desk.toasts[-1] == "Mark a row first: space"
        await desk.press("space", "down", "down", "m")
        assert "4 marked" in desk.crumb
        total = desk.table.count
        await desk.press("i")
        assert f"{total - 4} marked" in desk.crumb


async def test_a_message_that_went_by_is_read_again(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("M")
        assert "Nothing was said yet." in desk.text
        await desk.press("escape", "3", "m", "M")
        assert "Messages of this session" in desk.text and "Mark a row first: space" in desk.text
        await desk.press("M")
        assert "Messages of this session" not in desk.text


async def test_a_student_s_name_is_masked_on_its_way_to_the_clipboard(
    open_console: Open, demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with demo.cache.reading() as db:
        first, last, sis_id = db.execute("SELECT first, last, sis_id FROM student WHERE last = 'Nguyen'").fetchone()
    async with open_console() as desk:
        sent: list[str] = []
        assert desk.app._driver is not None
        monkeypatch.setattr(desk.app._driver, "write", sent.append)
        desk.app.copy_to_clipboard(f"{first} {last}, {sis_id}, Algebra I")
        await desk.until(lambda: any("]52;" in text for text in sent))
        await desk.settle()
        copied = taken(next(text for text in sent if "]52;" in text))
        assert copied == f"{'•' * len(f'{first} {last}')}, {'•' * len(sis_id)}, Algebra I"
        assert desk.toasts[-1].endswith("2 places that may give a student away masked")


async def test_nothing_is_copied_that_cannot_be_checked(
    open_console: Open, demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (demo.folder / "guard").write_text("in the way")
    async with open_console() as desk:
        sent: list[str] = []
        assert desk.app._driver is not None
        monkeypatch.setattr(desk.app._driver, "write", sent.append)
        await desk.press("3", "c")
        await desk.until(lambda: desk.toasts)
        assert desk.toasts[-1].startswith("Nothing was copied: ")
        assert not any("]52;" in text for text in sent)
