"""A held run: who is affected, and what approving and discarding do, killed or not."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from roster_tui.accounts.trackers.model import ArchiveCause
from roster_tui.clever import BadResponse
from roster_tui.roster.account_rows import account_counts
from roster_tui.roster.cache import get_meta, set_meta
from roster_tui.roster.history import runs, waiting
from roster_tui.roster.kinds import STUDENT, TEACHER
from roster_tui.roster.read import counts
from roster_tui.roster.tracker_rows import count_trackers, trackers
from roster_tui.sandbox.faults import parse
from roster_tui.sandbox.generator import student_sis_id, teacher_sis_id
from roster_tui.settings import HoldSettings, KindHoldSettings
from roster_tui.sis import SisFile
from roster_tui.sync import HoldChanged, NothingHeld, finish_interrupted
from roster_tui.sync.hold import Review, approve, discard, review
from roster_tui.tracking import tracker_performer
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.sync.conftest import Killed, Night, Without
from tests.sync.test_trackers import create

REKEYED = {student_sis_id(n): f"9{n:05}" for n in range(30)}
STRICT = HoldSettings(removed_percent=1, floor=0)


def held(clever: Night) -> Workspace:
    """A district with a held run: thirty students re-keyed, one teacher gone."""
    clever.load()
    clever.sync()
    clever.incidents(rekeyed_students=REKEYED, leavers={teacher_sis_id(7)})
    workspace, result = clever.sync(hold=STRICT)
    assert result.state == "held"
    return workspace


def reviewed(workspace: Workspace) -> Review:
    return asyncio.run(review(workspace))


def students(workspace: Workspace) -> set[str]:
    with workspace.cache.reading() as db:
        return {sis_id for (sis_id,) in db.execute("SELECT sis_id FROM student")}


def test_who_is_rekeyed_is_told_apart_from_who_leaves(clever: Night) -> None:
    found = reviewed(held(clever))
    by_kind = {each.kind: each for each in found.departures}
    assert {(old.sis_id, new.sis_id) for old, new in by_kind[STUDENT].rekeyed} == set(REKEYED.items())
    assert by_kind[STUDENT].leavers == ()
    assert [who.sis_id for who in by_kind[TEACHER].leavers] == [teacher_sis_id(7)]
    assert [account.sis_id for account in found.suspended] == [teacher_sis_id(7)]
    assert found.reasons[0] == "1 of 40 teachers removed (2 %); the limit is 1 %"


def test_what_another_run_has_staged_is_not_what_is_held(clever: Night) -> None:
    """A sync that is just running has put its own roster in the place of the one that was held."""
    workspace = held(clever)
    digest = reviewed(workspace).digest
    with workspace.cache.writing(with_staged=True) as db:
        set_meta(db, "run", get_meta(db, "run", staged=True) + 1, staged=True)
    with pytest.raises(NothingHeld):
        reviewed(workspace)
    with pytest.raises(NothingHeld):
        asyncio.run(approve(workspace, digest))
    assert len(students(workspace) & REKEYED.keys()) == len(REKEYED)


def test_approving_applies_exactly_what_was_shown(clever: Night) -> None:
    workspace = held(clever)
    found = reviewed(workspace)
    assert found.run.hold is not None
    assert found.digest == found.run.hold["digest"]
    followed = asyncio.run(approve(workspace, found.digest))
    assert followed.done == {"created": 0, "suspended": 1, "restored": 0}
    assert set(REKEYED.values()) <= students(workspace)
    with workspace.cache.reading() as db:
        assert runs(db, 1)[0].state == "applied"
        assert account_counts(db)["suspended"] == 1
    decisions = [entry.facts for entry in workspace.journal.entries() if entry.facts["kind"] == "hold approve"]
    assert [(each["phase"], each["operator"]) for each in decisions] == [("intent", "jdoe"), ("outcome", "jdoe")]
    assert decisions[0]["digest"] == found.digest
    with pytest.raises(NothingHeld):
        reviewed(workspace)


def test_after_an_approval_the_events_go_on_where_it_ended(clever: Night) -> None:
    workspace = held(clever)
    asyncio.run(approve(workspace, reviewed(workspace).digest))
    _, result = clever.sync(hold=STRICT)
    assert result.mode == "incremental"
    assert all(tally.added + tally.removed + tally.updated == 0 for tally in result.counts.values())


def test_an_approval_of_something_else_is_refused(clever: Night) -> None:
    workspace = held(clever)
    shown = reviewed(workspace).digest
    clever.incidents(rekeyed_students={**REKEYED, student_sis_id(40): "90040"}, leavers={teacher_sis_id(7)})
    clever.sync(hold=STRICT)
    with pytest.raises(HoldChanged):
        asyncio.run(approve(workspace, shown))
    assert not set(REKEYED.values()) & students(workspace)
    assert reviewed(workspace).digest != shown


def test_a_pin_set_after_the_review_changes_what_was_shown(clever: Night) -> None:
    workspace = held(clever)
    shown = reviewed(workspace)
    account = shown.suspended[0]
    from dataclasses import replace

    asyncio.run(workspace.directory.write([replace(account, cause=None, pinned=True)]))
    with pytest.raises(HoldChanged):
        asyncio.run(approve(workspace, shown.digest))


def test_trackers_that_would_archive_are_listed_and_approved_with_the_rest(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    create(workspace)
    with workspace.cache.reading() as db:
        made = {each.sis_id for each in trackers(db, 1_000)}
    sections = list(clever.district.rows(SisFile.SECTIONS))
    clever.load(Without(clever.district, SisFile.SECTIONS, len(sections) - 4))
    workspace, result = clever.sync(hold=STRICT)
    assert result.state == "held"
    shown = reviewed(workspace)
    assert {each.cause for each in shown.archiving} == {ArchiveCause.SECTION_GONE}
    assert {each.sis_id for each in shown.archiving} == made & {row["section_id"] for row in sections[-4:]}

    # One of them is archived by hand meanwhile: an approval of what was shown would say too much.
    one, *rest = shown.archiving
    performer = tracker_performer(workspace)
    asyncio.run(performer.perform(asyncio.run(performer.plan("archive-tracker", [one.section]))))
    with pytest.raises(HoldChanged):
        asyncio.run(approve(workspace, shown.digest))

    again = reviewed(workspace)
    assert again.archiving == tuple(rest)
    followed = asyncio.run(approve(workspace, again.digest))
    assert followed.trackers["archived"] == len(rest)


def test_at_rollover_a_held_sync_would_archive_every_tracker(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    create(workspace)
    clever.incidents(leavers={teacher_sis_id(7)})
    workspace, _ = clever.sync(hold=STRICT)
    later = Workspace(workspace.folder, workspace.district, workspace.settings, lambda: NOW + timedelta(days=300))
    found = reviewed(later)
    with workspace.cache.reading() as db:
        assert len(found.archiving) == count_trackers(db)["live"] > 5
    assert {each.cause for each in found.archiving} == {ArchiveCause.ROLLOVER}


def test_discarding_keeps_the_roster_and_the_next_sync_is_judged_anew(clever: Night) -> None:
    workspace = held(clever)
    asyncio.run(discard(workspace))
    with workspace.cache.reading() as db:
        assert counts(db)["students"] == 200
        assert waiting(db) is None
    assert not workspace.cache.staged_file.exists()
    with pytest.raises(NothingHeld):
        reviewed(workspace)
    assert clever.sync(hold=STRICT)[1].state == "held"
    assert clever.sync(hold=HoldSettings(removed_percent=20))[1].state == "applied"
    assert set(REKEYED.values()) <= students(workspace)


def test_a_sync_that_cannot_fetch_leaves_the_held_one_to_be_decided(clever: Night) -> None:
    workspace = held(clever)
    shown = reviewed(workspace).digest
    service = clever.service()
    service.faults.add(parse("html-error"))
    with pytest.raises(BadResponse):
        clever.sync(service=service, hold=STRICT, full=True)
    with workspace.cache.reading() as db:
        assert runs(db, 1)[0].state == "failed"
    asyncio.run(approve(workspace, shown))
    assert set(REKEYED.values()) <= students(workspace)


def test_killed_while_approving_it_is_applied_or_still_held(clever: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = held(clever)
    shown = reviewed(workspace).digest

    def killed(*arguments: Any) -> None:
        raise Killed

    monkeypatch.setattr("roster_tui.sync.commit.set_meta", killed)
    with pytest.raises(Killed):
        asyncio.run(approve(workspace, shown))
    monkeypatch.undo()
    assert reviewed(workspace).digest == shown
    assert len(students(workspace)) == 200

    monkeypatch.setattr("roster_tui.sync.hold.follow", killed)
    with pytest.raises(Killed):
        asyncio.run(approve(workspace, shown))
    monkeypatch.undo()
    assert set(REKEYED.values()) <= students(workspace)
    asyncio.run(finish_interrupted(workspace))
    with workspace.cache.reading() as db:
        assert account_counts(db)["suspended"] == 1
        assert runs(db, 1)[0].state == "applied"


def test_a_limit_of_one_type_leaves_the_others(clever: Night) -> None:
    clever.load()
    clever.sync()
    clever.load(Without(clever.district, SisFile.STUDENTS, 150))
    loose = HoldSettings(student=KindHoldSettings(removed_percent=30))
    assert clever.sync(hold=HoldSettings(student=KindHoldSettings(floor=60)))[1].state == "applied"
    clever.load()
    assert clever.sync(hold=loose)[1].state == "applied"


def test_several_limits_trip_together(clever: Night) -> None:
    clever.load()
    clever.sync()
    everybody = {teacher_sis_id(n): f"X{n}" for n in range(40)}
    clever.incidents(rekeyed_teachers=everybody, rekeyed_students={student_sis_id(n): f"9{n:05}" for n in range(200)})
    workspace, result = clever.sync(hold=HoldSettings(suspensions=10))
    assert result.hold is not None
    assert [reason.split(";")[0] for reason in result.hold["reasons"]] == [
        "39 of 40 teachers removed (98 %)",
        "200 of 200 students removed (100 %)",
        "90 of 90 sections updated (100 %)",
        "39 accounts would be suspended",
    ]
    by_kind = {each.kind: each for each in reviewed(workspace).departures}
    assert len(by_kind[STUDENT].rekeyed) + len(by_kind[STUDENT].leavers) == 200


@pytest.mark.parametrize("full", [True, False], ids=["full", "incremental"])
@pytest.mark.parametrize("file", [SisFile.SCHOOLS, SisFile.STUDENTS, SisFile.SECTIONS])
def test_an_empty_answer_never_reads_as_everybody_left(clever: Night, file: SisFile, full: bool) -> None:
    clever.load()
    clever.sync()
    clever.load(Without(clever.district, file, 0))
    loose = HoldSettings(removed_percent=100, updated_percent=100, floor=10_000, suspensions=10_000)
    workspace, result = clever.sync(hold=loose, full=full)
    assert result.state == "held"
    with workspace.cache.reading() as db:
        assert counts(db) == {"schools": 3, "teachers": 40, "sections": 90, "students": 200}
        assert get_meta(db, "feed") is not None
