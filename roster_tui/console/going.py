"""What is typed after ``:``, from anywhere: a view with its filter, a school, a person. Pure but for the lookup."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from roster_tui.actions import VIEWS
from roster_tui.console.places import LISTED, Place
from roster_tui.findings.catalog import CODES
from roster_tui.findings.model import Severity
from roster_tui.ledger import SavedFilter
from roster_tui.roster.fields import field_types
from roster_tui.roster.filter import FilterError, parse

SINGULAR: Mapping[str, str] = {"school": "schools", "teacher": "teachers", "section": "sections"}
"""A record's kind, for going to one by name."""


class School(NamedTuple):
    """A school that a name was looked up for."""

    key: int
    name: str


NO_FILTERS: Mapping[str, SavedFilter] = {}
FindSchools = Callable[[str], Sequence[School]]
"""The schools whose names hold some words."""


def destination(text: str, schools: FindSchools, filters: Mapping[str, SavedFilter] = NO_FILTERS) -> Place:
    """Return the place that ``text`` means: ``teachers glover``, ``school City``, ``conflicts high``, or a name.

    A name may be that of a saved filter, or else a person's. Raises `FilterError` with the place of the mistake.
    """
    called = next((name for name in filters if name.casefold() == text.strip().casefold()), None)
    if called is not None:
        try:
            return saved_place(filters[called])
        except FilterError as error:
            raise FilterError(f"the saved filter cannot be used: {error.message}", 0, len(text)) from None
    name, _, rest = text.strip().partition(" ")
    name, rest = name.lower(), rest.strip()
    start = text.find(rest) if rest else len(text)
    if name == "school" and rest and len(found := schools(rest)) == 1:
        return Place("teachers", (VIEWS["schools"], found[0].name), within=("school", found[0].key))
    view = SINGULAR.get(name, name)
    if view == "conflicts":
        return Place(view, narrowed=_narrowed(rest, start))
    if view == "trackers":
        return Place(view, narrowed=rest)
    if view in LISTED:
        return _filtered(view, rest, start)
    if view in VIEWS:
        if rest:
            raise FilterError(f"{view} takes nothing behind it", start, len(text))
        return Place(view)
    if not name:
        raise FilterError(f"say where to: {', '.join(VIEWS)}, or a name", 0, len(text))
    return _filtered("teachers", text, 0)


def saved_place(saved: SavedFilter) -> Place:
    """Return where a saved filter leads. Raises `FilterError` when it does not hold any more."""
    if saved.view not in LISTED:
        raise FilterError(f"there is no list of {saved.view}", 0, len(saved.text))
    return _filtered(saved.view, saved.text, 0)


def _filtered(view: str, text: str, start: int) -> Place:
    try:
        return Place(view, filter_text=text, filter=parse(text, field_types(LISTED[view])))
    except FilterError as error:
        raise FilterError(error.message, error.start + start, error.end + start) from None


def _narrowed(text: str, start: int) -> str:
    """Return a severity or the beginning of codes. Raises `FilterError` when there is no such finding."""
    wanted = text.lower()
    if wanted and wanted.upper() not in Severity.__members__ and not any(code.startswith(wanted) for code in CODES):
        known = ", ".join(severity.name.lower() for severity in sorted(Severity, reverse=True))
        raise FilterError(f"no severity and no finding is called so ({known}, or a code)", start, start + len(text))
    return wanted


def completed(text: str, schools: FindSchools, filters: Mapping[str, SavedFilter] = NO_FILTERS) -> str | None:
    """Return the text with what was begun finished, or None when nothing is known to go on with."""
    name, blank, rest = text.partition(" ")
    known = (*(() if blank else (*SINGULAR, *VIEWS)), *sorted(filters))
    if text and (found := next((each for each in known if _begins(each, text)), None)):
        return f"{text}{found[len(text) :]}"
    if name.lower() == "school" and rest:
        return next((f"{name} {each.name}" for each in schools(rest) if _begins(each.name, rest)), None)
    if name.lower() == "conflicts" and rest:
        words = (*(severity.name.lower() for severity in Severity), *CODES)
        return next((f"{name} {word}" for word in words if word.startswith(rest.lower())), None)
    return None


def _begins(name: str, words: str) -> bool:
    return name.lower().startswith(words.lower())
