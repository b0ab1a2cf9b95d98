"""The console: its lines, its messages and questions, and the way from a key to an action of the table."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.command import Provider
from textual.events import Event, InputEvent, Key, Resize
from textual.worker import WorkerFailed

from roster_tui.actions import Context, key_name
from roster_tui.console.bars import Standing, count_parts, key_parts, status_parts, view_parts
from roster_tui.console.browser import Browser
from roster_tui.console.doing import Doing
from roster_tui.console.failing import Failing
from roster_tui.console.leaving import leave_when_told
from roster_tui.console.lines import Line, Part
from roster_tui.console.list_lag import ListLag
from roster_tui.console.looks import Looks, styles_folder
from roster_tui.console.palette import ActionProvider
from roster_tui.console.preferring import Preferring
from roster_tui.console.reading import Reading
from roster_tui.console.table import RecordTable
from roster_tui.findings.catalog import PAIRS
from roster_tui.findings.store import high
from roster_tui.keymap import DIGIT_KEYS, Keymap, keys_of
from roster_tui.present import display_text
from roster_tui.roster.account_rows import account_counts
from roster_tui.roster.cache import CacheDamaged, get_meta
from roster_tui.roster.history import waiting
from roster_tui.workspace import Workspace

if TYPE_CHECKING:
    from roster_tui.accounts.deeds import Planned
    from roster_tui.accounts.mail import Preview
    from roster_tui.accounts.verbs import Asked
    from roster_tui.sync.hold import Review

SMALLEST = (60, 15)
NARROW = 110
"""Below this width the detail lies under the list."""
_LOOK_EVERY_SECONDS = 2.0
_STATUS_EVERY_SECONDS = 30.0
_TOAST_SECONDS = 8.0
_MESSAGES_KEPT = 200


class Told(NamedTuple):
    """A message that was shown."""

    at: datetime
    text: str
    severity: str


class RosterApp(App[None]):
    """The console on one district."""

    TITLE = "roster-tui"
    CSS_PATH = styles_folder() / "console.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace: Workspace = workspace
        self.keymap: Keymap = keys_of(workspace.settings.console)
        for key in dict.fromkeys((*self.keymap.keys, *DIGIT_KEYS)):
            self.bind(key, f"key('{key}')", show=False)
        self.ascii_only = workspace.settings.console.ascii
        """Whether symbols and lines are drawn with ASCII."""
        self.looks: Looks = Looks(self)
        self._damage = ""
        try:
            self.reading: Reading = Reading(workspace.cache)
        except CacheDamaged as error:
            # It has been moved aside; there is an empty one now, and all that cannot be fetched again is there.
            self._damage = str(error)
            self.reading = Reading(workspace.cache)
        self.preferring: Preferring = Preferring(workspace, self)
        self.browser: Browser = Browser(workspace, self.reading, self.preferring)
        self.doing: Doing = Doing(self)
        self.list_lag: ListLag = ListLag(workspace, self.reading, self, self.changed)
        self.failing: Failing = Failing(workspace, self)
        self._seen_version = self.reading.version()
        self._pending = 0
        self._standing: Standing | None = None
        self._held = False
        self.told: deque[Told] = deque(maxlen=_MESSAGES_KEPT)

    def compose(self) -> ComposeResult:
        """Lay out status, browser, keys."""
        yield Line(id="status")
        yield self.browser
        yield Line(id="keys")
        yield Line(id="too-small")

    def on_mount(self) -> None:
        """Say how things stand, and look for changes from now on."""
        if not self.is_headless:
            leave_when_told(self)
        self.refresh_status()
        if self._damage:
            self.tell(self._damage, "error")
        console = self.workspace.settings.console
        self.set_class(console.ascii, "ascii")
        self.animation_level = "full" if console.motion else "none"
        if console.theme != "dark":
            self.looks.wear(console.theme)
        if console.lock_minutes:
            self.set_interval(_LOOK_EVERY_SECONDS, self.looks.lock_when_idle)
        self.set_interval(_LOOK_EVERY_SECONDS, self._look_for_changes)
        self.set_interval(_STATUS_EVERY_SECONDS, self.refresh_status)
        # What acts is imported and set to work once the first frame is on the screen.
        self.call_after_refresh(self._get_ready_to_act)

    def on_unmount(self) -> None:
        """Close the connections."""
        self.reading.close()

    def _get_ready_to_act(self) -> None:
        if not gc.isenabled():
            # What stands now is not looked through again: a full collection would hold a key up for 30 ms.
            gc.freeze()
            gc.enable()
        if not self.workspace.settings.refusal:
            self.doing.settle()
        self._keep_in_step()

    async def on_event(self, event: Event) -> None:
        """Note that somebody is there, and go on as usual."""
        if isinstance(event, InputEvent):
            self.looks.last_input = time.monotonic()
        if isinstance(event, Key) and event.is_forwarded and self.browser.line.typed_ahead(event):
            return
        await super().on_event(event)

    def changed(self) -> None:
        """Show what stands now, in place."""
        if not self.is_running:
            # What was under way when the console was left has nothing to show any more.
            return
        with self.failing.telling(once=True):
            self._seen_version = self.reading.version()
        self.refresh_status()
        self.browser.refresh_place()

    def _look_for_changes(self) -> None:
        """Another console, or the nightly run, may have written: rows change in place then."""
        with self.failing.telling(once=True):
            if self.reading.version() != self._seen_version:
                self.changed()
            self._keep_in_step()

    def _keep_in_step(self) -> None:
        """Have the lists catch up where something was done that they do not show; our own acts see to it themselves."""
        acting, syncing = self.doing.acting, self.doing.syncing
        if (acting and acting.busy) or (syncing and syncing.running):
            return
        if catching_up := self.list_lag.due():
            self.run_worker(catching_up, group="list", description="catch up", exit_on_error=False)

    # -- lines --------------------------------------------------------------------------------------

    def refresh_status(self) -> None:
        """Write the status line: district, freshness, next sync, findings, who."""
        if not self.is_running:
            return
        with self.failing.telling(once=True):
            self._read_standing()
        self._draw_status()

    def _read_standing(self) -> None:
        workspace, db = self.workspace, self.reading.pages
        applied = get_meta(db, "applied_at")
        self._pending = account_counts(db)["pending"]
        self._held = waiting(db) is not None
        zone = workspace.settings.zone
        self._standing = Standing(
            district=workspace.district.name,
            synced_at=datetime.fromisoformat(applied).astimezone(zone) if applied else None,
            next_at=workspace.next_sync(),
            now=workspace.clock(),
            high=high(db),
            operator=workspace.settings.operator_name,
            limits=workspace.settings.limits,
            busy=self._busy(),
        )

    def _draw_status(self) -> None:
        if self._standing is not None:
            self.query_one("#status", Line).show(*status_parts(self._standing, self.size.width))

    def _busy(self) -> str:
        acting, syncing = self.doing.acting, self.doing.syncing
        if acting and acting.told:
            return acting.told
        if syncing and syncing.running:
            return syncing.told
        if self.list_lag.told:
            return self.list_lag.told
        if self.doing.plan_first:
            return "plan first"
        return self.keymap.told("a sync is held ({view.sync})") if self._held else ""

    @on(Browser.Changed)
    @on(RecordTable.Counted)
    def _show_keys(self) -> None:
        if not self.is_running:
            return
        context = self.context()
        right = [*count_parts(self.browser.table.counted), *view_parts(self.keymap, context.view, self.size.width)]
        room = self.size.width - sum(len(part.text) for part in right)
        self.query_one("#keys", Line).show(key_parts(context, self.keymap.offered(context), room), right)

    def on_resize(self, event: Resize) -> None:
        """Follow the terminal's size; too small to work in, it says so until it grows."""
        width, height = event.size
        self.screen.set_class(width < SMALLEST[0] or height < SMALLEST[1], "too-small")
        self.screen.set_class(width < NARROW, "narrow")
        said = f" The terminal is {width}x{height}; the console needs {SMALLEST[0]}x{SMALLEST[1]}"
        self.query_one("#too-small", Line).show([Part(said, "warn")])
        self._draw_status()
        self._show_keys()

    # -- actions ------------------------------------------------------------------------------------

    def context(self) -> Context:
        """Return where one is and what is under the cursor, for deciding what can be done."""
        browser, row, known = self.browser, self.browser.row, self.browser.finding
        acting, syncing = self.doing.acting, self.doing.syncing
        return Context(
            view=browser.place.view,
            row_kind=row.kind if row else None,
            account_state=row.account_state if row else None,
            tracker_state=row.tracker_state if row else None,
            has_id=bool(row and row.clever_id),
            activation_untold=self.workspace.on_platform,
            finding=known is not None,
            about_student=known is not None and known.finding.subject.kind == "student",
            pair=known is not None and known.finding.code in PAIRS,
            verdict=known.opinion.verdict if known and known.opinion else None,
            marked=len(browser.place.marks),
            pending=self._pending,
            read_only=self.workspace.settings.read_only,
            operator_role=self.workspace.settings.operator_role,
            cannot=acting.cannot if acting else {},
            can_undo=bool(acting and acting.can_undo),
            syncing=bool(syncing and syncing.running),
            held=self._held,
            depth=len(browser.history),
            filtered=bool(browser.place.filter_text),
        )

    def action_key(self, key: str) -> None:
        """Do what a key stands for where one is; a digit may belong to the count before a motion."""
        table = self.browser.table
        if key in self.keymap.counting or (table.counted and key in DIGIT_KEYS):
            table.count_digit(key)
            return
        counted = table.forget_count()
        if counted and key == self.keymap.key("nav.back"):
            return
        if action := self.keymap.meant_by(key, self.browser.place.view):
            self.doing.act(action.id)

    def action_page(self, topic: str) -> None:
        """Show a help page above whatever is shown."""
        from roster_tui.console.pages import PageScreen

        keys = {action.id: key_name(action.key) for action in self.keymap.actions if action.key}
        self.push_screen(PageScreen(topic, keys))

    def copy_to_clipboard(self, text: str) -> None:
        """Send text that is marked on the screen or in a field to the terminal's clipboard."""
        self.doing.copy(text)

    # -- questions and messages ---------------------------------------------------------------------

    async def ask(self, title: str, question: str) -> str | None:
        """Ask for a line of text and wait for it; None when it is left."""
        from roster_tui.console.deciding import ReasonScreen

        return await self.push_screen_wait(ReasonScreen(title, question, "dismiss"))

    async def confirm_held(self, review: Review, question: str) -> bool:
        """Show a held sync and wait for the answer."""
        from roster_tui.console.review import ReviewScreen

        return await self.push_screen_wait(ReviewScreen(review, question))

    async def confirm(self, plan: Planned, note: str, mail: Preview | None) -> str | None:
        """Show a plan, with the mail that would leave, and wait for the answer: the reason, or None for no."""
        from roster_tui.console.plan import PlanScreen

        return await self.push_screen_wait(PlanScreen(plan, note, self.workspace.settings.confirm_over, mail))

    async def ask_rights(self) -> Asked | None:
        """Ask which role or permission to give, and until when, and wait for the answer."""
        from roster_tui.console.rights import RightsScreen

        return await self.push_screen_wait(RightsScreen(self.workspace.clock().date()))

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while; it is text, whatever it holds."""
        self.told.append(Told(self.workspace.clock(), message, severity))
        if self.looks.locked:
            # It can be read in the list of messages, by whoever comes back.
            return
        self.notify(display_text(message, 600), severity=severity, markup=False, timeout=_TOAST_SECONDS)

    # -- failing ------------------------------------------------------------------------------------

    def _handle_exception(self, error: Exception) -> None:
        """End after a fault of ours; what else goes wrong in work beside the screen is a message."""
        if not (isinstance(error, WorkerFailed) and self.failing.tells(error)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End after a fault of ours; Textual would print local variables, which may be students' names."""
        from roster_tui.console.crash import reported

        if self._exit_renderables:
            # What fails after the first fault is its echo.
            return
        error = self._exception or sys.exc_info()[1] or RuntimeError()
        said = f"The console failed {reported(error, self.workspace.folder)}. Nothing was lost"
        self._exit_renderables.append(Text(said))
        self._close_messages_no_wait()


def run(workspace: Workspace) -> None:
    """Open the console on a district until it is left. Raises SystemExit with 1 when it failed."""
    if not workspace.settings.color:
        # Textual looks for it there, and so does whatever it starts.
        os.environ["NO_COLOR"] = "1"
    app = RosterApp(workspace)
    app.run(mouse=workspace.settings.console.mouse)
    if app.return_code:
        raise SystemExit(app.return_code)
