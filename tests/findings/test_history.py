"""A finding over the nights: new, still there, set aside with a reason, open again, gone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from roster_tui import decisions
from roster_tui.catch_up import look
from roster_tui.findings import store
from roster_tui.findings.desk import NotDecidable
from roster_tui.findings.store import Known, Status
from roster_tui.roster.kinds import SECTION, STUDENT, TEACHER
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.findings.cases import CASES, active, district, suspended
from tests.roster.conftest import Roster, night, section, student, teacher


def sync(workspace: Workspace, roster: Roster) -> Workspace:
    """One more night."""
    later = replace(workspace, clock=lambda: NOW + timedelta(days=1))
    night(later.cache, roster)
    with later.cache.writing() as db:
        later.refresh_findings(db, later.clock())
    return later


def open_ones(workspace: Workspace) -> dict[str, Known]:
    assert asyncio.run(look(workspace)) == ""
    with workspace.cache.reading() as db:
        return {each.finding.code.code: each for each in store.known(db)}


def only(workspace: Workspace) -> Known:
    (known,) = open_ones(workspace).values()
    return known


def test_new_then_still_there_then_gone(tmp_path: Path) -> None:
    blank, shared = teacher(1, email=None), [teacher(2, email="a@x.org"), teacher(3, email="a@x.org")]
    workspace = district({TEACHER: [blank, teacher(2), teacher(3)]}).open(tmp_path)
    assert only(workspace).status is Status.NEW
    later = sync(workspace, {TEACHER: [blank, *shared]})
    found = open_ones(later)
    assert {code: each.status for code, each in found.items()} == {
        "email-missing": Status.OPEN,
        "email-shared": Status.NEW,
    }
    assert found["email-missing"].first_seen == NOW
    last = sync(later, {TEACHER: [teacher(1), *shared]})
    with last.cache.reading() as db:
        (went,) = store.gone(db)
        assert (went.finding.code.code, went.status) == ("email-missing", Status.GONE)
        assert went.gone_at == NOW + timedelta(days=1)
        assert store.counts(db) == {"email-shared": 1}


def test_one_that_went_and_returns_keeps_its_first_night(tmp_path: Path) -> None:
    workspace = district({TEACHER: [teacher(1, email=None)]}).open(tmp_path)
    mended = sync(workspace, {TEACHER: [teacher(1)]})
    assert open_ones(mended) == {}
    again = only(sync(mended, {TEACHER: [teacher(1, email=None)]}))
    assert again.first_seen == NOW


def test_dismissed_until_the_evidence_changes(tmp_path: Path) -> None:
    shared = [teacher(1, email="a@x.org"), teacher(2, email="a@x.org")]
    workspace = district({TEACHER: shared}).open(tmp_path)
    decisions.dismiss(workspace, only(workspace).finding.id, "one person, two records")
    assert open_ones(workspace) == {}
    later = sync(workspace, {TEACHER: [*shared, teacher(3)]})
    assert open_ones(later) == {}
    with later.cache.reading() as db:
        (aside,) = store.set_aside(db)
        assert aside.opinion is not None
        assert (aside.opinion.reason, aside.opinion.by) == ("one person, two records", "jdoe")
    moved = [teacher(1, email="b@x.org"), teacher(2, email="b@x.org")]
    assert only(sync(later, {TEACHER: [*moved, teacher(3)]})).finding.code.code == "email-shared"


def test_who_dismissed_it_and_why_is_in_the_journal_and_no_name_is(tmp_path: Path) -> None:
    workspace = district({STUDENT: [student(1, state_id="7")]}, {STUDENT: [student(2, state_id="7")]}).open(tmp_path)
    decisions.dismiss(workspace, only(workspace).finding.id, "mapped already")
    intent, outcome = (entry.facts for entry in workspace.journal.entries())
    assert (intent["kind"], intent["operator"], intent["reason"]) == ("dismiss", "jdoe", "mapped already")
    assert (outcome["phase"], outcome["results"][0]["verdict"]) == ("outcome", "done")
    assert "Ng" not in str(intent) and "Zoë" not in str(intent)
    assert workspace.journal.verify().ok


def test_a_dismissal_can_be_taken_back(tmp_path: Path) -> None:
    workspace = district({TEACHER: [teacher(1, email=None)]}).open(tmp_path)
    finding = only(workspace).finding
    decisions.dismiss(workspace, finding.id, "a robot")
    assert decisions.reopen(workspace, finding.id) is True
    assert only(workspace).opinion is None
    assert decisions.reopen(workspace, finding.id) is False
    assert only(sync(workspace, {TEACHER: [teacher(1, email=None)]})).opinion is None


def test_no_reason_no_dismissal(tmp_path: Path) -> None:
    workspace = district({TEACHER: [teacher(1, email=None)]}).open(tmp_path)
    with pytest.raises(NotDecidable):
        decisions.dismiss(workspace, only(workspace).finding.id, "  ")
    with pytest.raises(decisions.NoSuchFinding):
        decisions.dismiss(workspace, "00000000", "why not")
    assert list(workspace.journal.entries()) == []


def test_the_cache_may_be_lost_the_decision_stays(tmp_path: Path) -> None:
    roster = {TEACHER: [teacher(1, email=None)]}
    workspace = district(roster).open(tmp_path)
    decisions.dismiss(workspace, only(workspace).finding.id, "a robot")
    workspace.cache.file.unlink()
    for suffix in ("-wal", "-shm"):
        workspace.cache.file.with_name(workspace.cache.file.name + suffix).unlink(missing_ok=True)
    fresh = Workspace(workspace.folder, workspace.district, workspace.settings, workspace.clock)
    assert open_ones(sync(fresh, roster)) == {}


def test_what_follows_from_a_dismissed_finding_is_set_aside_with_it(tmp_path: Path) -> None:
    roster = {TEACHER: [teacher(1), teacher(2)], STUDENT: [student(1)], SECTION: [section(1, [1], [1])]}
    workspace = district(roster, accounts=[suspended(1), active(2)]).open(tmp_path)
    found = open_ones(workspace)
    cause, section_finding = found["suspended-with-sections"].finding, found["section-without-valid-teacher"].finding
    assert section_finding.because == cause.id
    decisions.dismiss(workspace, cause.id, "on leave until May")
    assert open_ones(workspace) == {}
    decisions.reopen(workspace, cause.id)
    assert set(open_ones(workspace)) == set(found)


def test_an_action_changes_the_findings_at_once(tmp_path: Path) -> None:
    workspace = CASES["suspended-with-sections"][0].open(tmp_path)
    workspace.show_accounts([active(1)])
    assert open_ones(workspace) == {}
    with workspace.cache.reading() as db:
        assert {each.finding.code.code for each in store.gone(db)} >= {"suspended-with-sections"}


def test_a_rejected_pair_is_a_leaver_and_a_newcomer(tmp_path: Path) -> None:
    before, after = {TEACHER: [teacher(1, state_id="7")]}, {TEACHER: [teacher(9, state_id="7")]}
    workspace = district(before, after).open(tmp_path)
    decisions.decide(workspace, only(workspace).finding.id, "rejected", "father and son")
    assert list(open_ones(workspace)) == ["teacher-removed"]
    with workspace.cache.reading() as db:
        (aside,) = store.set_aside(db)
    decisions.reopen(workspace, aside.finding.id)
    assert list(open_ones(workspace)) == ["sis-id-changed"]


def test_only_a_pair_can_be_accepted(tmp_path: Path) -> None:
    workspace = district({TEACHER: [teacher(1, email=None)]}).open(tmp_path)
    with pytest.raises(NotDecidable):
        decisions.decide(workspace, only(workspace).finding.id, "accepted")
