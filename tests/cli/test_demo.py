"""``demo`` builds a district that every other command works on; real files are carried whole."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conftest import wait_until


def test_a_prepared_demo_says_where_it_is(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    told = run("demo", "--prepare", "--data-dir", folder)
    assert told.code == 0
    assert str(folder) in told.err
    assert run("status", "--json", "--data-dir", folder).json["counts"]["teachers"] == 127
    assert run("sync", "--json", "--data-dir", folder).json["state"] == "applied"
    again = run("demo", "--prepare", "--data-dir", folder)
    assert again.code == 0
    assert "Night" not in again.err


def test_files_that_cannot_be_read_change_nothing(run: Run, demo_folder: Path, tmp_path: Path) -> None:
    before = run("status", "--json", "--data-dir", demo_folder).json["counts"]
    folder = tmp_path / "csv"
    folder.mkdir()
    told = run("demo", "--csv", folder, "--prepare", "--data-dir", demo_folder)
    assert told.code == 1
    assert "schools.csv: not found" in told.err
    assert run("status", "--json", "--data-dir", demo_folder).json["counts"] == before
    assert not (tmp_path / "new").exists()
    told = run("demo", "--csv", folder, "--prepare", "--data-dir", tmp_path / "new")
    assert not list((tmp_path / "new").glob("*/district.json"))


def test_a_real_districts_folder_is_no_place_for_a_demo(run: Run, demo_folder: Path) -> None:
    (demo_folder / "sandbox.sqlite").unlink()
    told = run("demo", "--prepare", "--data-dir", demo_folder)
    assert told.code == 1
    assert "folder of its own" in told.err


def test_no_token_says_how_to_begin(run: Run, tmp_path: Path) -> None:
    told = run("sync", "--data-dir", tmp_path / "d")
    assert told.code == 2
    assert "roster-tui demo" in told.err


def test_a_token_that_others_can_read_is_not_used(run: Run, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("abc")
    token.chmod(0o644)
    told = run("sync", "--data-dir", tmp_path / "d", ROSTER_TUI_CLEVER__TOKEN_FILE=str(token))
    assert told.code == 2
    assert "chmod 600" in told.err
    assert "abc" not in told.err


def test_clever_out_of_reach_and_a_refused_token(run: Run, tmp_path: Path) -> None:
    nowhere = {"CLEVER_TOKEN": "s3cret", "ROSTER_TUI_CLEVER__BASE_URL": "http://127.0.0.1:9"}
    told = run("sync", "--data-dir", tmp_path / "d", **nowhere)
    assert told.code == 5
    assert "cannot be reached" in told.err
    assert "s3cret" not in told.err


@pytest.fixture
def sandbox(tmp_path: Path) -> object:
    command = [sys.executable, "-m", "roster_tui", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        yield line
        process.terminate()


def test_the_sandbox_alone_serves_any_console(run: Run, sandbox: str, tmp_path: Path) -> None:
    url = next(word for word in sandbox.split() if word.startswith("http"))
    port = int(url.rpartition(":")[2])
    wait_until(lambda: socket.create_connection(("127.0.0.1", port)).close() is None)
    live = {"CLEVER_TOKEN": "DEMO_DISTRICT_TOKEN", "ROSTER_TUI_CLEVER__BASE_URL": url}
    assert run("sync", "--json", "--data-dir", tmp_path / "d", **live).json["counts"]["students"]["fetched"] == 1900
    told = run("sync", "--data-dir", tmp_path / "d", **{**live, "CLEVER_TOKEN": "wrong"})
    assert told.code == 5
    assert "refused the token" in told.err
    assert "request id" in told.err
    taken = run("sandbox", "--port", str(port))
    assert taken.code == 1
    assert "Choose another with --port" in taken.err


def test_a_folder_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    told = run("demo", "--prepare", "--data-dir", file / "below")
    assert told.code == 1
    assert "cannot be used" in told.err
    assert "--data-dir" in told.err
