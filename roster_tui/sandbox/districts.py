"""The districts that share their data with one application: a token, a store and a rate limit each."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass, field

from roster_tui.sandbox.store import Store

TOKEN = "DEMO_DISTRICT_TOKEN"
REQUESTS_A_MINUTE = 1_200


@dataclass
class Window:
    """A fixed window of one minute per token; it empties at once, as recorded of Clever (reference 2.4)."""

    used: int = 0
    resets_at: int = 0

    def take(self, now: float) -> tuple[bool, int]:
        """Count one request; return whether it is allowed and how many remain."""
        if now >= self.resets_at:
            self.used, self.resets_at = 0, int(now) // 60 * 60 + 60
        self.used += 1
        return self.used <= REQUESTS_A_MINUTE, max(0, REQUESTS_A_MINUTE - self.used)

    def crowd(self, now: float, seconds: float, left: int) -> None:
        """Begin a window of ``seconds`` in which others have left so many requests, unless one is under way."""
        if not now < self.resets_at <= now + seconds + 1:
            self.used, self.resets_at = REQUESTS_A_MINUTE - left, math.ceil(now + seconds)


@dataclass
class SharedDistrict:
    """A district that shares its data with the application."""

    store: Store
    token: str
    window: Window = field(default_factory=Window)

    @property
    def id(self) -> str:
        """Its Clever ID; ``""`` before the first night."""
        return self.store.district_id() or ""

    def rotate_token(self) -> str:
        """Return a new token; the old one is refused from now on, and the new one has its own rate limit."""
        self.token, self.window = secrets.token_hex(20), Window()
        return self.token


def shared(stores: tuple[Store, ...]) -> list[SharedDistrict]:
    """Return the districts of these stores; the first has the token of every demo."""
    return [SharedDistrict(store, f"{TOKEN}_{number}" if number else TOKEN) for number, store in enumerate(stores)]


def bearer_of(districts: list[SharedDistrict], authorization: str) -> SharedDistrict | None:
    """Return the district whose token an ``Authorization`` header carries, or None."""
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer":
        return None
    given = token.encode()
    return next((each for each in districts if secrets.compare_digest(each.token.encode(), given)), None)
