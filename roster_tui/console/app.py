"""The console: one screen with a list, a line above that says where one is, a line below that says what one can do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.containers import Horizontal
from textual.events import Resize
from textual.widgets import Input

from roster_tui.actions import ACTIONS, BY_ID, Context, offered
from roster_tui.console import reports
from roster_tui.console.bars import (
    Standing,
    crumb_parts,
    key_parts,
    report_counts,
    status_parts,
    view_parts,
    window_counts,
)
from roster_tui.console.columns import Row
from roster_tui.console.lines import Line, Pane, Part, Parts
from roster_tui.console.palette import ActionProvider
from roster_tui.console.places import Place, opened
from roster_tui.console.reading import Reading, Superseded
from roster_tui.console.sources import RosterSource
from roster_tui.console.table import RecordTable
from roster_tui.findings.store import high
from roster_tui.present import display_text
from roster_tui.roster.cache import CacheDamaged, get_meta
from roster_tui.roster.fields import field_types
from roster_tui.roster.filter import EVERYTHING, FilterError, parse
from roster_tui.roster.listing import Window
from roster_tui.roster.read import account_counts
from roster_tui.workspace import Workspace

if TYPE_CHECKING:
    from roster_tui.accounts.plan import Plan
    from roster_tui.console.acting import Acting
    from roster_tui.console.syncing import Syncing

SMALLEST = (60, 15)
NARROW = 110
"""Below this width the detail lies under the list."""
_LOOK_EVERY_SECONDS = 2.0
_REPORTS: Mapping[str, Callable[[Workspace], reports.Report]] = {
    "triage": reports.triage,
    "conflicts": reports.conflicts,
    "activity": reports.activity,
    "sync": reports.sync_runs,
}


def styles_folder() -> Path:
    """Return where the stylesheets are: in the package when installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "styles"
    return installed if installed.is_dir() else package.parent / "styles"


class RosterApp(App[None]):
    """The console on one district."""

    TITLE = "roster-tui"
    CSS_PATH = styles_folder() / "console.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(action.key, f"act('{action.id}')", action.title, show=False) for action in ACTIONS
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.reading = Reading(workspace.cache)
        self.place = Place("triage")
        self.history: list[Place] = []
        self._report: reports.Report | None = None
        self._window: Window | None = None
        self._seen_version = 0
        self._pending = 0
        self._mistake = ""
        self._acting: Acting | None = None
        self._syncing: Syncing | None = None

    def compose(self) -> ComposeResult:
        """Lay out status, breadcrumb, list with detail, filter, keys."""
        yield Line(id="status")
        yield Line(id="crumb")
        with Horizontal(id="body"):
            yield RecordTable(id="table")
            yield Pane(id="detail")
        yield Input(id="filter", compact=True)
        yield Line(id="keys")
        yield Line(id="too-small")

    def on_mount(self) -> None:
        """Show triage, and look for changes from now on."""
        self._seen_version = self.reading.version()
        self.refresh_view()
        self.table.focus()
        self.set_interval(_LOOK_EVERY_SECONDS, self._look_for_changes)
        self.set_interval(30.0, self.refresh_status)
        self.call_after_refresh(self._finish_earlier_work)

    def on_unmount(self) -> None:
        """Close the connections."""
        self.reading.close()

    @property
    def table(self) -> RecordTable:
        """The list."""
        return self.query_one("#table", RecordTable)

    # -- what is shown ------------------------------------------------------------------------------

    def refresh_view(self) -> None:
        """Show the present place again, from what the cache holds now."""
        self.refresh_status()
        if self.place.kind is not None:
            self.run_worker(self._show_listing(), group="window", exclusive=True, description="window")
            return
        self._window = None
        self._report = self._read_report()
        self.table.show(self._report, self.place.key)
        self._show_around()

    def _read_report(self) -> reports.Report:
        try:
            return _REPORTS[self.place.view](self.workspace)
        except (CacheDamaged, sqlite3.DatabaseError, OSError) as error:
            return reports.Report((), (), f"This could not be read: {display_text(error)}")

    async def _show_listing(self) -> None:
        place = self.place
        try:
            self._show_window(place, await self.reading.first(place.listing))
            if self._window and not self._window.complete:
                self._show_window(place, await self.reading.full(place.listing))
        except Superseded:
            return
        except sqlite3.DatabaseError as error:
            self.table.show(reports.Report((), (), f"The roster could not be read: {display_text(error)}"), None)

    def _show_window(self, place: Place, window: Window) -> None:
        self._report = None
        self._window = window
        source = RosterSource(self.reading.pages, window, filtered=place.filter != EVERYTHING)
        self.table.show(source, place.key, sorted_by=place.order, descending=place.descending)
        self.table.show_marks(place.marks)
        self._show_around()

    def _show_around(self) -> None:
        self._show_crumb()
        self._show_keys()
        self._show_detail()

    def refresh_status(self) -> None:
        """Write the status line: district, freshness, next sync, findings, who."""
        workspace, db = self.workspace, self.reading.pages
        applied = get_meta(db, "applied_at")
        self._pending = account_counts(db)["pending"]
        zone = workspace.settings.zone
        standing = Standing(
            district=workspace.district.name,
            synced_at=datetime.fromisoformat(applied).astimezone(zone) if applied else None,
            next_at=workspace.next_sync(),
            now=workspace.clock(),
            high=high(db),
            operator=workspace.settings.operator_name,
            read_only=workspace.settings.read_only,
            busy=self._syncing.told if self._syncing and self._syncing.running else "",
        )
        self.query_one("#status", Line).show(*status_parts(standing, self.size.width))

    def _show_crumb(self) -> None:
        if self._window is not None:
            counts = window_counts(self._window)
        else:
            counts = report_counts(self._report) if self._report else ""
        self.query_one("#crumb", Line).show(*crumb_parts(self.place, counts, self._mistake))

    def _show_keys(self) -> None:
        context = self.context()
        right = view_parts(self.place.view, self.size.width)
        self.query_one("#keys", Line).show(key_parts(context, offered(context)), right)

    def _show_detail(self) -> None:
        pane = self.query_one("#detail", Pane)
        row = self.table.current
        if pane.display and row is not None and not row.heading:
            pane.show(self._detail_lines(row, max(20, pane.size.width - 2)))
        elif pane.display:
            pane.show([])

    def _detail_lines(self, row: Row, width: int) -> list[Parts]:
        from roster_tui.console import details

        if self.place.kind is not None:
            return details.record_lines(self.workspace, row, width)
        if self._report and str(row.key) in self._report.findings:
            return details.finding_lines(self.workspace, self._report.findings[str(row.key)], width)
        if row.kind == "entry":
            return details.entry_lines(self.workspace, int(row.key), width)
        if row.kind == "run":
            return details.run_lines(self.workspace, int(row.key), width)
        return [[Part(part.text)] for part in row.cells if part.text]

    # -- what happens -------------------------------------------------------------------------------

    def context(self) -> Context:
        """Return where one is and what is under the cursor, for deciding what can be done."""
        row = self.table.current
        return Context(
            view=self.place.view,
            row_kind=row.kind if row and not row.heading else None,
            account_state=row.account_state if row else None,
            marked=len(self.place.marks),
            pending=self._pending,
            read_only=self.workspace.settings.read_only,
            can_undo=bool(self._acting and self._acting.can_undo),
            syncing=bool(self._syncing and self._syncing.running),
            depth=len(self.history),
            filtered=bool(self.place.filter_text),
        )

    def action_act(self, action_id: str) -> None:
        """Do what a key stands for."""
        self.act(action_id)

    def act(self, action_id: str) -> None:
        """Do an action of the table, or say why it cannot be done."""
        action = BY_ID[action_id]
        if reason := action.unavailable(self.context()):
            self.tell(reason, "warning")
            return
        family, _, name = action_id.partition(".")
        if family == "view":
            self.go(Place(name))
        elif family == "account":
            self._act_on_accounts(action_id)
        else:
            getattr(self, f"_do_{family}_{name}")()

    def go(self, place: Place, *, remember: bool = False) -> None:
        """Show another place; with ``remember`` Esc comes back here."""
        self._keep_cursor()
        if remember:
            self.history.append(self.place)
        else:
            self.history.clear()
        self.place = place
        self._mistake = ""
        self.table.cursor = 0
        self.query_one("#filter", Input).display = False
        self.table.focus()
        self.refresh_view()

    def _keep_cursor(self) -> None:
        row = self.table.current
        self.place.key = row.key if row else None

    def _do_row_open(self) -> None:
        row = self.table.current
        below = opened(self.place, row, row.cells[0].text) if row else None
        if below is not None:
            self.go(below, remember=True)
        else:
            self._do_detail_toggle()

    def _do_nav_back(self) -> None:
        if self.place.filter_text:
            self._set_filter("")
            self.query_one("#filter", Input).value = ""
        elif self.history:
            self.place = self.history.pop()
            self.refresh_view()

    def _do_detail_toggle(self) -> None:
        pane = self.query_one("#detail", Pane)
        pane.display = not pane.display
        self.call_after_refresh(self._show_detail)

    def _do_list_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.display = True
        field.value = self.place.filter_text
        field.focus()

    def _do_list_sort(self) -> None:
        self._keep_cursor()
        self.place.order = self.place.next_order()
        self.refresh_view()

    def _do_list_reverse(self) -> None:
        self._keep_cursor()
        self.place.descending = not self.place.descending
        self.refresh_view()

    def _do_mark_toggle(self) -> None:
        row = self.table.current
        if row is not None:
            self.place.marks ^= {row.key}
            self.table.show_marks(self.place.marks)
            self.table.action_move(1)
            self._show_around()

    def _do_mark_all(self) -> None:
        if self._window is not None and self._window.complete:
            self.place.marks |= set(self._window.keys)
            self.table.show_marks(self.place.marks)
            self._show_around()
        else:
            self.tell("The list is still being read; try again", "warning")

    def _do_mark_none(self) -> None:
        self.place.marks.clear()
        self.table.show_marks(self.place.marks)
        self._show_around()

    def _do_app_help(self) -> None:
        from roster_tui.console.screens import HelpScreen

        self.push_screen(HelpScreen(self.context()))

    def _do_app_palette(self) -> None:
        self.action_command_palette()

    def _do_app_quit(self) -> None:
        self.exit()

    # -- accounts and sync --------------------------------------------------------------------------

    def _finish_earlier_work(self) -> None:
        from roster_tui.console.acting import Acting
        from roster_tui.console.syncing import Syncing

        self._acting = Acting(self.workspace, self, self._changed_by_us)
        self._syncing = Syncing(self.workspace, self, self._changed_by_us)
        self.run_worker(self._acting.settle(), group="acting", description="settle")

    def _act_on_accounts(self, action_id: str) -> None:
        if self._acting is None:
            return
        ids = self._pending_ids() if action_id == "account.activate_all" else self._chosen()
        self.run_worker(self._acting.act(BY_ID[action_id], ids), group="acting", description=action_id)

    def _chosen(self) -> list[str]:
        if self.place.marks:
            keys = [key for key in self.place.marks if isinstance(key, int)]
            return self._clever_ids("t.key IN (SELECT value FROM json_each(?))", str(keys))
        row = self.table.current
        return [row.clever_id] if row and row.clever_id else []

    def _pending_ids(self) -> list[str]:
        return self._clever_ids("t.key IN (SELECT key FROM account WHERE state = ?)", "pending")

    def _clever_ids(self, where: str, value: str) -> list[str]:
        sql = (
            f"SELECT lower(hex(r.id)) FROM teacher t JOIN record r ON r.key = t.key WHERE {where} ORDER BY t.sort_name"
        )
        return [clever_id for (clever_id,) in self.reading.pages.execute(sql, (value,))]

    def _do_action_undo(self) -> None:
        if self._acting is not None:
            self.run_worker(self._acting.undo(), group="acting", description="undo")

    def _do_sync_run(self) -> None:
        if self._syncing is not None:
            self.run_worker(self._syncing.run(), group="sync", description="sync")

    async def confirm(self, plan: Plan, note: str) -> bool:
        """Show a plan and wait for the answer."""
        from roster_tui.console.screens import PlanScreen

        return await self.push_screen_wait(PlanScreen(plan, note))

    def tell(self, message: str, severity: str = "information") -> None:
        """Show a message for a while; it is text, whatever it holds."""
        level = "warning" if severity == "warning" else "error" if severity == "error" else "information"
        self.notify(display_text(message, 600), severity=level, markup=False, timeout=8)  # type: ignore[arg-type]

    def _changed_by_us(self) -> None:
        self._keep_cursor()
        self._seen_version = self.reading.version()
        self.refresh_view()

    def _look_for_changes(self) -> None:
        """Another console, or the nightly run, may have written: rows change in place then."""
        version = self.reading.version()
        if version != self._seen_version:
            self._seen_version = version
            self._keep_cursor()
            self.refresh_view()

    # -- messages -----------------------------------------------------------------------------------

    @on(RecordTable.Moved)
    def _moved(self) -> None:
        self._show_keys()
        self._show_detail()

    @on(RecordTable.Opened)
    def _clicked(self) -> None:
        self.act("row.open")

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        self._set_filter(event.value)

    @on(Input.Submitted, "#filter")
    def _filter_done(self) -> None:
        self.query_one("#filter", Input).display = False
        self.table.focus()

    def _set_filter(self, text: str) -> None:
        """Narrow the list; a mistake is pointed at, and the last good filter stays."""
        if self.place.kind is None or text == self.place.filter_text:
            return
        try:
            self.place.filter = parse(text, field_types(self.place.kind))
        except FilterError as error:
            self._mistake = error.message
            self._show_crumb()
            return
        self._keep_cursor()
        self._mistake = ""
        self.place.filter_text = text
        self.refresh_view()

    def on_resize(self, event: Resize) -> None:
        """Follow the terminal's size; too small to work in, it says so until it grows."""
        width, height = event.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.screen.set_class(small, "too-small")
        self.screen.set_class(width < NARROW, "narrow")
        said = f" The terminal is {width}x{height}; the console needs {SMALLEST[0]}x{SMALLEST[1]}"
        self.query_one("#too-small", Line).show([Part(said, "warn")])

    # -- failing ------------------------------------------------------------------------------------

    def _fatal_error(self) -> None:
        """End after a fault of ours; Textual would print local variables, which may be students' names."""
        import sys

        from roster_tui.console.crash import write_report

        error = self._exception or sys.exc_info()[1] or RuntimeError()
        incident, file = write_report(error, self.workspace.folder)
        said = f"The console failed (incident {incident}). Nothing was lost. A report without roster data is in {file}"
        self._exit_renderables.append(Text(said))
        self._close_messages_no_wait()


def run(workspace: Workspace) -> None:
    """Open the console on a district until it is left; a failure ends with exit code 1."""
    app = RosterApp(workspace)
    app.run()
    if app.return_code:
        raise SystemExit(app.return_code)
