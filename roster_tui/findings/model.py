"""A finding and its parts; values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from hashlib import blake2b
from typing import Any

import orjson


class Severity(IntEnum):
    """How much it hurts; the larger, the sooner."""

    LOW = 1
    """Housekeeping."""
    MEDIUM = 2
    """Somebody should look at it this week."""
    HIGH = 3
    """Somebody cannot work, or data comes apart."""


class Owner(Enum):
    """Who can fix it."""

    SIS_OFFICE = "SIS office"
    CLEVER_SHARING = "Clever sharing"
    CLEVER_SUPPORT = "Clever support"
    CONSOLE = "this console"


class Effect(Enum):
    """When a fix shows."""

    NOW = "now"
    NEXT_SYNC = "next sync"
    SIS_AND_SYNC = "24-48 h"
    """A change in the SIS reaches Clever first, then us."""


@dataclass(frozen=True)
class Code:
    """One kind of finding, and what is always true of it."""

    code: str
    title: str
    severity: Severity
    owner: Owner
    effect: Effect
    meaning: str
    """What it means for people, one or two sentences."""
    remedy: str
    """What its owner does."""
    todo: str
    """The same in a few words, for a line of a list; ``{account.suspend}`` in it stands for the key of that action."""
    action: str | None = None
    """The action of this console that helps at once, if one does."""


@dataclass(frozen=True)
class Subject:
    """The record a finding is about."""

    kind: str
    key: int
    clever_id: str
    sis_id: str | None
    label: str


@dataclass(frozen=True)
class Evidence:
    """One field that speaks for or against."""

    field: str
    before: str | None
    after: str | None
    agrees: bool | None
    """None when one side is silent."""
    how: str = ""
    """In which way they agree or not, where there is more to say: ``nickname``."""
    weight: float | None = None
    """Of two values compared: how many times the odds that both records are one double with it; below 0 they halve."""

    @property
    def told(self) -> tuple[str, str | None, str | None, bool | None]:
        """What both sides say, without what is made of it."""
        return self.field, self.before, self.after, self.agrees


@dataclass(frozen=True)
class Finding:
    """Something a rule noticed."""

    code: Code
    subject: Subject
    other: Subject | None = None
    evidence: tuple[Evidence, ...] = ()
    confidence: float | None = None
    """How sure a match is, 0 to 1; None where nothing is matched."""
    because: str | None = None
    """Id of the finding that this one follows from and goes away with; triage shows only that one."""

    @property
    def id(self) -> str:
        """Eight hex digits that stay the same as long as code and records do."""
        named = f"{self.code.code} {self.subject.clever_id} {self.other.clever_id if self.other else ''}"
        return blake2b(named.encode(), digest_size=4).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with the evidence: a dismissal holds as long as they are the same."""
        names = ("field", "before", "after", "agrees")
        said = (dict(zip(names, each.told, strict=True)) for each in self.evidence)
        told = [self.id, self.subject.sis_id, self.other and self.other.sis_id, *said]
        return blake2b(orjson.dumps(told), digest_size=6).hexdigest()

    def document(self) -> dict[str, Any]:
        """Return what is particular to this finding, to be stored."""
        return {
            "subject": self.subject.__dict__,
            "other": self.other.__dict__ if self.other else None,
            "evidence": [each.__dict__ for each in self.evidence],
            "confidence": self.confidence,
            "because": self.because,
        }


def from_document(code: Code, document: dict[str, Any]) -> Finding:
    """Return a finding as it was stored."""
    return Finding(
        code,
        Subject(**document["subject"]),
        Subject(**document["other"]) if document["other"] else None,
        tuple(Evidence(**each) for each in document["evidence"]),
        document["confidence"],
        document["because"],
    )


def compared(field: str, before: str | None, after: str | None) -> Evidence:
    """Return the evidence of one field that both sides may have."""
    return Evidence(field, before, after, None if before is None or after is None else before == after)
