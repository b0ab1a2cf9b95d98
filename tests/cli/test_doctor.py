"""``doctor`` as people and scripts call it: one line a check, what to do below it, and the exit code."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_a_demo_is_in_order(run: Run, demo_folder: Path) -> None:
    told = run("doctor", "--json", "--data-dir", demo_folder, ROSTER_TUI_TIMEZONE="America/Chicago")
    assert told.code == 0, told.out
    assert told.json["ok"] is True
    assert told.json["counts"]["failed"] == 0
    assert {check["name"] for check in told.json["checks"]} >= {
        *("settings", "data folder", "district", "rights", "cache", "ledger", "locks", "token", "records", "events"),
        *("clock", "directory", "mail", "time zone", "terminal", "versions"),
    }


def test_what_keeps_it_from_working_decides_the_code(run: Run, tmp_path: Path) -> None:
    told = run("doctor", "--data-dir", tmp_path / "d")
    assert told.code == 1
    lines = told.out.splitlines()
    token = next(place for place, line in enumerate(lines) if "failed  token" in line)
    assert lines[token].startswith("✗ failed  token         There is no Clever token.")
    assert lines[token + 1].strip() == "Run: roster-tui init"
    nowhere = {"CLEVER_TOKEN": "s3cret", "ROSTER_TUI_CLEVER__BASE_URL": "http://127.0.0.1:9"}
    told = run("doctor", "--data-dir", tmp_path / "d", **nowhere)
    assert told.code == 5
    assert "Unreachable: Clever cannot be reached" in told.out
    assert "s3cret" not in told.out + told.err
    assert not (tmp_path / "d").exists()


def test_settings_that_cannot_be_read_are_the_first_thing_told(run: Run, tmp_path: Path) -> None:
    told = run("doctor", "--json", ROSTER_TUI_TIMEZON="America/Chicago")
    assert told.code == 1
    first, *others = told.json["checks"]
    assert first["state"] == "failed"
    assert "did you mean timezone?" in first["detail"]
    assert {check["name"] for check in others} == {"terminal", "versions"}
