"""What a sync changed of one record, as display text; of a student nothing that can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from roster_tui.present import NOTHING, counted, display_text, masked
from roster_tui.roster.changes import Change
from roster_tui.roster.kinds import STUDENT

_MOST_NAMED = 3
_SIGNS = {"added": "+", "updated": "~", "removed": "-"}


class FieldChange(NamedTuple):
    """One field, before and after."""

    field: str
    before: str
    after: str


def sign(change: Change) -> str:
    """Return ``+``, ``~`` or ``-``."""
    return _SIGNS[change.what]


def field_changes(change: Change) -> Iterator[FieldChange]:
    """Yield every field that changed; of a removed record what it was, and of an added one nothing."""
    for name in change.before if change.what == "removed" else change.after:
        told = field_change(change, name)
        if (told.before, told.after) != (NOTHING, NOTHING):
            yield told


def field_change(change: Change, name: str) -> FieldChange:
    """Return one field; of a class list how many left and came, since who they are stands nowhere."""
    before, after = change.before.get(name), change.after.get(name)
    title = name.removesuffix("_ids").replace("_", " ") + ("s" if name.endswith("_ids") else "")
    told = FieldChange(title, _told(change, name, before, "left"), _told(change, name, after, "came"))
    if told.before == told.after != NOTHING and change.names:
        # One name, two records: a teacher under the old ID and under the new one.
        by_id = change._replace(names={each: f"{called} ({each[:8]})" for each, called in change.names.items()})
        return FieldChange(title, _told(by_id, name, before, "left"), _told(by_id, name, after, "came"))
    return told


def _told(change: Change, name: str, value: Any, word: str) -> str:
    if value is None or value in ("", []):
        return NOTHING
    if isinstance(value, list):
        if name == "student_ids":
            return f"{counted(len(value), 'student')} {word}" if change.what == "updated" else str(len(value))
        named = [display_text(change.names.get(each, each)) for each in value[:_MOST_NAMED]]
        more = len(value) - len(named)
        return "; ".join(named) + (f" and {more:,} more" if more else "")
    text = change.names.get(value, value) if isinstance(value, str) else value
    return masked(str(text)) if change.kind is STUDENT and text is value else display_text(text)
