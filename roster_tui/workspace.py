"""One district's folder, and everything that is kept in it: cache, ledger, accounts, mail.

Listing needs the cache only, so everything that acts is imported when somebody acts.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from roster_tui.errors import USAGE, RosterError
from roster_tui.roster.cache import Cache
from roster_tui.settings import Settings, demo_store

if TYPE_CHECKING:
    from roster_tui.accounts.act import Performer
    from roster_tui.accounts.directory import Directory
    from roster_tui.accounts.judging import Situation
    from roster_tui.accounts.model import Account, LatestMail
    from roster_tui.accounts.trackers.store import TrackerStore
    from roster_tui.findings.desk import Desk
    from roster_tui.findings.model import Effect, Finding
    from roster_tui.ledger import Operator, PreferencesFile
    from roster_tui.ledger.head import Head
    from roster_tui.ledger.journal import Journal
    from roster_tui.roster.account_rows import AccountRow

Clock = Callable[[], datetime]
"""Tells the time, with its zone; tests and demos bring their own."""


class NoDistrict(RosterError):
    """No district can be opened; says why and what to do."""

    exit_code = USAGE


class NothingYet(NoDistrict):
    """There is no district at all: nothing has been synced into this data folder."""


class FolderUnusable(RosterError):
    """The data folder cannot be written."""

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(f"The data folder {folder} cannot be used: {why}. Choose another with --data-dir")


@dataclass(frozen=True)
class DistrictName:
    """Which district a folder belongs to."""

    id: str
    name: str


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workspace:
    """An open district."""

    folder: Path
    district: DistrictName
    settings: Settings
    clock: Clock = now

    @cached_property
    def cache(self) -> Cache:
        """The roster; created when it is not there. Raises `CacheDamaged` when it had to be moved aside."""
        cache = Cache(self.folder / "roster.sqlite")
        cache.ensure()
        return cache

    @cached_property
    def directory(self) -> Directory:
        """Where the accounts live."""
        private_folder(self.folder / "ledger")
        if self.on_platform:
            from roster_tui.accounts.scim.notes import Notes
            from roster_tui.accounts.scim.opening import scim_directory

            notes = Notes(private_folder(self.folder / "ledger" / "scim"), self.head)
            return scim_directory(self.settings.directory, self.folder, notes, self.cache, self.clock)
        from roster_tui.accounts.local import LocalDirectory

        return LocalDirectory(private_folder(self.folder / "ledger" / "accounts"), self.head)

    @cached_property
    def on_platform(self) -> bool:
        """Whether a platform keeps the accounts.

        A demo's people are invented: of them only a platform on this machine hears.
        """
        directory = self.settings.directory
        if directory.backend == "local":
            return False
        from roster_tui.http.addresses import is_loopback

        return is_loopback(directory.url) or not demo_store(self.settings.data_root).exists()

    @cached_property
    def head(self) -> Head:
        """What seals the ledger."""
        from roster_tui.ledger.head import Head

        return Head(self.folder / "ledger")

    @cached_property
    def journal(self) -> Journal:
        """The record of actions."""
        from roster_tui.ledger.journal import Journal

        return Journal(private_folder(self.folder / "ledger" / "journal"), self.head)

    @cached_property
    def desk(self) -> Desk:
        """What people decided about findings."""
        from roster_tui.findings.desk import Desk
        from roster_tui.ledger.documents import Documents
        from roster_tui.ledger.kinds import DECISIONS

        documents = Documents(private_folder(self.folder / "ledger") / "desk.json", DECISIONS, self.head)
        return Desk(documents, self.journal, self.operator)

    @cached_property
    def preferences(self) -> PreferencesFile:
        """What this operator keeps for the console; its folder is there once something is kept."""
        from roster_tui.ledger import PreferencesFile

        return PreferencesFile(self.folder / "ledger" / "preferences", self.settings.operator_name)

    @property
    def trackers_folder(self) -> Path:
        """Where the trackers stand, if there are any."""
        return self.folder / "ledger" / "trackers"

    @cached_property
    def trackers(self) -> TrackerStore:
        """The trackers of sections."""
        from roster_tui.accounts.trackers.store import TrackerStore

        return TrackerStore(private_folder(self.trackers_folder), self.head)

    def day_of(self, at: datetime) -> date:
        """Return the day of a moment in the district's time zone."""
        return at.astimezone(self.settings.zone).date()

    @property
    def sync_lock(self) -> Path:
        """The file whose lock a running sync holds."""
        return self.folder / "sync.lock"

    @cached_property
    def operator(self) -> Operator:
        """Who acts here."""
        from roster_tui.ledger import operator_here

        return operator_here(self.settings.operator_name, os.environ)

    def performer(self, operator: Operator | None = None) -> Performer:
        """Return what plans and performs actions for this operator, or for another such as the sync."""
        from roster_tui.accounts.act import Performer
        from roster_tui.accounts.guards import Guards
        from roster_tui.accounts.mail import Letters, Links, outbox_for
        from roster_tui.accounts.running import Running

        ledger = private_folder(self.folder / "ledger")
        return Performer(
            directory=self.directory,
            outbox=outbox_for(self.settings.mail, self.folder / "mail", self.folder.parent / "mail-pace"),
            journal=self.journal,
            running=Running(private_folder(self.folder / "ledger" / "running")),
            operator=operator or self.operator,
            letters=Letters(
                self.settings.mail,
                self.district.name,
                Links(ledger, self.head),
                self.settings.zone,
                **self._support_contact(),
            ),
            clock=self.clock,
            situations=self._situations,
            guards=Guards(
                lock=ledger / "administrators.lock",
                own_email=self.settings.operator_email,
                is_admin=self.settings.operator_role == "admin",
                administrators=self._administrators,
            ),
        )

    def _support_contact(self) -> dict[str, str]:
        """Return whom mail tells people to ask, where a support lead is marked."""
        from roster_tui.accounts.mail.letters import spoken_name
        from roster_tui.roster.account_rows import support_leads

        with self.cache.reading() as db:
            told = [
                f"{spoken_name(name)} ({email})" if email else spoken_name(name) for name, email in support_leads(db)
            ]
        return {"support": " or ".join(told)} if told else {}

    def _administrators(self) -> list[str]:
        from roster_tui.accounts.model import Role
        from roster_tui.roster.account_rows import with_role

        with self.cache.reading() as db:
            return with_role(db, Role.DISTRICT_ADMIN)

    def _situations(self, accounts: Sequence[Account], at: datetime) -> Callable[[Account], Situation]:
        from roster_tui.accounts.judging import Situation
        from roster_tui.roster.account_rows import teaching

        cooldown = self.mail_cooldown
        with self.cache.reading() as db:
            known = teaching(db, [account.id for account in accounts])
        return lambda account: Situation(at, cooldown, *known.get(account.id, (0, False)))

    @property
    def mail_cooldown(self) -> timedelta:
        """How long one person is not mailed again."""
        return timedelta(hours=self.settings.mail.cooldown_hours)

    def show_accounts(self, accounts: Iterable[Account]) -> None:
        """Put accounts, as the directory has just told them, into the cache, and the findings with them."""
        from roster_tui.roster.account_rows import put_accounts

        with self.cache.writing() as db:
            put_accounts(db, map(account_row, accounts))
            self.refresh_findings(db, self.clock(), same_roster=True)

    def refresh_findings(self, db: sqlite3.Connection, at: datetime, *, same_roster: bool = False) -> None:
        """Work the findings out again, in the caller's transaction; those of the roster only if it has changed."""
        from roster_tui.findings import rules, store

        opinion_of = self.desk.opinions()

        def rejected(pair: Finding) -> bool:
            opinion = opinion_of(pair)
            return opinion is not None and opinion.verdict == "rejected"

        roster = store.standing(db, rules.OF_ROSTER) if same_roster else list(rules.of_roster(db, at, rejected))
        found = rules.of_accounts(db, at, self.pending_patience, roster, self.journal, rejected)
        store.refresh(db, at, found, opinion_of)

    @property
    def pending_patience(self) -> timedelta:
        """How long an account may wait before it is a finding."""
        return timedelta(days=self.settings.pending_days)

    def next_sync(self) -> datetime:
        """Return when the nightly sync runs next, in the district's time zone."""
        return next_sync(self.settings, self.clock())

    def effect_at(self, effect: Effect) -> datetime:
        """Return when a fix made now shows (domain rule 1)."""
        if effect is effect.NOW:
            return self.clock()
        tonight = self.next_sync()
        return _sync_on(self.settings, tonight.date() + timedelta(days=1)) if effect is effect.SIS_AND_SYNC else tonight


def next_sync(settings: Settings, at: datetime) -> datetime:
    """Return when the nightly sync runs next after a moment, in the district's time zone.

    A time that the clocks skip is as much later as they jump; of one that comes twice the first counts.
    """
    now = at.astimezone(UTC)
    today = now.astimezone(settings.zone).date()
    tonight = _sync_on(settings, today)
    return tonight if tonight.astimezone(UTC) > now else _sync_on(settings, today + timedelta(days=1))


def _sync_on(settings: Settings, day: date) -> datetime:
    zone = settings.zone
    face = datetime.combine(day, settings.sync_time)
    # Compared in UTC: Python compares two moments of one zone by their clock faces. Without a zone of its
    # own the day's offset is the system's on that day, not today's.
    moments = [face.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    real = [at for at in moments if at.astimezone(zone).replace(tzinfo=None) == face]
    return (min(real) if real else max(moments)).astimezone(zone)


def account_row(account: Account) -> AccountRow:
    """Return an account as the cache keeps it."""
    from roster_tui.roster.account_rows import AccountRow

    return AccountRow(
        id=account.id,
        name=account.name,
        email=account.email,
        sis_id=account.sis_id,
        state=account.state,
        role=account.role,
        pinned=account.pinned,
        since=account.since.isoformat(),
        cause=str(account.cause) if account.cause else None,
        invited_at=account.invited_at.isoformat() if account.invited_at else None,
        mail=_mail_told(account.mail) if account.mail else None,
        permission=account.permission,
        role_until=account.temporary.until.isoformat() if account.temporary else None,
        support_lead=account.support_lead,
    )


def _mail_told(mail: LatestMail) -> dict[str, str]:
    told = {"kind": str(mail.kind), "at": mail.at.isoformat(), "state": str(mail.state)}
    return {**told, "said": mail.said} if mail.said else told


def create_workspace(settings: Settings, district: DistrictName, clock: Clock = now) -> Workspace:
    """Return the workspace of a district, making its folder when it is new. Raises `FolderUnusable`."""
    root = private_folder(settings.data_root)
    folder = private_folder(root / district.id)
    if folder.stat().st_mode & 0o077:
        # Copied or restored by other means, it may have been opened to others.
        folder.chmod(0o700)
    from roster_tui.ledger.files import replace_atomically

    described = folder / "district.json"
    content = orjson.dumps({"id": district.id, "name": district.name})
    try:
        if not described.exists() or described.read_bytes() != content:
            replace_atomically(described, content)
    except OSError as error:
        raise FolderUnusable(folder, error.strerror or str(error)) from error
    return Workspace(folder, district, settings, clock)


def open_workspace(settings: Settings, clock: Clock = now) -> Workspace:
    """Return the workspace of the configured district, or of the only one. Raises `NoDistrict`."""
    root = settings.data_root
    known = sorted(filter(None, map(_described, root.glob("*/district.json"))), key=lambda each: each.name)
    wanted = settings.district
    found = [each for each in known if not wanted or wanted.lower() in (each.id, each.name.lower())]
    if len(found) == 1:
        return Workspace(root / found[0].id, found[0], settings, clock)
    names = ", ".join(each.name for each in known) or "none"
    if not known:
        raise NothingYet(
            f"There is no district in {root} yet. Try the console on a simulated one: roster-tui demo. "
            "Or write the settings for your own, which asks for a Clever token: roster-tui init"
        )
    if wanted:
        raise NoDistrict(f"There is no district {wanted} in {root}; there is: {names}")
    raise NoDistrict(f"There are several districts in {root}; choose one with --district: {names}")


def _described(file: Path) -> DistrictName | None:
    try:
        fields = orjson.loads(file.read_bytes())
        return DistrictName(fields["id"], fields["name"])
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner can enter, and return it. Raises `FolderUnusable`."""
    try:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise FolderUnusable(folder, "it is not writable")
    except OSError as error:
        raise FolderUnusable(folder, (error.strerror or str(error)).lower()) from error
    return folder
