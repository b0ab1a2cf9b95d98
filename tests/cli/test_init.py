"""``init`` as scripts call it, against a real Clever; and at a terminal, asking."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from roster_tui.sandbox.generator import GeneratedDistrict, Size
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from tests.cli.conftest import Run
from tests.conftest import NOW, serving

TOKEN = b"DEMO_DISTRICT_TOKEN\n"
NAME = "Lincoln \x1b[31m[/b]\u202eUSD"


@pytest.fixture(scope="module")
def clever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    store = Store(tmp_path_factory.mktemp("clever") / "clever.sqlite")
    load_night(store, GeneratedDistrict(Size(2, 6, 10, 30, 1), 3, 2026, NAME), NOW)
    with serving(Service(store).app()) as url:
        yield {"ROSTER_TUI_CLEVER__BASE_URL": url}
    store.close()


def config(tmp_path: Path) -> Path:
    return tmp_path / "config" / "roster-tui" / "config.toml"


def test_a_script_sets_a_district_up_and_syncs_it(run: Run, clever: dict[str, str], tmp_path: Path) -> None:
    told = run("init", "--token-stdin", "--timezone", "America/Chicago", "--sync", "--json",
               "--data-dir", tmp_path / "data", stdin=TOKEN, **clever)  # fmt: skip
    assert told.code == 0, told.err
    token_file = config(tmp_path).with_name("clever-token")
    assert told.json["file"] == str(config(tmp_path))
    assert told.json["token_file"] == str(token_file)
    assert told.json["district"]["name"] == NAME
    assert told.json["sync"]["state"] == "applied"
    # A name draws nothing but itself.
    assert "Clever accepts the token for Lincoln ␛[31m[/b]<U+202E>USD: 2 schools, 10 sections, 6 teachers" in told.err
    assert "\x1b" not in told.out + told.err
    assert token_file.read_bytes() == TOKEN
    assert "DEMO_DISTRICT_TOKEN" not in config(tmp_path).read_text() + told.out + told.err
    # From here on nothing needs to be said any more.
    told = run("doctor", "--json", **clever)
    assert told.code == 0, told.out
    assert any("6 teachers" in check["detail"] for check in told.json["checks"])


def test_without_a_terminal_what_is_missing_is_named(run: Run, tmp_path: Path) -> None:
    told = run("init")
    assert told.code == 2
    assert "--token-stdin" in told.err
    told = run("init", "--token-stdin", stdin=b"\xff\n")
    assert told.code == 2
    assert "holds no token" in told.err
    assert not config(tmp_path).exists()


def test_a_refused_token_writes_nothing(run: Run, clever: dict[str, str], tmp_path: Path) -> None:
    told = run("init", "--token-stdin", stdin=b"s3cret", **clever)
    assert told.code == 5
    assert "Clever refused the token" in told.err
    assert "Nothing was written" in told.err
    assert "s3cret" not in told.out + told.err
    assert not config(tmp_path).parent.exists()


def test_a_file_that_is_there_is_shown_and_kept_unless_forced(run: Run, clever: dict[str, str], tmp_path: Path) -> None:
    config(tmp_path).parent.mkdir(parents=True)
    config(tmp_path).write_text('operator = "ann"\nsync_at = "02:00"\n')
    given = ("init", "--sync-at", "03:30", "--no-test")
    assert run(*given, "--read-only", CLEVER_TOKEN="x", **clever).code == 3
    told = run(*given, CLEVER_TOKEN="x", **clever)
    assert told.code == 3
    assert '-sync_at = "02:00"' in told.err
    assert '+sync_at = "03:30"' in told.err
    assert "--force" in told.err
    assert 'sync_at = "02:00"' in config(tmp_path).read_text()
    assert run(*given, "--force", CLEVER_TOKEN="x", **clever).code == 0
    assert tomllib.loads(config(tmp_path).read_text()) == {"operator": "ann", "sync_at": "03:30"}


def test_the_error_of_a_console_without_a_terminal_names_both_ways(run: Run, tmp_path: Path) -> None:
    told = run("--data-dir", tmp_path / "d")
    assert told.code == 2
    assert "roster-tui demo" in told.err
    assert "roster-tui init" in told.err
