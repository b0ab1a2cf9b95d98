"""What is kept for a time goes with a sync: closed tickets with what their tokens stand for, and old reports."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from roster_tui.support import help_desk
from roster_tui.support.help_desk import Draft
from roster_tui.support.purge import Scope, planned
from roster_tui.support.retention import forget_old
from roster_tui.support.ticket_store import NoSuchTicket
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.support.test_bundle import district

__all__ = ["district"]


def later(workspace: Workspace, days: int) -> Workspace:
    return replace(workspace, clock=lambda: NOW + timedelta(days=days))


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_only_closed_tickets_go_with_what_their_tokens_stand_for_and_no_number_comes_again(
    district: Workspace,
) -> None:
    for number, what in enumerate(("open", "reopened", "closed", "closed"), start=1):
        help_desk.open_ticket(district, Draft(f"A {what} one", "Lucía García has no class."))
        if what != "open":
            help_desk.close(district, number)
    help_desk.reopen(later(district, 100), 2)
    help_desk.close(later(district, 100), 2)
    ledger = district.folder / "ledger"
    assert "García".encode() in bytes_of(ledger)
    assert forget_old(later(district, 400)).tickets == ()
    assert forget_old(later(district, 401)).tickets == (3, 4)
    kept = help_desk.store(district)
    assert [each.number for each in kept.all()] == [2, 1]
    for step in (help_desk.reopen, help_desk.close):
        with pytest.raises(NoSuchTicket):
            step(district, 3)
    assert help_desk.open_ticket(district, Draft("Another", "")).number == 5
    intent, outcome = [each.facts for each in district.journal.entries() if each.facts["kind"] == "forget tickets"]
    assert (intent["tickets"], intent["phase"]) == ([3, 4], "intent")
    assert [each["id"] for each in outcome["results"]] == ["3", "4"]
    assert forget_old(later(district, 501)).tickets == (2,)
    help_desk.close(district, 1)
    assert forget_old(later(district, 401)).tickets == (1,)
    assert "García".encode() not in bytes_of(ledger)
    assert district.journal.verify().ok


def test_a_ticket_that_somebody_opens_meanwhile_stays(district: Workspace) -> None:
    help_desk.open_ticket(district, Draft("One", ""))
    help_desk.close(district, 1)
    tickets, moment = help_desk.store(district), NOW + timedelta(days=1)
    assert tickets.closed_before(moment) == [1]
    help_desk.reopen(district, 1)
    assert not tickets.forget(1, moment)
    assert tickets.get(1).subject == "One"


def test_what_was_closed_while_the_clock_was_a_year_ahead_goes_in_its_time(district: Workspace) -> None:
    help_desk.open_ticket(district, Draft("One", ""))
    help_desk.close(later(district, 365), 1)
    report = district.folder / "incident-0A1B2C3D.txt"
    report.write_text("x")
    ahead = (NOW + timedelta(days=3_650)).timestamp()
    os.utime(report, (ahead, ahead))
    assert forget_old(district) == ((), 0)
    assert forget_old(later(district, 400)) == ((), 0)
    assert forget_old(later(district, 401)) == ((1,), 1)


def test_reports_older_than_the_history_go(district: Workspace) -> None:
    old, new = (district.folder / f"incident-{name}.txt" for name in ("0A1B2C3D", "FFFFFFFF"))
    for file, days in ((old, 401), (new, 399)):
        file.write_text("x")
        at = (NOW - timedelta(days=days)).timestamp()
        os.utime(file, (at, at))
    assert forget_old(district).reports == 1
    assert not old.exists() and new.exists()


def test_purge_says_how_many_tickets_remain(district: Workspace) -> None:
    assert not any("ticket," in each for each in planned(district, Scope.CACHE).remains)
    help_desk.open_ticket(district, Draft("One", ""))
    (told,) = [each for each in planned(district, Scope.CACHE).remains if each.startswith("1 ticket,")]
    assert "what the tokens in them stand for" in told and "400 days" in told


def test_a_sync_lets_them_go(demo: Workspace) -> None:
    from roster_tui.console.syncing import Syncing

    class Face:
        def tell(self, message: str, severity: str = "information") -> None:
            told.append(message)

        def refresh_status(self) -> None:
            pass

    told: list[str] = []
    help_desk.open_ticket(demo, Draft("One", ""))
    help_desk.close(demo, 1)
    asyncio.run(Syncing(later(demo, 401), Face(), lambda: None).run())
    assert told[-1].startswith("Synced in"), told
    assert help_desk.store(demo).all() == []
