"""Filters that were saved in the console, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster_tui.ledger import Preferences, PreferencesFile, SavedFilter
from tests.cli.conftest import Run


@pytest.fixture
def kept(demo_folder: Path) -> Path:
    (ledger,) = demo_folder.glob("*/ledger")
    (ledger / "preferences").mkdir()
    filters = {
        "Who waits": SavedFilter("teachers", "status:pending"),
        "old": SavedFilter("teachers", "stats:x"),
        "art": SavedFilter("sections", "art"),
    }
    PreferencesFile(ledger / "preferences", "jdoe").change(lambda before: Preferences(filters=filters))
    return demo_folder


@pytest.fixture(autouse=True)
def _jdoe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSTER_TUI_OPERATOR", "jdoe")


def test_they_are_listed_each_with_its_mistake(run: Run, kept: Path) -> None:
    found = run("filters", "--json", "--data-dir", kept).json["filters"]
    assert [(each["name"], each["list"], each["filter"]) for each in found] == [
        ("art", "sections", "art"),
        ("old", "teachers", "stats:x"),
        ("Who waits", "teachers", "status:pending"),
    ]
    assert [each["mistake"][:27] for each in found] == ["", "there is no field stats; di", ""]
    assert "status:pending" in run("filters", "--data-dir", kept).out


def test_a_list_takes_one_and_is_narrowed_further(run: Run, kept: Path) -> None:
    assert run("teachers", "--saved", "who waits", "--json", "--data-dir", kept).json["total"] == 5
    narrowed = run("teachers", "--saved", "Who waits", "ochoa", "--json", "--data-dir", kept).json
    assert [row["name"] for row in narrowed["rows"]] == ["Ochoa, Ava"]


def test_another_name_another_list_and_a_mistake_end_with_a_word(run: Run, kept: Path, demo_folder: Path) -> None:
    for name, said in (
        ("nobody", "no filter is saved as nobody"),
        ("art", "art is a filter of sections"),
        ("old", "there is no field stats"),
    ):
        result = run("teachers", "--saved", name, "--data-dir", kept)
        assert (result.code, said in result.err) == (2, True)


def test_with_nothing_saved_the_list_is_empty(run: Run, demo_folder: Path) -> None:
    assert run("filters", "--json", "--data-dir", demo_folder).json == {"filters": []}
