"""Tokens given or looked up: one look-up for all calls, once more after a refusal, and never shown."""

import asyncio
import logging
import traceback
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qsl

import pytest

from roster_tui.clever import (
    Application,
    BadResponse,
    CleverError,
    Client,
    Credential,
    ForeignLink,
    InsecureAddress,
    LookedUpToken,
    ManyDistricts,
    NotFound,
    PageLoop,
    Unauthorized,
    district_tokens,
)
from tests.clever.conftest import Script, Sleeps, an_id, client_for, page, reply
from tests.conftest import serving

DISTRICT, OTHER = an_id(1), an_id(2)
SECRET = "s3cret-of-the-application"


def granted(*tokens: tuple[str, str], more: str | None = None) -> dict[str, Any]:
    links = [{"rel": "self", "uri": "/oauth/tokens?owner_type=district"}]
    links += [{"rel": "next", "uri": more}] if more else []
    data = [
        {"id": an_id(9), "owner": {"type": "district", "id": owner}, "access_token": token, "scopes": ["read:sis"]}
        for owner, token in tokens
    ]
    return {"data": data, "links": links}


def application(url: str, sleeps: Sleeps | None = None) -> Application:
    return Application("the-app", SECRET, url, sleep=sleeps or Sleeps())


class Rotating:
    """A Clever whose tokens change: it takes the one that was handed out last, unless it takes none."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.valid = tokens[0]
        self.looked_up = 0
        self.refused = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        asked = dict(scope["headers"])[b"authorization"].decode()
        if scope["path"] == "/oauth/tokens":
            assert asked == "Basic " + b64encode(f"the-app:{SECRET}".encode()).decode()
            assert dict(parse_qsl(scope["query_string"].decode())) == {"owner_type": "district", "district": DISTRICT}
            self.looked_up += 1
            token = self.tokens[min(self.looked_up, len(self.tokens)) - 1]
            return await reply(granted((DISTRICT, token)))(send, "")
        if asked != f"Bearer {self.valid}":
            self.refused += 1
            await asyncio.sleep(0.05)
            return await reply({"message": "no"}, 401)(send, "")
        return await reply(page(an_id(3)))(send, "")


async def ask(client: Client, times: int) -> None:
    await asyncio.gather(*(client.district() for _ in range(times)))


async def test_concurrent_calls_look_a_token_up_once() -> None:
    with serving(clever := Rotating("one")) as url:
        async with Client(LookedUpToken(application(url), DISTRICT), url, sleep=Sleeps()) as client:
            await ask(client, 8)
    assert (clever.looked_up, clever.refused) == (1, 0)


async def test_a_rotated_token_is_looked_up_once_more_for_all_who_were_refused() -> None:
    with serving(clever := Rotating("one", "two")) as url:
        async with Client(LookedUpToken(application(url), DISTRICT), url, sleep=Sleeps()) as client:
            await client.district()
            clever.valid = "two"
            await ask(client, 8)
            await client.district()
    assert clever.looked_up == 2
    assert clever.refused == 8


async def test_a_token_that_stays_refused_is_an_error_after_one_more_look() -> None:
    with serving(clever := Rotating("one")) as url:
        async with Client(LookedUpToken(application(url), DISTRICT), url, sleep=Sleeps()) as client:
            clever.valid = "another"
            for result in await asyncio.gather(*(client.district() for _ in range(5)), return_exceptions=True):
                assert type(result) is Unauthorized
    assert clever.looked_up == 2


async def test_a_token_that_was_given_is_not_looked_up() -> None:
    with serving(clever := Rotating("one")) as url:
        async with client_for(url) as client:
            with pytest.raises(Unauthorized):
                await client.district()
    assert (clever.looked_up, clever.refused) == (0, 1)


async def test_the_districts_of_an_application_are_listed_over_pages() -> None:
    first = granted((DISTRICT, "one"), more="/oauth/tokens?owner_type=district&starting_after=x")
    first["data"].append({"id": an_id(8), "owner": {"type": "user", "id": an_id(7)}, "access_token": "a-persons"})
    script = Script([reply(first), reply(granted((OTHER, "two")))])
    with serving(script) as url:
        found = await district_tokens(application(url))
    assert [(each.district, each.scopes) for each in found] == [(DISTRICT, ["read:sis"]), (OTHER, ["read:sis"])]
    assert [each.token for each in found] == [Credential.bearer("one"), Credential.bearer("two")]
    assert [asked for asked, _ in script.asked] == [
        "/oauth/tokens?owner_type=district",
        "/oauth/tokens?owner_type=district&starting_after=x",
    ]


async def test_without_a_district_the_only_one_is_taken_and_many_are_named() -> None:
    with serving(Script([reply(granted((DISTRICT, "one")))])) as url:
        assert await LookedUpToken(application(url)).current() == Credential.bearer("one")
    many = Script([reply(granted((DISTRICT, "one"), (OTHER, "two")))])
    with serving(many) as url, pytest.raises(ManyDistricts, match=f"{DISTRICT}, {OTHER}"):
        await LookedUpToken(application(url)).current()


async def test_another_districts_token_is_never_taken() -> None:
    with serving(Script([reply(granted((OTHER, "two")))])) as url, pytest.raises(NotFound, match=DISTRICT):
        await LookedUpToken(application(url), DISTRICT).current()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply({"message": "no"}, 401), Unauthorized),
        (reply(b"<html>"), BadResponse),
        (reply({"data": [{"access_token": "s3cret-token"}]}), BadResponse),
        (reply(granted((DISTRICT, "s3cret token\nX-Evil: 1"))), BadResponse),
        (reply(granted((DISTRICT, "s3cret-token"), more="https://evil.example/oauth/tokens")), ForeignLink),
        (reply(granted((DISTRICT, "s3cret-token"), more="/v3.1/users")), ForeignLink),
    ],
)
async def test_a_list_that_is_none_has_its_error_and_shows_no_token(answer: Any, expected: type[CleverError]) -> None:
    with serving(Script([answer])) as url, pytest.raises(expected) as raised:
        await district_tokens(application(url))
    assert type(raised.value) is expected
    assert "s3cret" not in with_locals(raised.value)


async def test_a_list_without_an_end_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster_tui.clever.tokens._MOST_PAGES", 3)
    script = Script([reply(granted((DISTRICT, "one"), more="/oauth/tokens?again=1"))])
    with serving(script) as url, pytest.raises(PageLoop):
        await district_tokens(application(url))
    assert len(script.asked) == 3


def test_the_secret_goes_over_tls_or_loopback_only() -> None:
    with pytest.raises(InsecureAddress) as raised:
        Application("the-app", SECRET, "http://clever.example").transport()
    assert SECRET not in with_locals(raised.value)


# -- nothing shows a token ---------------------------------------------------------------------------


def with_locals(error: BaseException) -> str:
    """Return a traceback as a crash report would show it: our frames, with the local variables of each."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    # The test's own frame knows what it passed.
    shown.stack = traceback.StackSummary.from_list([each for each in shown.stack if "/tests/" not in each.filename])
    return "".join(shown.format())


async def cut(send: Any, path: str) -> None:
    await reply(b"x" * 10, cut=5)(send, path)


@pytest.mark.parametrize(
    ("answer", "url"),
    [
        (reply({"message": "no"}, 401), None),
        (reply({"message": "no"}, 500), None),
        (reply(b"", 302, {"location": "https://evil.example/"}), None),
        (reply(b"<html>"), None),
        (reply({"data": [{"data": {"id": an_id(1)}}], "links": [{"rel": "next", "uri": "//evil"}]}), None),
        (cut, None),
        (None, "http://127.0.0.1:9"),
        (None, "http://clever.example"),
    ],
)
async def test_no_token_stands_in_an_error_its_traceback_or_a_log(
    answer: Any, url: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "asyncio", "hpack", "h11"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    with serving(Script([answer or reply(b"")])) as served, pytest.raises(CleverError) as raised:
        async with client_for(url or served) as client:
            shown = repr(client) + repr(vars(client)) + repr(vars(client._transport)) + repr(client._transport._tokens)
            assert "s3cret" not in shown
            async for _ in client.schools():
                pass
    error = raised.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "s3cret" not in with_locals(error) + str(error) + repr(error) + repr(vars(error)) + caplog.text


async def test_a_call_that_is_given_up_shows_no_token_either() -> None:
    async def never(send: Any, path: str) -> None:
        await asyncio.sleep(30)

    with serving(Script([never])) as url:
        async with client_for(url) as client:
            call = asyncio.create_task(client.district())
            await asyncio.sleep(0.2)
            call.cancel()
            with pytest.raises(asyncio.CancelledError) as raised:
                await call
    assert "s3cret" not in with_locals(raised.value)


def test_a_credential_shows_itself_to_nobody() -> None:
    token = Credential.bearer("s3cret")
    assert "s3cret" not in f"{token} {token!r} {[token]!r} {hash(token)}"
    assert token == Credential.bearer("s3cret")
    assert token != "Bearer s3cret"
    assert token.header() == "Bearer s3cret"
