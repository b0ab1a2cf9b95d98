"""One check and its outcome."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any


class State(Enum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    """It works, but not as it should, or not for long."""
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """One part that was looked at."""

    name: str
    """Two words at most; what it is about."""
    state: State
    detail: str
    """What was found, as display text."""
    fix: str = ""
    """What to do about it; empty where nothing needs to be done."""
    unreachable: bool = False
    """Whether Clever or the directory was not reached, or refused the token."""

    def document(self) -> dict[str, Any]:
        """Return the check as ``doctor --json`` prints it."""
        return {**asdict(self), "state": self.state.value}


def ok(name: str, detail: str) -> Check:
    """Return a check that found nothing amiss."""
    return Check(name, State.OK, detail)


def warning(name: str, detail: str, fix: str) -> Check:
    """Return a check that found what should be otherwise."""
    return Check(name, State.WARNING, detail, fix)


def failed(name: str, detail: str, fix: str, *, unreachable: bool = False) -> Check:
    """Return a check that found what does not work."""
    return Check(name, State.FAILED, detail, fix, unreachable)
