"""One-time links: signed, good for a while, for one person, once."""

from __future__ import annotations

import stat
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.accounts.mail.links import Link, LinkExpired, LinkForged, LinkMistimed, Links
from roster_tui.settings import SettingsError
from tests.accounts.conftest import an_id
from tests.conftest import NOW

WEEK = timedelta(days=7)
LINK = Link("activation", an_id(1), "261124-1430-ABCDEF", NOW + WEEK)


@pytest.fixture
def links(tmp_path: Path) -> Links:
    return Links(tmp_path)


@given(
    kind=st.sampled_from(["activation", "password"]),
    account=st.text(string.hexdigits, min_size=1, max_size=24),
    action=st.text(min_size=1, max_size=30),
    expires=st.datetimes(datetime(2026, 11, 25), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_what_was_signed_is_read_back(links: Links, kind: str, account: str, action: str, expires: datetime) -> None:
    link = Link(kind, account, action, expires.replace(microsecond=0))
    token = links.issue(link)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")
    assert links.read(token, NOW) == link


@given(place=st.integers(min_value=0), char=st.sampled_from(string.ascii_letters + string.digits + "-_. é\0"))
def test_a_token_of_which_one_character_differs_is_forged(links: Links, place: int, char: str) -> None:
    token = links.issue(LINK)
    at = place % (len(token) - 1)  # The last character holds two bits that base64 does not use.
    forged = token[:at] + char + token[at + 1 :]
    if forged != token:
        with pytest.raises(LinkForged):
            links.read(forged, NOW)


@given(st.text())
def test_anything_else_is_forged(links: Links, token: str) -> None:
    with pytest.raises(LinkForged):
        links.read(token, NOW)


def test_another_districts_token_is_forged(links: Links, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(LinkForged):
        links.read(Links(tmp_path / "other").issue(LINK), NOW)


def test_a_link_is_good_until_it_expires(links: Links) -> None:
    token = links.issue(LINK)
    assert links.read(token, LINK.expires - timedelta(seconds=1)) == LINK
    with pytest.raises(LinkExpired, match="was good until 2026-12-01 14:30 UTC"):
        links.read(token, LINK.expires)


def test_the_key_is_made_once_and_for_its_owner_alone(links: Links, tmp_path: Path) -> None:
    token = links.issue(LINK)
    key = tmp_path / "link-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_text()) == 64
    assert Links(tmp_path).read(token, NOW) == LINK
    key.chmod(0o640)
    with pytest.raises(SettingsError, match="can be read by others"):
        links.issue(LINK)


def test_a_link_made_while_the_clock_was_ahead_opens_nothing(links: Links) -> None:
    """It would be good for a year; up to a day ahead is the difference of time zones."""
    ahead = Link("activation", an_id(1), "271124-1430-ABCDEF", NOW + timedelta(days=365) + WEEK)
    with pytest.raises(LinkMistimed, match="while a clock was wrong"):
        links.read(links.issue(ahead), NOW)
    zones = Link("activation", an_id(1), "261125-0430-ABCDEF", NOW + WEEK)
    assert links.read(links.issue(zones), NOW) == zones


def test_a_clock_that_jumps_ahead_and_back_makes_no_used_link_good_again(links: Links) -> None:
    links.note_used(LINK, NOW)
    year = timedelta(days=365)
    links.note_used(Link("password", an_id(2), "271124-1430-ABCDEF", NOW + year + WEEK), NOW + year)
    assert links.used_at(LINK) == NOW


def test_used_links_are_remembered_while_they_could_be_used_again(tmp_path: Path) -> None:
    links = Links(tmp_path, kept=1)
    assert links.used_at(LINK) is None
    links.note_used(LINK, NOW)
    assert links.used_at(LINK) == NOW
    later = Link("password", an_id(2), "261201-0000-ABCDEF", NOW + 2 * WEEK)
    links.note_used(later, LINK.expires)
    assert links.used_at(LINK) == NOW
    latest = Link("password", an_id(3), "261201-0001-ABCDEF", NOW + 2 * WEEK)
    links.note_used(latest, LINK.expires)
    assert links.used_at(LINK) is None
    assert links.used_at(later) == links.used_at(latest) == LINK.expires
