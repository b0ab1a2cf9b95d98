"""The benchmarks can be run by hand at any time: here on the small district, with a few keys."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough
BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


on_a_terminal = pytest.mark.skipif(
    "PYTEST_XDIST_WORKER" in os.environ, reason="it waits for frames on a real terminal: run this file without -n"
)


@pytest.fixture(scope="session")
def districts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmarks")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            ["console_start.py", "--size", "small", "--rounds", "1"],
            "memory settled, times the empty app's",
            marks=on_a_terminal,
        ),
        pytest.param(
            ["filter_keys.py", "--size", "small", "--words", "art", "--rounds", "1"],
            "longest block of the event loop",
            marks=on_a_terminal,
        ),
        pytest.param(
            ["bytes.py", "--size", "small", "--keys", "2", "--idle", "0.1"], "120x40, 256 colours", marks=on_a_terminal
        ),
        (["city_sync.py", "--size", "small"], "cache file"),
        (["city_preflight.py", "--size", "small", "--layout", "1.2"], "OneRoster's layout"),
        (["guard.py", "--size", "small", "--texts", "50"], "unknown people missed"),
        (["city_trackers.py", "--sections", "2000"], "archived at rollover"),
        (["local_actions.py", "--accounts", "5000", "--actions", "2"], "the disk alone"),
        (["scim_accounts.py", "--users", "1000", "--actions", "2"], "times JSON alone"),
        ([], "filter_keys.py"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_it_measures_and_prints(districts: Path, arguments: list[str], said: str) -> None:
    script = BENCHMARKS / arguments[0] if arguments else BENCHMARKS
    done = subprocess.run(
        [sys.executable, str(script), *arguments[1:]],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"ROSTER_BENCHMARKS": str(districts)},
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
