"""A run from end to end, over real HTTP: the roster, the accounts and the findings that follow."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from roster_tui.clever import Unauthorized
from roster_tui.findings.store import counts
from roster_tui.roster.account_rows import account_counts
from roster_tui.roster.history import runs
from roster_tui.roster.kinds import SECTION, TEACHER
from roster_tui.roster.listing import Listing
from roster_tui.roster.read import SectionRow, TeacherRow, rows
from roster_tui.roster.read import counts as numbers
from roster_tui.roster.window import full_window
from roster_tui.sandbox.generator import GeneratedDistrict, student_sis_id, teacher_sis_id
from roster_tui.sandbox.service import Service
from roster_tui.settings import HoldSettings
from roster_tui.sis import SisFile
from roster_tui.sync import SyncRunning, WrongDistrict, finish_interrupted, sync
from roster_tui.workspace import Workspace, open_workspace
from tests.conftest import NOW, frozen, serving
from tests.sync.conftest import SMALL, Night, Without, replaced


def teachers(workspace: Workspace) -> dict[str | None, TeacherRow]:
    with workspace.cache.reading() as db:
        found = rows(db, TEACHER, full_window(db, Listing(TEACHER)).keys)
    return {row.sis_id: row for row in found if isinstance(row, TeacherRow)}


def test_the_first_sync_carries_the_district_and_makes_accounts(clever: Night) -> None:
    clever.load()
    workspace, result = clever.sync()
    assert result.state == "applied"
    assert workspace.district.name == "Lincoln Unified"
    assert result.accounts == {"created": 40, "suspended": 0, "restored": 0}
    with workspace.cache.reading() as db:
        assert numbers(db) == {"schools": 3, "teachers": 40, "sections": 90, "students": 200}
        assert account_counts(db) == {"pending": 40, "active": 0, "suspended": 0, "pinned": 0}
        run = runs(db, 1)[0]
    assert (run.requests, run.retries) == (clever.requests, 0)
    assert set(run.durations) == {"wait", "fetch", "compare", "apply", "accounts"}
    assert not workspace.cache.staged_file.exists()


def test_the_night_of_incidents(clever: Night) -> None:
    clever.load()
    clever.sync()
    rekeyed, blanked, leaver = (teacher_sis_id(n) for n in (5, 6, 7))
    clever.incidents(
        rekeyed_teachers={rekeyed: "2026-5"},
        rekeyed_students={student_sis_id(8): "900"},
        blanked_emails={blanked},
        leavers={leaver},
    )
    workspace, result = clever.sync()
    assert result.accounts == {"created": 1, "suspended": 3, "restored": 0}
    found = teachers(workspace)
    causes = {sis_id: row.account.cause for sis_id, row in found.items() if row.account and row.account.cause}
    assert causes == {
        rekeyed: "no longer in Clever's data",
        leaver: "no longer in Clever's data",
        blanked: "email blank in the SIS",
    }
    new = found["2026-5"].account
    assert new is not None
    assert new.state == "pending"
    with workspace.cache.reading() as db:
        told = counts(db)
    assert {code: told[code] for code in ("sis-id-changed", "email-missing", "teacher-removed")} == {
        "sis-id-changed": 2,
        "email-missing": 1,
        "teacher-removed": 1,
    }


def test_an_entered_email_restores_the_account_by_itself(clever: Night) -> None:
    clever.load()
    clever.sync()
    clever.incidents(blanked_emails={teacher_sis_id(6)})
    clever.sync()
    clever.load()
    workspace, result = clever.sync()
    assert result.accounts["restored"] == 1
    assert teachers(workspace)[teacher_sis_id(6)].account.state == "pending"  # type: ignore[union-attr]


def test_a_quiet_night_changes_nothing(clever: Night) -> None:
    clever.load()
    clever.sync()
    workspace, result = clever.sync()
    assert {tally.added + tally.updated + tally.removed for tally in result.counts.values()} == {0}
    assert len(list(workspace.journal.entries())) == 2


@pytest.mark.parametrize(
    ("file", "keep", "said"),
    [
        (SisFile.STUDENTS, 0, "200 of 200 students removed"),
        (SisFile.STUDENTS, 179, "21 of 200 students removed"),
        (SisFile.TEACHERS, 1, "teachers removed"),
        (SisFile.SCHOOLS, 0, "3 of 3 schools removed"),
    ],
)
def test_a_large_change_is_held_and_nothing_is_applied(clever: Night, file: SisFile, keep: int, said: str) -> None:
    clever.load()
    workspace, _ = clever.sync()
    clever.load(Without(clever.district, file, keep))
    _, result = clever.sync()
    assert result.state == "held"
    assert result.hold is not None
    assert any(said in reason for reason in result.hold["reasons"])
    with workspace.cache.reading() as db:
        assert numbers(db) == {"schools": 3, "teachers": 40, "sections": 90, "students": 200}
        assert runs(db, 1)[0].state == "held"
    assert workspace.cache.staged_file.exists()


def test_exactly_the_limit_is_not_held(clever: Night) -> None:
    clever.load()
    clever.sync()
    clever.load(Without(clever.district, SisFile.STUDENTS, 180))
    assert clever.sync()[1].state == "applied"


def test_too_many_suspensions_are_held(clever: Night) -> None:
    clever.load()
    clever.sync()
    clever.incidents(blanked_emails={teacher_sis_id(n) for n in range(3)})
    _, result = clever.sync(hold=HoldSettings(suspensions=2))
    assert result.hold is not None
    assert "3 accounts would be suspended" in result.hold["reasons"][0]


def test_a_refused_token_leaves_everything_as_it_was(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    with serving(Service(clever.store).app()) as url, pytest.raises(Unauthorized):
        asyncio.run(sync(clever.settings, "wrong", url, clock=frozen))
    with workspace.cache.reading() as db:
        assert numbers(db)["teachers"] == 40


def test_without_students_none_is_stored(clever: Night) -> None:
    clever.load()
    settings = replaced(clever.settings.clever, students="none")
    workspace, _ = clever.sync(clever=settings)
    with workspace.cache.reading() as db:
        assert numbers(db)["students"] == 0
        (row,) = rows(db, SECTION, full_window(db, Listing(SECTION)).keys[:1])
        assert db.execute("SELECT count(*) FROM record WHERE kind = 5").fetchone() == (0,)
    assert isinstance(row, SectionRow)
    assert row.students > 0


def test_no_demographic_value_of_a_student_reaches_the_disk(clever: Night) -> None:
    class Marked(GeneratedDistrict):
        def rows(self, file: SisFile) -> Any:
            for row in super().rows(file):
                if file is SisFile.STUDENTS:
                    row |= {
                        "student_street": "DEMOGRAPHIC-1",
                        "contact_name": "DEMOGRAPHIC-2",
                        "frl_status": "DEMOGRAPHIC-3",
                    }
                    row |= {"locker": "DEMOGRAPHIC-4", "race": "W"}
                yield row

    clever.load(Marked(SMALL, 3, 2026, "Lincoln Unified"))
    workspace, _ = clever.sync()
    stored = b"".join(file.read_bytes() for file in workspace.folder.rglob("*") if file.is_file())
    assert b"DEMOGRAPHIC" not in stored
    assert b"Caucasian" not in stored


def test_a_second_sync_at_once_is_refused_and_says_who(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    from filelock import FileLock

    with FileLock(workspace.sync_lock), pytest.raises(SyncRunning, match="jdoe, since 2026-11-24"):
        clever.sync()


def test_the_wrong_districts_token_is_noticed(clever: Night) -> None:
    clever.load()
    with pytest.raises(WrongDistrict, match="Lincoln Unified, not for Springfield"):
        clever.sync(district="Springfield")


def test_accounts_that_a_killed_run_left_behind_follow_later(clever: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    clever.load()
    workspace, _ = clever.sync()
    clever.incidents(blanked_emails={teacher_sis_id(6)})

    async def killed(workspace: Workspace, **_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("roster_tui.sync.run.follow", killed)
    with pytest.raises(KeyboardInterrupt):
        clever.sync()
    monkeypatch.undo()
    assert teachers(workspace)[teacher_sis_id(6)].account.state == "pending"  # type: ignore[union-attr]
    asyncio.run(finish_interrupted(workspace))
    assert teachers(workspace)[teacher_sis_id(6)].account.state == "suspended"  # type: ignore[union-attr]
    with workspace.cache.reading() as db:
        run = runs(db, 1)[0]
    assert run.state == "applied"
    assert run.error == "the roster was applied; accounts follow at the next run (KeyboardInterrupt)"


def test_a_damaged_cache_is_rebuilt_and_the_accounts_stay(clever: Night) -> None:
    from roster_tui.roster.cache import CacheDamaged

    clever.load()
    workspace, _ = clever.sync()
    clever.incidents(leavers={teacher_sis_id(7)})
    clever.sync()
    (workspace.folder / "roster.sqlite").write_bytes(b"rubbish" * 1_000)
    (workspace.folder / "roster.sqlite-wal").unlink(missing_ok=True)
    with pytest.raises(CacheDamaged):
        clever.sync()
    again, result = clever.sync()
    assert result.accounts == {"created": 0, "suspended": 0, "restored": 0}
    left = teachers(again)[teacher_sis_id(7)]
    assert (left.in_data, left.account and left.account.state) == (False, "suspended")


def test_records_that_cannot_be_read_are_counted(clever: Night) -> None:
    clever.load()
    clever.store.db.execute("UPDATE record SET body = replace(body, '\"name\":{', '\"name\":[{') WHERE 0")
    clever.store.db.execute(
        'UPDATE record SET body = \'{"id":"\' || id || \'","name":[]}\' WHERE id IN'
        " (SELECT id FROM user_role WHERE role = 'teacher' LIMIT 2)"
    )
    _, result = clever.sync()
    assert result.unreadable == 2
    assert result.counts["teacher"].fetched == 38


def test_a_workspace_is_found_by_name(clever: Night) -> None:
    clever.load()
    workspace, _ = clever.sync()
    assert open_workspace(replaced(clever.settings, district="lincoln unified")).folder == workspace.folder
    assert replace(workspace, clock=lambda: NOW).clock() == NOW
