"""The console's themes, from the file beside the stylesheet."""

from __future__ import annotations

import tomllib
from pathlib import Path

from textual.theme import Theme

OWN_NAMES = {"textual-dark": "dark", "ansi-dark": "terminal"}
"""Textual's themes that we offer, by what we call them; so the usual start reads no file."""
FILE = "themes.toml"


def read_themes(styles: Path) -> dict[str, Theme]:
    """Return the themes of the file by name, in its order."""
    tables = tomllib.loads((styles / FILE).read_text(encoding="utf-8"))
    return {name: Theme(name=name, **values) for name, values in tables.items()}
