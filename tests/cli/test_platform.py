"""Actions on accounts that a platform keeps, from the command line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran, Run, command
from tests.conftest import wait_until
from tests.platform import TOKEN, Fault, Platform, running


@pytest.fixture
def platform() -> Iterator[Platform]:
    with running(Platform()) as platform:
        yield platform


@pytest.fixture
def teachers(run: Run, demo_folder: Path, platform: Platform) -> list[tuple[str, str]]:
    """Three teachers of the demo who have users on the platform: Clever ID, and the platform's id."""
    rows = run("teachers", "status:active", "--json", "--data-dir", demo_folder).json["rows"]
    return [(row["clever_id"], platform.add(row["clever_id"])) for row in rows[:3]]


@pytest.fixture
def surroundings(demo_folder: Path, platform: Platform, tmp_path: Path) -> dict[str, str]:
    """The settings that name the platform, as a process finds them."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    directory = {"BACKEND": "scim", "URL": platform.url, "TOKEN_FILE": str(token)}
    named = {f"ROSTER_TUI_DIRECTORY__{name}": value for name, value in directory.items()}
    return {**named, "ROSTER_TUI_DATA_DIR": str(demo_folder), "ROSTER_TUI_OPERATOR": "jdoe"}


@pytest.fixture
def call(run: Run, surroundings: dict[str, str]) -> Callable[..., Ran]:
    """Call a command whose settings name the platform."""

    def on_platform(*arguments: str, **environment: str) -> Ran:
        return run(*arguments, **{**surroundings, **environment})

    return on_platform


def test_suspend_and_unsuspend_reach_the_platform(
    call: Callable[..., Ran], platform: Platform, teachers: list[tuple[str, str]]
) -> None:
    ids = [clever_id for clever_id, _ in teachers]
    planned = call("suspend", *ids, "--dry-run", "--json")
    assert {item["verdict"] for item in planned.json["items"]} == {"would_do"}, planned.err
    assert all(platform.active(user_id) for _, user_id in teachers)
    done = call("suspend", *ids, "--reason", "left in May", "--yes", "--json")
    assert (done.code, {item["verdict"] for item in done.json["items"]}) == (0, {"done"}), done.err
    assert not any(platform.active(user_id) for _, user_id in teachers)
    again = call("suspend", *ids, "--yes", "--json").json["items"]
    assert {item["reason"] for item in again} == {"suspended already, by jdoe: left in May"}
    assert call("unsuspend", ids[0], "--yes", "--json").json["items"][0]["verdict"] == "done"
    assert [platform.active(user_id) for _, user_id in teachers] == [True, False, False]
    listed = call("teachers", "status:suspended", "--json").json["rows"]
    assert {row["clever_id"] for row in listed} >= set(ids[1:])
    assert ids[0] not in {row["clever_id"] for row in listed}
    assert call("journal", "verify", "--json").json["ok"]


def test_what_the_platform_did_not_answer_is_in_doubt(
    call: Callable[..., Ran], platform: Platform, teachers: list[tuple[str, str]]
) -> None:
    clever_id, user_id = teachers[0]
    platform.faults = [Fault("PATCH", cut=True, done=False)]
    doubtful = call("suspend", clever_id, "--yes", "--json")
    assert doubtful.json["items"][0]["verdict"] == "in_doubt"
    assert doubtful.code != 0
    assert platform.active(user_id)
    assert platform.count("PATCH") == 1


def test_killed_while_the_platform_is_silent_the_next_command_reads_what_became_of_it(
    call: Callable[..., Ran], platform: Platform, teachers: list[tuple[str, str]], surroundings: dict[str, str]
) -> None:
    platform.faults = [Fault("PATCH", seconds=60.0)]
    suspend = command("suspend", teachers[0][0], "--reason", "left in May", "--yes")
    console = subprocess.Popen(suspend, env={**os.environ, **surroundings}, stderr=subprocess.DEVNULL)
    wait_until(lambda: platform.updates(teachers[0][0]), 60)
    console.kill()
    console.wait()
    platform.faults = []
    after = call("suspend", teachers[1][0], "--yes", "--json")
    assert "found done after the console was stopped" in after.err
    assert [platform.updates(clever_id) for clever_id, _ in teachers] == [1, 1, 0]
    again = call("suspend", teachers[0][0], "--yes", "--json").json["items"][0]
    assert again["reason"] == "suspended already, by jdoe: left in May"
    assert call("journal", "verify", "--json").json["ok"]


def test_what_the_platform_refuses_is_told_in_its_words(
    call: Callable[..., Ran], platform: Platform, teachers: list[tuple[str, str]]
) -> None:
    platform.faults = [Fault("PATCH", status=409, scim_type="mutability", done=False)]
    refused = call("suspend", teachers[0][0], "--yes", "--json")
    assert refused.code == 1
    assert "it does not let this attribute be changed (mutability): planted" in refused.json["items"][0]["reason"]


@pytest.mark.parametrize(
    ("environment", "code", "said"),
    [
        ({"ROSTER_TUI_DIRECTORY__URL": "http://127.0.0.1:1/v2"}, 5, "Check the network, and directory.url"),
        ({"ROSTER_TUI_DIRECTORY__URL": "http://platform.example/v2"}, 2, "must be an https address"),
        ({"ROSTER_TUI_DIRECTORY__TOKEN_FILE": ""}, 2, "directory.token_file or directory.token_command"),
        (
            {"ROSTER_TUI_DIRECTORY__TOKEN_FILE": "", "ROSTER_TUI_DIRECTORY__TOKEN_COMMAND": "echo wr0ng"},
            5,
            "Check directory.token_file or directory.token_command",
        ),
    ],
    ids=["nobody there", "not https", "no token", "refused token"],
)
def test_a_platform_that_cannot_be_used_is_said(
    call: Callable[..., Ran], teachers: list[tuple[str, str]], environment: dict[str, str], code: int, said: str
) -> None:
    ran = call("suspend", teachers[0][0], "--yes", **environment)
    assert ran.code == code, ran.err
    assert said in ran.err
    assert "wr0ng" not in ran.err


def test_rights_and_pins_and_taking_them_back(
    call: Callable[..., Ran], platform: Platform, teachers: list[tuple[str, str]]
) -> None:
    ids, user_id = [clever_id for clever_id, _ in teachers], teachers[0][1]

    def roles() -> list[str]:
        return [role["value"] for role in platform.user(user_id).get("roles", [])]

    granted = call("role", ids[0], "--grant", "School Administrator", "--permission", "Item Author", "--yes", "--json")
    assert [item["verdict"] for item in granted.json["items"]] == ["done"], granted.err
    assert roles() == ["School Administrator"]
    assert platform.user(user_id)["entitlements"] == [{"value": "Item Author"}]
    assert call("undo", granted.json["action_id"], "--yes", "--json").json["items"][0]["verdict"] == "done"
    assert roles() == ["Teacher"]
    suspended = call("suspend", *ids, "--yes", "--json").json["action_id"]
    undone = call("undo", suspended, "--yes", "--json")
    assert {item["verdict"] for item in undone.json["items"]} == {"done"}, undone.err
    assert all(platform.active(each) for _, each in teachers)
    before = platform.count("PATCH"), platform.count("POST")
    pinned = call("pin", ids[0], "--yes", "--json")
    assert pinned.json["items"][0]["verdict"] == "done"
    assert "Kept in our ledger: the platform has no word for it" in pinned.err
    assert before == (platform.count("PATCH"), platform.count("POST"))
    (row,) = call("teachers", "pinned:yes", "--json").json["rows"]
    assert row["clever_id"] == ids[0]


def test_what_the_platform_cannot_do_is_blocked_with_the_reason(
    call: Callable[..., Ran], platform: Platform, teachers: list[tuple[str, str]]
) -> None:
    platform.configured = {"patch": {"supported": False}, "etag": {"supported": False}}
    first = call("suspend", teachers[0][0], "--yes", "--json")
    assert "no PATCH" in first.json["items"][0]["reason"]
    told = call("suspend", teachers[0][0], "--dry-run", "--json").json["items"][0]
    assert (told["verdict"], told["reason"]) == (
        "blocked",
        "the platform takes no changes over SCIM (no PATCH, no versions for PUT)",
    )
    assert platform.active(teachers[0][1])


def test_a_demos_people_are_not_named_to_a_platform_elsewhere(
    run: Run, call: Callable[..., Ran], teachers: list[tuple[str, str]]
) -> None:
    done = call("suspend", teachers[0][0], "--yes", "--json", ROSTER_TUI_DIRECTORY__URL="https://platform.example/v2")
    assert done.json["items"][0]["verdict"] == "done", done.err


def test_a_sync_shows_the_platforms_accounts(
    call: Callable[..., Ran], platform: Platform, teachers: list[tuple[str, str]]
) -> None:
    platform.set(teachers[0][1], active=False)
    synced: dict[str, Any] = call("sync", "--json").json
    assert synced["accounts"] == {}
    assert synced["accounts_expected"]["created"] > 0
    states = call("status", "--json").json["accounts"]
    assert (states["active"], states["suspended"]) == (2, 1)
    assert {method for method, _ in platform.asked} == {"GET"}
