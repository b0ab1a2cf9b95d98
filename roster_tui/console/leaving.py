"""Leaving when told to, and when there is no terminal any more: what is in hand ends first."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from textual.app import App

_LOOK_EVERY_SECONDS = 2.0


def leave_when_told(app: App[Any]) -> None:
    """Leave at SIGTERM, at SIGHUP, and when the terminal is gone without a word; call it on the event loop."""
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signum, app.exit, None, 128 + signum)

    def look() -> None:
        if not os.isatty(0):
            watch.stop()
            _let_go_of_the_terminal()
            app.exit(None, 128 + signal.SIGHUP)

    watch = app.set_interval(_LOOK_EVERY_SECONDS, look)


def _let_go_of_the_terminal() -> None:
    """Wait for keys that never come, and write to nowhere: a terminal that is gone is always ready to be read."""
    silence, _ = os.pipe()
    os.dup2(silence, 0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
