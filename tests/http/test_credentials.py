"""Tokens that are read where they are kept, and read again when they are refused."""

from __future__ import annotations

import pytest

from roster_tui.http.addresses import why_forbidden
from roster_tui.http.credentials import Credential, ReadToken


class Kept:
    """A token that somebody changes where it is kept."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.read = 0

    def __call__(self) -> Credential:
        self.read += 1
        return Credential.bearer(self.token)


async def test_a_token_is_read_once_and_again_when_it_is_refused() -> None:
    kept = Kept("old")
    source = ReadToken(kept)
    first = await source.current()
    assert await source.current() is first
    assert kept.read == 1
    kept.token = "new"
    second = await source.after_refusal(first)
    assert second is not None
    assert second.header() == "Bearer new"
    assert await source.after_refusal(first) == second  # whoever comes late gets the one that is read already
    assert kept.read == 2


async def test_a_token_that_is_still_the_same_is_not_tried_again() -> None:
    source = ReadToken(Kept("same"))
    assert await source.after_refusal(await source.current()) is None


def test_no_credential_shows_itself() -> None:
    assert "s3cret" not in f"{Credential.bearer('s3cret')!r} {ReadToken(Kept('s3cret')).__dict__!r}"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://platform.example/scim/v2", True),
        ("http://127.0.0.1:8080/v2", True),
        ("http://localhost/v2", True),
        ("http://[::1]:1/v2", True),
        ("http://platform.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("https://user:word@platform.example", False),
        ("https://", False),
    ],
)
def test_a_token_goes_over_https_or_stays_here(url: str, allowed: bool) -> None:
    assert (why_forbidden(url) == "") is allowed
