"""The first run on a real terminal: the guided start, and the questions of ``init``."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from roster_tui.sandbox.generator import GeneratedDistrict, Size
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from tests.conftest import NOW, serving
from tests.end_to_end.terminal import Terminal

CONSOLE = ("-m", "roster_tui")
TOKEN = "DEMO_DISTRICT_TOKEN"
F5 = "\x1b[15~"


@pytest.fixture
def clever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    store = Store(tmp_path / "clever.sqlite")
    load_night(store, GeneratedDistrict(Size(2, 6, 10, 30, 1), 3, 2026, "Lincoln [/b]\x1b[31mUSD"), NOW)
    with serving(Service(store).app()) as url:
        monkeypatch.setenv("ROSTER_TUI_CLEVER__BASE_URL", url)
        yield url
    store.close()


def test_a_console_without_a_district_leads_to_one(clever: str, tmp_path: Path) -> None:
    with Terminal(*CONSOLE, folder=tmp_path / "data") as terminal:
        terminal.until("Welcome to roster-tui", "2 Your own district")
        terminal.press("2")
        terminal.until("Clever token")
        terminal.press(*TOKEN, F5)
        terminal.until("accepts the token for Lincoln [/b]␛[31mUSD", "write them and sync")
        terminal.press("y")
        terminal.until("Triage", "1-7 views")
        terminal.press("q")
        assert terminal.ended() == 0
        assert terminal.restored
        assert terminal.unexpected() == set()
        assert TOKEN.encode() not in terminal.raw
    assert (tmp_path / "config" / "roster-tui" / "clever-token").stat().st_mode & 0o777 == 0o600


def test_init_asks_at_a_terminal_and_shows_no_token(clever: str, tmp_path: Path) -> None:
    with Terminal(*CONSOLE, "init", folder=tmp_path / "data") as terminal:
        terminal.until("How is Clever reached?")
        terminal.press("enter")
        terminal.until("it is not shown")
        terminal.press(TOKEN, "enter")
        for question, answer in (("Time zone", ""), ("Nightly sync at", "02:30"), ("You may", "lead"), ("SMTP", "")):
            terminal.until(question)
            terminal.press(*([answer] if answer else []), "enter")
        terminal.until("accepts the token for Lincoln", "Run the first sync now?")
        terminal.press("n", "enter")
        assert terminal.ended() == 0
        assert TOKEN.encode() not in terminal.raw
    written = tomllib.loads((tmp_path / "config" / "roster-tui" / "config.toml").read_text())
    assert (written["sync_at"], written["operator_role"], written["timezone"]) == ("02:30", "lead", "America/Chicago")
    assert written["data_dir"] == str(tmp_path / "data")


def test_who_may_change_nothing_is_not_led_to_write_settings(tmp_path: Path) -> None:
    with Terminal(*CONSOLE, "--read-only", folder=tmp_path / "data") as terminal:
        assert terminal.ended() == 2
        # The terminal breaks the line where its edge is.
        assert "roster-tuidemo" in "".join(terminal.text.split())
