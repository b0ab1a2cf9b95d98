"""The command line as a script calls it: a process, its two streams and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Call ``roster-tui`` in a process of its own, as on a machine without settings."""

    def call(*arguments: object, stdin: bytes = b"", **environment: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "roster_tui", *map(str, arguments)],
            capture_output=True,
            timeout=120,
            check=False,
            input=stdin,
            env={**os.environ, "ROSTER_TUI_OPERATOR": "jdoe", "PYTHONWARNINGS": "error", **environment},
            cwd=tmp_path,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call
