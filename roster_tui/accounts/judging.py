"""What is thought of one account before an act: the verdict, its reason, and what it depends on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """What becomes, or became, of one account in an action."""

    WOULD_DO = "would_do"
    NOOP = "noop"
    """It is so already."""
    BLOCKED = "blocked"
    DONE = "done"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    """It may have happened; reading the account will tell, or nobody can."""


@dataclass(frozen=True)
class Situation:
    """What a rule must know besides the account itself."""

    now: datetime
    cooldown: timedelta
    """How long one person is not mailed again."""
    sections: int = 0
    """Sections the person teaches tonight."""
    in_data: bool = True
    """Whether Clever still sends the person."""


@dataclass(frozen=True)
class Judgement:
    """A verdict before the act, its reason, and what matters even though it would be done."""

    verdict: Verdict
    reason: str = ""
    warning: str = ""


WOULD_DO = Judgement(Verdict.WOULD_DO)


def noop(reason: str) -> Judgement:
    """Return that it is so already."""
    return Judgement(Verdict.NOOP, reason)


def blocked(reason: str) -> Judgement:
    """Return that it must not be done."""
    return Judgement(Verdict.BLOCKED, reason)


def warned(warning: str) -> Judgement:
    """Return that it would be done, and what matters even so."""
    return Judgement(Verdict.WOULD_DO, warning=warning)
