"""Whatever is wrong with the cache, every command says so in a sentence, with an exit code, and loses nothing."""

from __future__ import annotations

import asyncio
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from roster_tui.catch_up import look
from roster_tui.cli import main
from roster_tui.cli.group import COMMANDS
from roster_tui.findings.store import known
from roster_tui.integrity import examine
from roster_tui.workspace import Workspace, open_workspace
from tests.conftest import frozen
from tests.faults import FAULTS, Fault, Injector

_ELSEWHERE = {"demo", "sandbox", "init", "restore", "help", "preflight", "resources"}
"""They use no cache that was there before, or one of their own."""
_OFTEN = {"locked"}
_NOT_FOR_PEOPLE = re.compile(r"sqlite3|Traceback|\[Errno|OperationalError|DatabaseError|as SQLite says")


@pytest.fixture
def injector(monkeypatch: pytest.MonkeyPatch) -> Injector:
    """What makes the cache fail."""
    return Injector(monkeypatch)


@pytest.fixture
def lines(demo: Workspace, tmp_path: Path) -> list[list[str]]:
    """A line for each command that uses the cache."""
    accounts = asyncio.run(demo.directory.list_accounts())
    active = [each.id for each in accounts if each.state == "active"]
    with demo.cache.reading() as db:
        pair = next(each.finding.id for each in known(db) if each.finding.code.code == "sis-id-changed")
        other = next(each.finding.id for each in known(db) if each.finding.code.code == "email-missing")
        (section,) = db.execute(
            "SELECT lower(hex(r.id)) FROM section s JOIN record r ON r.key = s.key LIMIT 1"
        ).fetchone()
    return [
        ["status"], ["schools"], ["teachers"], ["sections"], ["filters"], ["conflicts"], ["trackers"],
        ["conflicts", "dismiss", other, "--reason", "HR knows"],
        ["crosswalk", "accept", pair], ["crosswalk", "show"],
        ["explain", active[0]],
        ["suspend", active[1], "--reason", "left", "--yes"], ["unsuspend", active[1]], ["pin", active[2]],
        ["unpin", active[2]], ["support-lead", active[3]], ["role", active[3], "--grant", "Instructional Coach"],
        ["activate", "--all-pending", "--yes"], ["reset-password", active[4]],
        ["create-tracker", section], ["archive-tracker", section], ["undo", "--yes"],
        ["accounts", "history", active[1]],
        ["ticket", "list"], ["journal", "show"], ["journal", "verify"], ["ledger", "verify"],
        ["ledger", "repair", "--dry-run"], ["backup", str(tmp_path / "b.tar")],
        ["sync"], ["sync", "show"], ["hold", "show"], ["doctor"], ["purge", "cache", "--yes"],
    ]  # fmt: skip


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], demo: Workspace
) -> Callable[..., tuple[int, str]]:
    """Run a command line in this process; returns its exit code and all that it said."""
    monkeypatch.setenv("ROSTER_TUI_OPERATOR", "jdoe")

    def called(line: list[str]) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["roster-tui", *line, "--data-dir", str(demo.settings.data_root)])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code: Any = ended.value.code
        return int(code or 0), said.out + said.err

    return called


def test_each_command_is_walked(lines: list[list[str]]) -> None:
    assert {line[0] for line in lines} == COMMANDS.keys() - _ELSEWHERE


@pytest.mark.parametrize(
    "fault",
    [pytest.param(each, id=each.name, marks=() if each.name in _OFTEN else pytest.mark.thorough) for each in FAULTS],
)
def test_every_command_outlives_a_fault_of_the_cache(
    demo: Workspace,
    lines: list[list[str]],
    call: Callable[[list[str]], tuple[int, str]],
    injector: Injector,
    fault: Fault,
) -> None:
    told = 0
    for line in lines:
        with injector.on(fault, demo.cache.file):
            code, said = call(line)
        assert code in range(6), line
        assert not _NOT_FOR_PEOPLE.search(said), (line, said)
        told += fault.told in said
    assert told > 5, "it was met, and told"
    again = open_workspace(demo.settings, frozen)
    assert examine(again).ok
    assert again.journal.verify().ok


def test_what_was_done_under_another_programs_lock_is_done_and_shown_later(
    demo: Workspace, call: Callable[[list[str]], tuple[int, str]], injector: Injector
) -> None:
    one = next(each.id for each in asyncio.run(demo.directory.list_accounts()) if each.state == "active")
    with injector.on(FAULTS[0], demo.cache.file):
        code, said = call(["suspend", one, "--reason", "left", "--yes"])
    assert code == 0
    assert "What was done is done; the list shows it later" in said
    again = open_workspace(demo.settings, frozen)
    assert asyncio.run(look(again)) == ""
    with again.cache.reading() as db:
        (row,) = db.execute(
            "SELECT a.state FROM account a JOIN record r ON r.key = a.key WHERE r.id = ?", (bytes.fromhex(one),)
        )
    assert row == ("suspended",)
