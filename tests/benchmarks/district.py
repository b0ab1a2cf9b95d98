"""The districts that benchmarks look at: built once by the product's own ``demo --prepare``, then reused.

They stand in ``$ROSTER_BENCHMARKS``, or in the user's cache folder; never in the repository. Delete the folder
to have them built anew; another version of the cache's schema gets a folder of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs

from roster_tui.roster.schema import VERSION
from roster_tui.sandbox.generator import SIZES

FOLDER = "ROSTER_BENCHMARKS"


def home() -> Path:
    """Return the folder that holds all benchmark districts."""
    given = os.environ.get(FOLDER)
    folder = Path(given).absolute() if given else platformdirs.user_cache_path("roster-tui-benchmarks")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def command(*arguments: str) -> list[str]:
    """Return the product's command line, as this Python runs it."""
    return [sys.executable, "-m", "roster_tui", *arguments]


def prepared(size: str) -> Path:
    """Return the data folder of a district of this size, two nights behind it; built when it is not there."""
    folder = home() / f"{size}-{VERSION}"
    if not folder.exists():
        print(f"Building the {size} district in {folder}; a city takes minutes", file=sys.stderr)
        # Whatever an interrupted run has left is no district to measure.
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        subprocess.run(command("demo", "--size", size, "--prepare", "--data-dir", str(unfinished)), check=True)
        unfinished.rename(folder)
    return folder


def add_size(parser: argparse.ArgumentParser) -> None:
    """Let the size of the district be chosen."""
    parser.add_argument("--size", choices=list(SIZES), default="city", help="size of the district (default: city)")
