"""The first run: no district yet, so the way to one is shown instead of an error.

An app of its own, before the console: a console that has a district loads nothing of it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import ClassVar, Literal

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input

from roster_tui.console.app import SMALLEST
from roster_tui.console.columns import Column, Row
from roster_tui.console.failing import EXPECTED, is_of_others
from roster_tui.console.leaving import leave_when_told
from roster_tui.console.lines import Line, Pane, Part, Parts, wrapped
from roster_tui.console.looks import styles_folder
from roster_tui.console.reports import Report
from roster_tui.console.table import RecordTable
from roster_tui.errors import in_one_line
from roster_tui.present import display_text
from roster_tui.settings import Secret, Settings
from roster_tui.setup import QUESTIONS, Draft, access_of, defaults, draft, has_way, try_clever, write
from roster_tui.sync import Step, sync

Outcome = Literal["demo", "district"]
"""What is to be opened: a demo that is to be made first, or the district that was just synced."""

_CHOICES = (
    ("demo", "A demo", "A simulated district with trouble planted in it; nothing leaves this machine"),
    ("own", "Your own district", "A token is tried, the settings are written, the first sync runs"),
    ("quit", "Quit", "Nothing is written"),
)
_TOKEN = "token"


class StartApp(App[Outcome]):
    """The first run of the console; ends with what is to be opened, or None."""

    TITLE = "roster-tui"
    CSS_PATH = styles_folder() / "console.tcss"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.ascii_only = settings.console.ascii

    def on_mount(self) -> None:
        """Show the choices."""
        if not self.is_headless:
            leave_when_told(self)
        self.set_class(self.ascii_only, "ascii")
        self.push_screen(ChoiceScreen(self.settings))

    def _fatal_error(self) -> None:
        """End after a fault of ours; Textual would print local variables, and one of them may be the token."""
        if not self._exit_renderables:
            error = type(self._exception or sys.exc_info()[1] or RuntimeError()).__name__
            said = f"The first run failed ({error}). The same can be done on the command line: roster-tui init"
            self._exit_renderables.append(Text(said))
            self._close_messages_no_wait()


class ChoiceScreen(Screen[None]):
    """What to begin with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", show=False),
        Binding("1", "choose(0)", show=False),
        Binding("2", "choose(1)", show=False),
        Binding("q,escape,3", "choose(2)", show=False),
    ]

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    def compose(self) -> ComposeResult:
        """Lay out title, choices and keys."""
        yield Line(id="status")
        yield Line(id="start-note")
        yield RecordTable(id="plan-items")
        yield Line(id="keys")

    def on_mount(self) -> None:
        """Fill in the choices."""
        self.query_one("#status", Line).show([Part(" Welcome to roster-tui", "title")])
        root = display_text(self._settings.data_root)
        self.query_one("#start-note", Line).show([Part(f" There is no district in {root} yet", "dim")])
        rows = [
            Row(key, "choice", (Part(f"{place} {title}"), Part(what, "dim")))
            for place, (key, title, what) in enumerate(_CHOICES, start=1)
        ]
        columns = (Column("Begin with", 21), Column("", 30, share=1))
        self.query_one("#plan-items", RecordTable).show(Report(columns, rows, "", len(rows)), None)
        keys = [Part(" 1-3", "key"), Part(" or "), Part("enter", "key"), Part(" choose   "), Part("q", "key")]
        self.query_one("#keys", Line).show([*keys, Part(" quit")])

    @on(RecordTable.Opened)
    def _opened(self) -> None:
        self.action_choose()

    def action_choose(self, place: int | None = None) -> None:
        """Go where a choice leads, by its place or under the cursor."""
        chosen, _, _ = _CHOICES[self.query_one("#plan-items", RecordTable).cursor if place is None else place]
        if chosen == "own":
            self.app.push_screen(OwnDistrictScreen(self._settings))
        else:
            self.app.exit("demo" if chosen == "demo" else None)


class OwnDistrictScreen(Screen[None]):
    """The questions of ``roster-tui init``, the token tried, the settings written, the first sync."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "try", show=False),
        Binding("y", "write", show=False),
        Binding("escape", "back", show=False),
    ]

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._known = has_way(settings)
        self._answers = defaults(settings)
        self._draft: Draft | None = None
        """What was tried and waits for a yes."""
        self._is_syncing = False

    def compose(self) -> ComposeResult:
        """Lay out a line for each question, what is told, and the keys."""
        yield Line(id="status")
        with Vertical(id="questions"):
            with Horizontal(classes="question"):
                yield Line(id=f"label-{_TOKEN}")
                hint = "empty: as the settings or the environment say" if self._known else ""
                yield Input(id=f"answer-{_TOKEN}", password=True, compact=True, placeholder=hint)
            for place, question in enumerate(QUESTIONS):
                with Horizontal(classes="question"):
                    yield Line(id=f"label-{place}")
                    yield Input(self._answers[question.setting], id=f"answer-{place}", compact=True)
        yield Line(id="start-note")
        yield Pane(id="start-told")
        yield Line(id="keys")

    def on_mount(self) -> None:
        """Fill in the questions."""
        self.query_one("#status", Line).show([Part(" Your own district", "title")])
        self.query_one(f"#label-{_TOKEN}", Line).show([Part(" Clever token")])
        for place, question in enumerate(QUESTIONS):
            self.query_one(f"#label-{place}", Line).show([Part(f" {question.title}")])
        self.query_one("#start-told", Pane).can_focus = False
        self._ask("Other ways to reach Clever (a file, a command, an application): roster-tui init")

    # -- asking -------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        fields = list(self.query(Input))
        place = fields.index(event.input)
        if place + 1 < len(fields):
            fields[place + 1].focus()
        else:
            self.action_try()

    def on_descendant_focus(self) -> None:
        """Say what the question in focus is about."""
        name = (self.focused.id or "") if self.focused else ""
        if name == f"answer-{_TOKEN}":
            self._note("From Clever's dashboard; kept in a file that only you can read, never shown")
        elif name.startswith("answer-"):
            self._note(QUESTIONS[int(name.removeprefix("answer-"))].help)

    def action_try(self) -> None:
        """Ask Clever with what was answered; nothing is written yet."""
        if self._draft is not None or self._is_syncing:
            return
        token = self.query_one(f"#answer-{_TOKEN}", Input).value.strip()
        if not token and not self._known:
            self._ask("The token is missing: type or paste it")
            return
        if not token.isascii() or not token.isprintable():
            self._ask("That is no token: it holds characters that none has")
            return
        answers = {each.setting: self._answer(place) for place, each in enumerate(QUESTIONS)}
        self.run_worker(self._try(answers, Secret(token) if token else None), group="start", description="try")

    def _answer(self, place: int) -> str:
        return self.query_one(f"#answer-{place}", Input).value.strip()

    async def _try(self, answers: Mapping[str, str], token: Secret | None) -> None:
        self._wait("Asking Clever ...")
        try:
            drafted = draft(answers, token)
            found = await try_clever(drafted)
        except Exception as error:
            if not (why := _why(error)):
                raise
            self._ask(why)
            return
        self._draft = drafted
        lines: list[Parts] = [*self._wrapped(found.describe(), "good"), []]
        lines += self._wrapped(f"The settings go to {drafted.file}")
        if drafted.replaces:
            lines += [[Part(f" {display_text(line)}", "warn")] for line in drafted.difference]
        self._show(
            lines, [Part(" y", "key"), Part(" write them and sync   "), Part("esc", "key"), Part(" change them")]
        )

    # -- writing and syncing ------------------------------------------------------------------------

    def action_write(self) -> None:
        """Write the settings, and run the first sync."""
        if self._draft is not None and not self._is_syncing:
            self.run_worker(self._write_and_sync(self._draft), group="start", description="first sync")

    async def _write_and_sync(self, drafted: Draft) -> None:
        self._is_syncing = True
        self._wait("Writing the settings ...")
        try:
            # What a try after a failed one writes is what stands there already.
            await asyncio.to_thread(write, drafted)
            with access_of(drafted) as access:
                await sync(drafted.settings, access.token, access.base_url, progress=self._progress)
        except Exception as error:
            if not (why := _why(error)):
                raise
            self._fail(f"The first sync failed. {why}")
        else:
            self.app.exit("district")

    def _progress(self, step: Step) -> None:
        self._wait(f"First sync: {step.describe()}")

    def _fail(self, why: str) -> None:
        self._is_syncing = False
        self._draft = None
        self._ask(why)

    def action_back(self) -> None:
        """Go back to the questions, or to the choices; a sync goes on."""
        if self._is_syncing:
            return
        if self._draft is not None:
            self._draft = None
            self._ask("Nothing was written")
        else:
            self.app.pop_screen()

    # -- telling ------------------------------------------------------------------------------------

    def _ask(self, told: str) -> None:
        """Let the questions be answered, with something told below them."""
        for field in self.query(Input):
            field.disabled = False
        self.query(Input).first().focus()
        keys = [
            Part(" enter", "key"),
            Part(" next   "),
            Part("f5", "key"),
            Part(" try the token   "),
            Part("esc", "key"),
        ]
        self._show(self._wrapped(told), [*keys, Part(" back")])

    def _wait(self, told: str) -> None:
        for field in self.query(Input):
            field.disabled = True
        self._note("")
        self._show(self._wrapped(told), [Part(" one moment", "dim")])

    def _note(self, text: str) -> None:
        self.query_one("#start-note", Line).show([Part(f" {text}", "dim")])

    def _show(self, lines: list[Parts], keys: Parts) -> None:
        self.query_one("#start-told", Pane).show([[], *lines])
        self.query_one("#keys", Line).show(keys)

    def _wrapped(self, text: str, style: str = "") -> list[Parts]:
        width = max(SMALLEST[0], self.app.size.width) - 2
        return [[Part(" "), *line] for line in wrapped(text, width, style)]


def _why(error: Exception) -> str:
    """Return why something failed, so that it can be tried again; empty for a fault of ours."""
    if isinstance(error, EXPECTED):
        return in_one_line(error)
    if is_of_others(error):
        # Its message may hold what was asked and answered, the token among it.
        return f"What roster-tui builds on failed ({type(error).__name__}). Try again"
    return ""


def begin(settings: Settings) -> Outcome | None:
    """Show the first run until it is left; returns what is to be opened."""
    app = StartApp(settings)
    outcome = app.run(mouse=settings.console.mouse)
    if app.return_code:
        raise SystemExit(app.return_code)
    return outcome
