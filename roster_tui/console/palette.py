"""The command palette: every action of the view one is in, and every saved filter, found by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from roster_tui.actions import Action, key_name
from roster_tui.present import display_text

if TYPE_CHECKING:
    from roster_tui.console.app import RosterApp
    from roster_tui.ledger import SavedFilter


class ActionProvider(Provider):
    """The actions that are offered where the palette was opened."""

    async def discover(self) -> Hits:
        """Yield all of them."""
        for action in self._actions():
            yield DiscoveryHit(_display(action), partial(self._console.doing.act, action.id), help=self._help(action))
        for name, saved in self._filters.items():
            yield DiscoveryHit(_named(name, saved), partial(self._console.doing.go_to_filter, name))

    async def search(self, query: str) -> Hits:
        """Yield those whose title or help is like the query."""
        matcher = self.matcher(query)
        for action in self._actions():
            score = max(matcher.match(action.title), matcher.match(action.help) * 0.8)
            if score > 0:
                act = partial(self._console.doing.act, action.id)
                yield Hit(score, _display(action), act, help=self._help(action))
        for name, saved in self._filters.items():
            if (score := matcher.match(f"Filter {name}")) > 0:
                yield Hit(score, _named(name, saved), partial(self._console.doing.go_to_filter, name))

    @property
    def _console(self) -> RosterApp:
        return cast("RosterApp", self.app)

    @property
    def _filters(self) -> Mapping[str, SavedFilter]:
        return self._console.preferring.now.filters

    def _actions(self) -> list[Action]:
        return [
            action for action in self._console.keymap.offered(self._console.context()) if action.id != "app.palette"
        ]

    def _help(self, action: Action) -> str:
        reason = action.unavailable(self._console.context())
        return self._console.keymap.told(reason) if reason else action.help


def _named(name: str, saved: SavedFilter) -> Content:
    # All of it in the title: Textual reads the help of a hit as markup.
    return Content(display_text(f"Filter {name}  ({saved.view}: {saved.text})"))


def _display(action: Action) -> Content:
    return Content(f"{action.title}  ({key_name(action.key)})" if action.key else action.title)
