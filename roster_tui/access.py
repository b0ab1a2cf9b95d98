"""How this district's Clever is reached: with a token given or looked up, or a demo's own service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roster_tui.errors import USAGE, RosterError
from roster_tui.settings import Secret, Settings, clever_token, client_secret, demo_store

if TYPE_CHECKING:
    from roster_tui.clever import TokenSource

DEMO_TOKEN = Secret("DEMO_DISTRICT_TOKEN")


class NoToken(RosterError):
    """There is no token to ask Clever with."""

    exit_code = USAGE

    def __init__(self) -> None:
        super().__init__(
            "There is no Clever token. Try the console on a simulated district: roster-tui demo. Or set one: "
            "CLEVER_TOKEN in the environment, or clever.token_file or clever.token_command in the settings; "
            "or let it be looked up: CLEVER_CLIENT_ID and CLEVER_CLIENT_SECRET. roster-tui init asks for all of it"
        )


@dataclass(frozen=True)
class Access:
    """Where Clever answers, and where its token comes from; what `Client` takes."""

    base_url: str
    token: TokenSource


@contextmanager
def clever_access(settings: Settings) -> Iterator[Access]:
    """Give access to Clever while the block runs. Raises `NoToken` or `SettingsError`.

    In a demo's data folder the simulated service runs meanwhile, on loopback.
    """
    store = demo_store(settings.data_root)
    if store.exists():
        from roster_tui.sandbox.serve import child

        with child(store) as url:
            yield Access(url, _fixed(DEMO_TOKEN))
        return
    yield Access(settings.clever.base_url, _token_source(settings))


def access_with(token: Secret, settings: Settings) -> Access:
    """Return access to Clever with a token that was just given, before any setting names it."""
    return Access(settings.clever.base_url, _fixed(token))


def _token_source(settings: Settings) -> TokenSource:
    token = clever_token(settings)
    if token is not None:
        return _fixed(token)
    application = client_secret(settings)
    if application is None:
        raise NoToken
    from roster_tui.clever import Application, LookedUpToken, is_clever_id

    # A district's name is known only once a token has been used; it is compared then.
    district = settings.district if is_clever_id(settings.district) else None
    known = Application(application.client_id, application.secret.reveal(), settings.clever.token_url)
    return LookedUpToken(known, district)


def _fixed(token: Secret) -> TokenSource:
    from roster_tui.clever import Credential, FixedToken

    return FixedToken(Credential.bearer(token.reveal()))
