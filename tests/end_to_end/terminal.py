"""A pseudo-terminal with a program on it: its bytes are kept, and drawn as a terminal would."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte

KEYS = {
    "enter": b"\r",
    "escape": b"\x1b",
    "down": b"\x1b[B",
    "ctrl+p": b"\x10",
    "ctrl+r": b"\x12",
    "f2": b"\x1bOQ",
}
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\]22;[a-z]+\x07")
"""What Textual sends: control sequences, and the shape of the mouse pointer."""


class Terminal:
    """80 columns by 24 lines, in 256 colours."""

    def __init__(self, *command: str, folder: Path) -> None:
        self._ours, self._theirs = os.openpty()
        self._closed = False
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.modes = self._modes()
        self.raw = b""
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        environment = {**os.environ, "TERM": "xterm-256color", "ROSTER_TUI_OPERATOR": "jdoe", "PYTHONWARNINGS": "error"}
        environment.pop("COLORTERM", None)
        self.process = subprocess.Popen(
            [sys.executable, *command, "--data-dir", str(folder)],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env=environment,
            start_new_session=True,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()
        if not self._closed:
            self.close()

    def close(self) -> None:
        """Take the terminal away from the program, as a window that is closed does."""
        self._closed = True
        os.close(self._theirs)
        os.close(self._ours)

    def _modes(self) -> list[Any]:
        return termios.tcgetattr(self._theirs)

    @property
    def restored(self) -> bool:
        """Whether the terminal is as it was: its modes, the first screen, the cursor, no mouse, no paste marks."""
        left = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
        entered = self.raw.rfind(b"\x1b[?1049h")
        return self._modes() == self.modes and all(self.raw.rfind(each) > entered for each in left)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.screen.display)

    def press(self, *keys: str) -> None:
        """Press keys, as slowly as a quick person."""
        for key in keys:
            os.write(self._ours, KEYS.get(key) or key.encode())
            # A terminal cannot tell esc and a key from alt and that key, unless there is a pause between.
            self._listen(0.2 if key == "escape" else 0.05)

    def until(self, *shown: str, gone: str = "\0") -> None:
        """Wait until all of these are on the screen and something is not."""
        self._wait(lambda: all(each in self.text for each in shown) and gone not in self.text)

    def ended(self) -> int:
        """Wait for the end of the program; returns its exit code, negative for a signal."""
        self._wait(lambda: self.process.poll() is not None)
        self._listen(0.2)
        return self.process.wait()

    def _wait(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + 40
        while not holds():
            assert time.monotonic() < until, f"it did not come about:\n{self.text}"
            self._listen(0.05)

    def _listen(self, seconds: float) -> None:
        while select.select([self._ours], [], [], seconds)[0]:
            heard = os.read(self._ours, 65_536)
            self.raw += heard
            # Pyte draws the parameters of sequences that it does not know, as those of the kitty keyboard.
            self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*u", b"", heard))

    def unexpected(self) -> set[str]:
        """Return the characters, besides those of proper sequences, that could steer the terminal."""
        told = _SEQUENCE.sub("", self.raw.decode("utf-8"))
        return {char for char in told if not char.isprintable() and char not in "\r\n"}
