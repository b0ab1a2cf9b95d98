"""Which key does what: the keys of the action table under the operator's own. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from roster_tui.actions import ACTIONS, BY_ID, KEY_NAMES, VIEWS, Action, Context, Danger, key_name
from roster_tui.errors import USAGE, RosterError

if TYPE_CHECKING:
    from roster_tui.settings.sections import ConsoleSettings

MOVING_KEYS = frozenset({"up", "k", "down", "j", "pageup", "ctrl+b", "pagedown", "ctrl+f", "home", "g", "end", "G"})
"""They move the cursor in every list, so no action can have them."""
_NAMED = re.compile(rf"\{{({'|'.join(map(re.escape, BY_ID))})\}}")
DIGIT_KEYS = "0123456789"
_BY_NAME = {name: key for key, name in KEY_NAMES.items()}


class KeysError(RosterError):
    """Keys of the settings that cannot be used; says which, and why."""

    exit_code = USAGE


@dataclass(frozen=True)
class Keymap:
    """The actions with the keys that they have for this operator."""

    actions: tuple[Action, ...] = ACTIONS

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that does something."""
        return tuple(dict.fromkeys(action.key for action in self.actions if action.key))

    def key(self, action_id: str) -> str:
        """Return the key of an action; empty when it has none."""
        return next(action.key for action in self.actions if action.id == action_id)

    def told(self, text: str) -> str:
        """Return a text of ours with the keys of this operator: ``{sync.run}`` in it is the key of that action."""
        return _NAMED.sub(lambda found: self._named(found[1]), text)

    def _named(self, action_id: str) -> str:
        action = next(action for action in self.actions if action.id == action_id)
        return key_name(action.key) if action.key else f'"{action.title}" in the palette'

    @property
    def counting(self) -> str:
        """The digits that begin a count before a motion: those that stand for no action."""
        return "".join(digit for digit in DIGIT_KEYS if digit not in self.keys)

    def offered(self, context: Context) -> list[Action]:
        """Return the actions of a view, whether or not they can be done right now."""
        return [
            action
            for action in self.actions
            if context.view in action.views
            and (action.danger is Danger.READ or not (context.read_only or context.operator_role == "viewer"))
        ]

    def meant_by(self, key: str, view: str) -> Action | None:
        """Return what a key stands for in a view; where it stands for nothing there, what it does elsewhere."""
        same_key = [action for action in self.actions if action.key == key]
        return next((action for action in same_key if view in action.views), next(iter(same_key), None))


def keys_of(settings: ConsoleSettings) -> Keymap:
    """Return the keymap that the settings describe; worked out once. Raises `KeysError`."""
    return _worked_out(tuple(sorted(settings.keys.items())))


@lru_cache(maxsize=8)
def _worked_out(own: tuple[tuple[str, str], ...]) -> Keymap:
    return keymap(dict(own))


def keymap(own: Mapping[str, str]) -> Keymap:
    """Return the keymap with the operator's own keys, by action id; an empty key takes an action's key away.

    Raises `KeysError` for an unknown action, a key that moves the cursor, or one key for two actions of a view.
    """
    if unknown := [name for name in own if name not in BY_ID]:
        raise KeysError(f"console.keys: there is no action {unknown[0]}. The README and ? name them")
    actions = tuple(replace(action, key=_key(own[action.id])) if action.id in own else action for action in ACTIONS)
    for action in actions:
        if action.key in MOVING_KEYS:
            raise KeysError(f"console.keys: {action.id} cannot have {action.key}, which moves the cursor")
    for view in VIEWS:
        taken: dict[str, Action] = {}
        for action in actions:
            if not action.key or view not in action.views:
                continue
            if (other := taken.setdefault(action.key, action)) is not action:
                raise KeysError(f"console.keys: {action.id} and {other.id} both have {action.key} in {view}")
    return Keymap(actions)


def _key(name: str) -> str:
    """Return a key as Textual names it, from how people write it."""
    return _BY_NAME.get(name, name)
