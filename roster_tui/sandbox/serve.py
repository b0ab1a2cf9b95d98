"""The simulated Clever on a port: in the foreground, or as a child process of a demo."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from roster_tui.errors import RosterError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from roster_tui.sandbox.faults import Fault

HOST = "127.0.0.1"
_READY_WITHIN = 30.0
_ANSWERS_END_WITHIN = 2
"""Seconds that an interrupted service gives the answers under way."""


class PortTaken(RosterError):
    """The wanted port cannot be used."""

    def __init__(self, port: int, why: str) -> None:
        self.port = port
        super().__init__(f"port {port} on {HOST} is not free ({why}). Choose another with --port")


def listening_socket(port: int) -> socket.socket:
    """Return a socket that listens on loopback; 0 takes any free port. Raises `PortTaken`.

    A first request waits in its queue until somebody answers.
    """
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
        sock.listen()
    except (OSError, OverflowError) as error:
        sock.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise PortTaken(port, reason.lower()) from error
    return sock


def base_url(sock: socket.socket) -> str:
    """Return where the service on this socket is reached."""
    return f"http://{HOST}:{sock.getsockname()[1]}"


def serve(store: Path, sock: socket.socket, faults: Iterable[Fault] = ()) -> None:
    """Serve a district until interrupted, with these faults from the start."""
    import uvicorn

    from roster_tui.sandbox.service import Service
    from roster_tui.sandbox.store import Store

    held = Store(store)
    try:
        service = Service(held)
        for fault in faults:
            service.faults.add(fault)
        config = uvicorn.Config(
            _ends_quietly(service.app()),
            log_level="warning",
            access_log=False,
            lifespan="off",
            # The service tells the time itself, by a clock that a fault may set wrong.
            date_header=False,
            timeout_graceful_shutdown=_ANSWERS_END_WITHIN,
        )
        uvicorn.Server(config).run(sockets=[sock])
    finally:
        held.close()


def _ends_quietly(app: ASGIApp) -> ASGIApp:
    async def until_cancelled(scope: Scope, receive: Receive, send: Send) -> None:
        # Only the end of the service cancels an answer; whoever pressed Ctrl-C needs no traceback.
        with suppress(asyncio.CancelledError):
            await app(scope, receive, send)

    return until_cancelled


@contextmanager
def child(store: Path, port: int = 0) -> Iterator[str]:
    """Serve a district from a child process while the block runs; yields its base URL.

    The child ends with its parent however that dies: it reads its standard input, which closes then.
    Raises `PortTaken`.
    """
    sock = listening_socket(port)
    with sock:
        process = subprocess.Popen(
            [sys.executable, "-m", "roster_tui.sandbox", str(store), str(sock.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[sock.fileno()],
        )
        url = base_url(sock)
    try:
        yield url
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(timeout=_READY_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
