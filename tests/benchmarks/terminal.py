"""A process on a real pseudo-terminal: every piece it writes is kept with the moment it arrived.

The pieces are read as bytes and drawn by a terminal emulator only while the process is silent, so that watching
it does not slow it down.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

COLOURS = {"256 colours": "xterm-256color", "16 colours": "xterm-16color"}
QUIET_SECONDS = 0.2
"""A process that has written nothing for so long has finished its frame."""

Shows = Callable[["Terminal"], bool]


@dataclass(frozen=True)
class Piece:
    """What one read returned, and when (``time.monotonic``)."""

    at: float
    data: bytes


class Terminal:
    """A running process with a screen in front of it."""

    def __init__(
        self,
        command: list[str],
        *,
        width: int = 80,
        height: int = 24,
        term: str = COLOURS["256 colours"],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self.screen)
        self._pieces: list[Piece] = []
        self._drawn = 0
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=_surroundings(term) | dict(environment or {}),
        )
        os.close(theirs)
        self._fd = ours

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def press(self, keys: str) -> float:
        """Send keys, and return the moment just before."""
        at = time.monotonic()
        os.write(self._fd, keys.encode())
        return at

    def rest(self, quiet: float = QUIET_SECONDS) -> int:
        """Read until nothing has come for a while; returns the bytes that came."""
        count = 0
        while select.select([self._fd], [], [], quiet)[0] and (read := self._read()):
            count += read
        return count

    def wait(self, seconds: float) -> int:
        """Read for so long, whatever comes; returns the bytes that came."""
        count, ends = 0, time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            if select.select([self._fd], [], [], left)[0]:
                count += self._read()
        return count

    def until(self, shows: Shows, most: float = 60.0) -> float:
        """Return the moment at which the piece arrived that completed what is waited for.

        Raises TimeoutError with the screen when it does not come about.
        """
        ends = time.monotonic() + most
        while True:
            self.rest()
            while self._draw_next():
                if shows(self):
                    return self._pieces[self._drawn - 1].at
            if time.monotonic() > ends or self._process.poll() is not None:
                raise TimeoutError("the screen never showed it:\n" + "\n".join(self.lines))

    def draw(self) -> None:
        """Bring the screen up to date."""
        while self._draw_next():
            pass

    @property
    def received(self) -> list[bytes]:
        """Everything it has written so far."""
        return [piece.data for piece in self._pieces]

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def painted(self) -> bool:
        """Whether every cell has got a background: the first frame is complete."""
        columns, buffer = range(self.screen.columns), self.screen.buffer
        return all(buffer[y][x].bg != "default" for y in range(self.screen.lines) for x in columns)

    def resident(self) -> int:
        """Return the process's resident memory in bytes."""
        return int(_status(self._process.pid, "VmRSS")) * 1024

    def cpu_seconds(self) -> float:
        """Return the processor time it has used."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the process, as by ctrl+c, and by force when it does not."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._fd)

    def leave(self, keys: str) -> None:
        """Press the keys that end the process, and wait for it."""
        self.press(keys)
        while self._process.poll() is None:
            self.rest()

    def _read(self) -> int:
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            # A pseudo-terminal whose process has gone.
            return 0
        self._pieces.append(Piece(time.monotonic(), data))
        return len(data)

    def _draw_next(self) -> bool:
        if self._drawn == len(self._pieces):
            return False
        piece = self._pieces[self._drawn]
        self._stream.feed(piece.data)
        self._drawn += 1
        return True


def _surroundings(term: str) -> dict[str, str]:
    """Return the environment of a plain terminal over SSH: no true colour, nothing of this user's settings."""
    left_out = ("COLORTERM", "NO_COLOR", "TERM_PROGRAM", "TEXTUAL", "ROSTER_TUI", "CLEVER", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {"TERM": term, "ROSTER_TUI_OPERATOR": "jdoe"}


def _status(pid: int, field: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith(f"{field}:"))
