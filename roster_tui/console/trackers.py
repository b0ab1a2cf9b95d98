"""The trackers of a place as rows, live ones first."""

from __future__ import annotations

from datetime import datetime

from roster_tui.console.columns import Column, Row, sortable
from roster_tui.console.lines import Part
from roster_tui.console.reports import MOST, Report
from roster_tui.keymap import Keymap, keys_of
from roster_tui.present import NOTHING, day_and_time, display_text, number
from roster_tui.roster.tracker_rows import TrackerView, count_trackers, trackers
from roster_tui.workspace import Workspace

TRACKER_STYLES = {"live": "good", "archived": "dim"}
_COLUMNS = sortable(
    Column("Tracker", 20, share=4),
    Column("Teacher", 14, share=2),
    Column("School", 14, share=2, from_width=110),
    Column("Year", 9, from_width=90),
    Column("Stud", 5, right=True, called="Students"),
    Column("Former", 6, right=True),
    Column("State", 8),
    Column("Since", 15, from_width=100),
    Column("Why", 12, share=2),
)


def tracker_report(workspace: Workspace, within: tuple[str, int] | None, words: str) -> Report:
    """Return the trackers of a school, a teacher or a section, or of the whole district, that hold all words."""
    with workspace.cache.reading() as db:
        found = trackers(db, MOST, within=within, words=words.split())
        total = sum(count_trackers(db, within=within).values())
    rows = [_row(workspace, each) for each in found]
    return Report(_COLUMNS, rows, _why_empty(keys_of(workspace.settings.console), words, within is not None), total)


def _why_empty(keys: Keymap, words: str, here: bool) -> str:
    back = keys.told("{nav.back} goes back.")
    if words:
        return f"No tracker holds {display_text(words)}: name, teacher and school are looked at.\n{back}"
    made = keys.told("{tracker.create} on a section makes one")
    return f"There are no trackers {'here' if here else 'yet'}.\n{made}; {back}"


def _row(workspace: Workspace, each: TrackerView) -> Row:
    since = datetime.fromisoformat(each.since).astimezone(workspace.settings.zone)
    cells = (
        Part(display_text(each.name) or NOTHING),
        Part(display_text(each.teacher)),
        Part(display_text(each.school) or NOTHING),
        Part(school_year_label(each.year)),
        Part(number(each.students)),
        Part(number(each.former)),
        Part(each.state, TRACKER_STYLES[each.state]),
        Part(day_and_time(since), "dim"),
        Part(display_text(each.cause)),
    )
    sorts = {"Since": each.since}
    return Row(each.key, "tracker", cells, clever_id=each.section, tracker_state=each.state, sorts=sorts)


def school_year_label(year: int) -> str:
    """Return a school year as people write it: ``2026-27``."""
    return f"{year}-{(year + 1) % 100:02}"
