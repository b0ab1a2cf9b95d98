"""The keys of a view: what each does, why not now, and what its filter understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from roster_tui.actions import VIEWS, Context, Danger, key_name
from roster_tui.console.dialogs import TextScreen
from roster_tui.console.lines import Part, Parts, wrapped
from roster_tui.console.places import LISTED
from roster_tui.keymap import Keymap
from roster_tui.roster.changes import FIELDS as CHANGE_FIELDS
from roster_tui.roster.fields import FIELDS


class HelpScreen(TextScreen):
    """Every key, what it does, and what the filter understands here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "app.pop_screen", show=False),
        Binding("K", "pages", show=False),
    ]
    KEYS = (*TextScreen.KEYS, ("K", "pages on every job"))

    def __init__(self, context: Context, keymap: Keymap, read_pages: Callable[[], None]) -> None:
        super().__init__()
        self._read_pages = read_pages
        self._about = context
        self._keymap = keymap

    def text_lines(self, width: int) -> list[Parts]:
        """Return the keys."""
        return help_lines(self._about, width, self._keymap)

    def action_pages(self) -> None:
        """Show the help pages instead."""
        self.app.pop_screen()
        self._read_pages()


_MOVING = (
    ("↑ ↓ j k", "Move the cursor"),
    ("pgup pgdn", "Move by pages"),
    ("home end g G", "First and last row"),
)
_GRADES = {
    Danger.READ: "",
    Danger.REVERSIBLE: " (can be undone)",
    Danger.BULK: " (shows its plan first)",
    Danger.IRREVERSIBLE: " (shows its plan first; cannot be undone)",
}


_KEY_ROOM = 16
"""Columns that the keys take before what they do."""


def help_lines(context: Context, width: int, keymap: Keymap) -> list[Parts]:
    """Return the help for a view, from the table of actions and the fields of its filter."""
    lines: list[Parts] = [[Part(f"{VIEWS[context.view]}: keys", "title")], []]
    for key, text in _MOVING:
        lines += _entry(key, text, width)
    if keymap.counting:
        first = keymap.counting[0]
        begins = ", ".join(keymap.counting)
        lines += _entry(f"{first}5 j  {first}20 G", f"Five down; row twenty. A count begins with {begins}", width)
    for action in keymap.offered(context):
        lines += _entry(key_name(action.key), f"{action.help}{_GRADES[action.danger]}", width)
        if action.command:
            lines.append([Part(" " * _KEY_ROOM), Part(f"roster-tui {action.command}", "dim")])
        if reason := action.reason(context):
            lines += [
                [Part(" " * _KEY_ROOM), *line] for line in wrapped(f"not now: {keymap.told(reason)}", width - _KEY_ROOM)
            ]
    if context.view in LISTED:
        lines += [[], [Part("Filter", "title")], []]
        lines += wrapped('words match anywhere; field:value; -not; "two words"; numbers take > >= < <=', width)
        for name, field in FIELDS[LISTED[context.view].name].items():
            lines += _entry(f"{name}:", field.help, width)
    elif context.view == "changes":
        lines += [[], [Part("Filter", "title")], []]
        lines += wrapped("words match the record's name, but never a student's; field:value; -not", width)
        for name, kind in CHANGE_FIELDS.items():
            lines += _entry(f"{name}:", ", ".join(kind.choices) or "the beginning of a field's name", width)
    return lines


def _entry(key: str, text: str, width: int) -> list[Parts]:
    first, *rest = wrapped(text, width - _KEY_ROOM)
    return [[Part(f"  {key:<{_KEY_ROOM - 2}}", "key"), *first], *([Part(" " * _KEY_ROOM), *line] for line in rest)]
