"""The settings file: whether it is there, and whose word it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from roster_tui.doctor.checks import Check, failed, ok
from roster_tui.doctor.modes import OTHERS_WRITE, mode_of
from roster_tui.present import display_text
from roster_tui.settings import ENVIRONMENT_PREFIX


def check_settings(file: Path, environ: Mapping[str, str], problem: str = "") -> Check:
    """Return whether the settings can be used; ``problem`` is what reading them said."""
    if problem:
        return failed("settings", display_text(problem), f"Mend it in {file}, or in the environment")
    if (mode_of(file) or 0) & OTHERS_WRITE:
        # A command in it runs as whoever opens the console.
        return failed("settings", f"others can write to {file}", f"Run: chmod 600 {file}")
    names = sorted(name for name in environ if name.startswith((ENVIRONMENT_PREFIX, "CLEVER_")))
    beside = f"; also {', '.join(display_text(name, 60) for name in names)}" if names else ""
    there = str(file) if file.exists() else f"no file at {file}: the defaults hold"
    return ok("settings", f"{there}{beside}")
