"""Two records that a finding sets against each other, field by field, as display text; a student's values masked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from roster_tui.findings.model import Evidence, Subject
from roster_tui.findings.store import Known
from roster_tui.present import NOTHING, counted, display_text, masked, masked_name, state_label
from roster_tui.roster.kinds import TEACHER
from roster_tui.roster.read import TeacherRow, rows

_READABLE = ("sis_id", "school")
"""Fields of a student that are shown as they are: a fix needs them, and they tell nothing by themselves."""
_STRONG, _CLEAR, _SLIGHT = 10.0, 3.0, 1.0
"""Doublings of the odds from which on a field speaks strongly, speaks, or speaks a little."""
_MOST_DOUBLINGS = 40
"""Beyond this the odds are no number that anybody reads."""


@dataclass(frozen=True)
class Compared:
    """One field of both records."""

    field: str
    before: str
    after: str
    agrees: bool | None
    """None when one side is silent, or the field says nothing here."""
    says: str
    """How much it speaks for one record or for two, and in which way the values agree."""
    odds: str = ""
    """The same as a number: ``8,192 : 1`` for one record."""

    @property
    def alike(self) -> bool:
        """Whether the values agree without being the same."""
        return bool(self.agrees) and self.before != self.after


@dataclass(frozen=True)
class SideBySide:
    """A finding about two records, opened."""

    known: Known
    sides: tuple[str, str]
    """Whom or what each side is, as a title."""
    fields: tuple[Compared, ...]
    """The evidence."""
    besides: tuple[Compared, ...]
    """What else is known of both; it is not weighed."""

    @property
    def summary(self) -> str:
        """How many fields agree and how many do not, and how sure it is that the two are one."""
        told = [each.agrees for each in self.fields]
        said = f"{told.count(True)} agree, {counted(told.count(False), 'differs', 'differ')}, {told.count(None)} silent"
        confidence = self.known.finding.confidence
        return said if confidence is None else f"{said}; {percent(confidence)} sure that they are one"


def percent(confidence: float) -> str:
    """Return a probability for people; cut off, not rounded, since nothing here is ever 100 % sure."""
    return f"{round(confidence * 10_000) // 10 / 10:g} %"


def side_by_side(db: sqlite3.Connection, known: Known, *, revealed: bool = False) -> SideBySide | None:
    """Return both records of a finding; None when it is about one only."""
    finding = known.finding
    if finding.other is None:
        return None
    hidden = finding.subject.kind == "student" and not revealed
    named = {each.field for each in finding.evidence}
    besides = [each for each in _besides(db, finding.subject, finding.other) if each.field not in named]
    sides = _title(finding.subject, hidden), _title(finding.other, hidden)
    return SideBySide(known, sides, evidence_of(known, revealed=revealed), tuple(besides))


def evidence_of(known: Known, *, revealed: bool = False) -> tuple[Compared, ...]:
    """Return the evidence of a finding."""
    hidden = known.finding.subject.kind == "student" and not revealed
    return tuple(_compared(each, hidden) for each in known.finding.evidence)


def stepped(finding_ids: tuple[str, ...], here: str, steps: int) -> str | None:
    """Return the finding so many steps from one among several; None beyond either end."""
    at = finding_ids.index(here) + steps if here in finding_ids else 0
    return finding_ids[at] if 0 <= at < len(finding_ids) else None


def _title(subject: Subject, hidden: bool) -> str:
    return masked_name(subject.label) if hidden else display_text(subject.label)


def _compared(evidence: Evidence, hidden: bool) -> Compared:
    show: Callable[[str | None], str] = display_text
    if hidden and evidence.field not in _READABLE:
        show = masked
    before, after = (show(value) or NOTHING for value in (evidence.before, evidence.after))
    return Compared(evidence.field, before, after, evidence.agrees, _says(evidence), _odds(evidence.weight))


def _says(evidence: Evidence) -> str:
    """Return what a field says, in words."""
    if evidence.agrees is None:
        if evidence.before and evidence.after:
            return "not counted"
        return "one side is silent" if evidence.before or evidence.after else "both are silent"
    weight = evidence.weight
    if weight is None:
        return evidence.how
    side = "for" if weight > 0 else "against"
    size = abs(weight)
    strength = "strongly" if size >= _STRONG else "" if size >= _CLEAR else "slightly"
    told = "says little" if size < _SLIGHT else f"{strength} {side}".strip()
    return f"{told}: {evidence.how}" if evidence.how else told


def _odds(weight: float | None) -> str:
    if weight is None:
        return ""
    # Two digits: the weights are estimates.
    times = f"{float(f'{2 ** min(abs(weight), _MOST_DOUBLINGS):.2g}'):,.0f}"
    return f"{times} : 1" if weight >= 0 else f"1 : {times}"


def _besides(db: sqlite3.Connection, one: Subject, other: Subject) -> Iterator[Compared]:
    """Yield what is known of both beside the evidence."""
    yield _fact("sis_id", one.sis_id, other.sis_id)
    yield _fact("clever_id", one.clever_id, other.clever_id)
    if one.kind == TEACHER.name == other.kind:
        found = {row.key: row for row in rows(db, TEACHER, [one.key, other.key]) if isinstance(row, TeacherRow)}
        for name, value in _TEACHER_FACTS.items():
            pair = [value(found[each.key]) if each.key in found else None for each in (one, other)]
            yield _fact(name, *pair)


def _fact(field: str, before: str | None, after: str | None) -> Compared:
    both = before is not None and after is not None
    return Compared(
        field, display_text(before) or NOTHING, display_text(after) or NOTHING, before == after if both else None, ""
    )


_TEACHER_FACTS: dict[str, Callable[[TeacherRow], str | None]] = {
    "name": lambda row: row.name,
    "email": lambda row: row.email,
    "school": lambda row: ", ".join(each.name or each.clever_id for each in row.schools) or None,
    "title": lambda row: row.title,
    "sections": lambda row: str(row.sections),
    "in_data": lambda row: "yes" if row.in_data else "no",
    "account": lambda row: state_label(row.account.state, row.account.pinned) if row.account else "none yet",
}
