"""The screen that shows a held sync: why, whom it would suspend, who leaves, and who only has another SIS ID."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from roster_tui.console.columns import Column, Row
from roster_tui.console.lines import Line, Part
from roster_tui.console.reports import Report
from roster_tui.console.table import RecordTable
from roster_tui.findings.model import Subject
from roster_tui.present import NOTHING, counted, display_text, number, subject_label, subject_sis_id
from roster_tui.sync.affected import Departures
from roster_tui.sync.hold import Review

MOST = 500
"""Names of each group; its heading says how many there are, and `hold show --limit` names them all."""


class ReviewScreen(ModalScreen[bool]):
    """Who a held sync would affect; nothing is done until ``y``.

    Enter and Esc both leave everything as it is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "close(True)", show=False),
        Binding("n,escape,enter,q", "close(False)", show=False),
        Binding("question_mark", "app.page('held-sync')", show=False),
    ]

    def __init__(self, review: Review, question: str) -> None:
        super().__init__()
        self._review = review
        self._question = question

    def compose(self) -> ComposeResult:
        """Lay out title, reasons, people and the question."""
        with Vertical(id="dialog"):
            yield Line(id="plan-title")
            yield Line(id="plan-note")
            yield RecordTable(id="plan-items")
            yield Line(id="plan-keys")

    def on_mount(self) -> None:
        """Fill in the review."""
        run = self._review.run
        self.query_one("#plan-title", Line).show([Part(f"Run {run.id} is held: {self._question} it?", "title")])
        self.query_one("#plan-note", Line).show([Part(f"digest {self._review.digest}", "dim")])
        self.query_one("#plan-items", RecordTable).show(review_report(self._review), None)
        question = [Part("y", "key"), Part(f" {self._question}   "), Part("enter esc n", "key"), Part(" leave it held")]
        self.query_one("#plan-keys", Line).show(question)

    def action_close(self, confirmed: bool) -> None:
        """End with an answer."""
        self.dismiss(confirmed)


def review_report(review: Review) -> Report:
    """Return the rows of a review, in groups with headings."""
    columns = (Column("Who", 20, share=2), Column("SIS ID", 12), Column("Becomes", 26, share=3))
    rows = [_heading(f"why-{place}", reason, "warn") for place, reason in enumerate(review.reasons)]
    rows += _group("suspended", "would be suspended", len(review.suspended), _suspended(review), "account")
    rows += _group("archiving", "would be archived", len(review.archiving), _archiving(review), "tracker")
    for each in review.departures:
        rows += _departures(each)
    return Report(columns, rows, "Nothing is removed", len(rows))


def _suspended(review: Review) -> list[Row]:
    return [
        _row(f"suspended {account.id}", display_text(account.name), display_text(account.sis_id), str(account.cause))
        for account in review.suspended[:MOST]
    ]


def _archiving(review: Review) -> list[Row]:
    return [
        _row(f"archiving {each.section}", display_text(each.name), display_text(each.sis_id), each.cause.told)
        for each in review.archiving[:MOST]
    ]


def _departures(each: Departures) -> list[Row]:
    kind = each.kind.name
    gone = [
        _row(f"gone {who.clever_id}", subject_label(kind, who.label), subject_sis_id(kind, who.sis_id), "leaves")
        for who in each.leavers[:MOST]
    ]
    pairs = (
        ("rekeyed", "come again under another SIS ID", each.rekeyed),
        ("perhaps", "come again under another SIS ID, perhaps", each.possible),
    )
    found = [
        row
        for key, what, both in pairs
        for row in _group(f"{kind}-{key}", f"{kind}s {what}", len(both), _pairs(kind, key, both))
    ]
    leave = each.tally.removed - len(each.rekeyed) - len(each.possible)
    return [*found, *_group(f"{kind}-gone", f"{kind}s leave", leave, gone)]


def _pairs(kind: str, key: str, pairs: Sequence[tuple[Subject, Subject]]) -> list[Row]:
    return [
        _row(
            f"{key} {old.clever_id}",
            subject_label(kind, old.label),
            subject_sis_id(kind, old.sis_id),
            f"{subject_sis_id(kind, new.sis_id) or NOTHING}  {subject_label(kind, new.label)}",
        )
        for old, new in pairs[:MOST]
    ]


def _group(key: str, what: str, total: int, rows: Sequence[Row], noun: str = "") -> list[Row]:
    if not total:
        return []
    more = f", the first {number(len(rows))} shown" if len(rows) < total else ""
    title = f"{counted(total, noun) if noun else number(total)} {what}"
    return [_heading(key, f"{title}{more}"), *rows]


def _heading(key: str, text: str, style: str = "title") -> Row:
    return Row(key, "heading", (Part(f" {display_text(text)}", style),), heading=True)


def _row(key: str, who: str, sis_id: str, becomes: str) -> Row:
    return Row(key, "held", (Part(who), Part(sis_id or NOTHING, "dim"), Part(display_text(becomes))))
