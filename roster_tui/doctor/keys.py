"""The operator's own keys: whether the console can open with them."""

from __future__ import annotations

from pathlib import Path

from roster_tui.doctor.checks import Check, failed, ok
from roster_tui.keymap import KeysError, keys_of
from roster_tui.present import counted, display_text
from roster_tui.settings.sections import ConsoleSettings


def check_keys(console: ConsoleSettings, file: Path) -> Check:
    """Return whether the keys of the settings can be used."""
    try:
        keys_of(console)
    except KeysError as error:
        return failed("keys", display_text(error), f"Mend [console.keys] in {file}; the console does not open before")
    own = len(console.keys)
    return ok("keys", f"{counted(own, 'action')} with keys of your own" if own else "the usual ones")
