"""Names that try to steer the terminal come out as text."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.present.test_present import HOSTILE


def plant(demo_folder: Path, name: str) -> None:
    """Give the first teacher and section a name, as if Clever had sent it."""
    from roster_tui.roster import ranks
    from roster_tui.roster.kinds import TEACHER
    from roster_tui.roster.text import fold

    (file,) = demo_folder.glob("*/roster.sqlite")
    stored = name.encode("utf-8", "replace").decode()
    db = sqlite3.connect(file)
    key, _ = db.execute("SELECT key, sort_name FROM teacher WHERE in_data ORDER BY key LIMIT 1").fetchone()
    db.execute(
        "UPDATE teacher SET last = ?, first = '', middle = '', sort_name = ? WHERE key = ?", (stored, fold(stored), key)
    )
    db.execute("UPDATE section SET name = ? WHERE key = (SELECT min(key) FROM section)", (stored,))
    ranks.write(db, TEACHER)
    text = db.execute("SELECT sort_name FROM teacher WHERE key = ?", (key,)).fetchone()[0]
    db.execute("INSERT INTO teacher_text (rowid, text) VALUES (?, ?)", (key, text + "\n  "))
    db.commit()
    db.close()


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_no_control_character_reaches_the_terminal(run: Run, demo_folder: Path, name: str) -> None:
    plant(demo_folder, name)
    for command in (["teachers", "--limit", "0"], ["sections", "--limit", "0"]):
        told = run(*command, "--data-dir", demo_folder)
        assert told.code == 0
        for char in (told.out + told.err).replace("\n", ""):
            assert char.isprintable(), hex(ord(char))
