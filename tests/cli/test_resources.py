"""``resources``: links to read, without any district."""

from __future__ import annotations

from tests.cli.conftest import Run


def test_resources_are_listed_by_words_without_a_district(run: Run) -> None:
    told = run("resources", "activation")
    assert told.code == 0
    assert "Send activation emails  [pending, activation, mail]\n  https://" in told.out
    assert "\x1b" not in told.out
    found = run("resources", "clever", "hold", "--json").json["resources"]
    assert [each["tags"] for each in found] == [["section", "term", "hold", "rollover"]]
    assert run("resources", "nothing-like-this").err == "Nothing holds all of these words\n"
