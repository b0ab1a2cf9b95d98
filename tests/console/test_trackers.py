"""Trackers in the console: made from a section, seen under it, archived, taken back."""

from __future__ import annotations

from roster_tui.accounts.trackers.model import Tracker
from roster_tui.console.plan import PlanScreen
from roster_tui.roster.tracker_rows import TrackerRow, put_trackers
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.console.conftest import Desk, Open


def kept(workspace: Workspace) -> dict[str, Tracker]:
    return {section: tracker for found in workspace.trackers.each() for section, tracker in found.items()}


async def go_to_sections(desk: Desk, filter_text: str) -> None:
    await desk.press("4", "slash")
    await desk.type(filter_text)
    await desk.press("enter")


async def test_a_section_gets_a_tracker_that_is_seen_under_it(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await go_to_sections(desk, "tracker:none school:adams")
        name = desk.who
        await desk.press("n")
        await desk.finish()
        (told,) = desk.toasts
        assert told.startswith(f"{name}: tracker created") and told.endswith(". z undoes.")
        (made,) = kept(demo).values()
        assert (made.name, made.state) == (name, "live")
        # The row left the filter.
        await desk.press("escape", "b")
        assert desk.crumb.startswith("Sections > Trackers")
        assert desk.who == name
        await desk.press("d")
        assert "live" in desk.text
        assert "2026-27" in desk.text
        assert not any(student in desk.text for student in made.students)
        await desk.press("n")
        assert desk.toasts[-1] == "Has a tracker already"
        await desk.press("N")
        await desk.finish()
        assert "archived" in desk.rows[0]
        assert str(kept(demo)[made.section].archived) == "by jdoe"
        await desk.press("z")
        await desk.finish()
        assert kept(demo)[made.section].archived is None
        await desk.press("escape")
        assert desk.crumb.startswith("Sections")


async def test_marked_sections_get_theirs_by_plan(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await go_to_sections(desk, "tracker:none school:adams")
        await desk.press("space", "space", "space", "n")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen))
        await desk.settle()
        assert "Create tracker: 3 trackers" in desk.text
        await desk.press("y")
        await desk.finish()
        assert desk.toasts == ["3 trackers created. z undoes."]
        assert len(kept(demo)) == 3
        await desk.press("z")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen))
        await desk.press("y")
        await desk.finish()
        assert {each.state for each in kept(demo).values()} == {"archived"}
        assert demo.journal.verify().ok


async def test_why_one_is_archived_or_brought_back_is_typed_in_its_plan(open_console: Open, demo: Workspace) -> None:
    async def because(desk: Desk, key: str, reason: str) -> None:
        await desk.press("E", key)
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen))
        await desk.press("e", *["backspace"] * 40)
        await desk.type(reason)
        await desk.press("enter", "y")
        await desk.finish()

    async with open_console() as desk:
        await go_to_sections(desk, "tracker:none school:adams")
        await desk.press("n")
        await desk.finish()
        await desk.press("escape", "b")
        await because(desk, "N", "made twice")
        (tracker,) = kept(demo).values()
        assert str(tracker.archived) == "by jdoe: made twice"
        await because(desk, "z", "it was not")
        (tracker,) = kept(demo).values()
        assert tracker.state == "live"
    reasons = [entry.facts.get("reason") for entry in demo.journal.entries() if entry.facts.get("phase") == "intent"]
    assert reasons[-2:] == ["made twice", "it was not"]


async def test_why_not(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("b")
        assert "There are no trackers yet." in desk.text
        await desk.press("n")
        assert desk.toasts[-1] == "Put the cursor on a section, or mark some"
        await desk.press("4", "N")
        assert desk.toasts[-1] == "Has no tracker"
        await desk.press("1", "N")
        assert desk.toasts[-1] == "Archive tracker: not in triage"
        assert kept(demo) == {}


async def test_of_a_teacher_only_her_own(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await go_to_sections(desk, "tracker:none school:adams")
        await desk.press("asterisk", "n")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen))
        todo = len(desk.app.screen._plan.todo)  # type: ignore[attr-defined]
        await desk.press(*str(todo), "y")
        await desk.finish()
        await desk.press("3", "slash")
        await desk.type("school:adams section-count:4 status:active")
        await desk.press("enter")
        who = desk.who
        assert desk.app.browser.row
        teacher = desk.app.browser.row.clever_id
        hers = [each for each in kept(demo).values() if teacher in (each.teacher, *each.collaborators)]
        await desk.press("b")
        assert 0 < len(hers) == desk.table.count < todo
        assert desk.crumb.startswith(f"Teachers > {who} > Trackers")


async def test_of_many_the_first_are_shown_and_words_narrow_them(open_console: Open, demo: Workspace) -> None:
    with demo.cache.writing() as db:
        teacher = db.execute("SELECT lower(hex(r.id)) FROM record r JOIN teacher t ON t.key = r.key").fetchone()[0]
        row = TrackerRow("", "live", "", 2026, teacher, 20, 0, 0, NOW.isoformat(), None)
        put_trackers(db, [row._replace(section=f"{n:024x}", name=f"Álgebra {n:04}") for n in range(1, 1_301)])
    async with open_console() as desk:
        await desk.press("b")
        assert "1,000 of 1,300" in desk.crumb
        await desk.press("colon")
        await desk.type("trackers algebra 12")
        await desk.press("enter")
        assert desk.crumb.startswith("Trackers > algebra 12")
        assert {desk.app.browser.row.cells[0].text} == {"Álgebra 0012"}  # type: ignore[union-attr]
        assert f"{sum('12' in f'{n:04}' for n in range(1, 1_301))} of 1,300" in desk.crumb
        await desk.press("colon")
        await desk.type("trackers geometry")
        await desk.press("enter")
        assert "No tracker holds geometry" in desk.text
