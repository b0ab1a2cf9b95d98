"""One ticket on a screen of its own: written here or in an editor, what the guard finds marked where it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal, Protocol

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from roster_tui.console.deciding import ReasonScreen
from roster_tui.console.failing import EXPECTED
from roster_tui.console.lines import Line, Pane, Part, Parts, wrapped
from roster_tui.errors import in_one_line
from roster_tui.present import counted, display_text
from roster_tui.refusals import ONLY_ADMINS_OVERRIDE
from roster_tui.support import drafts, help_desk
from roster_tui.support.attaching import MOST_ATTACHED, attachment
from roster_tui.support.guard import Hit
from roster_tui.support.help_desk import Hits
from roster_tui.support.tickets import State, Ticket
from roster_tui.workspace import Workspace

_UNSEEN = "\ufffd"
_MARKED = Style(reverse=True, bold=True)
_KEYS = (
    ("f1", "help"),
    ("f2", "check"),
    ("f3", "tokens"),
    ("f4", "send"),
    ("f5", "copy"),
    ("f6", "attach"),
    ("f8", "editor"),
    ("esc", "keep"),
)


class Face(Protocol):
    """What a ticket needs of the console."""

    def tell(self, message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Show a message for a while."""

    def copy_to_clipboard(self, text: str) -> None:
        """Send text to the terminal's clipboard."""


async def drafted(
    workspace: Workspace, face: Face, kind: str, wanted: str, messages: Sequence[tuple[datetime, str]] = ()
) -> Ticket | None:
    """Draft a ticket about a record, about ``messages`` of the console, or about nothing where ``kind`` is empty.

    None, and told, when it cannot be.
    """

    def opened() -> Ticket:
        if kind == "messages":
            draft = drafts.said(workspace, messages)
        else:
            draft = drafts.about(workspace, kind, wanted) if kind else drafts.blank(workspace, "About our roster")
        return help_desk.open_ticket(workspace, draft)

    try:
        return await asyncio.to_thread(opened)
    except EXPECTED as error:
        face.tell(f"No ticket was drafted: {in_one_line(error)}", "error")
        return None


class TicketText(TextArea):
    """The text of a ticket; whatever it holds draws nothing but itself, and what was found in it is marked."""

    def __init__(self, text: str, *, read_only: bool) -> None:
        super().__init__(text, id="ticket-body", read_only=read_only, compact=True)
        self._marks: Mapping[int, list[tuple[int, int]]] = {}

    def mark(self, hits: Iterable[Hit]) -> None:
        """Mark places, and no others."""
        self._marks = by_line(self.text, hits)
        self.notify_style_update()

    def get_line(self, line_index: int) -> Text:
        """Return a line as it is drawn: character by character what it was, so that the cursor stays true."""
        line = Text("".join(map(_drawn, self.document.get_line(line_index))), end="", no_wrap=True)
        for start, end in self._marks.get(line_index, ()):
            line.stylize(_MARKED, start, end)
        return line


def _drawn(char: str) -> str:
    if char.isascii() and (char.isprintable() or char == "\t"):
        return char
    shown = display_text(char)
    return shown if len(shown) == 1 else _UNSEEN


def by_line(text: str, hits: Iterable[Hit]) -> dict[int, list[tuple[int, int]]]:
    """Return the columns of places by line, lines from 0; a place over several lines has a part in each."""
    found: dict[int, list[tuple[int, int]]] = {}
    for hit in hits:
        line, begin = text.count("\n", 0, hit.start), text.rfind("\n", 0, hit.start) + 1
        for part in text[begin : hit.end].split("\n"):
            found.setdefault(line, []).append((max(0, hit.start - begin), len(part)))
            line, begin = line + 1, begin + len(part) + 1
    return found


class TicketScreen(ModalScreen[None]):
    """A ticket to be read, changed, checked and sent; leaving it keeps what was written."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("f1", "app.page('tickets')", show=False, priority=True),
        Binding("f2", "step('check')", show=False, priority=True),
        Binding("f3", "step('redact')", show=False, priority=True),
        Binding("f4", "step('send')", show=False, priority=True),
        Binding("f5", "step('copy')", show=False, priority=True),
        Binding("f6", "step('attach')", show=False, priority=True),
        Binding("f7", "step('override')", show=False, priority=True),
        Binding("f8", "editor", show=False, priority=True),
    ]

    def __init__(self, workspace: Workspace, ticket: Ticket, face: Face) -> None:
        super().__init__()
        self._workspace = workspace
        self._ticket = ticket
        self._face = face
        self._kept = True
        """Whether all that was written is on disk, as far as is known."""
        self._working = False

    @property
    def _fixed(self) -> bool:
        return bool(self._workspace.settings.refusal) or self._ticket.state not in (State.DRAFT, State.CHECKED)

    def compose(self) -> ComposeResult:
        """Lay out title, subject, text, what was found, and keys."""
        with Vertical(id="dialog"):
            yield Line(id="ticket-title")
            subject = Input(self._ticket.subject, id="ticket-subject", compact=True, max_length=200)
            subject.disabled = self._fixed
            yield subject
            yield TicketText(self._ticket.body, read_only=self._fixed)
            yield Pane(id="ticket-found")
            yield Line(id="ticket-keys")

    def on_mount(self) -> None:
        """Fill in, and put the cursor into the text."""
        keys = [(key, what) for key, what in _KEYS if not self._fixed or key in ("f1", "f5", "esc")]
        parts = [part for key, what in keys for part in (Part(key, "key"), Part(f" {what}   "))]
        self.query_one("#ticket-keys", Line).show(parts)
        self._show_title()
        self._body.focus()

    @property
    def _subject(self) -> Input:
        return self.query_one("#ticket-subject", Input)

    @property
    def _body(self) -> TicketText:
        return self.query_one(TicketText)

    def _show_title(self) -> None:
        ticket = self._ticket
        style = {State.CHECKED: "good", State.SENT: "good"}.get(ticket.state, "accent")
        files = f"   {counted(len(ticket.attachments), 'attachment')}" if ticket.attachments else ""
        doubt = [Part("   may have been sent already", "warn")] if ticket.attempt else []
        title = [Part(f"Ticket {ticket.number}   ", "title"), Part(ticket.state.value, style)]
        self.query_one("#ticket-title", Line).show([*title, Part(f"   to {ticket.desk}{files}", "dim"), *doubt])

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _written(self) -> None:
        self._body.mark(())

    def _show_found(self, hits: Hits) -> None:
        self._body.mark(hits.get("body", ()))
        self.query_one("#ticket-found", Pane).show(found_lines(hits, self.size.width * 9 // 10 - 6))

    def _show_stored(self, ticket: Ticket) -> None:
        self._ticket = ticket
        if ticket.subject != self._subject.value:
            self._subject.value = ticket.subject
        if ticket.body != self._body.text:
            self._body.load_text(ticket.body)
        self._show_title()

    # -- steps --------------------------------------------------------------------------------------

    def action_step(self, name: str) -> None:
        """Take a step with what is written now."""
        if self._fixed and name != "copy":
            self._face.tell(self._workspace.settings.refusal or f"The ticket is {self._ticket.state}", "warning")
            return
        steps: dict[str, Callable[[], Awaitable[None]]] = {
            "check": self._check,
            "redact": self._redact,
            "send": self._send,
            "copy": self._copy,
            "attach": self._attach_file,
            "override": self._override,
        }
        self._work(steps[name], name)

    def action_leave(self) -> None:
        """Keep what was written, and close; what cannot be kept is closed only when asked for again."""
        if self._kept or self._working:
            self._work(self._leave, "leave")
        else:
            self.dismiss(None)

    def _work(self, step: Callable[[], Awaitable[None]], name: str) -> None:
        # Never cut short: half of a step would leave a mail of which nobody knows.
        if not self._working:
            self._working = True
            self.run_worker(self._kept_and(step), group="ticket", description=f"ticket {name}")

    async def _kept_and(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._keep()
            await step()
        except EXPECTED as error:
            self._face.tell(in_one_line(error), "error")
        finally:
            self._working = False

    async def _keep(self) -> None:
        if self._fixed:
            return
        number, subject, body = self._ticket.number, self._subject.value, self._body.text
        self._kept = False
        self._ticket = await asyncio.to_thread(help_desk.edit, self._workspace, number, subject, body)
        self._kept = True
        self._show_title()

    async def _leave(self) -> None:
        self.dismiss(None)

    async def _check(self) -> None:
        ticket, hits = await asyncio.to_thread(help_desk.check_ticket, self._workspace, self._ticket.number)
        self._show_stored(ticket)
        self._show_found(hits)
        if not hits:
            self._face.tell(f"Ticket {ticket.number}: nothing was found")

    async def _redact(self) -> None:
        ticket = await asyncio.to_thread(help_desk.redact_ticket, self._workspace, self._ticket.number)
        self._show_stored(ticket)
        await self._check()

    async def _send(self) -> None:
        try:
            ticket = await help_desk.send(self._workspace, self._ticket.number)
        except help_desk.GivesAway as error:
            self._show_found(error.hits)
            or_else = "; f7 sends it all the same" if self._workspace.settings.operator_role == "admin" else ""
            told = f"It gives students away, so it was not sent: f3 puts tokens in their place{or_else}"
            self._face.tell(told, "warning")
            return
        self._tell_sent(ticket)

    def _tell_sent(self, ticket: Ticket) -> None:
        self._face.tell(f"Ticket {ticket.number} is sent to {ticket.sent_to}")
        self.dismiss(None)

    async def _override(self) -> None:
        """Send what the guard stops, for an admin who says why; the journal keeps it."""
        if self._workspace.settings.operator_role != "admin":
            self._face.tell(ONLY_ADMINS_OVERRIDE, "warning")
            return
        hits = await asyncio.to_thread(help_desk.look, self._workspace, self._ticket)
        self._show_found(hits)
        if not hits:
            self._face.tell("Nothing was found in it: f4 sends it")
            return
        found = counted(help_desk.counts(hits).total(), "place")
        reason = await self._asked(f"Send with {found} that give students away", "Why? Kept in the journal", "send")
        if reason is None:
            self._face.tell("Nothing was sent")
            return
        self._tell_sent(await help_desk.send(self._workspace, self._ticket.number, override=reason))

    async def _attach_file(self) -> None:
        """Put a text file on the ticket; one of the same name is replaced."""
        path = await self._asked("Attach a text file", f"Which? At most {MOST_ATTACHED:,} bytes", "attach")
        if path is None:
            return
        file = await asyncio.to_thread(attachment, path)
        self._show_stored(await asyncio.to_thread(help_desk.attach, self._workspace, self._ticket.number, file))
        await self._check()

    async def _asked(self, title: str, question: str, enter: str) -> str | None:
        return await self.app.push_screen_wait(ReasonScreen(title, question, enter))

    async def _copy(self) -> None:
        try:
            await asyncio.to_thread(help_desk.allow, self._workspace, self._ticket)
        except help_desk.GivesAway as error:
            self._show_found(error.hits)
            self._face.tell("It gives students away, so it was not copied: f3 puts tokens in their place", "warning")
            return
        self._face.copy_to_clipboard(self._ticket.text)

    def action_editor(self) -> None:
        """Let the text be written in $VISUAL or $EDITOR, the console standing aside meanwhile."""
        if self._fixed:
            return
        import click

        try:
            with self.app.suspend():
                written = click.edit(self._body.text, extension=".txt")
        except SuspendNotSupported:
            self._face.tell("This terminal cannot be handed to an editor", "warning")
        except click.ClickException as error:
            self._face.tell(f"The editor could not be used: {error.message}", "error")
        else:
            if written is not None:
                self._body.load_text(written)


def found_lines(hits: Hits, width: int) -> list[Parts]:
    """Return how many hits of each kind there are, by part; nothing when there is none."""
    lines: list[Parts] = []
    for part, found in hits.items():
        kinds = help_desk.counts({part: found})
        told = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in kinds.items())
        where = ", ".join(str(line) for line in sorted({hit.line for hit in found}))
        lines += wrapped(f"{part}: {told} (line {where})", max(20, width), "bad")
    return lines
