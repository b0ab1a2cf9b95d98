"""What one sync changed: a line a field, before and after, read by page as they are shown."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence

from roster_tui.before_after import field_change, field_changes, sign
from roster_tui.console.columns import Column, Row
from roster_tui.console.lines import Part, Parts, wrapped
from roster_tui.console.runs import STYLES
from roster_tui.console.sources import unread
from roster_tui.keymap import keys_of
from roster_tui.present import counted, number, subject_label
from roster_tui.roster import changes, history
from roster_tui.roster.changes import Change, Line
from roster_tui.roster.filter import Filter
from roster_tui.workspace import Workspace

_PAGE = 64
_PAGES_KEPT = 32
_COLUMNS = (
    Column("", 1),
    Column("Type", 8),
    Column("Record", 16, share=3),
    Column("Field", 9, share=1),
    Column("Before", 12, share=3),
    Column("After", 12, share=3),
)


class ChangesSource:
    """The lines of a run's changes that pass a filter."""

    columns = _COLUMNS

    def __init__(self, db: sqlite3.Connection, lines: Sequence[Line], total: int, why_empty: str) -> None:
        self._db = db
        self._lines = lines
        self._why_empty = why_empty
        shown = len({line.change for line in lines})
        self.counted: str = (
            counted(shown, "change") if shown == total else f"{number(shown)} of {number(total)} changes"
        )
        """How many records pass, of how many that were changed."""
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def row(self, position: int) -> Row | None:
        """Return a line, reading its page when it is not in hand."""
        page = position // _PAGE
        if page not in self._pages:
            try:
                self._pages[page] = self._read(self._lines[page * _PAGE : (page + 1) * _PAGE])
            except sqlite3.Error:
                return unread(_key(self._lines[position]), len(_COLUMNS))
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        return self._pages[page][position % _PAGE]

    def _read(self, lines: Sequence[Line]) -> list[Row]:
        found = changes.numbered(self._db, sorted({line.change for line in lines}))
        return [_row(line, found.get(line.change)) for line in lines]

    def position(self, key: int | str) -> int | None:
        """Return the place of a line."""
        change, _, field = str(key).partition(" ")
        try:
            return self._lines.index(Line(int(change), field or None))
        except ValueError:
            return None

    def empty(self) -> str:
        """Say why there is nothing."""
        return self._why_empty


def _key(line: Line) -> str:
    return f"{line.change} {line.field or ''}"


def _row(line: Line, change: Change | None) -> Row:
    if change is None:
        return Row(_key(line), "change", (*(Part("") for _ in _COLUMNS[:-1]), Part("no longer kept", "dim")))
    name, before, after = field_change(change, line.field) if line.field else ("", "", "")
    if line.field is None:
        before, after = ("", "new") if change.what == "added" else ("was there", "gone")
    style = STYLES[change.what]
    cells = (
        Part(sign(change), style),
        Part(change.kind.name, "dim"),
        Part(subject_label(change.kind.name, change.label)),
        Part(name, "dim"),
        Part(before, "" if line.field else "dim"),
        Part(after, "" if line.field else style),
    )
    return Row(_key(line), "change", cells, clever_id=change.clever_id)


def source(workspace: Workspace, pages: sqlite3.Connection, run: int | None, wanted: Filter) -> ChangesSource:
    """Return the changes of a run, of the latest that was applied without one; half a second for 100,000."""
    with workspace.cache.reading() as db:
        run = latest(db) if run is None else run
        found = changes.lines(db, run, wanted) if run else []
        total = changes.total(db, run) if run else 0
    why_empty = "This sync changed nothing, or what it changed is no longer kept."
    if wanted.conditions:
        why_empty = keys_of(workspace.settings.console).told("No change passes this filter.\n{nav.back} clears it.")
    return ChangesSource(pages, found, total, why_empty)


def latest(db: sqlite3.Connection) -> int | None:
    """Return the number of the run that was applied last."""
    return next((run.id for run in history.runs(db, 1, state="applied")), None)


def change_lines(workspace: Workspace, key: str, width: int) -> list[Parts]:
    """Return everything about the change of a line: all its fields in full."""
    with workspace.cache.reading() as db:
        change = changes.numbered(db, [int(key.partition(" ")[0])]).get(int(key.partition(" ")[0]))
    if change is None:
        return [[Part("This change is no longer kept", "dim")]]
    label = subject_label(change.kind.name, change.label)
    lines: list[Parts] = [
        [Part(f"{sign(change)} ", STYLES[change.what]), Part(f"{label}: {change.kind.name} {change.what}", "title")],
        [Part("Clever ID    ", "dim"), Part(change.clever_id)],
    ]
    for each in field_changes(change):
        lines.append([Part(each.field, "dim")])
        told = (each.before,) if change.what == "removed" else (f"- {each.before}", f"+ {each.after}")
        for text in told:
            lines += [[Part("  "), *line] for line in wrapped(text, max(10, width - 2))]
    return lines
