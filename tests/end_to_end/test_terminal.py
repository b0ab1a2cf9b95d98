"""The console as a person meets it: a process on a terminal, bytes in and bytes out."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from roster_tui.workspace import Workspace
from tests.end_to_end.terminal import Terminal

CONSOLE = ("-m", "roster_tui")


def test_a_morning_at_the_console(demo_folder: Path, demo: Workspace) -> None:
    with Terminal(*CONSOLE, folder=demo_folder) as terminal:
        terminal.until("Broken for somebody now", "1-7 views")
        assert b"\x1b[?1049h" in terminal.raw
        terminal.press("3", "/", *"davis")
        terminal.until("3 of 129")
        terminal.press("enter", "enter")
        terminal.until("Teachers > Davis, Camila E > Sections", "5")
        terminal.press("escape")
        terminal.until("filter: davis")
        terminal.press("s")
        terminal.until("Davis, Camila E suspended", "■ suspended")
        terminal.press("z")
        terminal.until("Davis, Camila E unsuspended", gone="■ suspended")
        terminal.press("?")
        terminal.until("Teachers: keys")
        terminal.press("q", "q")
        assert terminal.ended() == 0
        assert terminal.restored
        assert terminal.unexpected() == set()
    kinds = [(entry.facts["kind"], entry.facts["phase"]) for entry in demo.journal.entries()][4:]
    assert kinds == [(kind, phase) for kind in ("suspend", "unsuspend") for phase in ("intent", "outcome")]
    assert demo.journal.verify().ok


def test_what_is_typed_ahead_goes_into_the_line_it_was_meant_for(demo_folder: Path, demo: Workspace) -> None:
    """A slow machine or line brings many keys at once: none of a word may act on an account."""
    with Terminal(*CONSOLE, folder=demo_folder) as terminal:
        terminal.until("Broken for somebody now", "1-7 views")
        terminal.press("3")
        terminal.until("Aguilar")
        terminal.press("/davis")
        terminal.until("3 of 129", "davis")
        terminal.press("enter", ":sections s", "escape")
        terminal.press("/davis, c")
        terminal.until("1 of 129")
        terminal.press("escape", "q")
        assert terminal.ended() == 0
    kinds = {entry.facts["kind"] for entry in demo.journal.entries()}
    assert not kinds & {"suspend", "activate", "ticket new"}


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_puts_the_terminal_back(demo_folder: Path, signum: signal.Signals) -> None:
    with Terminal(*CONSOLE, folder=demo_folder) as terminal:
        terminal.until("1-7 views")
        # An open plan must not keep it.
        terminal.press("3")
        terminal.until("Aguilar")
        terminal.press("*", "s")
        terminal.until("esc cancel")
        os.kill(terminal.process.pid, signum)
        assert terminal.ended() == 128 + signum
        assert terminal.restored
        assert "incident" not in terminal.text


def test_without_a_terminal_it_ends(demo_folder: Path) -> None:
    """The window was closed, and nobody said so: it belongs to no session that gets a SIGHUP."""
    with Terminal(*CONSOLE, folder=demo_folder) as terminal:
        terminal.until("1-7 views")
        terminal.close()
        assert terminal.process.wait(timeout=30) == 128 + signal.SIGHUP


def test_killed_it_opens_again(demo_folder: Path) -> None:
    with Terminal(*CONSOLE, folder=demo_folder) as terminal:
        terminal.until("1-7 views")
        terminal.press("3")
        terminal.until("Aguilar")
        terminal.press("S")
        terminal.until("sync:")
        terminal.process.kill()
        assert terminal.ended() == -signal.SIGKILL
    with Terminal(*CONSOLE, folder=demo_folder) as terminal:
        terminal.until("Broken for somebody now")
        terminal.press("S")
        terminal.until("Synced in")
        terminal.press("q")
        assert terminal.ended() == 0


def test_no_name_reaches_the_terminal_as_more_than_text(hostile: Workspace) -> None:
    with Terminal(*CONSOLE, folder=hostile.folder.parent) as terminal:
        terminal.until("1-7 views")
        terminal.press("d")
        for view in "1234567":
            terminal.press(view, *["down"] * 8)
        terminal.press("3", "*", "s")
        terminal.until("esc cancel")
        terminal.press("escape", "-", "s", "ctrl+p")
        terminal.until("Search")
        terminal.press("escape", "q")
        assert terminal.ended() == 0
        assert terminal.restored
        assert terminal.unexpected() == set()
        for never in (b"\x1b]52", b"\x1b]0;", b"\x1b[2J\x1b[31mred", b"\x1b[31mred", b"\xc2\x9b", b"\xe2\x80\xae"):
            assert never not in terminal.raw
        assert "␛".encode() in terminal.raw


BROKEN = """
import sys
from roster_tui.console import details

def finding_lines(workspace, each, width, *, revealed=False):
    student = each.finding.subject.label
    raise ValueError(f"no lines for {student}")

details.finding_lines = finding_lines
from roster_tui.cli import main
main()
"""


def test_a_fault_of_ours_shows_no_students_name(demo_folder: Path, demo: Workspace) -> None:
    with demo.cache.reading() as db:
        names = db.execute(
            "SELECT s.first, s.last, s.email FROM finding f JOIN student s ON s.key IN (f.key, f.other)"
        ).fetchall()
    secrets = [value.encode() for row in names for value in row if value and len(value) > 3]
    assert secrets
    with Terminal("-c", BROKEN, folder=demo_folder) as terminal:
        terminal.until("1-7 views")
        for _ in range(7):
            terminal.press("down")
        terminal.press("d")
        assert terminal.ended() == 1
        assert terminal.restored
        said = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :]
        assert b"The console failed (incident " in said
        assert b"Nothing was lost" in said
        assert b"Traceback" not in said and b"ValueError" not in said
        assert not [value for value in secrets if value in terminal.raw]
    (report,) = demo.folder.glob("incident-*.txt")
    assert report.stat().st_mode & 0o777 == 0o600
    told = report.read_bytes()
    assert b"ValueError" in told and b"finding_lines" in told
    assert not [value for value in secrets if value in told]


def test_a_passphrase_is_asked_for_twice_and_never_shown(demo_folder: Path, tmp_path: Path) -> None:
    file, passphrase = tmp_path / "case.age", "correct horse battery"
    seal = ("ticket", "seal", str(file), "--where", "school:bluff", "--passphrase", "--reason", "case 4711")
    with Terminal("-m", "roster_tui", *seal, folder=demo_folder) as terminal:
        terminal.until("Passphrase")
        terminal.press(passphrase, "enter")
        terminal.until("Repeat for confirmation")
        terminal.press(passphrase, "enter")
        assert terminal.ended() == 0, terminal.text
        assert b"Sealed: " in terminal.raw and passphrase.encode() not in terminal.raw
    assert pyrage.passphrase.decrypt(file.read_bytes(), passphrase).startswith(b"sis_id,clever_id\r\n")


def test_without_a_terminal_it_says_so(demo_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, *CONSOLE, "--data-dir", str(demo_folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_a_damaged_cache_does_not_keep_the_console_from_opening(demo_folder: Path, demo: Workspace) -> None:
    (demo.folder / "roster.sqlite").write_bytes(b"rubbish" * 3_000)
    with Terminal(*CONSOLE, folder=demo_folder) as terminal:
        terminal.until("was damaged", "S fetches the roster from Clever.")
        terminal.press("S")
        terminal.until("Synced in")
        terminal.press("q")
        assert terminal.ended() == 0
    with closing(sqlite3.connect(demo.folder / "roster.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM teacher WHERE in_data").fetchone() == (127,)
