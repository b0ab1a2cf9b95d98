"""``purge``: shown, confirmed, told."""

from pathlib import Path

from tests.cli.conftest import Run


def test_the_cache_is_removed_and_the_next_sync_brings_it_back(run: Run, demo_folder: Path) -> None:
    shown = run("purge", "cache", "--dry-run", "--json", "--data-dir", demo_folder)
    assert (shown.code, shown.json["dry_run"], shown.json["scope"]) == (0, True, "cache")
    done = run("purge", "cache", "--yes", "--json", "--data-dir", demo_folder)
    assert done.code == 0
    assert done.json["removed"][0]["files"] >= 1
    assert done.json["removed"][0]["bytes"] > 100_000
    assert run("status", "--json", "--data-dir", demo_folder).json["sync"]["state"] == "never"
    assert run("sync", "--data-dir", demo_folder).code in (0, 3)
    assert run("status", "--json", "--data-dir", demo_folder).json["counts"]["students"] > 0
    assert run("journal", "verify", "--data-dir", demo_folder).code == 0


def test_it_asks_first_and_a_read_only_console_refuses(run: Run, demo_folder: Path) -> None:
    asked = run("purge", "cache", "--data-dir", demo_folder)
    assert asked.code == 130
    assert "To be removed: the roster" in asked.err
    refused = run("purge", "cache", "--yes", "--read-only", "--data-dir", demo_folder)
    assert refused.code == 3
    assert run("status", "--json", "--data-dir", demo_folder).json["sync"]["state"] == "applied"


def test_everything_goes_only_by_the_districts_name(run: Run, demo_folder: Path) -> None:
    wrong = run("purge", "everything", "--yes", "--name", "Lincoln", "--data-dir", demo_folder)
    assert wrong.code == 3
    assert "not the district's name" in wrong.err
    done = run("purge", "everything", "--name", "Lincoln Unified", "--data-dir", demo_folder)
    assert done.code == 0
    assert "Remains: " in done.out
    assert not list(demo_folder.glob("*/district.json"))
