"""Rows of schools, teachers and sections for the table: read by page from the cache, as they are shown."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from roster_tui.actions import VIEWS
from roster_tui.console.columns import Chosen, Column, Row
from roster_tui.console.lines import Part
from roster_tui.findings.catalog import CODES
from roster_tui.keymap import Keymap
from roster_tui.present import NOTHING, SEVERITY_SYMBOLS, display_text, number, state_label
from roster_tui.roster.kinds import SCHOOL, SECTION, TEACHER, Kind
from roster_tui.roster.read import AnyRow, SchoolRow, SectionRow, TeacherRow, rows
from roster_tui.roster.window import Window

_PAGE = 64
_PAGES_KEPT = 32
MOST_COPIED = 800
"""Rows that a terminal's clipboard may hold; one query reads them."""

STATE_STYLES = {"active": "good", "pending": "warn", "suspended": "bad"}
SEVERITY_STYLES = {3: "bad", 2: "warn", 1: "dim"}

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    SCHOOL.name: (
        Column("Name", 22, share=4, order="name"),
        Column("SIS ID", 9, order="sis"),
        Column("Teachers", 9, right=True, order="teachers"),
        Column("Sections", 9, right=True, order="sections"),
        Column("Students", 9, right=True, order="students"),
        Column("Findings", 8, share=1, order="findings"),
        Column("Clever ID", 24, order="id", extra=True),
    ),
    TEACHER.name: (
        Column("Name", 20, share=3, order="name"),
        Column("Email", 14, share=3, order="email"),
        Column("SIS ID", 8, share=1, order="sis"),
        Column("Sect", 5, right=True, order="sections", called="Sections"),
        Column("Account", 11, order="account"),
        Column("School", 18, share=2, from_width=110, order="school"),
        Column("Findings", 12, share=2, order="findings"),
        Column("Title", 12, share=1, order="title", extra=True),
        Column("Role", 12, share=1, order="role", extra=True),
        Column("Clever ID", 24, order="id", extra=True),
    ),
    SECTION.name: (
        Column("Name", 24, share=4, order="name"),
        Column("Teacher", 16, share=2, order="teacher"),
        Column("School", 14, share=2, from_width=100, order="school"),
        Column("SIS ID", 8, order="sis"),
        Column("Stud", 5, right=True, order="students", called="Students"),
        Column("Grade", 6, order="grade", from_width=100),
        Column("Term", 5, from_width=90, order="term"),
        Column("Findings", 12, share=2, order="findings"),
        Column("Course", 16, share=2, order="course", extra=True),
        Column("Subject", 12, share=1, order="subject", extra=True),
        Column("Period", 6, order="period", extra=True),
        Column("Tracker", 8, order="tracker", extra=True),
        Column("Clever ID", 24, order="id", extra=True),
    ),
}


def with_extras(kind: Kind, chosen: Chosen) -> bool:
    """Return whether somebody has chosen a column that rows do not have by themselves."""
    extras = {column.name for column in COLUMNS[kind.name] if column.extra}
    return any(not extras.isdisjoint(names) for names in chosen.values())


class RosterSource:
    """The rows of a window."""

    def __init__(
        self, db: sqlite3.Connection, window: Window, keys: Keymap, *, filtered: bool, extras: bool = False
    ) -> None:
        self.window = window
        self._keys = keys
        self._extras = extras
        self.columns = COLUMNS[window.listing.kind.name]
        self._db = db
        self._filtered = filtered
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()

    @property
    def count(self) -> int:
        """How many rows can be scrolled to: all that are known to be there."""
        return self.window.count

    def row(self, position: int) -> Row | None:
        """Return a row, reading its page when it is not in hand."""
        if position >= len(self.window.keys):
            return None
        page = position // _PAGE
        if page not in self._pages:
            try:
                self._pages[page] = self._read(page)
            except sqlite3.Error:
                # Nobody can be told of it while a frame is drawn; the next one tries again.
                return unread(self.window.keys[position], len(self.columns))
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        found = self._pages[page]
        at = position % _PAGE
        return found[at] if at < len(found) else _gone(self.window.keys[position], len(self.columns))

    def _read(self, page: int) -> list[Row]:
        keys = self.window.keys[page * _PAGE : (page + 1) * _PAGE]
        return shown_rows(self._db, self.window.listing.kind, keys, extras=self._extras)

    def position(self, key: int | str) -> int | None:
        """Return the place of a record among the keys that are known so far."""
        if not isinstance(key, int):
            return None
        try:
            return self.window.keys.index(key)
        except ValueError:
            return None

    def empty(self) -> str:
        """Say why there is nothing."""
        name = VIEWS[f"{self.window.listing.kind.name}s"].lower()
        if not self.window.exact:
            return f"Searching {number(self.window.total)} {name}."
        if self._filtered:
            return f"No {name} pass this filter.\n{self._keys.told('{nav.back} clears it, {list.filter} changes it.')}"
        if self.window.listing.within:
            return f"There are no {name} here.\n{self._keys.told('{nav.back} goes back.')}"
        return f"There are no {name} yet.\n{self._keys.told('{sync.run} fetches the roster from Clever.')}"


def shown_rows(db: sqlite3.Connection, kind: Kind, keys: Sequence[int], *, extras: bool = False) -> list[Row]:
    """Return records as the list shows them, in the order of their keys; ``extras`` gives them all columns."""
    found: dict[int, AnyRow] = {row.key: row for row in rows(db, kind, keys)}
    shown, more = _SHOWN[kind.name], _EXTRAS[kind.name]

    def whole(record: AnyRow) -> Row:
        row = shown(record)
        return replace(row, cells=(*row.cells, *more(record))) if extras else row

    return [whole(found[key]) if key in found else _gone(key, len(COLUMNS[kind.name])) for key in keys]


def unread(key: int | str, columns: int) -> Row:
    """Return a row for a record that cannot be read now."""
    return Row(key, "gone", (Part("(cannot be read now)", "bad"), *[Part("")] * (columns - 1)))


def _gone(key: int, columns: int) -> Row:
    """Return a row for a record that left the roster since the window was read."""
    return Row(key, "gone", (Part("(no longer in the roster)", "dim"), *[Part("")] * (columns - 1)))


def _text(value: Any, style: str = "") -> Part:
    text = display_text(value)
    return Part(text, style) if text else Part(NOTHING, "dim")


def findings_part(codes: tuple[str, ...]) -> Part:
    """Return the worst finding of a row with its symbol, and how many more there are."""
    known = sorted((CODES[code] for code in codes if code in CODES), key=lambda code: -code.severity)
    if not known:
        return Part("")
    more = f" +{len(known) - 1}" if len(known) > 1 else ""
    severity = known[0].severity
    return Part(f"{SEVERITY_SYMBOLS[severity]} {known[0].title}{more}", SEVERITY_STYLES[severity])


def _school(row: SchoolRow) -> Row:
    cells = (
        _text(row.name),
        _text(row.sis_id),
        Part(number(row.teachers)),
        Part(number(row.sections)),
        Part(number(row.students)),
        findings_part(row.findings),
    )
    return Row(row.key, SCHOOL.name, cells, clever_id=row.clever_id)


def _teacher(row: TeacherRow) -> Row:
    state = row.account.state if row.account else None
    pinned = bool(row.account and row.account.pinned)
    cells = (
        _text(row.name),
        _text(row.email),
        _text(row.sis_id),
        Part(number(row.sections)),
        Part(state_label(state, pinned), STATE_STYLES.get(state or "", "dim")),
        _text(", ".join(school.name or school.clever_id for school in row.schools)),
        findings_part(row.findings) if row.findings or row.in_data else Part("not in Clever's data", "dim"),
    )
    return Row(row.key, TEACHER.name, cells, state, row.clever_id)


def _section(row: SectionRow) -> Row:
    teachers = "; ".join(teacher.name or f"unknown {teacher.clever_id}" for teacher in row.teachers)
    cells = (
        _text(row.name),
        _text(teachers) if teachers else Part("none", "bad"),
        _text(row.school.name if row.school else None),
        _text(row.sis_id),
        Part(number(row.students)),
        _text(row.grade),
        _text(row.term),
        findings_part(row.findings),
    )
    return Row(row.key, SECTION.name, cells, clever_id=row.clever_id, tracker_state=row.tracker)


def _teacher_extras(row: TeacherRow) -> tuple[Part, ...]:
    return _text(row.title), _text(row.account.role if row.account else None), Part(row.clever_id, "dim")


def _section_extras(row: SectionRow) -> tuple[Part, ...]:
    told = (_text(row.course), _text(row.subject), _text(row.period), _text(row.tracker))
    return (*told, Part(row.clever_id, "dim"))


_EXTRAS: Mapping[str, Callable[[Any], tuple[Part, ...]]] = {
    SCHOOL.name: lambda row: (Part(row.clever_id, "dim"),),
    TEACHER.name: _teacher_extras,
    SECTION.name: _section_extras,
}
"""The cells of the columns that are shown only where somebody has chosen them."""

_SHOWN: Mapping[str, Callable[[Any], Row]] = {
    SCHOOL.name: _school,
    TEACHER.name: _teacher,
    SECTION.name: _section,
}
