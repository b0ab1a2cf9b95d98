"""``help``: pages without a network, a district or settings that can be read."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_topics_are_listed_and_one_is_read(run: Run) -> None:
    listed = run("help")
    assert listed.code == 0
    assert "activation" in listed.out
    read = run("help", "activation")
    assert read.code == 0
    assert read.out.startswith("Somebody has never activated\n\n")
    assert "* `a` sends it to the teacher under the cursor" in read.out
    assert run("help", "gradebook").out.startswith("Trackers\n")
    several = {each["topic"] for each in run("help", "account", "--json").json["topics"]}
    assert {"activation", "suspension", "passwords"} <= several
    assert run("help", "suspension", "--json").json["title"] == "An account is suspended"
    nothing = run("help", "weather")
    assert (nothing.code, nothing.out) == (2, "")


def test_the_operators_own_keys_stand_on_the_page_and_broken_settings_keep_nobody_from_it(
    run: Run, tmp_path: Path
) -> None:
    config = tmp_path / "config" / "roster-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[console.keys]\n"account.suspend" = "ctrl+t"\n')
    assert "`ctrl+t` suspends by hand" in run("help", "suspension").out
    config.write_text("nothing = [")
    assert "`s` suspends by hand" in run("help", "suspension").out
