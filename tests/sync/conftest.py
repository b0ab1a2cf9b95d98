"""A simulated Clever and a district's data beside it, night after night."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from roster_tui.access import DEMO_TOKEN
from roster_tui.sandbox.generator import GeneratedDistrict, Size
from roster_tui.sandbox.incidents import Incidents, WithIncidents
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.sis import SisFile
from roster_tui.sync import SyncResult, sync
from roster_tui.workspace import Workspace
from tests.conftest import frozen, serving, settings_for

SMALL = Size(schools=3, teachers=40, sections=90, students=200, staff=2)


class Killed(BaseException):
    """The process dies here. No KeyboardInterrupt: from a thread that would go through the event loop itself."""


class Night:
    """A simulated Clever and the console's data beside it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "clever.sqlite")
        self.settings = settings_for(folder / "data")
        self.district = GeneratedDistrict(SMALL, 3, 2026, "Lincoln Unified")
        self.at = datetime(2026, 11, 20, 7, tzinfo=UTC)
        self.requests = 0
        """What the last sync asked, as Clever counted it."""

    def load(self, source: Any = None) -> None:
        """Let Clever process other files."""
        load_night(self.store, source or self.district, self.at)
        self.at += timedelta(days=1)

    def incidents(self, **planted: Any) -> None:
        """Let Clever process the same files with incidents."""
        self.load(WithIncidents(self.district, Incidents(**planted)))

    def service(self) -> Service:
        """The simulated Clever, to be served."""
        return Service(self.store)

    def sync(
        self, *, full: bool = False, service: Service | None = None, **options: Any
    ) -> tuple[Workspace, SyncResult]:
        """Run one sync."""
        settings = replaced(self.settings, **options)
        service = service or self.service()
        with serving(service.app()) as url:
            ran = asyncio.run(sync(settings, DEMO_TOKEN.reveal(), url, full=full, clock=frozen))
        self.requests = sum(district.window.used for district in service.districts)
        return ran


def replaced(settings: Any, **options: Any) -> Any:
    """Return settings with other values."""
    return msgspec.structs.replace(settings, **options)


class Without:
    """A district whose export of one file is cut short."""

    def __init__(self, source: Any, file: SisFile, keep: int) -> None:
        self._source, self._file, self._keep = source, file, keep
        self.name = source.name

    def rows(self, file: SisFile) -> Any:
        found = list(self._source.rows(file))
        return iter(found[: self._keep] if file is self._file else found)


@pytest.fixture
def clever(tmp_path: Path) -> Iterator[Night]:
    night = Night(tmp_path)
    yield night
    night.store.close()
