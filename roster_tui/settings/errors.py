"""What is said of a setting that cannot be used."""

from __future__ import annotations

from roster_tui.errors import USAGE, RosterError


class SettingsError(RosterError):
    """A setting that cannot be used; says which, where it stands and what is expected."""

    exit_code = USAGE
