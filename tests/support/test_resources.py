"""What there is to read: found by words, by what one looks at, and what the settings add."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from roster_tui.findings.catalog import CODES, PAIRS
from roster_tui.settings import SettingsError
from roster_tui.support.resources import RESOURCES, known_resources, matching, words_for
from tests.conftest import settings_for


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


HOSTS = {"help.masteryconnect.com", "community.canvaslms.com", "support.clever.com"}


def test_links_are_https_of_the_platform_and_clever_and_stand_once() -> None:
    for each in RESOURCES:
        parts = urlsplit(each.url)
        assert (parts.scheme, parts.query, parts.fragment) == ("https", "", ""), each.title
        assert parts.hostname in HOSTS, each.title
        assert each.url.isascii() and each.url.isprintable() and "//" not in parts.path
    assert len({each.url for each in RESOURCES}) == len(RESOURCES)


@pytest.mark.parametrize(
    "url", ["http://help.lincoln.example", "javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://a\x1b]"]
)
def test_a_link_of_ones_own_that_is_no_safe_address_is_told(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="resources: 'Ours' is"):
        settings_for(tmp_path, support={"resources": {"Ours": url}})
    assert settings_for(tmp_path, support={"resources": {"Ours": "https://help.lincoln.example/a"}})
