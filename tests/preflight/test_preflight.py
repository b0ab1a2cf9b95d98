"""A preflight says what the next night really does, writes nothing, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from roster_tui.accounts.model import Account
from roster_tui.accounts.trackers.model import ArchiveCause
from roster_tui.catch_up import catch_up
from roster_tui.clever.records import Course, Record, School, Section, Term, User
from roster_tui.clever.wire import read
from roster_tui.demo import DemoOptions, prepare
from roster_tui.findings.store import known
from roster_tui.preflight import Preflight, check_only, preflight
from roster_tui.preflight.checking import check, checking
from roster_tui.preflight.forecast import clevers_trips
from roster_tui.preflight.scratch import scratch_folder
from roster_tui.roster import history
from roster_tui.roster.apply import apply
from roster_tui.roster.compare import Tally, compare
from roster_tui.roster.kinds import COURSE, SCHOOL, SECTION, STUDENT, TEACHER, TERM, Kind
from roster_tui.roster.stage import Stage
from roster_tui.sandbox.generator import student_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents
from roster_tui.sis import SisDistrict, SisFolder
from roster_tui.sis.as_clever import CleverSide, derived_id
from roster_tui.tracking import tracker_performer
from roster_tui.workspace import DistrictName, Workspace, create_workspace, open_workspace
from tests.benchmarks.oneroster_files import as_oneroster
from tests.conftest import NOW, frozen, settings_for, wait_until
from tests.preflight.conftest import DISTRICT
from tests.sis.editing import Table, written


def accounts_of(workspace: Workspace) -> dict[str, Account]:
    return {account.id: account for account in asyncio.run(workspace.directory.list_accounts())}


def ahead(workspace: Workspace, files: Path) -> Preflight:
    done = preflight(workspace, partial(accounts_of, workspace), files)
    assert done.forecast is not None, done.not_compared
    return done


def contents(folder: Path) -> dict[str, str]:
    """Return every file with its content's digest; SQLite's own files of an open database are no content."""
    return {
        str(file.relative_to(folder)): sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith(("-wal", "-shm"))
    }


def test_the_same_files_change_nothing(district: Workspace, files: Path) -> None:
    done = ahead(district, files)
    assert list(done.checks.problems) == []
    assert all(not (tally.added or tally.updated or tally.removed) for tally in done.forecast.tallies.values())
    assert done.forecast.suspensions == ()
    assert not done.forecast.held
    assert not done.forecast.new_findings


def test_trackers_follow_tonight_as_they_will(district: Workspace, files: Path) -> None:
    with district.cache.reading() as db:
        ids = [clever_id for (clever_id,) in db.execute(
            "SELECT lower(hex(r.id)) FROM section s JOIN record r ON r.key = s.key ORDER BY r.id LIMIT 40"
        )]  # fmt: skip
        gone = db.execute("SELECT sis_id FROM section s JOIN record r ON r.key = s.key ORDER BY r.id").fetchone()[0]
    performer = tracker_performer(district)
    made = asyncio.run(performer.perform(asyncio.run(performer.plan("create-tracker", ids))))
    asyncio.run(catch_up(district))
    assert made.items[0].verdict.value == "done"
    before = contents(district.folder / "ledger")
    assert dict(ahead(district, files).forecast.trackers) == {}
    for name in ("sections", "enrollments"):
        table = Table(files / f"{name}.csv")
        place = table.at("section_id")
        table.rows = [row for row in table.rows if row[place] != gone]
        table.save()
    forecast = ahead(district, files).forecast
    assert dict(forecast.trackers) == {"archived": 1}
    assert [(each.sis_id, each.cause) for each in forecast.archiving] == [(gone, ArchiveCause.SECTION_GONE)]
    assert contents(district.folder / "ledger") == before


@pytest.mark.parametrize(("day", "archives"), [(29, False), (30, True)])
def test_rollover_is_foreseen_on_its_eve(district: Workspace, files: Path, day: int, archives: bool) -> None:
    performer = tracker_performer(district)
    with district.cache.reading() as db:
        rows = db.execute(
            "SELECT lower(hex(r.id)) FROM section s JOIN record r ON r.key = s.key ORDER BY r.id LIMIT 40"
        )
        ids = [clever_id for (clever_id,) in rows]
    made = asyncio.run(performer.perform(asyncio.run(performer.plan("create-tracker", ids))))
    asyncio.run(catch_up(district))
    trackers = sum(item.verdict.value == "done" for item in made.items)
    evening = replace(district, clock=lambda: datetime(2027, 6, day, 23, tzinfo=UTC))
    forecast = ahead(evening, files).forecast
    assert forecast.trackers.get("archived", 0) == len(forecast.archiving) == (trackers if archives else 0)
    assert {each.cause for each in forecast.archiving} == ({ArchiveCause.ROLLOVER} if archives else set())


def test_only_what_differs_is_staged(district: Workspace, files: Path) -> None:
    quiet = ahead(district, files).forecast.tallies
    assert (quiet["student"].fetched, quiet["section"].fetched) == (0, 0)
    assert (quiet["student"].after, quiet["section"].after) == (1_900, 520)
    students = Table(files / "students.csv")
    students.set(5, "grade", "PG")
    left = students.get(9, "student_id")
    del students.rows[8]
    students.save()
    enrollments = Table(files / "enrollments.csv")
    sections = {
        row[enrollments.at("section_id")] for row in enrollments.rows if row[enrollments.at("student_id")] == left
    }
    tallies = ahead(district, files).forecast.tallies
    assert tallies["student"] == Tally(before=1_900, fetched=1, added=0, updated=1, removed=1)
    assert tallies["section"].fetched == tallies["section"].updated == len(sections) > 0


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_what_oneroster_cannot_say_stays_as_it_is(district: Workspace, tmp_path: Path, version: str) -> None:
    forecast = ahead(district, as_oneroster(DISTRICT, tmp_path / "oneroster", version)).forecast
    assert forecast.tallies["student"] == Tally(before=1_900, fetched=0, added=0, updated=0, removed=0)
    assert not any(tally.added or tally.updated or tally.removed for tally in forecast.tallies.values())
    assert (forecast.held, forecast.held_by_clever) == ((), ())


def test_nothing_is_written_and_nothing_stays(district: Workspace, folder: Path, files: Path) -> None:
    district.cache.reading()
    before = contents(folder)
    ahead(district, _a_bad_night(files))
    assert contents(folder) == before
    assert not list(folder.rglob("preflight-*"))


def _a_bad_night(files: Path) -> Path:
    teachers = Table(files / "teachers.csv")
    teachers.set(5, "teacher_email", "")
    teachers.set(6, "teacher_id", "2026-1")
    del teachers.rows[7]
    teachers.save()
    return files


def test_it_says_what_the_night_then_does(district: Workspace, folder: Path, files: Path) -> None:
    forecast = ahead(district, _a_bad_night(files)).forecast
    assert forecast is not None
    before = accounts_of(district)
    prepare(settings_for(folder), DemoOptions((files,)), lambda message: None, frozen)
    after = accounts_of(district)
    with district.cache.reading() as db:
        counts = history.runs(db, 1)[0].counts
        findings = {each.finding.id for each in known(db)}
    for kind, tally in forecast.tallies.items():
        if kind != "enrollment":
            told = {"added": tally.added, "removed": tally.removed, "updated": tally.updated}
            assert counts[f"{kind}s"].items() >= told.items()
    suspended = {each.id: each.cause and each.cause.kind for each in after.values() if each.cause}
    assert {
        each.account.id: each.account.cause and each.account.cause.kind for each in forecast.suspensions
    } == suspended
    assert forecast.created == len(after.keys() - before.keys())
    assert {each.finding.id for each in forecast.findings} == findings


def test_a_rekeyed_teacher_is_told_apart_from_a_leaver(district: Workspace, files: Path) -> None:
    forecast = ahead(district, _a_bad_night(files)).forecast
    assert forecast is not None
    assert forecast.rekeyed == {"teacher": 1}
    by_id = {each.account.sis_id: each for each in forecast.suspensions}
    rekeyed = [each.rekeyed_to for each in forecast.suspensions if each.rekeyed_to]
    assert rekeyed == ["2026-1"]
    assert len(by_id) == 3
    assert all(each.sections > 0 for each in forecast.suspensions)
    left = {each.finding.subject.sis_id for each in forecast.sections_left}
    assert left
    sections = Table(files / "sections.csv")
    gone = {"T10003", *by_id}
    assert left <= {row[sections.at("section_id")] for row in sections.rows if row[sections.at("teacher_id")] in gone}


def test_teachers_who_lost_their_leading_letter_case_are_told(district: Workspace, files: Path) -> None:
    teachers = Table(files / "teachers.csv")
    teachers.set(5, "teacher_id", teachers.get(5, "teacher_id").lower())
    teachers.save()
    done = ahead(district, files)
    told = [(each.file, each.line, each.column) for each in done.checks.problems if each.code.code == "id-altered"]
    assert told == [("teachers.csv", 5, "teacher_id")]


class TestHolds:
    """Ours and Clever's, each at its edge."""

    def test_everybody_gone(self, district: Workspace, files: Path) -> None:
        teachers = Table(files / "teachers.csv")
        del teachers.rows[1:]
        teachers.save()
        (files / "staff.csv").unlink()
        done = ahead(district, files)
        assert done.checks.problems.counts() == {"no-rows": 1}
        assert [trip.kind for trip in done.forecast.held_by_clever] == ["teacher"]
        assert {(trip.what, trip.kind) for trip in done.forecast.held} >= {
            ("removed", "teacher"),
            ("suspended", "account"),
        }
        assert len(done.forecast.suspensions) == 128

    @pytest.mark.parametrize(("removed", "held"), [(10, False), (11, True)])
    def test_clevers_trips_only_beyond_a_tenth(self, removed: int, held: bool) -> None:
        assert bool(list(clevers_trips({"school": Tally(100, 100 - removed, 0, 0, removed)}))) is held

    def test_limits_of_a_single_type_hold_as_the_sync_would(self, folder: Path, files: Path) -> None:
        strict = open_workspace(settings_for(folder, hold={"teacher": {"removed_percent": 0, "floor": 1}}), frozen)
        forecast = ahead(strict, _a_bad_night(files)).forecast
        assert [(trip.what, trip.kind, trip.number, trip.limit) for trip in forecast.held] == [
            ("removed", "teacher", 2, 0)
        ]

    def test_terms_are_no_type_of_clevers(self) -> None:
        assert list(clevers_trips({"term": Tally(2, 1, 0, 0, 1), "course": Tally(2, 0, 0, 0, 2)})) == []

    def test_enrollments_are_one(self, district: Workspace, files: Path) -> None:
        enrollments = Table(files / "enrollments.csv")
        kept = len(enrollments.rows) * 85 // 100
        gone = len(enrollments.rows) - kept
        del enrollments.rows[kept:]
        enrollments.save()
        forecast = ahead(district, files).forecast
        tally = forecast.tallies["enrollment"]
        assert (tally.removed, tally.before - tally.fetched) == (gone, gone)
        assert [trip.kind for trip in forecast.held_by_clever] == ["enrollment"]

    def test_an_added_section_adds_its_class_list(self, district: Workspace, files: Path) -> None:
        sections, enrollments = Table(files / "sections.csv"), Table(files / "enrollments.csv")
        sections.add(2, section_id="99999")
        enrollments.add(2, section_id="99999")
        enrollments.add(2, section_id="99999", student_id=enrollments.get(3, "student_id"))
        sections.save()
        enrollments.save()
        forecast = ahead(district, files).forecast
        assert forecast.tallies["section"].added == 1
        assert forecast.tallies["enrollment"].added == 2


def real_district(folder: Path, source: SisDistrict) -> Workspace:
    """A district whose Clever IDs are Clever's own, with a district admin whom no file holds."""
    workspace = create_workspace(settings_for(folder), DistrictName("d" * 24, "Real"), frozen)
    kinds: dict[str, tuple[Kind, type[Record]]] = {
        "schools": (SCHOOL, School),
        "terms": (TERM, Term),
        "courses": (COURSE, Course),
        "sections": (SECTION, Section),
    }
    stage = Stage(workspace.cache.staged_file)
    for resource, record in CleverSide(source, "x", NOW.date(), partial(derived_id, "minted elsewhere")).records():
        if resource == "users" and "contact" in record["roles"]:
            continue
        kind, model = kinds.get(resource) or (STUDENT if "student" in record["roles"] else TEACHER, User)
        stage.add(kind, [read(record, model)])
    admin = {"id": "a" * 24, "name": {"first": "Jo", "last": "Dunn"}, "email": "jo@x.org"}
    stage.add(TEACHER, [read({**admin, "roles": {"district_admin": {"title": "Data"}}}, User)])
    stage.finish()
    with workspace.cache.with_staged() as db:
        compare(db)
    with workspace.cache.writing(with_staged=True) as db:
        apply(db, history.start_run(db, "full", NOW))
    workspace.cache.discard_staged()
    return workspace


def test_ids_are_those_that_the_roster_knows(files: Path, tmp_path: Path) -> None:
    workspace = real_district(tmp_path / "real", SisFolder(files))
    done = preflight(workspace, dict, files)
    assert done.forecast is not None
    assert all(not (tally.added or tally.updated or tally.removed) for tally in done.forecast.tallies.values())


def test_students_are_left_alone_where_none_are_kept(files: Path, tmp_path: Path) -> None:
    workspace = real_district(tmp_path / "real", SisFolder(files))
    settings = replace_students(workspace)
    done = preflight(settings, dict, files)
    assert done.forecast is not None
    assert "enrollment" not in done.forecast.tallies
    assert done.forecast.tallies["student"].fetched == 0


def replace_students(workspace: Workspace) -> Workspace:
    settings = settings_for(workspace.folder.parent, clever={"students": "none"})
    return replace(workspace, settings=settings)


class TestNotCompared:
    """Files alone are checked where there is nothing to compare, or nothing that can be."""

    def test_a_column_is_missing(self, district: Workspace, files: Path) -> None:
        table = Table(files / "teachers.csv")
        table.rename("teacher_id", "Teacher number")
        table.save()
        done = preflight(district, dict, files)
        assert done.forecast is None
        assert "could not process" in done.not_compared

    def test_no_roster_yet(self, files: Path, tmp_path: Path) -> None:
        workspace = create_workspace(settings_for(tmp_path / "new"), DistrictName("e" * 24, "New"), frozen)
        done = preflight(workspace, dict, files)
        assert done.forecast is None
        assert "roster-tui sync" in done.not_compared

    def test_no_district(self, files: Path) -> None:
        done = check_only(files, "why")
        assert (done.checks.rows["students.csv"], done.not_compared) == (1_900, "why")


class TestChecking:
    """The process that checks the files never outlives the one that waits for it."""

    def test_what_it_tells_is_what_a_check_here_tells(self, files: Path, tmp_path: Path) -> None:
        _a_bad_night(files)
        here, there = tmp_path / "here", tmp_path / "there"
        here.mkdir()
        there.mkdir()
        with checking(files, there) as checks:
            assert list(checks().problems) == list(check(files, here).problems) != []

    def test_it_ends_with_the_block(self, files: Path, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt), checking(files, tmp_path):
            assert multiprocessing.active_children()
            raise KeyboardInterrupt
        assert multiprocessing.active_children() == []

    def test_its_death_is_told(self, files: Path, tmp_path: Path) -> None:
        with checking(files, tmp_path) as checks:
            (child,) = multiprocessing.active_children()
            child.kill()
            with pytest.raises(ChildProcessError, match="start again"):
                checks()


class TestScratch:
    """The throwaway copy goes with the process, however that ends."""

    def test_it_is_private_and_goes(self, tmp_path: Path) -> None:
        with scratch_folder(tmp_path, "any") as folder:
            assert folder.stat().st_mode & 0o777 == 0o700
            (folder / "roster.sqlite").write_text("x")
        assert list(tmp_path.iterdir()) == []

    def test_it_goes_on_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt), scratch_folder(tmp_path, "any"):
            raise KeyboardInterrupt
        assert list(tmp_path.iterdir()) == []

    def test_the_next_one_sweeps_what_a_killed_one_left_and_nothing_in_use(self, tmp_path: Path) -> None:
        holding = (
            "import sys, time; from pathlib import Path; from roster_tui.preflight.scratch import scratch_folder\n"
            "with scratch_folder(Path(sys.argv[1]), 'any') as folder:\n"
            "    (folder / 'roster.sqlite').write_text('x'); print(folder, flush=True); time.sleep(60)"
        )
        start: Callable[[], subprocess.Popen[str]] = lambda: subprocess.Popen(  # noqa: E731
            [sys.executable, "-c", holding, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        killed, running = start(), start()
        try:
            assert killed.stdout and running.stdout
            left, used = Path(killed.stdout.readline().strip()), Path(running.stdout.readline().strip())
            os.kill(killed.pid, signal.SIGKILL)
            killed.wait()
            assert left.exists()
            with scratch_folder(tmp_path, "any"):
                wait_until(lambda: not left.exists())
                assert (used / "roster.sqlite").exists()
        finally:
            for process in (killed, running):
                process.kill()
                process.communicate()


def test_a_whole_migration_is_told_as_rekeyed(district: Workspace, files_of_first_night: Path, tmp_path: Path) -> None:
    renamed = {student_sis_id(index): f"9{student_sis_id(index)}" for index in range(1_900)}
    tonight = written(WithIncidents(DISTRICT, Incidents(rekeyed_students=renamed)), tmp_path / "migrated")
    forecast = ahead(district, tonight).forecast
    assert forecast is not None
    tally = forecast.tallies["student"]
    assert (tally.added, tally.removed) == (1_900, 1_900)
    assert forecast.rekeyed["student"] == 1_900
    assert "student" in {trip.kind for trip in forecast.held}
    assert "student" in {trip.kind for trip in forecast.held_by_clever}


def test_too_many_are_not_paired_one_by_one(district: Workspace, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster_tui.findings.rekeys.MOST_LINKED", 1)
    monkeypatch.setattr("roster_tui.preflight.forecast.MOST_LINKED", 1)
    forecast = ahead(district, _a_bad_night(files)).forecast
    assert forecast is not None
    assert (forecast.unpaired, forecast.rekeyed) == ({"teacher"}, {})
