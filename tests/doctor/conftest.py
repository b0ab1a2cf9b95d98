"""A simulated Clever that can be asked, and every check of an examination by its name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from roster_tui.doctor import Check, Terminal, examine
from roster_tui.sandbox.generator import GeneratedDistrict, Size
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from tests.conftest import NOW, frozen, serving, settings_for

TERMINAL = Terminal(True, "utf-8", 120, 40)
SURROUNDINGS = {"TERM": "xterm-256color", "CLEVER_TOKEN": "DEMO_DISTRICT_TOKEN"}


class Examined:
    """The checks of one examination."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self.checks = checks

    def __getitem__(self, name: str) -> tuple[str, str]:
        """State and detail of the first check of this name."""
        check = self.of(name)
        return check.state.value, check.detail

    def of(self, name: str) -> Check:
        """The first check of this name."""
        return next(check for check in self.checks if check.name == name)

    @property
    def amiss(self) -> dict[str, str]:
        """What is not ok, by name, with its state."""
        return {check.name: check.state.value for check in self.checks if check.state.value != "ok"}


async def examined(settings: Any, **surroundings: str) -> Examined:
    """Examine a console that nothing is wrong with but what the test does."""
    environ = {**SURROUNDINGS, **surroundings}
    return Examined([check async for check in examine(settings, TERMINAL, frozen, environ)])


@pytest.fixture(scope="session")
def _loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("clever") / "clever.sqlite"
    store = Store(file)
    load_night(store, GeneratedDistrict(Size(3, 20, 40, 100, 2), 3, 2026, "Lincoln Unified"), NOW)
    store.close()
    return file


@pytest.fixture
def behind() -> list[float]:
    """Seconds by which Clever's clock is behind this machine's."""
    return [0.0]


@pytest.fixture
def service(_loaded: Path, behind: list[float]) -> Iterator[Service]:
    """Clever, to be bent before it is asked."""
    store = Store(_loaded)
    yield Service(store, clock=lambda: time.time() - behind[0])
    store.close()


@pytest.fixture
def clever(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Clever at this address; its token is in the environment."""
    monkeypatch.setenv("CLEVER_TOKEN", SURROUNDINGS["CLEVER_TOKEN"])
    with serving(service.app()) as url:
        yield url


@pytest.fixture
def settings(clever: str, tmp_path: Path) -> Callable[..., Any]:
    """Settings that ask that Clever."""
    return lambda **options: settings_for(tmp_path / "data", **{"clever": {"base_url": clever}, **options})
