"""Lists are never older than the journal without saying so, whoever acted and however they ended."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.accounts.act import Report
from roster_tui.catch_up import catch_up, look, show_done
from roster_tui.follow_mark import LedgerReplaced, check_followed, lag_of, may_lag, replaced
from roster_tui.ledger.head import JournalEnd
from roster_tui.roster.kinds import TEACHER
from roster_tui.roster.listing import Listing
from roster_tui.roster.read import TeacherRow, rows
from roster_tui.roster.window import full_window
from roster_tui.workspace import Workspace


def shown(workspace: Workspace) -> dict[str, str]:
    """Return what the list says, by Clever ID."""
    with workspace.cache.reading() as db:
        found = rows(db, TEACHER, full_window(db, Listing(TEACHER)).keys)
        return {each.clever_id: each.account.state for each in found if isinstance(each, TeacherRow) and each.account}


def behind(workspace: Workspace) -> int | None:
    with workspace.cache.reading() as db:
        lag = lag_of(workspace, db)
    return lag.entries if lag else None


async def act(workspace: Workspace, verb: str, *ids: str) -> Report:
    """Act as a process does that is killed before it can show it."""
    performer = workspace.performer()
    return await performer.perform(await performer.plan(verb, list(ids), "on leave"))


async def active(workspace: Workspace, count: int) -> list[str]:
    found = [each.id for each in await workspace.directory.list_accounts() if each.state == "active"]
    assert len(found) >= count
    return sorted(found)[:count]


@contextmanager
def locked(workspace: Workspace) -> Iterator[None]:
    """Hold the cache's write lock, as another program may."""
    with closing(sqlite3.connect(workspace.cache.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_what_a_killed_process_did_is_shown_at_the_next_look(demo: Workspace) -> None:
    some = await active(demo, 30)
    assert behind(demo) is None
    await act(demo, "suspend", *some)
    assert {shown(demo)[each] for each in some} == {"active"}
    assert behind(demo) == 2
    assert may_lag(demo)
    assert await look(demo) == ""
    assert {shown(demo)[each] for each in some} == {"suspended"}
    assert behind(demo) is None
    assert not may_lag(demo)
    assert await catch_up(demo) is False


async def test_another_act_does_not_pass_over_what_was_not_shown(demo: Workspace) -> None:
    first, second = await active(demo, 2)
    await act(demo, "suspend", first)
    assert await show_done(demo, await act(demo, "pin", second)) == ""
    assert shown(demo)[first] == "suspended"


async def test_an_outcome_that_was_never_written_is_shown_all_the_same(
    demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    (one,) = await active(demo, 1)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("roster_tui.accounts.record.Record.outcome", killed)
        await act(demo, "suspend", one)
    assert await look(demo) == ""
    assert shown(demo)[one] == "suspended"


async def test_lists_that_cannot_be_written_say_how_far_they_are_behind(demo: Workspace) -> None:
    first, second = await active(demo, 2)
    with locked(demo):
        report = await act(demo, "suspend", first)
        said = await show_done(demo, report)
        assert said.startswith("What was done is done; the list shows it later:")
        assert (await look(demo)).startswith("The list is 2 entries behind the journal:")
        await act(demo, "suspend", second)
        assert (await look(demo)).startswith("The list is 4 entries behind the journal:")
    assert await look(demo) == ""
    assert {shown(demo)[each] for each in (first, second)} == {"suspended"}


async def test_a_ledger_that_is_older_than_the_lists_is_refused(demo: Workspace, tmp_path: Path) -> None:
    (one,) = await active(demo, 1)
    ledger = demo.folder / "ledger"
    shutil.copytree(ledger, tmp_path / "older")
    await act(demo, "suspend", one)
    assert await look(demo) == ""
    shutil.rmtree(ledger)
    shutil.copytree(tmp_path / "older", ledger)
    older = replace(demo)
    with pytest.raises(LedgerReplaced, match="the ledger was replaced by an older copy"):
        check_followed(older)
    with pytest.raises(LedgerReplaced):
        await catch_up(older)
    assert "older copy" in await look(older)
    assert shown(older)[one] == "suspended"


@given(st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_a_journal_is_replaced_when_it_ends_before_or_elsewhere(followed: int, end: int, same: bool) -> None:
    found = replaced(JournalEnd(followed, "a"), JournalEnd(end, "a" if same else "b"))
    assert (found is not None) == (end < followed or (end == followed and not same))
