"""Where things stand unless somebody says otherwise."""

from __future__ import annotations

from pathlib import Path

import platformdirs

APP = "roster-tui"


def demo_store(data_root: Path) -> Path:
    """Return where a demo keeps its simulated Clever; the file is there only in a demo's data folder."""
    return data_root / "sandbox.sqlite"


def config_path() -> Path:
    """Return where the settings file of this user stands or would stand."""
    return platformdirs.user_config_path(APP) / "config.toml"
