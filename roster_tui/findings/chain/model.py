"""The chain and its links; values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from roster_tui.findings.model import Effect, Owner


class State(StrEnum):
    """What is known of a link."""

    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    """It cannot be seen from here."""


@dataclass(frozen=True)
class Link:
    """One link of the chain; a broken one says who mends it, how, and when that shows."""

    name: str
    state: State
    detail: str
    owner: Owner | None = None
    fix: str | None = None
    effect: Effect | None = None


@dataclass(frozen=True)
class Explanation:
    """The chain, and what follows from it."""

    chain: tuple[Link, ...]
    account: str | None = None
    """Why an account is suspended, since when, by whom, and what brings it back."""
    tonight: str | None = None
    """What the next sync will do to the account."""

    @property
    def broken(self) -> Link | None:
        """The first broken link."""
        return next((link for link in self.chain if link.state is State.BROKEN), None)

    @property
    def to_mend(self) -> list[Link]:
        """The broken links that take different fixes, the first one first."""
        by_fix = {link.fix: link for link in reversed(self.chain) if link.state is State.BROKEN}
        return [link for link in self.chain if by_fix.get(link.fix) is link]

    @property
    def visible(self) -> bool:
        """Whether the teacher sees classes, or the section is seen; what is not known is taken for good."""
        return self.broken is None
