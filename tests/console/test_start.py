"""The first run, by keys: a demo, a token that is tried, the settings written, the first sync; or nothing at all."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual._compositor import LayoutUpdate
from textual.pilot import Pilot
from textual.widgets import Input

from roster_tui.console.start import StartApp
from roster_tui.sandbox.generator import GeneratedDistrict, Size
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.settings import load
from roster_tui.workspace import open_workspace
from tests.conftest import NOW, serving

SIZES = [(80, 24), (120, 40)]
NAME = "[/b]Lincoln\x1b[31m\u202e [@click=app.bell]USD"


class Hands:
    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot = pilot

    @property
    def text(self) -> str:
        update = self.pilot.app.screen._compositor.render_update(full=True)
        assert isinstance(update, LayoutUpdate)
        return "\n".join("".join(segment.text for strip in line for segment in strip) for line in update.strips)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, holds: Callable[[], object]) -> None:
        for _ in range(1_000):
            await self.pilot.pause(0.01)
            if holds():
                return
        raise AssertionError(f"it did not come about:\n{self.text}")


@asynccontextmanager
async def begun(size: tuple[int, int]) -> AsyncIterator[Hands]:
    async with StartApp(load()).run_test(size=size) as pilot:
        await pilot.pause()
        yield Hands(pilot)


@pytest.fixture
def clever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    store = Store(tmp_path / "clever.sqlite")
    load_night(store, GeneratedDistrict(Size(2, 6, 10, 30, 1), 3, 2026, NAME), NOW)
    with serving(Service(store).app()) as url:
        monkeypatch.setenv("ROSTER_TUI_CLEVER__BASE_URL", url)
        yield url
    store.close()


def config(tmp_path: Path) -> Path:
    return tmp_path / "config" / "roster-tui" / "config.toml"


@pytest.mark.parametrize("size", SIZES)
async def test_a_token_leads_to_a_synced_district(size: tuple[int, int], clever: str, tmp_path: Path) -> None:
    async with begun(size) as hands:
        assert "Welcome to roster-tui" in hands.text
        assert "1 A demo" in hands.text
        await hands.press("down", "enter")
        assert "From Clever's dashboard" in hands.text
        for title in ("Clever token", "Data folder", "Time zone", "Nightly sync at", "You may", "SMTP server"):
            assert title in hands.text
        await hands.press(*"wrong", "f5")
        await hands.until(lambda: "Clever refused the token" in hands.text)
        assert "wrong" not in hands.text
        assert not config(tmp_path).exists()
        token = hands.pilot.app.screen.query(Input).first()
        token.value = "DEMO_DISTRICT_TOKEN"
        # enter walks through the answers, and tries behind the last one
        await hands.press(*["enter"] * 7)
        await hands.until(lambda: "Clever accepts the token for" in hands.text)
        assert "[/b]Lincoln␛[31m<U+202E> [@click=app.bell]USD" in hands.text
        assert str(config(tmp_path))[:40] in hands.text
        assert "DEMO_DISTRICT" not in hands.text
        assert not config(tmp_path).exists()
        await hands.press("y")
        await hands.until(lambda: not hands.pilot.app.is_running)
    assert hands.pilot.app.return_value == "district"
    written = tomllib.loads(config(tmp_path).read_text())
    assert written["timezone"] == "America/Chicago"
    assert "DEMO_DISTRICT_TOKEN" not in config(tmp_path).read_text()
    workspace = open_workspace(load())
    assert workspace.district.name == NAME
    with workspace.cache.reading() as db:
        assert db.execute("SELECT count(*) FROM teacher").fetchone() == (6,)


@pytest.mark.parametrize("size", SIZES)
async def test_left_it_has_written_nothing(size: tuple[int, int], clever: str, tmp_path: Path) -> None:
    async with begun(size) as hands:
        await hands.press("2", "f5")
        assert "The token is missing" in hands.text
        token = hands.pilot.app.screen.query(Input).first()
        token.value = "DEMO_DISTRICT_TOKEN"
        await hands.press("f5")
        await hands.until(lambda: "Clever accepts" in hands.text)
        await hands.press("escape")
        assert "Nothing was written" in hands.text
        await hands.press("escape")
        assert "1 A demo" in hands.text
        await hands.press("q")
    assert hands.pilot.app.return_value is None
    assert not config(tmp_path).exists()
    assert not (tmp_path / "share").exists()


async def test_what_cannot_be_set_is_told_before_clever_is_asked(clever: str) -> None:
    async with begun((80, 24)) as hands:
        await hands.press("2")
        token, _, zone, *_ = hands.pilot.app.screen.query(Input)
        token.value, zone.value = "DEMO_DISTRICT_TOKEN", "Mars/Base"
        await hands.press("f5")
        await hands.until(lambda: "which this system does not know" in hands.text)


async def test_a_demo_is_one_key_away() -> None:
    async with begun((80, 24)) as hands:
        await hands.press("1")
    assert hands.pilot.app.return_value == "demo"
