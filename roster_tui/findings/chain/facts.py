"""What is known of a teacher or section; values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from roster_tui.findings.catalog import EMAIL_MISSING, EMAIL_SHARED, EMAIL_WITHOUT_AT
from roster_tui.findings.model import Code


@dataclass(frozen=True)
class AccountFacts:
    """An account as the directory last told it."""

    state: str
    since: str
    """Since when it is in this state (ISO 8601)."""
    cause: str | None
    pinned: bool
    run: int | None
    """The sync that ran at that moment, if one did."""

    @property
    def by_hand(self) -> bool:
        """Whether an operator suspended it; what the sync suspends, the sync restores."""
        return bool(self.cause and self.cause.startswith("by "))


@dataclass(frozen=True)
class TermFacts:
    """The term of sections."""

    name: str | None
    starts: str | None
    ends: str | None

    def when(self, today: date) -> str:
        """Return ``running``, ``ended``, ``not begun`` or ``unknown``."""
        if self.ends and self.ends < today.isoformat():
            return "ended"
        if self.starts and self.starts > today.isoformat():
            return "not begun"
        return "running" if self.starts or self.ends else "unknown"

    def __str__(self) -> str:
        return f"{self.name or 'a term without a name'} ({self.starts or '?'} to {self.ends or '?'})"


@dataclass(frozen=True)
class TeacherFacts:
    """What is known of a teacher."""

    label: str
    clever_id: str
    sis_id: str | None
    in_data: bool
    left: str | None
    """When the person left the data, and with which sync."""
    email: str | None
    shares_email_with: str | None
    roles: str
    terms: tuple[TermFacts | None, ...]
    """Of each section."""
    account: AccountFacts | None
    rekeyed_to: str | None = None
    """The SIS ID under which the SIS sends the person now."""
    rekeyed_from: str | None = None
    """The SIS ID under which the SIS sent the person before; this record is the new, empty half."""
    replaced: bool = False
    """Whether another person stands behind this Clever ID since lately."""
    held: str | None = None
    """What a sync that waits for approval holds against the person."""

    @property
    def email_trouble(self) -> Code | None:
        """What is wrong with the email."""
        if not self.email:
            return EMAIL_MISSING
        if "@" not in self.email:
            return EMAIL_WITHOUT_AT
        return EMAIL_SHARED if self.shares_email_with else None


@dataclass(frozen=True)
class SectionFacts:
    """What is known of a section."""

    label: str
    clever_id: str
    sis_id: str | None
    in_data: bool
    left: str | None
    school: str | None
    term: TermFacts | None
    students: int
    teachers: tuple[TeacherFacts, ...]
