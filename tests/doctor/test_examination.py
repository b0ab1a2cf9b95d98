"""The console examined whole, against a real Clever, a real mail server and real files; nothing is written."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from roster_tui.catch_up import look
from roster_tui.doctor.data_folder import check_cache, check_district, check_root
from roster_tui.doctor.directory import check_directory
from roster_tui.roster.cache import Cache
from roster_tui.sandbox.faults import parse
from roster_tui.sandbox.service import Service
from roster_tui.workspace import DistrictName, Workspace, create_workspace
from tests.conftest import Inbox, frozen, mail_options, settings_for
from tests.doctor.conftest import examined
from tests.platform import TOKEN, Platform, running

OTHER = DistrictName("5f0000000000000000000001", "[/b]\x1b[31mElsewhere\u202e USD")


def print_of(folder: Path) -> dict[str, tuple[str, int]]:
    """Return content and mode of all that is in a folder, but of the demo's own Clever."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.stat().st_mode,
        )
        for path in folder.rglob("*")
        if not path.name.startswith("sandbox.sqlite")
    }


async def test_a_demo_is_in_order_and_left_as_it_is(demo: Workspace) -> None:
    before = print_of(demo.settings.data_root)
    found = await examined(demo.settings)
    assert found.amiss == {}
    assert found["token"] == ("ok", "accepted for Lincoln Unified, the demo's own")
    assert "1,900 students" in found["records"][1]
    assert found["cache"][1].startswith("version ")
    assert "4 entries, every hash right" in found["ledger"][1]
    assert found["time zone"] == ("ok", "America/Chicago: next sync Nov 25 1:00 AM, now 8:30 AM")
    assert "kept in a Maildir" in found["mail"][1]
    assert print_of(demo.settings.data_root) == before


async def test_before_the_first_sync_nothing_is_made(settings: Callable[..., Any], tmp_path: Path) -> None:
    found = await examined(settings())
    assert found.amiss == {"district": "warning"}
    assert "init" in found.of("district").fix
    assert found["directory"][0] == "ok"
    assert found["token"] == ("ok", "accepted for Lincoln Unified, from CLEVER_TOKEN")
    assert not (tmp_path / "data").exists()


async def test_a_refused_token_is_told_by_its_cause_and_never_shown(
    settings: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEVER_TOKEN", "s3cret")
    found = await examined(settings(), CLEVER_TOKEN="s3cret")
    token = found.of("token")
    assert token.unreachable
    assert token.detail.startswith("Unauthorized: Clever refused the token")
    assert "request id" in token.detail
    assert "rotated" in token.fix
    assert "s3cret" not in repr(found.checks)
    assert found["clock"] == ("ok", "as Clever's")


async def test_a_server_out_of_reach_does_not_keep_the_other_checks(settings: Callable[..., Any]) -> None:
    found = await examined(settings(clever={"base_url": "http://127.0.0.1:9"}))
    assert found["token"][1].startswith("Unreachable: Clever cannot be reached")
    assert found.of("token").unreachable
    assert {"settings", "data folder", "mail", "terminal", "versions"} <= {check.name for check in found.checks}


async def test_a_clock_that_is_off_shows_against_clevers(behind: list[float], settings: Callable[..., Any]) -> None:
    behind[0] = 600.0
    found = await examined(settings())
    assert found["clock"] == ("warning", "10 min ahead of Clever's")


async def test_records_that_are_not_shared_and_events_that_are_off(
    service: Service, settings: Callable[..., Any]
) -> None:
    service.faults.add(parse("html-error:after=1,times=0"))
    found = await examined(settings())
    states = [(check.state.value, check.detail.split(":")[0]) for check in found.checks if check.name == "records"]
    assert ("failed", "schools") in states
    assert ("warning", "terms") in states
    assert ("failed", "teachers") in states
    assert found["events"][0] == "warning"
    assert "BadResponse" in found["events"][1]


async def test_another_districts_token_is_not_for_the_open_one(settings: Callable[..., Any]) -> None:
    create_workspace(settings(), OTHER, frozen)
    found = await examined(settings())
    assert found["token"][0] == "failed"
    assert "not for the open district" in found["token"][1]
    assert not found.of("token").unreachable
    # A name draws nothing but itself.
    assert found["district"] == ("ok", "[/b]␛[31mElsewhere<U+202E> USD (5f0000000000000000000001)")
    assert all(check.detail.isprintable() for check in found.checks)


# -- lists and ledger -------------------------------------------------------------------------------


async def suspend_one(workspace: Workspace) -> None:
    """Act as a process does that is killed before it can show it."""
    one = next(each for each in await workspace.directory.list_accounts() if each.state == "active")
    performer = workspace.performer()
    await performer.perform(await performer.plan("suspend", [one.id], "on leave"))


async def test_lists_that_are_behind_the_journal_are_told_and_left_as_they_are(demo: Workspace) -> None:
    assert (await examined(demo.settings))["lists"] == ("ok", "as the journal has it")
    await suspend_one(demo)
    before = print_of(demo.folder)
    assert (await examined(demo.settings))["lists"] == ("warning", "The list is 2 entries behind the journal")
    assert print_of(demo.folder) == before
    assert await look(demo) == ""
    assert (await examined(demo.settings))["lists"][0] == "ok"


async def test_a_ledger_that_is_older_than_the_lists_is_named(demo: Workspace, tmp_path: Path) -> None:
    ledger, older = demo.folder / "ledger", tmp_path / "older"
    shutil.copytree(ledger, older)
    await suspend_one(demo)
    assert await look(demo) == ""
    shutil.rmtree(ledger)
    shutil.copytree(older, ledger)
    found = (await examined(demo.settings)).of("lists")
    assert found.state.value == "failed"
    assert "the ledger was replaced by an older copy" in found.detail
    assert "from a backup" in found.fix


# -- the data folder --------------------------------------------------------------------------------


def test_rights_of_others_are_found_wherever_they_are(demo: Workspace) -> None:
    journal = next((demo.folder / "ledger" / "journal").glob("*.json"))
    journal.chmod(0o644)
    rights = check_district(demo)[1]
    assert rights.state.value == "failed"
    assert rights.detail == f"others have rights to 1 file or folder, as {journal.name}"
    assert rights.fix == f"Run: chmod -R go= {demo.folder}"
    journal.chmod(0o600)
    demo.settings.data_root.chmod(0o777)
    (root,) = check_root(demo.settings.data_root)
    assert (root.state.value, root.detail) == ("failed", f"others can write to {demo.settings.data_root}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    (check,) = check_root(tmp_path / "below" / "it")
    tmp_path.chmod(0o700)
    assert check.state.value == "failed"


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (check,) = check_root(tmp_path / "file" / "below")
    assert (check.state.value, "--data-dir" in check.fix) == ("failed", True)


def test_a_damaged_cache_is_told_and_left_where_it_is(demo: Workspace) -> None:
    file = demo.folder / "roster.sqlite"
    whole = file.read_bytes()
    page = 4096
    file.write_bytes(whole[: 20 * page] + b"\x5a" * page * 20 + whole[40 * page :])
    damaged = check_cache(file)
    assert damaged.state.value == "failed"
    assert damaged.detail.startswith("damaged: ")
    file.write_bytes(b"rubbish" * 3_000)
    assert check_cache(file).detail == "damaged: file is not a database"
    assert sorted(path.name for path in demo.folder.glob("roster.sqlite*")) == ["roster.sqlite", "roster.sqlite.lock"]


def test_a_cache_of_another_version_and_one_that_is_in_use(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "roster.sqlite")
    assert check_cache(cache.file).state.value == "warning"
    cache.ensure()
    with cache.writing() as db:
        db.execute("INSERT INTO meta VALUES ('a', '1')")
        assert check_cache(cache.file).state.value == "ok"
    with cache.writing() as db:
        db.execute("PRAGMA user_version = 3")
    told = check_cache(cache.file)
    assert (told.state.value, told.detail.startswith("of version 3")) == ("warning", True)


def test_a_journal_from_the_future_tells_of_a_wrong_clock(demo: Workspace) -> None:
    demo.journal.append([{"kind": "suspend"}], demo.clock() + timedelta(minutes=5))
    assert next(check for check in check_district(demo) if check.name == "ledger").state.value == "ok"
    demo.journal.append([{"kind": "suspend"}], demo.clock() + timedelta(days=365))
    ledger = next(check for check in check_district(demo) if check.name == "ledger")
    assert ledger.state.value == "warning"
    assert "of 2027-11-24 14:30 UTC, which is still to come" in ledger.detail


async def test_a_journal_that_was_changed_and_accounts_that_cannot_be_read(demo: Workspace) -> None:
    journal = next((demo.folder / "ledger" / "journal").glob("*.json"))
    whole = journal.read_bytes()
    journal.write_bytes(whole.replace(b'"operator":"sync"', b'"operator":"mallory"', 1))
    ledger = next(check for check in check_district(demo) if check.name == "ledger")
    assert ledger.state.value == "failed"
    assert "journal: entry 1 was changed after it was written" in ledger.detail
    journal.write_bytes(whole[:-100])
    ledger = next(check for check in check_district(demo) if check.name == "ledger")
    assert "journal" in ledger.detail
    assert "roster-tui ledger verify" in ledger.fix
    assert journal.read_bytes() == whole[:-100]
    accounts = next(path for path in demo.folder.glob("ledger/accounts*") if path.suffix != ".lock")
    (accounts if accounts.is_file() else next(accounts.glob("*.json"))).write_bytes(b"{")
    directory = await check_directory(demo.settings.directory, demo)
    assert directory.state.value == "failed"
    assert "restore it from a backup" in directory.detail


def test_a_running_sync_is_told_with_whose_it_is(demo: Workspace) -> None:
    note = demo.sync_lock.with_suffix(".json")
    note.write_text('{"operator": "\\u001b[31mann", "since": "2026-11-24T08:00:00-06:00"}')
    with FileLock(demo.sync_lock, mode=0o600):
        locks = check_district(demo)[-1]
    assert locks.detail == "a sync is running (␛[31mann, since 2026-11-24T08:00:00-06:00)"


# -- mail and directory -----------------------------------------------------------------------------


async def test_the_mail_server_is_greeted_and_given_nothing(
    settings: Callable[..., Any], inbox: Inbox, tmp_path: Path
) -> None:
    found = await examined(settings(mail=mail_options(inbox)))
    assert found["mail"] == (
        "ok",
        f"127.0.0.1:{inbox.port} answers, not encrypted; nothing was sent",
    )
    found = await examined(settings(mail={**mail_options(inbox), "security": "starttls"}))
    assert found["mail"][0] == "failed"
    assert "STARTTLS" in found["mail"][1]
    password = tmp_path / "password"
    password.write_text("s3cret")
    password.chmod(0o600)
    signed = {"username": "roster", "password_file": str(password)}
    found = await examined(settings(mail={**mail_options(inbox), **signed}))
    assert found["mail"][0] == "failed"
    assert "s3cret" not in found["mail"][1]
    assert inbox.messages == []


async def test_a_mail_server_that_is_not_there(settings: Callable[..., Any]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found = await examined(settings(mail={"host": "127.0.0.1", "port": taken.getsockname()[1]}))
    assert found["mail"][0] == "failed"
    assert "SMTPConnectError" in found["mail"][1]


async def test_a_platform_says_what_it_can_do_and_refuses_another_token(tmp_path: Path) -> None:
    token = tmp_path / "scim-token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    nowhere = {"base_url": "http://127.0.0.1:9"}
    with running(Platform()) as platform:
        scim = {"backend": "scim", "url": platform.url, "token_file": str(token)}
        found = await examined(settings_for(tmp_path / "data", clever=nowhere, directory=scim))
        assert found["directory"] == ("ok", f"SCIM at {platform.url}, can do everything")
        token.write_text("another")
        found = await examined(settings_for(tmp_path / "data", clever=nowhere, directory=scim))
    refused = found.of("directory")
    assert refused.unreachable
    assert refused.detail.startswith("TokenRefused: ")
    found = await examined(
        settings_for(tmp_path / "data", clever=nowhere, directory={**scim, "url": "http://127.0.0.1:9"})
    )
    assert found["directory"][1].startswith("NotReached: ")


async def test_keys_that_clash_are_told_with_both_actions(settings: Callable[..., Any]) -> None:
    found = await examined(settings(console={"keys": {"account.suspend": "u"}}))
    keys = found.of("keys")
    assert keys.state.value == "failed"
    assert "account.unsuspend and account.suspend both have u" in keys.detail
    assert "[console.keys]" in keys.fix
    found = await examined(settings(console={"keys": {"account.suspend": "ctrl+t"}}))
    assert found["keys"] == ("ok", "1 action with keys of your own")
