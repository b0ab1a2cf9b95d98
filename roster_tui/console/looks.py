"""How one console looks, and when it looks at nobody: its theme, and the blank screen."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roster_tui.console.app import RosterApp

LOCK = "lock"
"""The id of the blank screen."""


def styles_folder() -> Path:
    """Return where the stylesheets are: in the package when installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "styles"
    return installed if installed.is_dir() else package.parent / "styles"


class Looks:
    """Theme and lock of one console."""

    def __init__(self, app: RosterApp) -> None:
        self._app = app
        self._themes: dict[str, str] = {}
        self.last_input = time.monotonic()
        """When somebody touched a key or the mouse last."""

    @property
    def locked(self) -> bool:
        """Whether the screen is blank."""
        return self._app.screen.id == LOCK

    def wear(self, name: str) -> None:
        """Show everything in a theme, by the name that the settings have for it."""
        self._app.theme = next(theme for theme, called in self._learnt().items() if called == name)

    def next_theme(self) -> None:
        """Show everything in the next theme, and say how to begin with it."""
        themes = self._learnt()
        names = list(themes)
        self._app.theme = names[(names.index(self._app.theme) + 1) % len(names)]
        shown = themes[self._app.theme]
        self._app.tell(f'Theme {shown}. To begin with it: theme = "{shown}" under [console] in the settings')

    def _learnt(self) -> dict[str, str]:
        """Return what we call each theme; the file is read when one is asked for first."""
        if not self._themes:
            from roster_tui.console.themes import OWN_NAMES, read_themes

            read = read_themes(styles_folder())
            for theme in read.values():
                self._app.register_theme(theme)
            self._themes = OWN_NAMES | {name: name for name in read}
        return self._themes

    def lock_when_idle(self) -> None:
        """Blank the screen when nobody has been there for as long as the settings say."""
        if time.monotonic() - self.last_input > 60 * self._app.workspace.settings.console.lock_minutes:
            self.lock()

    def lock(self) -> None:
        """Blank the screen, toasts and all, until somebody comes back."""
        from roster_tui.console.locking import LockScreen

        if not self.locked:
            self._app.clear_notifications()
            self._app.browser.hide()
            self._app.push_screen(LockScreen(self._app.workspace.settings.operator_name))
