"""How this district's Clever is reached: with a token from the settings, or a demo's own service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from roster_tui.settings import Secret, Settings, clever_token

DEMO_TOKEN = Secret("DEMO_DISTRICT_TOKEN")


class NoToken(Exception):
    """There is no token to ask Clever with."""

    def __init__(self) -> None:
        super().__init__(
            "There is no Clever token. Try the console on a simulated district: roster-tui demo. Or set one: "
            "CLEVER_TOKEN in the environment, or clever.token_file or clever.token_command in the settings"
        )


@dataclass(frozen=True)
class Access:
    """Where Clever answers, and with which token."""

    base_url: str
    token: Secret


def demo_store(data_root: Path) -> Path:
    """Return where a demo keeps its simulated Clever; the file is there only in a demo's data folder."""
    return data_root / "sandbox.sqlite"


@contextmanager
def clever_access(settings: Settings) -> Iterator[Access]:
    """Give access to Clever while the block runs. Raises `NoToken` or `SettingsError`.

    In a demo's data folder the simulated service runs meanwhile, on loopback.
    """
    store = demo_store(settings.data_root)
    if store.exists():
        from roster_tui.sandbox.serve import child

        with child(store) as url:
            yield Access(url, DEMO_TOKEN)
        return
    token = clever_token(settings)
    if token is None:
        raise NoToken
    yield Access(settings.clever.base_url, token)
