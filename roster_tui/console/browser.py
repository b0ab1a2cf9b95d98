"""The resource browser: a list of records or a report, with breadcrumb, filter, marks, detail and history."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.message import Message
from textual.widgets import Input

from roster_tui.console.bars import crumb_parts, mistake_fits, report_counts, window_counts
from roster_tui.console.columns import Column, Row
from roster_tui.console.failing import EXPECTED
from roster_tui.console.filterline import FilterLine
from roster_tui.console.lines import Line, Pane, wrapped
from roster_tui.console.marking import Marking
from roster_tui.console.ordering import ordered
from roster_tui.console.places import Place, Visited, opened
from roster_tui.console.preferring import Preferring
from roster_tui.console.reading import Reading, Superseded
from roster_tui.console.reports import Report
from roster_tui.console.showing import could_not_be_read, detail_at, failed, report_at
from roster_tui.console.sources import RosterSource, shown_rows, with_extras
from roster_tui.console.table import RecordTable, Source
from roster_tui.console.typed_line import TypedLine
from roster_tui.findings.store import Known, Status
from roster_tui.keymap import keys_of
from roster_tui.roster.filter import EVERYTHING
from roster_tui.roster.kinds import SCHOOL, SECTION, TEACHER
from roster_tui.roster.window import Window
from roster_tui.workspace import Workspace


class Browser(Vertical):
    """What the console shows of the district: one place at a time."""

    class Changed(Message):
        """Another row, place or mark: what can be done may have changed."""

    def __init__(self, workspace: Workspace, reading: Reading, preferring: Preferring) -> None:
        super().__init__(id="browser")
        self._workspace = workspace
        self._reading = reading
        self._preferring = preferring
        self.place = Place("triage")
        self.history: list[Place] = []
        self._report: Report | None = None
        self._window: Window | None = None
        self._detailed: tuple[str, int | str] | None = None
        """What the detail is about."""
        self._counted = ""
        """How many changes are listed, of how many."""
        self._revealed: str | None = None
        """The finding whose student's values are shown."""
        self._visited = Visited(self.place)
        self.line = TypedLine(self, reading, preferring)
        self.marking = Marking(self)

    def compose(self) -> ComposeResult:
        """Lay out breadcrumb, list with detail, and the filter's line."""
        yield Line(id="crumb")
        with Horizontal(id="body"):
            yield RecordTable(id="table")
            yield Pane(id="detail")
        yield Pane(id="mistake")
        yield FilterLine(id="filter")

    def on_mount(self) -> None:
        """Show the first place."""
        self.refresh_place()
        self.table.focus()

    @property
    def table(self) -> RecordTable:
        """The list."""
        return self.query_one("#table", RecordTable)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        row = self.table.current
        return None if row is None or row.heading else row

    @property
    def finding(self) -> Known | None:
        """The finding under the cursor, if it is still there."""
        known = self._report.findings.get(str(self.row.key)) if self._report and self.row else None
        return None if known is None or known.status is Status.GONE else known

    @property
    def record(self) -> tuple[str, int] | None:
        """Kind and key of the record under the cursor, be it listed or the subject of a finding."""
        if (known := self.finding) is not None:
            return known.finding.subject.kind, known.finding.subject.key
        return (self.row.kind, self.row.key) if self.row and isinstance(self.row.key, int) else None

    @property
    def told_about(self) -> tuple[str, str]:
        """Kind and id of what a ticket about the row under the cursor is about; both empty where it is nothing."""
        if (known := self.finding) is not None:
            return "finding", known.finding.id
        if self.row and self.row.kind in ("school", "teacher", "section") and self.row.clever_id:
            return self.row.kind, self.row.clever_id
        return ("sync", str(self.row.key)) if self.row and self.row.kind == "run" else ("", "")

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns that the list can have; none while it is on its way."""
        return self.table.columns

    @property
    def columns_room(self) -> int:
        """How many terminal columns there are for them."""
        return self.table.columns_room

    @property
    def detail(self) -> Pane:
        """Everything about the row under the cursor, when it is open."""
        return self.query_one("#detail", Pane)

    @property
    def filter_field(self) -> FilterLine:
        """The line that is typed in."""
        return self.query_one("#filter", FilterLine)

    # -- showing ------------------------------------------------------------------------------------

    def refresh_place(self) -> None:
        """Show the present place as the cache has it now; cursor and marks stay with their records."""
        if self.row is not None:
            self._remember_row(self.row.key)
        if self.place.kind is not None or self.place.view == "changes":
            showing = self._show_listing(self.place) if self.place.kind else self._show_changes(self.place)
            self.run_worker(showing, group="window", exclusive=True, description="window")
            return
        self._window = None
        place = self.place
        self._report = ordered(report_at(self._workspace, place, self._revealed), place.order, place.descending)
        self._show_rows(self._report)
        self.show_around()

    def _remember_row(self, key: int | str) -> None:
        """Keep in the place where one is in its list."""
        self.place.key, self.place.top = key, self.table.scroll_offset.y

    def _show_rows(self, source: Source) -> None:
        place = self.place
        chosen = self._preferring.look(place.view).columns
        self.table.show(
            source, place.key, place.top, sorted_by=place.sorted_by, descending=place.descending, chosen=chosen
        )

    async def _show_listing(self, place: Place) -> None:
        try:
            await self._reading.ask(place.listing, lambda window: self._show_window(place, window))
        except Superseded:
            return
        except (*EXPECTED, sqlite3.Error) as error:
            self.table.show(failed(error), None)

    async def _show_changes(self, place: Place) -> None:
        from roster_tui.console.changes import source

        run = place.within[1] if place.within else None
        try:
            changed = await asyncio.to_thread(source, self._workspace, self._reading.pages, run, place.filter)
        except (*EXPECTED, sqlite3.Error) as error:
            self.table.show(failed(error), None)
            return
        if place is not self.place:
            return
        self._report, self._window, self._counted = None, None, changed.counted
        self._show_rows(changed)
        self.show_around()

    def _show_window(self, place: Place, window: Window) -> None:
        if place is not self.place:
            return
        self._report, self._window = None, window
        keys = keys_of(self._workspace.settings.console)
        extras = with_extras(window.listing.kind, self._preferring.look(place.view).columns)
        filtered = place.filter != EVERYTHING
        self._show_rows(RosterSource(self._reading.pages, window, keys, filtered=filtered, extras=extras))
        self.table.show_marks(place.marks)
        self.show_around()

    def show_around(self) -> None:
        """Write what stands around the list: where one is, how much there is, and what is wrong with what is typed."""
        if not self.query("#mistake"):
            # Read while the console was left: there is nothing any more to show it in.
            return
        if self._window is not None:
            counts = window_counts(self._window)
        else:
            counts = report_counts(self._report) if self._report else self._counted
        width, pane = self.size.width, self.query_one("#mistake", Pane)
        fits = not self.line.mistake or mistake_fits(self.place, counts, self.line.mistake, width)
        self.query_one("#crumb", Line).show(*crumb_parts(self.place, counts, self.line.mistake if fits else ""))
        if pane.display is fits:
            pane.display = not fits
        pane.show([] if fits else wrapped(self.line.mistake, width - 2, "bad"))
        self.show_detail()
        self.post_message(self.Changed())

    def show_detail(self) -> None:
        """Write the detail of the row under the cursor, if it is open."""
        if self.detail.display and self.row is not None:
            width = max(20, self.detail.size.width)
            revealed = self.finding is not None and self.finding.finding.id == self._revealed
            try:
                lines = detail_at(self._workspace, self._report, self.row, width, revealed=revealed)
            except (*EXPECTED, sqlite3.Error) as error:
                lines = wrapped(f"This could not be read. {could_not_be_read(error)}", width, "bad")
            about = (self.row.kind, self.row.key)
            self.detail.show(lines, anew=about != self._detailed)
            self._detailed = about
        elif self.detail.display:
            self.detail.show([])

    # -- going --------------------------------------------------------------------------------------

    def go(self, place: Place, *, remember: bool = False) -> None:
        """Show another place; with ``remember`` going back returns here."""
        if self.row is not None:
            self._remember_row(self.row.key)
        self.history = [*self.history, self.place] if remember else []
        look = self._preferring.look(place.view)
        place.order, place.descending = look.order, look.descending
        self._arrive(place)

    def _arrive(self, place: Place) -> None:
        self._visited.add(place)
        self._show_at(place)

    def _show_at(self, place: Place) -> None:
        self._revealed = None
        self.place = place
        self.line.mistake = ""
        self.filter_field.display = False
        self.table.forget()
        self.table.focus()
        self.refresh_place()

    def open_row(self) -> None:
        """Open what is under the cursor, or its detail where there is nothing behind it."""
        below = opened(self.place, self.row, self.row.cells[0].text) if self.row else None
        if self.place.view != "pairs" and self.finding and self.finding.finding.other:
            self.open_pair()
        elif below is not None:
            self.go(below, remember=True)
        else:
            self.toggle_detail()

    def open_trackers(self) -> None:
        """Show the trackers of the school or teacher under the cursor, of the sections listed here, or of all."""
        place, row = self.place, self.row
        within, trail = place.within, place.crumbs
        if row and row.kind in (SCHOOL.name, TEACHER.name) and isinstance(row.key, int) and place.kind:
            within, trail = (row.kind, row.key), (*trail, row.cells[0].text)
        key = row.key if row and row.kind == SECTION.name else None
        self.go(
            Place("trackers", trail, within if within and within[0] != SECTION.name else None, key=key), remember=True
        )

    def open_pair(self) -> None:
        """Show both records of the finding under the cursor side by side; of the first one, where there is none."""
        from roster_tui.console.pairs import of_two_records

        place, known = Place("pairs", self.place.crumbs), self.finding
        if self._report and known and known.finding.other:
            place.finding, place.among = known.finding.id, of_two_records(self._report.findings.values())
        self.go(place, remember=True)

    def open_changes(self) -> None:
        """Show what the sync under the cursor changed, or the one that was applied last."""
        below = opened(self.place, self.row, self.row.cells[0].text) if self.row and self.row.kind == "run" else None
        self.go(below or Place("changes", self.place.crumbs), remember=True)

    def step_pair(self, steps: int) -> bool:
        """Show the two records before or after these; False at either end."""
        from roster_tui.side_by_side import stepped

        beside = stepped(self.place.among, self.place.finding, steps)
        if beside is None:
            return False
        self.hide()
        self.place.finding = beside
        self.refresh_place()
        return True

    def back(self) -> None:
        """Clear the filter, or go back one step."""
        if self.place.filter_text:
            self.line.narrow("")
        elif self.history:
            self._arrive(self.history.pop())

    def toggle_detail(self) -> None:
        """Show or hide the detail."""
        self.detail.display = not self.detail.display
        self.call_after_refresh(self.show_detail)

    def reveal(self) -> None:
        """Show a student's values in the detail, or side by side, until the cursor goes to another finding."""
        self._revealed = self.finding.finding.id if self.finding else None
        if self.place.view == "pairs":
            self.refresh_place()
            return
        self.detail.display = True
        self.call_after_refresh(self.show_detail)

    def hide(self) -> None:
        """Mask everything again."""
        if self._revealed is not None:
            self._revealed = None
            if self.place.view == "pairs":
                self.refresh_place()
            self.show_detail()

    def toggle_set_aside(self) -> None:
        """Show or hide the findings that were dismissed or rejected."""
        self.place.set_aside = not self.place.set_aside
        self.refresh_place()

    def step(self, steps: int) -> bool:
        """Go back or forward through the places one has been to; False at either end."""
        if self.row is not None:
            self._remember_row(self.row.key)
        place = self._visited.step(steps)
        if place is None:
            return False
        self.history = []
        self._show_at(place)
        return True

    # -- ordering and marking ------------------------------------------------------------------------

    def sort(self) -> None:
        """Sort by the next column."""
        self.place.order = self.place.next_order(self.table.shown_columns)
        self.refresh_place()

    def reverse(self) -> None:
        """Turn the order round."""
        self.place.descending = not self.place.descending
        self.refresh_place()

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        self.line.typed(event.value)

    @on(DescendantFocus)
    def _focus_arrived(self) -> None:
        self.line.focus_arrived()

    @on(Input.Submitted, "#filter")
    def _line_done(self, event: Input.Submitted) -> None:
        self.line.done(event.value)

    @property
    def all_keys(self) -> Sequence[int] | None:
        """The keys of every row that passes the filter; None while not all of them are known."""
        return self._window.keys if self._window is not None and self._window.complete else None

    def show_marks(self) -> None:
        """Write the marks of the place."""
        self.table.show_marks(self.place.marks)
        self.show_around()

    def chosen_rows(self) -> list[list[str]]:
        """Return what the marked rows, or the one under the cursor, hold in the columns of the list."""
        look = self._preferring.look(self.place.view).columns
        if self.place.marks and self.place.kind is not None and self._window is not None:
            keys = [key for key in self._window.keys if key in self.place.marks]
            extras = with_extras(self.place.kind, look)
            rows = shown_rows(self._reading.pages, self.place.kind, keys, extras=extras)
        else:
            rows = [self.row] if self.row is not None else []
        copied = self.table.copied_columns
        return [[row.cells[index].text for index in copied] for row in rows]

    @on(RecordTable.Moved)
    def _moved(self) -> None:
        if self.finding is None or self.finding.finding.id != self._revealed:
            self._revealed = None
        self.show_detail()
        self.post_message(self.Changed())

    @on(RecordTable.Opened)
    def _clicked(self) -> None:
        self.open_row()
