"""The guard: no text leaves with a student's name, email, ID or birth date in it, checked against the roster itself."""

from __future__ import annotations

from roster_tui.support.guard.found import Hit
from roster_tui.support.guard.stand import check, redact

__all__ = ["Hit", "check", "redact"]
