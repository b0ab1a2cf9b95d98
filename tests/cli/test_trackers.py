"""Trackers from the command line: listed, created, archived, taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran, Run


@pytest.fixture
def section(run: Run, demo_folder: Path) -> dict[str, Any]:
    rows = run("sections", "tracker:none", "--json", "--data-dir", demo_folder).json["rows"]
    found: dict[str, Any] = next(row for row in rows if row["teachers"] and row["students"] and not row["findings"])
    return found


def verdicts(ran: Ran) -> list[str]:
    return [item["verdict"] for item in ran.json["items"]]


def test_made_archived_and_taken_back(run: Run, demo_folder: Path, section: dict[str, Any]) -> None:
    def call(*arguments: str) -> Ran:
        return run(*arguments, "--json", "--data-dir", demo_folder)

    before = call("trackers").json["total"]
    made = call("create-tracker", section["sis_id"], "--reason", "asked for")
    assert (made.code, verdicts(made), made.json["kind"]) == (0, ["done"], "create-tracker")
    assert verdicts(call("create-tracker", section["clever_id"])) == ["noop"]
    listed = call("trackers", "--state", "live").json
    assert listed["total"] == before + 1
    (row,) = (each for each in listed["rows"] if each["section"]["clever_id"] == section["clever_id"])
    assert (row["state"], row["students"], row["former"], row["year"]) == ("live", section["students"], 0, 2026)
    assert row["teacher"] == section["teachers"][0]["name"]
    assert call("sections", f"sis:{section['sis_id']}").json["rows"][0]["tracker"] == "live"

    undone = call("undo", made.json["action_id"])
    assert (verdicts(undone), undone.json["undoes"]) == (["done"], made.json["action_id"])
    (row,) = (each for each in call("trackers").json["rows"] if each["section"]["clever_id"] == section["clever_id"])
    assert row["state"] == "archived"
    assert row["cause"].startswith("by jdoe: takes ")
    back = call("create-tracker", section["sis_id"])
    assert "comes back with its data" in back.json["items"][0]["reason"]
    assert call("journal", "verify").json["ok"]


def test_by_a_filter_with_the_number_typed(run: Run, demo_folder: Path) -> None:
    def call(*arguments: str) -> Ran:
        return run(*arguments, "--data-dir", demo_folder)

    plan = call("create-tracker", "--where", "school:Adams", "--dry-run", "--json")
    count = verdicts(plan).count("would_do")
    assert count > 25
    unsure = call("create-tracker", "--where", "school:Adams", "--yes")
    assert unsure.code == 3
    assert f"{count} trackers are more than 25 at once" in unsure.err
    made = call("create-tracker", "--where", "school:Adams", "--confirm-count", str(count), "--json")
    assert verdicts(made).count("done") == count
    assert call("sections", "school:Adams", "tracker:none", "--json").json["total"] == verdicts(plan).count("blocked")
    text = call("trackers", "--limit", "3")
    assert f"{count} trackers; 3 shown" in text.err


def test_what_cannot_have_one_says_why(run: Run, demo_folder: Path) -> None:
    told = run("create-tracker", "nothing-like-it", "--json", "--data-dir", demo_folder)
    assert (told.code, told.json["items"][0]["reason"]) == (3, "not in Clever's data")
    assert run("create-tracker", "--data-dir", demo_folder).code == 2
    plan = run("create-tracker", "--where", "", "--dry-run", "--json", "--data-dir", demo_folder).json["items"]
    reasons = {each["reason"] for each in plan if each["verdict"] == "blocked"}
    assert any("teacher" in reason for reason in reasons)


def test_read_only_refuses(run: Run, demo_folder: Path, section: dict[str, Any]) -> None:
    told = run("create-tracker", section["sis_id"], "--read-only", "--data-dir", demo_folder)
    assert told.code == 3
    assert "read-only" in told.err


def test_csv_for_a_spreadsheet(run: Run, demo_folder: Path, section: dict[str, Any]) -> None:
    run("create-tracker", section["sis_id"], "--data-dir", demo_folder)
    lines = run("trackers", "--csv", "--data-dir", demo_folder).out.splitlines()
    assert lines[0] == "tracker,teacher,school,year,students,former,state,since,why,section"
    assert any(line.endswith(section["clever_id"]) for line in lines[1:])
