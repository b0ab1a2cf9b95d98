"""The plan of an action, item by item, to be confirmed; its reason is typed there and its mail shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Key
from textual.screen import ModalScreen

from roster_tui.accounts.deeds import Planned
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.mail import Preview
from roster_tui.accounts.plan import Item
from roster_tui.console.columns import Column, Row
from roster_tui.console.filterline import TextLine
from roster_tui.console.lines import Line, Pane, Part, wrapped
from roster_tui.console.mail import MailScreen
from roster_tui.console.reports import Report
from roster_tui.console.table import RecordTable
from roster_tui.present import NOTHING, counted, display_text
from roster_tui.refusals import over_the_limit

_VERDICT_STYLES = {
    Verdict.WOULD_DO: "good",
    Verdict.DONE: "good",
    Verdict.NOOP: "dim",
    Verdict.BLOCKED: "warn",
    Verdict.FAILED: "bad",
    Verdict.IN_DOUBT: "bad",
}


def items_report(noun: str, items: Sequence[Item]) -> Report:
    """Return the rows of a plan or of what became of it."""
    columns = (Column(noun.capitalize(), 16, share=2), Column("", 9), Column("Why", 20, share=3))
    rows = [
        Row(
            item.id,
            "teacher",
            (
                Part(display_text(item.label)),
                Part(item.verdict.replace("_", " "), _VERDICT_STYLES[item.verdict]),
                Part(display_text(item.why) or NOTHING, "warn" if item.warning else ""),
            ),
        )
        for item in items
    ]
    return Report(columns, rows, f"No {noun}s", len(rows))


class PlanScreen(ModalScreen[str | None]):
    """What an action would do to each account; nothing is done until ``y``, which gives the reason back.

    Enter and Esc both leave everything as it is: a key pressed in a hurry must not send a thousand mails. For
    many accounts their number has to be typed before ``y``.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "close(True)", show=False),
        Binding("n,escape,enter,q", "close(False)", show=False),
        Binding("question_mark", "app.page('acting')", show=False),
        Binding("e", "reason", show=False),
        Binding("t", "mail", show=False),
    ]

    def __init__(self, plan: Planned, note: str, confirm_over: int, mail: Preview | None) -> None:
        super().__init__()
        self._plan = plan
        self._note = note
        self._mail = mail
        self._typed = ""
        self._limit = confirm_over

    @property
    def _wants_number(self) -> bool:
        return len(self._plan.todo) > self._limit

    def compose(self) -> ComposeResult:
        """Lay out title, accounts and the question."""
        with Vertical(id="dialog"):
            yield Line(id="plan-title")
            yield Line(id="plan-note")
            yield RecordTable(id="plan-items")
            yield Pane(id="plan-whole")
            with Horizontal(id="plan-reason"):
                yield Line(id="plan-reason-name")
                yield TextLine(self._plan.reason, id="reason", compact=True, max_length=300, select_on_focus=False)
            yield Line(id="plan-keys")

    @on(RecordTable.Moved)
    def _show_whole(self) -> None:
        """Write what the plan says of the one under the cursor, where the list has no room for all of it."""
        pane, row = self.query_one("#plan-whole", Pane), self.query_one("#plan-items", RecordTable).current
        why = row.cells[-1] if row else Part("")
        pane.show(wrapped(why.text, pane.size.width - 1, why.style))

    def on_resize(self) -> None:
        """Wrap it anew."""
        self.call_after_refresh(self._show_whole)

    def on_mount(self) -> None:
        """Fill in the plan."""
        self.query_one("#plan-reason").display = bool(self._plan.reason)
        self.query_one("#plan-reason-name", Line).show([Part("Reason:", "dim")])
        todo, verb = len(self._plan.todo), self._plan.verb
        rest = len(self._plan.items) - todo
        left_out = f", {counted(rest, verb.noun)} left as is" if rest else ""
        self.query_one("#plan-title", Line).show([Part(f"{verb.title}: {counted(todo, verb.noun)}{left_out}", "title")])
        many = f"{over_the_limit(todo, self._limit, verb.noun)}. " if self._wants_number else ""
        self.query_one("#plan-note", Line).show([Part(many, "warn"), Part(display_text(self._note), "dim")])
        self.query_one("#plan-items", RecordTable).show(items_report(verb.noun, self._plan.items), None)
        self._ask()

    def _ask(self) -> None:
        number = [Part("number ", "warn"), Part(f"{self._typed or '_'}  ", "accent")] if self._wants_number else []
        if self._writes:
            self.query_one("#plan-keys", Line).show(
                [Part("enter", "key"), Part(" back to the plan, nothing is done yet")]
            )
            return
        question = [*number, Part("y", "key"), Part(f" {self._plan.verb.title.lower()}  ")]
        more = [Part("e", "key"), Part(" reason  "), *([Part("t", "key"), Part(" text  ")] if self._mail else [])]
        self.query_one("#plan-keys", Line).show([*question, *more, Part("esc", "key"), Part(" cancel")])

    def on_key(self, event: Key) -> None:
        """Take digits as the number that has to be typed."""
        if self._wants_number and not self._writes and (event.key.isdecimal() or event.key == "backspace"):
            event.stop()
            self._typed = self._typed[:-1] if event.key == "backspace" else (self._typed + event.key)[:9]
            self._ask()

    @property
    def _writes(self) -> bool:
        return self.focused is self.query_one("#reason", TextLine)

    def action_reason(self) -> None:
        """Take the reason: the journal keeps it, and a suspended account tells it."""
        self.query_one("#plan-reason").display = True
        self.query_one("#reason", TextLine).focus()

    def action_mail(self) -> None:
        """Show the first mail that would leave."""
        if self._mail:
            self.app.push_screen(MailScreen(self._mail))

    @on(DescendantFocus)
    def _focus_moved(self) -> None:
        self._ask()

    @on(TextLine.Submitted)
    def _back_to_plan(self) -> None:
        self.query_one("#plan-reason").display = bool(self.query_one("#reason", TextLine).value.strip())
        self.query_one("#plan-items", RecordTable).focus()

    def action_close(self, confirmed: bool) -> None:
        """End with an answer; without the right number there is no yes. From the reason one comes back to the plan."""
        line = self.query_one("#reason", TextLine)
        if self._writes:
            self._back_to_plan()
        elif confirmed and self._wants_number and self._typed != str(len(self._plan.todo)):
            self._ask()
        else:
            self.dismiss(line.value.strip() if confirmed else None)
