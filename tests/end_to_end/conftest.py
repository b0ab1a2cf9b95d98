"""Processes that are killed, and the console on a real terminal."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

KILLS = int(os.environ.get("KILLS", "8"))
"""How often each kind of work is killed; a long run sets more."""

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["roster_tui.sync", "roster_tui.demo", "roster_tui.accounts.act", "tests.conftest"])


class Victim:
    """Work in a process of its own that tells how far it is, until it is killed."""

    def __init__(self, work: Callable[..., None], *arguments: Any) -> None:
        self._told, telling = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=_run, args=(work, telling, arguments))
        self._process.start()
        telling.close()
        self.heard: list[str] = []

    def killed(self, after: str, within: float, draw: random.Random) -> list[str]:
        """Kill it at a random moment after it has told something; returns all that it told."""
        while after and after not in self.heard:
            try:
                self.heard.append(self._told.recv_bytes().decode())
            except EOFError:
                break
        time.sleep(draw.uniform(0, within))
        self._process.kill()
        self._process.join()
        try:
            while True:
                self.heard.append(self._told.recv_bytes().decode())
        except EOFError:
            pass
        self._told.close()
        self._process.close()
        return self.heard


def _run(work: Callable[..., None], telling: Connection, arguments: tuple[Any, ...]) -> None:
    work(lambda what: telling.send_bytes(what.encode()), *arguments)
    telling.send_bytes(b"done")
