"""District tokens, listed and looked up by an application's client id and secret (reference 1.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from roster_tui.clever.errors import Asked, BadResponse, ForeignLink, ManyDistricts, NotFound, PageLoop
from roster_tui.clever.records import CleverId
from roster_tui.clever.transport import Answer, Transport
from roster_tui.clever.wire import Link
from roster_tui.http.connections import Patience, Query
from roster_tui.http.credentials import Credential, FixedToken

TOKEN_HOST = "https://clever.com"
_PATH = "/oauth/tokens"
_MOST_PAGES = 1_000


class Application:
    """An application's client id and secret, and where they are good for."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        token_url: str = TOKEN_HOST,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.client_id = client_id
        self._source = FixedToken(Credential.basic(client_id, client_secret))
        del client_secret
        self.token_url = token_url.rstrip("/")
        self._patience = patience
        self._sleep = sleep

    def transport(self) -> Transport:
        """Return a new connection to the token host. Raises `InsecureAddress`."""
        return Transport(self.token_url, self._source, patience=self._patience, sleep=self._sleep)


class DistrictToken(msgspec.Struct, frozen=True):
    """One district's token for one application."""

    district: str
    """The district's Clever ID: what to store, since the token may be rotated."""
    token: Credential
    scopes: list[str]
    """``read:students`` and its like."""


class _Owner(msgspec.Struct):
    id: CleverId
    type: str = "district"


class _Grant(msgspec.Struct):
    owner: _Owner
    access_token: Credential
    scopes: list[str] = []


class _Grants(msgspec.Struct):
    data: list[_Grant]
    links: list[Link] = []


async def district_tokens(application: Application, district: str | None = None) -> list[DistrictToken]:
    """Return the tokens of all districts that use an application, or of one district by its Clever ID.

    Raises a `CleverError` by cause.
    """
    found: list[DistrictToken] = []
    query: Query = (("owner_type", "district"), *((("district", district),) if district else ()))
    transport = application.transport()
    try:
        for _ in range(_MOST_PAGES):
            answer = await transport.get(_PATH, query)
            granted = _granted(answer.body)
            if granted is None:
                raise BadResponse("The answer is not a list of tokens", answer.asked, 200)
            found += [
                DistrictToken(each.owner.id, each.access_token, each.scopes)
                for each in granted.data
                if each.owner.type == "district" and district in (None, each.owner.id)
            ]
            following = _following(granted.links, answer)
            if following is None:
                return found
            query = following
    finally:
        await transport.close()
    raise PageLoop("The list of tokens does not end", answer.asked, 200)


def _credential(kind: type, value: Any) -> Credential:
    if kind is not Credential or not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ValueError("no token")
    return Credential.bearer(value)


_DECODER = msgspec.json.Decoder(_Grants, dec_hook=_credential)


def _granted(body: bytes) -> _Grants | None:
    # None instead of an error from here: a traceback that shows local variables would show the tokens.
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _following(links: list[Link], answer: Answer) -> Query | None:
    uri = next((link.uri for link in links if link.rel == "next"), None)
    if uri is None:
        return None
    link = urlsplit(uri)
    if link.scheme or link.netloc or link.path != _PATH:
        raise ForeignLink("The link to more tokens leads elsewhere; it was not followed", answer.asked, 200)
    return tuple(parse_qsl(link.query))


class LookedUpToken:
    """The token of one district, looked up when it is first needed and again when Clever refuses it.

    However many calls are refused at once, it is looked up once. Without a district it is that of the only one
    that uses the application.
    """

    def __init__(self, application: Application, district: str | None = None) -> None:
        self._application = application
        self._district = district
        self._known: Credential | None = None
        self._refused: set[Credential] = set()
        self._one_at_a_time = asyncio.Lock()

    async def current(self) -> Credential:
        """Return the token as last looked up. Raises `NotFound` where there is none, and `ManyDistricts`."""
        async with self._one_at_a_time:
            if self._known is None:
                self._known = await self._look_up()
            return self._known

    async def after_refusal(self, refused: Credential) -> Credential | None:
        """Return the token that took the refused one's place, or None when it is still the same."""
        async with self._one_at_a_time:
            if self._known == refused and refused not in self._refused:
                self._refused.add(refused)
                self._known = await self._look_up()
            return None if self._known in self._refused else self._known

    async def _look_up(self) -> Credential:
        found = await district_tokens(self._application, self._district)
        asked = Asked(self._application.token_url + _PATH)
        if not found:
            of = f"the district {self._district}" if self._district else "any district"
            raise NotFound(f"Clever lists no token of {of} for this application", asked, 200)
        districts = sorted({each.district for each in found})
        if len(districts) > 1:
            raise ManyDistricts(
                f"The application serves {len(districts)} districts: {', '.join(districts)}", asked, 200
            )
        self._district = districts[0]
        return found[-1].token
