"""One night on a copy of the roster: staged from files, compared, judged, applied, accounts and findings after it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from roster_tui.accounts.model import Account
from roster_tui.accounts.reconcile import reconcile
from roster_tui.clever.records import Course, Record, School, Section, Term, User
from roster_tui.clever.wire import read_list
from roster_tui.databases import errors_of
from roster_tui.findings import store
from roster_tui.findings.catalog import SECTION_WITHOUT_TEACHER, SIS_ID_CHANGED
from roster_tui.findings.linkage.nights import ALL, MOST_LINKED
from roster_tui.findings.store import Known
from roster_tui.preflight.altered import AlteredId, altered_ids
from roster_tui.preflight.known_ids import KnownIds
from roster_tui.preflight.sieve import Sieve
from roster_tui.roster import history
from roster_tui.roster.account_rows import people, replace_accounts
from roster_tui.roster.apply import apply
from roster_tui.roster.cache import Cache
from roster_tui.roster.compare import Tally, compare
from roster_tui.roster.hold import Trip, trips
from roster_tui.roster.kinds import COUNTED, COURSE, KINDS, SCHOOL, SECTION, STUDENT, TEACHER, TERM, Kind
from roster_tui.roster.stage import Stage
from roster_tui.sis.as_clever import CleverSide
from roster_tui.sis.upload import Upload
from roster_tui.sync.judge import limits, persons
from roster_tui.sync.trackers import Archiving, trackers_ahead, trackers_archiving
from roster_tui.workspace import Workspace, account_row

Raw = dict[str, Any]
"""A record in Clever's wire shape."""
_BATCH = 2_000
ENROLLMENT = "enrollment"
"""Clever counts enrollments as a type of their own; the roster keeps them inside sections."""
_CLEVERS_PERCENT = 10.0


@dataclass(frozen=True)
class Suspension:
    """An account that the night would suspend."""

    account: Account
    sections: int
    """Sections the person teaches today."""
    rekeyed_to: str | None
    """The new SIS ID, when it is only that which changed."""


@dataclass(frozen=True)
class Forecast:
    """What a night would do."""

    tallies: Mapping[str, Tally]
    """By kind, with enrollments as one more when students are kept."""
    rekeyed: Mapping[str, int]
    """By kind: people and sections that come back under another SIS ID."""
    unpaired: frozenset[str]
    """Kinds of which too many come and go to tell the re-keyed ones from the others."""
    suspensions: tuple[Suspension, ...]
    created: int
    restored: int
    trackers: Mapping[str, int]
    """Trackers ``archived, restored, updated``, as far as there are any."""
    archiving: tuple[Archiving, ...]
    """Those archived."""
    held: tuple[Trip, ...]
    """Our own limits that it would exceed."""
    held_by_clever: tuple[Trip, ...]
    """Clever's: more than 10 % of a type deleted (reference 7.3)."""
    findings: tuple[Known, ...]
    """All findings there would be afterwards."""
    new_findings: frozenset[str]
    """The ids of those that there are not today."""
    altered: tuple[AlteredId, ...]
    """New IDs that look like one that goes."""

    @property
    def sections_left(self) -> list[Known]:
        """The sections that would lose their last valid teacher."""
        return [
            each
            for each in self.findings
            if each.finding.code is SECTION_WITHOUT_TEACHER and each.finding.id in self.new_findings
        ]


class Copy:
    """A throwaway copy of a district's roster, in a folder that somebody else removes."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._workspace = workspace
        self._cache = Cache(folder / "roster.sqlite")
        self._with_students = workspace.settings.clever.students != "none"
        with (
            workspace.cache.reading() as source,
            errors_of(self._cache.file, "The preflight's copy of the roster"),
            closing(sqlite3.connect(self._cache.file)) as target,
        ):
            self._cache.file.chmod(0o600)
            source.backup(target)
            # Nobody reads the copy meanwhile: a log beside it would only be written twice.
            target.execute("PRAGMA journal_mode = DELETE")

    # -- staging --------------------------------------------------------------------------------------

    def stage(self, upload: Upload) -> None:
        """Stage what Clever would make of the files."""
        here = self._workspace.clock().astimezone(self._workspace.settings.zone)
        with closing(self._cache.reader()) as db:
            known = KnownIds(db, self._workspace.district.id)
            sieve = Sieve(db, known, upload, here.date(), students=self._with_students)
            side = CleverSide(sieve, self._workspace.district.id, here.date(), sieve.id_of, sieve.classes)
            stage = Stage(self._cache.staged_file, with_students=self._with_students, touched_only=True, in_order=False)
            stage.touch(known.all_but(sieve.kinds))
            for kind, records in _in_batches(_records(side, known, upload.unsaid)):
                if kind in sieve.kinds:
                    stage.touch(record["id"] for record in records)
                stage.add(kind, _read(kind, records))
            stage.add(TEACHER, _read(TEACHER, list(known.other_admins())))
            stage.touch(sieve.missing())
            stage.finish()

    # -- the night ------------------------------------------------------------------------------------

    def forecast(self, accounts: Mapping[str, Account]) -> Forecast:
        """Return what the staged night would do; the copy is as after it then."""
        at = self._workspace.clock()
        with self._cache.with_staged() as db:
            tallies = dict(compare(db))
            ahead = reconcile(persons(people(db, staged=True)), accounts, at)
            teaching = dict(db.execute("SELECT r.id, t.sections FROM teacher t JOIN record r ON r.key = t.key"))
            enrolled = _enrolled(db)
            altered = tuple(altered_ids(db))
            archiving = trackers_archiving(self._workspace, db, self._workspace.next_sync())
        with self._cache.writing(with_staged=True) as db:
            run = history.start_run(db, "preflight", at)
            apply(db, run, ranked=False)
        with self._cache.writing() as db:
            after = dict(accounts) | {account.id: account for account in ahead.accounts}
            replace_accounts(db, [account_row(account) for account in after.values()])
            today = {finding for (finding,) in db.execute("SELECT id FROM finding")}
            self._workspace.refresh_findings(db, at)
            findings = tuple(store.known(db))
            trackers = trackers_ahead(self._workspace, db)
            counted = {ENROLLMENT: _enrollments(db, run, enrolled)} if self._with_students else {}
        new = frozenset(each.finding.id for each in findings) - today
        pairs = [each.finding for each in findings if each.finding.id in new and each.finding.code is SIS_ID_CHANGED]
        rekeyed_to = {each.subject.clever_id: each.other.sis_id for each in pairs if each.other}
        return Forecast(
            tallies=tallies | counted,
            rekeyed=Counter(each.subject.kind for each in pairs),
            unpaired=frozenset(kind.name for kind in ALL if _too_many(tallies[kind.name])),
            suspensions=tuple(
                Suspension(each, teaching.get(bytes.fromhex(each.id), 0), rekeyed_to.get(each.id))
                for each in ahead.suspended
            ),
            created=len(ahead.created),
            restored=len(ahead.restored),
            trackers=trackers,
            archiving=archiving,
            held=tuple(trips(tallies, len(ahead.suspended), limits(self._workspace.settings.hold))),
            held_by_clever=tuple(clevers_trips(tallies | counted)),
            findings=findings,
            new_findings=new,
            altered=altered,
        )


def _records(side: CleverSide, known: KnownIds, unsaid: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[Kind, Raw]]:
    """Yield what differs of students and sections, and all else."""
    for resource, record in side.records():
        kind = _kind_of(resource, record)
        if kind is None:
            continue
        if fields := unsaid.get(kind.name):
            record = known.with_unsaid(kind, record, fields)
        if kind is TEACHER:
            record = known.with_admin_role(record)
        yield kind, record


_KINDS = {"schools": SCHOOL, "terms": TERM, "courses": COURSE, "sections": SECTION}
_MODELS: Mapping[str, type[Record]] = {
    SCHOOL.name: School,
    TERM.name: Term,
    COURSE.name: Course,
    SECTION.name: Section,
    TEACHER.name: User,
    STUDENT.name: User,
}


def _kind_of(resource: str, record: Mapping[str, Any]) -> Kind | None:
    """Return the kind under which a record is kept; None for a student's contact, who is not."""
    if resource != "users":
        return _KINDS[resource]
    roles = record["roles"]
    return STUDENT if "student" in roles else None if "contact" in roles else TEACHER


def _too_many(tally: Tally) -> bool:
    return max(tally.removed, tally.added) > MOST_LINKED


def clevers_trips(tallies: Mapping[str, Tally]) -> Iterator[Trip]:
    """Yield the types of which more than a tenth would be deleted: Clever's own hold, which knows no floor.

    Terms and courses are no record types of an upload: Clever makes them from sections.
    """
    for kind in (*(each.name for each in COUNTED), ENROLLMENT):
        tally = tallies.get(kind)
        if tally and tally.removed * 100 > _CLEVERS_PERCENT * tally.before:
            yield Trip("removed", kind, tally.removed, tally.before, _CLEVERS_PERCENT)


def _in_batches(records: Iterable[tuple[Kind, Raw]]) -> Iterator[tuple[Kind, list[Raw]]]:
    waiting: dict[str, list[Raw]] = {kind.name: [] for kind in KINDS}
    for kind, record in records:
        batch = waiting[kind.name]
        batch.append(record)
        if len(batch) >= _BATCH:
            yield kind, batch
            waiting[kind.name] = []
    yield from ((kind, waiting[kind.name]) for kind in KINDS)


def _read(kind: Kind, records: list[Raw]) -> list[Record]:
    """Return records as a page of Clever's answers would be read."""
    page = read_list(orjson.dumps({"data": [{"data": record} for record in records]}), _MODELS[kind.name])
    return page.records


def _enrolled(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(sum(students), 0) FROM section").fetchone()[0])


def _enrollments(db: sqlite3.Connection, run: int, before: int) -> Tally:
    """Return how class lists change, as a tally of enrollments."""
    listed = "coalesce(sum(json_array_length({}, '$.student_ids')), 0)"
    removed, added = db.execute(
        f"SELECT {listed.format('before')}, {listed.format('after')} FROM change WHERE run = ? AND kind = ?",
        (run, SECTION.code),
    ).fetchone()
    new = db.execute(
        "SELECT coalesce(sum(s.students), 0) FROM change c JOIN section s ON s.key = c.key"
        " WHERE c.run = ? AND c.kind = ? AND c.what = 'added'",
        (run, SECTION.code),
    ).fetchone()[0]
    return Tally(before, before - removed + added + new, added + new, 0, removed)
