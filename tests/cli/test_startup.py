"""What a command does not need is not imported, and whoever asks for nothing gets it at once."""

import subprocess
import sys
from pathlib import Path

import pytest

LOOK = """
import sys
from roster_tui.cli import main
sys.argv = ["roster-tui", *sys.argv[1:]]
code = 0
try:
    main()
except SystemExit as end:
    code = end.code
for name in sorted({name.partition(".")[0] for name, module in sys.modules.items() if module}):
    print(name, file=sys.stderr)
raise SystemExit(code)
"""
HEAVY = {
    "spellchecker",
    "phonenumbers",
    "textual",
    "rich",
    "pydantic",
    "httpx",
    "starlette",
    "uvicorn",
    "tinydb",
    "aiosmtplib",
    "itsdangerous",
}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["status"],
        ["schools"],
        ["teachers", "glover"],
        ["sections", "--json"],
        ["conflicts"],
        ["trackers"],
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_reading_commands_load_nothing_heavy(demo_folder: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-c", LOOK, *arguments]
    command += [] if arguments[0].startswith("--") else ["--data-dir", str(demo_folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert HEAVY & set(done.stderr.split("\n")) == set()


def test_a_console_with_a_district_loads_nothing_before_its_first_frame_that_is_needed_later() -> None:
    look = (
        "import sys, roster_tui.console.app, roster_tui.cli.session; print(*(n for n, m in sys.modules.items() if m))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    rooms = ("roster_tui.doctor", "roster_tui.setup", "roster_tui.console.start", "roster_tui.console.doctor")
    acting = ("tinydb", "filelock", "httpx", "pydantic", "roster_tui.accounts.act", "roster_tui.ledger.journal")
    assert [name for name in done.stdout.split() if name.startswith((*rooms, *acting))] == []
