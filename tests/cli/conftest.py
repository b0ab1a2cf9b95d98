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

from tests.conftest import NOW, TRAVELLED


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

AT_THE_TIME_OF_TESTS = """
import os, runpy, sys, time
moment, os.environ["PYTHONPATH"] = float(sys.argv.pop(1)), sys.argv.pop(1)
os.environ["TESTS_CLOCK_OFFSET"] = str(moment - time.time())
sys.path.insert(0, os.environ["PYTHONPATH"])
sys.modules.pop("sitecustomize", None)
import sitecustomize
runpy.run_module("roster_tui", run_name="__main__", alter_sys=True)
"""
"""Runs the command line in a process whose clock goes on from a moment, and so do those that it starts."""


def command(*arguments: object) -> list[str]:
    """Return what starts ``roster-tui`` in a process of its own, at the time of all tests."""
    return [sys.executable, "-c", AT_THE_TIME_OF_TESTS, str(NOW.timestamp()), str(TRAVELLED), *map(str, arguments)]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Call ``roster-tui`` in a process of its own, as on a machine without settings, at the time of all tests."""

    def call(*arguments: object, stdin: bytes = b"", **environment: str) -> Ran:
        done = subprocess.run(
            command(*arguments),
            capture_output=True,
            timeout=120,
            check=False,
            input=stdin,
            env={**os.environ, "ROSTER_TUI_OPERATOR": "jdoe", "PYTHONWARNINGS": "error", **environment},
            cwd=tmp_path,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call
