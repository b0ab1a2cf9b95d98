"""What there is to read: found by words, by what one looks at, and what the settings add."""

from __future__ import annotations

import pytest

from roster_tui.findings.catalog import CODES, PAIRS
from roster_tui.support.resources import RESOURCES, known_resources, matching, words_for


def test_every_row_leads_to_something_to_read() -> None:
    for state in ("pending", "suspended", "active", None):
        for kind in ("teacher", "section", "run", "school", None):
            assert matching(RESOURCES, words_for(kind, state)), (kind, state)
    for code in CODES:
        assert matching(RESOURCES, words_for("student", None, code)), code
    assert [each.title for each in matching(RESOURCES, words_for("teacher", "pending"))][-1] == "Send activation emails"


def test_a_changed_id_leads_to_clever_support() -> None:
    for code in PAIRS:
        found = matching(RESOURCES, words_for("student", None, code.code))
        assert "https://support.clever.com" in [each.url for each in found]


@pytest.mark.parametrize(
    ("words", "first"), [("", "Ours"), ("own", "Ours"), ("REACTIVATE", "Suspend or reactivate an account")]
)
def test_found_by_words_with_those_of_the_settings_first(words: str, first: str) -> None:
    assert matching(known_resources({"Ours": "https://help.lincoln.example"}), words)[0].title == first


def test_links_are_https_and_stand_once() -> None:
    assert all(each.url.startswith("https://") for each in RESOURCES)
    assert len({each.url for each in RESOURCES}) == len(RESOURCES)
