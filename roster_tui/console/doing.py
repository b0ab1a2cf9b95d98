"""What each action of the table does in the console; views are places of their own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from roster_tui.actions import BY_ID
from roster_tui.console.going import saved_place
from roster_tui.console.places import LISTED, Place
from roster_tui.ledger import ListLook, SavedFilter
from roster_tui.roster.filter import FilterError
from roster_tui.roster.read import clever_ids, pending_ids, section_ids

if TYPE_CHECKING:
    from roster_tui.console.acting import Acting
    from roster_tui.console.app import RosterApp
    from roster_tui.console.browser import Browser
    from roster_tui.console.copying import Copying
    from roster_tui.console.syncing import Syncing
    from roster_tui.workspace import Workspace


class Doing:
    """Does actions; what takes long goes on beside the console, and the rooms for it are imported at first use."""

    def __init__(self, app: RosterApp) -> None:
        self._app = app
        self._workspace: Workspace = app.workspace
        self._browser: Browser = app.browser
        self.acting: Acting | None = None
        self.syncing: Syncing | None = None
        self.plan_first = False
        """Whether the next action shows its plan, whatever it is for."""

    def act(self, action_id: str) -> None:
        """Do an action of the table, or say why it cannot be done, or what went wrong."""
        with self._app.failing.telling():
            self._act(action_id)

    def _act(self, action_id: str) -> None:
        if action_id == "nav.back" and self._browser.line.leave():
            return
        if reason := BY_ID[action_id].unavailable(self._app.context()):
            self._app.tell(self._app.keymap.told(reason), "warning")
        elif action_id == "view.trackers":
            self._browser.open_trackers()
        elif action_id == "view.changes":
            self._browser.open_changes()
        elif action_id == "view.pairs":
            self._browser.open_pair()
        elif action_id.startswith("view."):
            self._browser.go(Place(action_id.removeprefix("view.")))
        else:
            HANDLERS[action_id](self)

    def settle(self) -> None:
        """See what became of whatever was begun before and never ended."""
        self._run(self._hands().settle(), "acting", "settle")

    def copy(self, text: str) -> None:
        """Send text to the terminal's clipboard."""
        self._copy(self._copying().text(text, "the text"))

    def _run(self, work: Coroutine[Any, Any, object], group: str, description: str, *, exclusive: bool = False) -> None:
        self._app.run_worker(work, group=group, description=description, exclusive=exclusive)

    # -- the list -----------------------------------------------------------------------------------

    def _step(self, steps: int) -> None:
        if not self._browser.step(steps):
            self._app.tell("This is the first place" if steps < 0 else "This is the latest place", "warning")

    def _step_pair(self, steps: int) -> None:
        if not self._browser.step_pair(steps):
            self._app.tell("These are the first two" if steps < 0 else "These are the last two", "warning")

    def _marked(self, done: bool) -> None:
        if not done:
            self._app.tell("The list is still being read; try again", "warning")

    def _copying(self) -> Copying:
        from roster_tui.console.copying import Copying

        assert self._app._driver is not None
        return Copying(self._workspace, self._browser, self._app._driver.write, self._app)

    def _copy(self, copying: Coroutine[Any, Any, None]) -> None:
        self._run(copying, "copying", "copy", exclusive=True)

    def _sort(self, alter: Callable[[], object]) -> None:
        alter()
        self._keep_order()

    def _keep_order(self) -> None:
        place, preferring = self._browser.place, self._app.preferring
        look = ListLook(preferring.look(place.view).columns, place.order, place.descending)
        self._run(preferring.keep_look(place.view, look), "preferring", "keep the order")

    def _choose_columns(self) -> None:
        self._run(self._columns_chosen(), "acting", "choose columns")

    async def _columns_chosen(self) -> None:
        from roster_tui.console.column_choice import ColumnsScreen

        browser, place = self._browser, self._browser.place
        look = ListLook(self._app.preferring.look(place.view).columns, place.sorted_by, place.descending)
        if columns := browser.columns:
            chosen = await self._app.push_screen_wait(ColumnsScreen(place.view, columns, browser.columns_room, look))
            if chosen is not None:
                place.order, place.descending = chosen.order, chosen.descending
                keeping = self._app.preferring.keep_look(place.view, chosen)
                browser.refresh_place()
                await keeping

    # -- saved filters ------------------------------------------------------------------------------

    def _save_filter(self) -> None:
        self._run(self._filter_saved(), "acting", "save a filter")

    async def _filter_saved(self) -> None:
        from roster_tui.console.deciding import ReasonScreen
        from roster_tui.console.saved_filters import LONGEST_NAME, refused_name

        place, filters = self._browser.place, self._app.preferring.now.filters
        title = f"Save the filter: {place.filter_text}"
        asked = ReasonScreen(title, "Under which name? One that is there is replaced", "save", LONGEST_NAME)
        name = await self._app.push_screen_wait(asked)
        if name is None:
            return
        if refused := refused_name(name):
            self._app.tell(refused, "warning")
            return
        before = f"; it was {filters[name].text}" if name in filters else ""
        if await self._app.preferring.keep_filter(name, SavedFilter(place.view, place.filter_text)):
            self._app.tell(f"Saved as {name}{before}")

    def _choose_filter(self) -> None:
        self._run(self._filter_chosen(), "acting", "choose a filter")

    async def _filter_chosen(self) -> None:
        from roster_tui.console.saved_filters import FiltersScreen

        how_to_save = self._app.keymap.told("{filter.save} in a filtered list saves its filter.")
        name = await self._app.push_screen_wait(FiltersScreen(self._app.preferring, how_to_save))
        if name is not None:
            self.go_to_filter(name)

    def go_to_filter(self, name: str) -> None:
        """Go to a saved filter; one that does not hold any more is opened where it is mended."""
        saved = self._app.preferring.now.filters.get(name)
        if saved is None:
            self._app.tell(f"There is no filter {name} any more", "warning")
            return
        try:
            self._browser.go(saved_place(saved))
        except FilterError as error:
            if saved.view not in LISTED:
                self._app.tell(error.message, "warning")
                return
            self._browser.go(Place(saved.view))
            self._browser.line.open_filter(saved.text)

    # -- screens ------------------------------------------------------------------------------------

    def _show_messages(self) -> None:
        from roster_tui.console.messages import MessagesScreen

        zone = self._workspace.settings.zone
        self._app.push_screen(MessagesScreen(self._app.told, zone, self._draft_ticket_of_messages))

    def _doctor(self) -> None:
        from roster_tui.console.doctor import DoctorScreen

        self._app.push_screen(DoctorScreen(self._workspace))

    def _help(self) -> None:
        from roster_tui.console.help import HelpScreen

        self._app.push_screen(HelpScreen(self._app.context(), self._app.keymap, self._show_pages))

    def _why(self) -> None:
        from roster_tui.console.why import WhyScreen
        from roster_tui.why import of as why_of

        if (record := self._browser.record) and (why := why_of(self._workspace, *record)):
            self._app.push_screen(WhyScreen(self._workspace, why))

    def _show_tickets(self) -> None:
        from roster_tui.console.ticket_list import TicketListScreen

        self._app.push_screen(TicketListScreen(self._workspace, self._app))

    def _show_pages(self) -> None:
        from roster_tui.console.pages import PagesScreen
        from roster_tui.support.help import words_for

        row, known = self._browser.row, self._browser.finding
        code = known.finding.code.code if known else ""
        words = words_for(self._browser.place.view, row.account_state if row else None, code)
        self._app.push_screen(PagesScreen(words, self._app.action_page))

    def _show_resources(self) -> None:
        from roster_tui.console.resources import ResourcesScreen
        from roster_tui.support.resources import known_resources, words_for

        row, known = self._browser.row, self._browser.finding
        code = known.finding.code.code if known else ""
        words = words_for(row.kind if row else None, row.account_state if row else None, code)
        own = self._workspace.settings.support.resources
        self._app.push_screen(ResourcesScreen(known_resources(own), words, self._app.copy_to_clipboard))

    # -- findings -----------------------------------------------------------------------------------

    def _draft_ticket(self) -> None:
        self._run(self._drafted(*self._browser.told_about), "window", "draft a ticket")

    def _draft_ticket_of_messages(self) -> None:
        if reason := BY_ID["ticket.new"].unavailable(self._app.context()):
            self._app.tell(reason, "warning")
            return
        messages = [(each.at, each.text) for each in reversed(self._app.told)]
        self._run(self._drafted("messages", "", messages), "window", "draft a ticket")

    async def _drafted(self, kind: str, wanted: str, messages: Sequence[tuple[datetime, str]] = ()) -> None:
        from roster_tui.console.ticket import TicketScreen, drafted

        if ticket := await drafted(self._workspace, self._app, kind, wanted, messages):
            self._app.push_screen(TicketScreen(self._workspace, ticket, self._app))

    def _decide(self, action_id: str) -> None:
        from roster_tui.console.deciding import Deciding

        if known := self._browser.finding:
            deciding = Deciding(self._workspace, self._app, self._app.changed)
            self._run(deciding.decide(action_id, known), "acting", action_id)

    def _reveal(self) -> None:
        from roster_tui.console.deciding import Deciding

        if known := self._browser.finding:
            deciding = Deciding(self._workspace, self._app, self._browser.reveal)
            self._run(deciding.reveal(known), "acting", "reveal")

    # -- accounts, trackers and sync ----------------------------------------------------------------

    def _hands(self) -> Acting:
        if self.acting is None:
            from roster_tui.console.acting import Acting

            self.acting = Acting(self._workspace, self._app, self._app.changed)
        return self.acting

    def chosen(self) -> list[str]:
        """Return whom an action is for: the marked, or the row under the cursor."""
        browser = self._browser
        if browser.place.marks:
            return clever_ids(self._app.reading.pages, [key for key in browser.place.marks if isinstance(key, int)])
        return [browser.row.clever_id] if browser.row and browser.row.clever_id else []

    def _show_plan_next(self) -> None:
        self.plan_first = not self.plan_first
        self._app.refresh_status()

    def _asks(self) -> bool:
        """Return whether the plan of this action is to be shown; the one after it goes its usual way."""
        asks, self.plan_first = self.plan_first, False
        self._app.refresh_status()
        return asks

    def _act_on(self, action_id: str, ids: list[str]) -> None:
        self._run(self._hands().act(BY_ID[action_id], ids, self._asks()), "acting", action_id)

    def _act_on_trackers(self, verb: str) -> None:
        browser = self._browser
        ids = [browser.row.clever_id] if browser.row and browser.row.clever_id else []
        if browser.place.marks:
            ids = section_ids(self._app.reading.pages, [key for key in browser.place.marks if isinstance(key, int)])
        self._run(self._hands().act_on_trackers(verb, ids, self._asks()), "acting", verb)

    def _sync(self) -> None:
        from roster_tui.console.syncing import Syncing

        self.syncing = self.syncing or Syncing(self._workspace, self._app, self._app.changed)
        self._run(self.syncing.run(), "sync", "sync")

    def _settle_hold(self, approve: bool) -> None:
        from roster_tui.console.holding import Holding

        holding = Holding(self._workspace, self._app, self._app.changed)
        self._run(holding.approve() if approve else holding.discard(), "acting", "hold")


def _on_accounts(action_id: str) -> Callable[[Doing], object]:
    return lambda do: do._act_on(action_id, do.chosen())


HANDLERS: Mapping[str, Callable[[Doing], object]] = {
    "row.open": lambda do: do._browser.open_row(),
    "nav.back": lambda do: do._browser.back(),
    "nav.before": lambda do: do._step(-1),
    "nav.after": lambda do: do._step(1),
    "nav.go": lambda do: do._browser.line.open_going(),
    "detail.toggle": lambda do: do._browser.toggle_detail(),
    "row.why": Doing._why,
    "row.reveal": Doing._reveal,
    "finding.dismiss": lambda do: do._decide("finding.dismiss"),
    "pair.accept": lambda do: do._decide("pair.accept"),
    "pair.reject": lambda do: do._decide("pair.reject"),
    "finding.reopen": lambda do: do._decide("finding.reopen"),
    "pair.next": lambda do: do._step_pair(1),
    "pair.previous": lambda do: do._step_pair(-1),
    "finding.set_aside": lambda do: do._browser.toggle_set_aside(),
    "list.filter": lambda do: do._browser.line.open_filter(),
    "list.sort": lambda do: do._sort(do._browser.sort),
    "list.reverse": lambda do: do._sort(do._browser.reverse),
    "filter.save": Doing._save_filter,
    "filter.choose": Doing._choose_filter,
    "list.columns": Doing._choose_columns,
    "mark.toggle": lambda do: do._browser.marking.toggle(),
    "mark.all": lambda do: do._marked(do._browser.marking.all()),
    "mark.range": lambda do: do._marked(do._browser.marking.range()),
    "mark.invert": lambda do: do._marked(do._browser.marking.invert()),
    "mark.none": lambda do: do._browser.marking.none(),
    "account.suspend": _on_accounts("account.suspend"),
    "account.unsuspend": _on_accounts("account.unsuspend"),
    "account.activate": _on_accounts("account.activate"),
    "account.reset_password": _on_accounts("account.reset_password"),
    "account.role": _on_accounts("account.role"),
    "account.pin": _on_accounts("account.pin"),
    "account.unpin": _on_accounts("account.unpin"),
    "account.support_lead": _on_accounts("account.support_lead"),
    "account.not_support_lead": _on_accounts("account.not_support_lead"),
    "account.activate_all": lambda do: do._act_on("account.activate_all", pending_ids(do._app.reading.pages)),
    "tracker.create": lambda do: do._act_on_trackers("create-tracker"),
    "tracker.archive": lambda do: do._act_on_trackers("archive-tracker"),
    "ticket.new": Doing._draft_ticket,
    "ticket.list": Doing._show_tickets,
    "app.resources": Doing._show_resources,
    "app.pages": Doing._show_pages,
    "action.plan": Doing._show_plan_next,
    "action.undo": lambda do: do._run(do._hands().undo(do._asks()), "acting", "undo"),
    "sync.run": Doing._sync,
    "hold.approve": lambda do: do._settle_hold(approve=True),
    "hold.discard": lambda do: do._settle_hold(approve=False),
    "copy.rows": lambda do: do._copy(do._copying().rows()),
    "copy.id": lambda do: do._copy(do._copying().clever_id()),
    "app.theme": lambda do: do._app.looks.next_theme(),
    "app.lock": lambda do: do._app.looks.lock(),
    "app.doctor": Doing._doctor,
    "app.messages": Doing._show_messages,
    "app.help": Doing._help,
    "app.palette": lambda do: do._app.action_command_palette(),
    "app.quit": lambda do: do._app.exit(),
}
"""What each action does; a view is gone to."""
