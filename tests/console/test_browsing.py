"""Looking: triage, the way down and back, filters, order, details, and terminals of every size."""

from __future__ import annotations

import sqlite3

from roster_tui.console.lines import Pane
from roster_tui.roster.cache import discard
from roster_tui.workspace import Workspace, create_workspace
from tests.conftest import frozen, settings_for
from tests.console.conftest import Desk, Open


async def test_triage_is_home_and_proposes_an_act_for_each(open_console: Open) -> None:
    async with open_console() as desk:
        assert desk.status.startswith(" roster-tui  Lincoln Unified   synced 1:04 AM, 7 h ago   tonight 1:00 AM")
        assert desk.status.endswith("6 findings high  jdoe")
        assert desk.crumb.startswith("Triage")
        headings = [line.strip() for line in desk.lines if line.rstrip().endswith(")") and line[1:2].isalpha()]
        assert headings == ["Broken for somebody now (6)", "To look at this week (2)", "Waiting for us (6)"]
        assert "SIS office: enter the email" in desk.lines[4]
        assert "send the activation email (a)" in desk.text
        assert "5 accounts" in desk.text
        assert desk.table.cursor == 1


async def test_the_cursor_passes_over_headings_and_stops_at_the_ends(open_console: Open) -> None:
    async with open_console() as desk:
        first = desk.app.browser.row
        await desk.press("up", "k")
        assert desk.app.browser.row == first
        for _ in range(30):
            await desk.pilot.press("down")
            assert desk.app.browser.row is not None
        assert "5 accounts" in [part.text for part in desk.app.browser.row.cells]  # type: ignore[union-attr]
        await desk.press("g")
        assert desk.app.browser.row == first


async def test_from_a_school_to_its_teachers_to_their_sections_and_back(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("2", "down", "down")
        school = desk.who
        await desk.press("enter")
        assert desk.crumb.startswith(f"Schools > {school} > Teachers")
        assert desk.table.count == 20
        await desk.press("down", "down", "down")
        teacher = desk.who
        await desk.press("enter")
        assert desk.crumb.startswith(f"Schools > {school} > Teachers > {teacher} > Sections")
        assert all(teacher[:10] in line for line in desk.rows)
        await desk.press("escape")
        assert desk.who == teacher
        await desk.press("escape")
        assert (desk.who, desk.crumb.split("  ")[0]) == (school, "Schools")
        await desk.press("escape")
        assert desk.toasts == ["This is the first step"]


async def test_going_back_restores_filter_order_and_marks(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "slash")
        await desk.type("status:active")
        await desk.press("enter", "o", "O", "space")
        before = (desk.crumb, desk.lines[2], desk.who)
        assert "1 marked" in desk.crumb
        await desk.press("enter")
        assert "Sections" in desk.crumb
        await desk.press("escape")
        assert (desk.crumb, desk.lines[2], desk.who) == before


async def test_filtering_narrows_with_every_key(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "slash")
        counts = []
        for char in "dav":
            await desk.type(char)
            counts.append(desk.table.count)
        assert counts == sorted(counts, reverse=True)
        assert desk.crumb.endswith(f"{counts[-1]} of 129")
        assert all("dav" in line.lower() for line in desk.rows)
        await desk.press("enter")
        assert desk.crumb.startswith("Teachers   filter: dav")
        await desk.press("escape")
        assert desk.table.count == 129


async def test_a_mistake_is_marked_and_the_last_good_filter_stays(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "slash")
        await desk.type("davis")
        passing = desk.rows
        await desk.paste(" stats:active")
        assert "there is no field stats; did you mean status:?" in desk.text
        assert desk.rows == passing
        field = desk.app.browser.filter_field
        marked = [span for span in field._value.spans if "reverse" in str(span.style)]
        assert [field.value[span.start : span.end] for span in marked] == ["stats"]
        field.value = "davis"
        await desk.settle()
        assert "no field" not in desk.text
        await desk.paste(" nope:1")
        await desk.press("enter")
        assert desk.crumb.startswith("Teachers   filter: davis")
        assert desk.rows == passing
        await desk.press("slash")
        await desk.paste(" nope:1")
        await desk.press("escape")
        assert desk.crumb.split() == ["Teachers", "129"]


async def test_nothing_that_can_be_typed_breaks_the_list(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "slash")
        for typed in (
            '"',
            '""',
            "--",
            "sections:>" + "9" * 5_000,
            "*",
            "' OR 1=1 --",
            "%",
            "\\",
            "NOT near(",
            "a" * 9_000,
        ):
            desk.app.browser.filter_field.value = typed
            await desk.settle()
            assert "could not be read" not in desk.text
        await desk.press("escape")
        assert desk.table.count == 129


async def test_pasted_text_steers_nothing(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "slash")
        await desk.paste("\x1b]52;c;ZXZpbA==\x07\x9b31m\nsecond line")
        assert desk.app.browser.filter_field.value == "␛]52;c;ZXZpbA==␇<U+009B>31m"
        assert desk.text.replace("\n", "").isprintable()


async def test_no_hit_says_so_and_what_to_do(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("4", "slash")
        await desk.type("zzzz")
        assert "No sections pass this filter." in desk.text
        assert "esc clears it" in desk.text


async def test_sort_goes_through_the_columns_and_turns_round(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("2")
        names = [line.split("  ")[1] for line in desk.rows]
        assert names == sorted(names)
        assert "Name▲" in desk.lines[2]
        await desk.press("O")
        assert "Name▼" in desk.lines[2]
        assert [line.split("  ")[1] for line in desk.rows] == names[::-1]
        await desk.press("o", "o")
        assert "Teachers▲" in desk.lines[2]
        numbers = [int(line.split()[-3]) for line in desk.rows]
        assert numbers == sorted(numbers)
        await desk.press("O")
        assert "Teachers▼" in desk.lines[2]
        assert [int(line.split()[-3]) for line in desk.rows] == numbers[::-1]


async def test_sorting_keeps_the_cursor_on_its_record(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", *["down"] * 7)
        who = desk.who
        await desk.press("O")
        assert desk.who == who
        assert any(who in line for line in desk.rows)


async def test_details_beside_the_list_and_below_it(open_console: Open) -> None:
    async with open_console(size=(120, 30)) as desk:
        await desk.press("3", "d")
        assert desk.app.browser.detail.region.x >= desk.table.region.right
        assert "Clever ID" in desk.text
        await desk.pilot.resize_terminal(80, 24)
        await desk.settle()
        assert desk.app.browser.detail.region.y >= desk.table.region.bottom
        assert "Clever ID" in desk.text
        await desk.press("down")
        assert desk.who in desk.app.browser.detail.text
        await desk.press("d")
        assert "Clever ID" not in desk.text


async def test_a_teachers_detail_names_the_finding_and_who_fixes_it(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "slash")
        await desk.type("finding:email-missing")
        await desk.press("enter", "d")
        told = desk.app.browser.detail.text
        for part in ("■ suspended", "email blank in the SIS", "Email missing (high)", "SIS office", "24-48 h"):
            assert part in told


async def test_conflicts_are_listed_worst_first_with_evidence(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("5")
        severities = [line.split()[1] for line in desk.rows]
        assert severities == ["high"] * 9 + ["medium"] * 2 + ["low"] * 22
        while "Singh" not in desk.app.browser.row.cells[2].text:  # type: ignore[union-attr]
            await desk.press("down")
        await desk.press("d")
        told = desk.app.browser.detail.text
        for part in ("SIS ID changed (high)", "T10001 → 2026-10001", "99.9 %", "Clever support", "First seen"):
            assert part in told
        assert "y one and the same   n two different" in told
        await desk.press("y", "v")
        assert "n two different" not in desk.app.browser.detail.text


async def test_students_are_masked_wherever_they_are_named(open_console: Open, demo: Workspace) -> None:
    (file,) = demo.folder.glob("roster.sqlite")
    with sqlite3.connect(file) as db:
        concerned = db.execute(
            "SELECT s.first, s.last, s.born, s.email, s.state_id FROM finding f"
            " JOIN student s ON s.key IN (f.key, f.other)"
        ).fetchall()
    db.close()
    secrets = {value for row in concerned for value in row if value and len(value) > 2}
    assert len(secrets) >= 4
    async with open_console() as desk:
        for view in ("1", "5"):
            await desk.press(view, "g")
            if not desk.app.browser.detail.display:
                await desk.press("d")
            for _ in range(14):
                told = desk.text + desk.app.browser.detail.text
                assert not [value for value in secrets if value in told]
                await desk.press("down")


async def test_activity_shows_the_journal_and_one_entry_whole(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("6")
        chart, *entries = desk.rows
        assert "last 30 days: 2 actions" in chart
        assert len(entries) == 4
        assert "128 created" in desk.text
        await desk.press("enter")
        told = desk.app.browser.detail.text
        assert told.startswith("Entry 4")
        assert "1 created, 3 suspended" in told
        assert "{" not in told


async def test_the_runs_show_what_changed_by_type(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("7", "d")
        nights, findings, *runs = desk.rows
        assert "last 30 nights: 2 applied" in nights
        assert "33 findings now, 1 a week ago" in findings
        assert [line.split()[4] for line in runs] == ["applied", "applied"]
        assert "teachers" in desk.app.browser.detail.text
        assert "fetched" in desk.app.browser.detail.text


async def test_a_terminal_too_small_says_so_and_recovers(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "down", "down")
        who, frame = desk.who, (desk.status, desk.crumb, desk.lines[-1])
        for width, height in ((59, 24), (80, 14), (20, 5), (5, 2)):
            await desk.pilot.resize_terminal(width, height)
            await desk.settle()
            assert "Aguilar" not in desk.text
            said = f" The terminal is {width}x{height}; the console needs 60x15"
            assert desk.lines[0][: width - 2] == said[: width - 2]
            await desk.pilot.resize_terminal(80, 24)
            await desk.settle()
            assert (desk.status, desk.crumb, desk.lines[-1]) == frame
            assert any(who in line for line in desk.rows)


async def test_at_the_smallest_size_everything_is_there(open_console: Open) -> None:
    async with open_console(size=(60, 15)) as desk:
        for view in "1234567":
            await desk.press(view)
            assert len(desk.rows) >= 2
        await desk.press("question_mark")
        assert "keys" in desk.text


async def test_before_the_first_sync_every_view_says_what_to_do(open_console: Open, demo: Workspace) -> None:
    discard(demo.folder / "roster.sqlite")
    async with open_console() as desk:
        assert "never synced" in desk.status
        for view in "12347":
            await desk.press(view)
            assert "S fetches the roster from Clever." in desk.text


async def test_a_new_district_has_no_activity_yet(open_console: Open, demo: Workspace) -> None:
    empty = create_workspace(settings_for(demo.folder.parent.parent / "new"), demo.district, frozen)
    async with open_console(workspace=empty) as desk:
        await desk.press("6")
        assert "Nothing has been done yet." in desk.text
        await desk.press("5")
        assert "No findings." in desk.text


async def test_the_mouse_moves_the_cursor_and_opens(open_console: Open) -> None:
    async def click(desk: Desk, row: int) -> None:
        await desk.pilot.click("#table", offset=(6, row + 1))
        await desk.settle()

    async with open_console() as desk:
        await desk.press("2")
        await click(desk, 3)
        assert desk.table.cursor == 3
        school = desk.who
        await click(desk, 3)
        assert school in desk.crumb


async def test_a_long_mistake_is_read_whole_on_a_narrow_terminal(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("3", "slash")
        await desk.paste("stats:active")
        told = " ".join(desk.app.browser.query_one("#mistake", Pane).text.split())
        assert told.startswith("there is no field stats; did you mean status:?")
        shown = " ".join(" ".join(line.strip() for line in desk.lines).split())
        assert told in shown
        await desk.press("escape")
        assert "no field" not in desk.text
        await desk.press("colon")
        await desk.paste("sections nope:1")
        await desk.press("enter")
        shown = " ".join(" ".join(line.strip() for line in desk.lines).split())
        assert "there is no field nope (fields: school, sis, term, course, subject, grade" in shown
        assert "tracker, finding)" in shown


async def test_going_back_shows_the_same_rows_as_before(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("4", *["0", "4", "0", "0", "G"], "k", "k", "k", "k")
        before = desk.lines
        await desk.press("enter")
        assert desk.lines != before
        await desk.press("escape")
        assert desk.lines == before
        await desk.press("1", "left_square_bracket")
        assert desk.lines == before
        await desk.press("5", "G", "k", "k", "k")
        before = desk.lines
        await desk.press("3", "left_square_bracket")
        assert desk.lines == before
