"""A small simulated Clever over real HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from roster_tui.sandbox.districts import TOKEN
from roster_tui.sandbox.generator import GeneratedDistrict, Size
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from tests.conftest import serving

TINY = Size(schools=3, teachers=12, sections=30, students=90, staff=2)
NIGHT = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.fixture
def district() -> GeneratedDistrict:
    return GeneratedDistrict(TINY, 7, 2026, "Tiny Unified")


@pytest.fixture
def store(tmp_path: Path, district: GeneratedDistrict) -> Iterator[Store]:
    held = Store(tmp_path / "clever.sqlite")
    load_night(held, district, NIGHT)
    yield held
    held.close()


@pytest.fixture
def service(store: Store) -> Service:
    return Service(store)


@pytest.fixture
def api(service: Service) -> Iterator[httpx.Client]:
    with (
        serving(service.app()) as url,
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as client,
    ):
        yield client
