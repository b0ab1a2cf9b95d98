"""What is said of a setting that cannot be used."""

from __future__ import annotations


class SettingsError(Exception):
    """A setting that cannot be used; says which, where it stands and what is expected."""
