"""A local directory with a few accounts, and what performs actions on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from roster_tui.accounts.act import Performer
from roster_tui.accounts.guards import Guards
from roster_tui.accounts.judging import Situation
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.mail import Letters, Links, Maildir, Outbox
from roster_tui.accounts.model import Account
from roster_tui.accounts.running import Running
from roster_tui.ledger import Operator
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Journal
from roster_tui.settings import MailSettings
from tests.conftest import NOW


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def account(number: int, **fields: Any) -> Account:
    """Return a pending account with an email."""
    given = {"email": f"t{number}@example.org", "sis_id": f"T{number}", **fields}
    return Account(f"{number:024x}", f"Le{number}, Ann", NOW - timedelta(days=9), **given)


def an_id(number: int) -> str:
    """Return the id of `account(number)`."""
    return f"{number:024x}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(tmp_path: Path) -> LocalDirectory:
    return LocalDirectory(tmp_path / "accounts", Head(tmp_path))


@pytest.fixture
def make_performer(tmp_path: Path, directory: LocalDirectory, clock: Clock) -> Callable[..., Performer]:
    for name in ("journal", "running"):
        (tmp_path / name).mkdir(exist_ok=True)

    def make(outbox: Outbox | None = None, **changes: Any) -> Performer:
        performer = Performer(
            directory=directory,
            outbox=outbox or Maildir(tmp_path / "mail"),
            journal=Journal(tmp_path / "journal", Head(tmp_path)),
            running=Running(tmp_path / "running"),
            operator=Operator("jdoe", "desk-1"),
            letters=Letters(MailSettings(sender="roster@lincoln.example"), "Lincoln Unified", Links(tmp_path)),
            clock=clock,
            situations=lambda accounts, now: lambda account: Situation(now, timedelta(hours=24)),
            guards=Guards(tmp_path / "administrators.lock"),
        )
        return replace(performer, **changes)

    return make


@pytest.fixture
def performer(make_performer: Callable[..., Performer]) -> Performer:
    return make_performer()
