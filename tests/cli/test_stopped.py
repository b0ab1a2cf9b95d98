"""Ctrl-C in the middle of an action on many: the one in hand ends, the rest is told as not done."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import orjson

from tests.cli.conftest import Run, command
from tests.conftest import Inbox


def test_ctrl_c_ends_the_mail_in_hand_and_tells_who_got_none(run: Run, demo_folder: Path, inbox: Inbox) -> None:
    mail = {
        "ROSTER_TUI_MAIL__HOST": "127.0.0.1",
        "ROSTER_TUI_MAIL__PORT": str(inbox.port),
        "ROSTER_TUI_MAIL__SECURITY": "none",
    }
    running = subprocess.Popen(
        command("--data-dir", demo_folder, "activate", "--all-pending", "--yes", "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A mail every two seconds: long enough to be stopped between two of them.
        env={**os.environ, **mail, "ROSTER_TUI_MAIL__PER_MINUTE": "30"},
    )
    deadline = time.monotonic() + 60
    while not inbox.messages and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert b"Interrupted. Nothing was left half done." in err

    told = orjson.loads(out)
    verdicts = Counter(item["verdict"] for item in told["items"])
    assert verdicts == {"done": len(inbox.messages), "failed": 5 - len(inbox.messages)}
    assert 1 <= len(inbox.messages) <= 2
    not_done = [item for item in told["items"] if item["verdict"] == "failed"]
    assert {item["reason"] for item in not_done} == {"stopped before its turn"}

    # Nothing is left to be settled, and who got none gets one now.
    rest = run("activate", "--all-pending", "--yes", "--json", "--data-dir", demo_folder, **mail)
    assert rest.err.count("From before") == 0
    assert Counter(item["verdict"] for item in rest.json["items"]) == {"done": len(not_done), "noop": verdicts["done"]}
    assert max(Counter(message["To"] for message in inbox.messages).values()) == 1
    assert run("journal", "verify", "--data-dir", demo_folder).code == 0
