"""Commands that act: planned, confirmed, journaled, told."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran, Run
from tests.conftest import Inbox


@pytest.fixture
def pending(run: Run, demo_folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("teachers", "status:pending", "--json", "--data-dir", demo_folder).json["rows"]
    return found


@pytest.fixture
def active(run: Run, demo_folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = run("teachers", "status:active", "--json", "--limit", "1", "--data-dir", demo_folder).json[
        "rows"
    ][0]
    return found


def verdicts(ran: Ran) -> list[str]:
    return [item["verdict"] for item in ran.json["items"]]


def test_suspend_and_unsuspend_change_once(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    def call(*arguments: str) -> Ran:
        return run(*arguments, "--json", "--data-dir", demo_folder)

    first = call("suspend", active["sis_id"], "--reason", "left early")
    assert (first.code, verdicts(first)) == (0, ["done"])
    assert set(first.json) == {"action_id", "kind", "dry_run", "digest", "items"}
    again = call("suspend", active["clever_id"])
    assert (again.code, verdicts(again), again.json["action_id"]) == (0, ["noop"], None)
    (row,) = call("teachers", f"sis:{active['sis_id']}").json["rows"]
    assert (row["account"]["state"], row["account"]["cause"]) == ("suspended", "by jdoe: left early")
    assert verdicts(call("unsuspend", active["email"])) == ["done"]
    assert verdicts(call("unsuspend", active["email"])) == ["noop"]
    (row,) = call("teachers", f"sis:{active['sis_id']}").json["rows"]
    assert row["account"]["state"] == "active"
    checked = call("journal", "verify")
    assert checked.json["ok"] is True
    shown = call("journal", "show", "--limit", "4").json["entries"]
    assert [(entry["kind"], entry["phase"]) for entry in shown] == [
        ("unsuspend", "outcome"), ("unsuspend", "intent"), ("suspend", "outcome"), ("suspend", "intent"),
    ]  # fmt: skip


def test_a_dry_run_does_nothing(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    told = run("suspend", active["sis_id"], "--dry-run", "--json", "--data-dir", demo_folder)
    assert (told.json["dry_run"], verdicts(told)) == (True, ["would_do"])
    assert "teaches" in told.json["items"][0]["reason"]
    (row,) = run("teachers", f"sis:{active['sis_id']}", "--json", "--data-dir", demo_folder).json["rows"]
    assert row["account"]["state"] == "active"


def test_activation_mail_goes_out_by_smtp(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]], inbox: Inbox
) -> None:
    mail = {
        "ROSTER_TUI_MAIL__HOST": "127.0.0.1",
        "ROSTER_TUI_MAIL__PORT": str(inbox.port),
        "ROSTER_TUI_MAIL__SECURITY": "none",
    }
    one = run("activate", pending[0]["sis_id"], "--json", "--data-dir", demo_folder, **mail)
    assert (one.code, verdicts(one)) == (0, ["done"])
    assert verdicts(run("activate", pending[0]["sis_id"], "--json", "--data-dir", demo_folder, **mail)) == ["noop"]
    unsure = run("activate", "--all-pending", "--data-dir", demo_folder, **mail)
    assert unsure.code == 2
    assert "--yes" in unsure.err
    rest = run("activate", "--all-pending", "--yes", "--json", "--data-dir", demo_folder, **mail)
    assert sorted(verdicts(rest)) == ["done"] * (len(pending) - 1) + ["noop"]
    assert sorted(message["To"] for message in inbox.messages) == sorted(each["email"] for each in pending)


def test_without_a_mail_server_that_is_said(run: Run, demo_folder: Path, pending: list[dict[str, Any]]) -> None:
    told = run("activate", pending[0]["sis_id"], "--data-dir", demo_folder)
    assert told.code == 0
    assert "mail is kept in" in told.err
    assert len(list(demo_folder.glob("*/mail/new/*"))) == 1


def test_what_a_guard_blocks_exits_with_3(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    run("suspend", active["sis_id"], "--data-dir", demo_folder)
    told = run("activate", active["sis_id"], "nobody-at-all", "--json", "--data-dir", demo_folder)
    assert (told.code, verdicts(told)) == (3, ["blocked", "blocked"])
    assert told.json["items"][0]["reason"].startswith("suspended: no mail is sent")


def test_read_only_refuses(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    for command in (["suspend", active["sis_id"]], ["sync"]):
        told = run("--read-only", *command, "--data-dir", demo_folder)
        assert told.code == 3
        assert "read-only" in told.err
    assert run("suspend", active["sis_id"], "--dry-run", "--read-only", "--data-dir", demo_folder).code == 0


def test_nobody_named_is_wrong_usage(run: Run, demo_folder: Path) -> None:
    assert run("suspend", "--data-dir", demo_folder).code == 2


def test_a_touched_journal_fails_its_check(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    run("suspend", active["sis_id"], "--reason", "true", "--data-dir", demo_folder)
    file = max(demo_folder.glob("*/ledger/journal/*.json"))
    file.write_text(file.read_text().replace('"reason":"true"', '"reason":"lie"'))
    told = run("journal", "verify", "--json", "--data-dir", demo_folder)
    assert (told.code, told.json["ok"]) == (1, False)
    assert told.json["first_bad"] == told.json["entries"] + 1
