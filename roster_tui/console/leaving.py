"""Leaving when told to, and when there is no terminal any more: what is in hand ends first."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from typing import Any

from textual.app import App

_LOOK_EVERY_SECONDS = 1.0
_GRACE_SECONDS = 15.0
"""So long work in hand may go on without a terminal; what is cut off is in doubt, and settled at the next start."""


def leave_when_told(app: App[Any]) -> None:
    """Leave at SIGTERM, at SIGHUP, and when the terminal is gone without a word; call it on the event loop."""
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signum, app.exit, None, 128 + signum)
    # A thread, since the event loop waits for ever once nobody takes what it draws.
    threading.Thread(target=_leave_without_terminal, args=(app, loop), name="terminal", daemon=True).start()


def _leave_without_terminal(app: App[Any], loop: asyncio.AbstractEventLoop) -> None:
    while os.isatty(0):
        time.sleep(_LOOK_EVERY_SECONDS)
    # What is still read or drawn until the end must neither fail nor wait.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 2)
    code = 128 + signal.SIGHUP
    loop.call_soon_threadsafe(app.exit, None, code)
    time.sleep(_GRACE_SECONDS)
    os._exit(code)
