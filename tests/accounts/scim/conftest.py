"""A platform on loopback, a roster that knows its people, and the directory between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from roster_tui.accounts.scim.directory import ScimDirectory
from roster_tui.accounts.scim.members import Members
from roster_tui.accounts.scim.notes import Notes
from roster_tui.accounts.scim.service import Service
from roster_tui.http.connections import Patience
from roster_tui.http.credentials import Credential, FixedToken
from roster_tui.ledger.head import Head
from roster_tui.roster.cache import Cache
from roster_tui.roster.kinds import STUDENT, TEACHER
from tests.accounts.conftest import Clock, an_id
from tests.platform import TOKEN, Platform, running

STAFF = 30
A_STUDENT = an_id(900)
PATIENCE = Patience(attempts=3, read_seconds=30.0, total_seconds=60.0, backoff_seconds=0.01)
HURRIED = replace(PATIENCE, read_seconds=1.0)
"""For a platform that is slow on purpose, so that nobody waits for long."""


@pytest.fixture
def platform() -> Iterator[Platform]:
    with running(Platform()) as platform:
        yield platform


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """A roster of thirty teachers, SIS IDs T0 to T29, and one student."""
    cache = Cache(tmp_path / "roster.sqlite")
    cache.ensure()
    with cache.writing() as db:
        for number in range(STAFF):
            db.execute("INSERT INTO record (id, kind) VALUES (?, ?)", (bytes.fromhex(an_id(number)), TEACHER.code))
            db.execute(
                "INSERT INTO teacher (key, last, sort_name, spoken_name, email, sis_id, roles, in_data)"
                " VALUES (last_insert_rowid(), ?, ?, ?, ?, ?, '', 1)",
                (f"Le{number}", f"le{number}", f"Ann Le{number}", f"user{number}@example.org", f"T{number}"),
            )
        db.execute("INSERT INTO record (id, kind) VALUES (?, ?)", (bytes.fromhex(A_STUDENT), STUDENT.code))
    return cache


@pytest.fixture
def make_directory(tmp_path: Path, platform: Platform, cache: Cache, clock: Clock) -> Callable[..., ScimDirectory]:
    """Return a directory as a process of its own would have it: nothing is known to it but what is on disk."""

    def make(external_id: Any = "clever_id", only: str = "", token: str = TOKEN, url: str = "") -> ScimDirectory:
        return ScimDirectory(
            lambda: Service(
                url or platform.url,
                FixedToken(Credential.bearer(token)),
                patience=HURRIED if platform.is_slow else PATIENCE,
            ),
            Members(cache, external_id),
            Notes(tmp_path / "scim", Head(tmp_path)),
            tmp_path / "scim-offers.json",
            clock,
            only,
        )

    return make


@pytest.fixture
def directory(make_directory: Callable[..., ScimDirectory]) -> ScimDirectory:  # type: ignore[override]
    return make_directory()
