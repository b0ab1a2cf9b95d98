"""A command reaches Clever with a token that is given or looked up; what is missing or open to others is said."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from roster_tui.access import NoToken, clever_access
from roster_tui.clever import Client, Credential, NotFound, Unauthorized
from roster_tui.sandbox.generator import GeneratedDistrict, Size
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import CLIENT_ID, CLIENT_SECRET, Service
from roster_tui.sandbox.store import Store
from roster_tui.settings import Settings, SettingsError, client_secret
from roster_tui.sync import sync
from roster_tui.workspace import Workspace
from tests.conftest import NOW, frozen, serving, settings_for

TINY = Size(schools=1, teachers=4, sections=6, students=20, staff=1)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    held = Store(tmp_path / "clever.sqlite")
    load_night(held, GeneratedDistrict(TINY, 7, 2026, "Tiny Unified"), NOW)
    yield held
    held.close()


def through(url: str, folder: Path, district: str = "", **clever: Any) -> Settings:
    return settings_for(folder / "data", district=district, clever={"base_url": url, "token_url": url, **clever})


async def district_of(settings: Settings) -> str:
    with clever_access(settings) as access:
        async with Client(access.token, access.base_url) as client:
            return (await client.district()).id


def test_without_any_token_both_ways_to_give_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(NoToken, match=r"CLEVER_TOKEN.*CLEVER_CLIENT_SECRET"), clever_access(settings_for(tmp_path)):
        pass


def test_a_token_that_is_given_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEVER_TOKEN", "given")
    monkeypatch.setenv("CLEVER_CLIENT_ID", "app")
    with clever_access(settings_for(tmp_path)) as access:
        assert asyncio.run(current(access.token)) == Credential.bearer("given")
        assert "given" not in repr(access)


async def current(token: Any) -> Credential:
    found: Credential = await token.current()
    return found


async def test_a_token_is_looked_up_by_client_id_and_secret(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEVER_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("CLEVER_CLIENT_SECRET", CLIENT_SECRET)
    with serving(Service(store).app()) as url:
        known = store.district_id() or ""
        assert await district_of(through(url, tmp_path)) == known
        assert await district_of(through(url, tmp_path, known)) == known
        assert await district_of(through(url, tmp_path, "Tiny Unified")) == known
        with pytest.raises(NotFound):
            await district_of(through(url, tmp_path, "f" * 24))
        with clever_access(through(url, tmp_path)) as access:
            _, result = await sync(through(url, tmp_path), access.token, access.base_url, clock=frozen)
        assert result.state == "applied"
        monkeypatch.setenv("CLEVER_CLIENT_SECRET", "another")
        with pytest.raises(Unauthorized):
            await district_of(through(url, tmp_path))


async def test_the_secret_may_stand_in_a_file_that_only_its_owner_reads(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{CLIENT_SECRET}\n")
    file.chmod(0o600)
    with serving(Service(store).app()) as url:
        settings = through(url, tmp_path, client_id=CLIENT_ID, client_secret_file=str(file))
        assert await district_of(settings) == store.district_id()
        file.chmod(0o640)
        with pytest.raises(SettingsError, match="chmod 600"):
            await district_of(settings)


def test_an_id_without_a_secret_is_told(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, clever={"client_id": "app"})
    with pytest.raises(SettingsError, match="CLEVER_CLIENT_SECRET"):
        client_secret(settings, {})
    known = client_secret(settings, {"CLEVER_CLIENT_SECRET": "s3cret"})
    assert known is not None
    assert "s3cret" not in repr(known)
    assert client_secret(settings_for(tmp_path), {}) is None


def test_a_demo_needs_no_token(demo: Workspace) -> None:
    assert asyncio.run(district_of(demo.settings)) == demo.district.id
