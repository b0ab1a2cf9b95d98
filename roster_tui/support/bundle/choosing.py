"""Which students go into a bundle: named by ID, by a filter, by a section, by a finding or by a ticket."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from roster_tui.decisions import NoSuchFinding
from roster_tui.errors import USAGE, RosterError
from roster_tui.findings.model import Finding
from roster_tui.findings.store import with_id
from roster_tui.present import counted
from roster_tui.roster.filter import Filter
from roster_tui.roster.identities import students_among
from roster_tui.roster.kinds import SECTION, STUDENT
from roster_tui.roster.read import key_of
from roster_tui.roster.students import in_section, passing
from roster_tui.support.help_desk import store
from roster_tui.support.tickets import Ticket
from roster_tui.workspace import Workspace

_CLEVER_IDS = re.compile(r"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])")


class NobodyChosen(RosterError):
    """What was given leads to no student, or to something unknown; says what."""

    exit_code = USAGE


@dataclass(frozen=True)
class Choice:
    """What was given to choose students by; all of it counts."""

    ids: tuple[str, ...] = ()
    """Clever IDs or SIS IDs."""
    where: Filter | None = None
    sections: tuple[str, ...] = ()
    """Clever IDs or SIS IDs of sections, whose students are meant."""
    finding: str | None = None
    ticket: int | None = None

    @property
    def told(self) -> str:
        """What was given, without a value: an ID that was typed is one of a student."""
        parts = [f"ticket {self.ticket}"] if self.ticket is not None else []
        parts += [f"finding {self.finding}"] if self.finding is not None else []
        parts += [counted(len(self.sections), "section")] if self.sections else []
        if self.where is not None:
            parts.append(f"a filter by {', '.join(sorted({each.field for each in self.where.conditions}))}")
        parts += [counted(len(self.ids), "ID")] if self.ids else []
        return ", ".join(parts)


@dataclass(frozen=True)
class Chosen:
    """Students by key; and those who left the data, by Clever ID, with the SIS ID that a finding remembers."""

    keys: tuple[int, ...]
    gone: Mapping[str, str | None]

    @property
    def number(self) -> int:
        """How many they are."""
        return len(self.keys) + len(self.gone)


def chosen(workspace: Workspace, choice: Choice) -> Chosen:
    """Return who is meant. Raises `NobodyChosen`, `NoSuchFinding`, `NoSuchTicket`, `LedgerDamaged`."""
    ticket = store(workspace).get(choice.ticket) if choice.ticket is not None else None
    with workspace.cache.reading() as db:
        keys: list[int] = []
        gone: dict[str, str | None] = {}
        findings = [choice.finding] if choice.finding is not None else []
        sections = list(choice.sections)
        if ticket:
            keys += _named_in(db, ticket)
            kind, _, about = ticket.about.partition(" ")
            findings += [about] if kind == "finding" else []
            sections += [about] if kind == "section" else []
        for finding_id in findings:
            if (found := with_id(db, finding_id)) is None:
                raise NoSuchFinding(finding_id)
            _of_finding(db, found.finding, keys, gone)
        keys += [_student(db, wanted) for wanted in choice.ids]
        keys += [key for wanted in sections for key in in_section(db, _section(db, wanted))]
        keys += passing(db, choice.where) if choice.where is not None else []
    found_all = Chosen(tuple(sorted(set(keys))), gone)
    if not found_all.number:
        raise NobodyChosen(f"There is no student in what was given ({choice.told}). Nothing was sealed")
    return found_all


def _named_in(db: sqlite3.Connection, ticket: Ticket) -> Iterator[int]:
    """Yield the students that a ticket names, by Clever ID: it has no other way to."""
    named = {each for text in ticket.texts.values() for each in _CLEVER_IDS.findall(text)}
    for clever_id in sorted(students_among(db, named)):
        if (key := key_of(db, STUDENT, clever_id)) is not None:
            yield key


def _of_finding(db: sqlite3.Connection, finding: Finding, keys: list[int], gone: dict[str, str | None]) -> None:
    """Add the students whom a finding is about, and those of a section that it is about."""
    for subject in (finding.subject, finding.other):
        if subject is None:
            continue
        if subject.kind == SECTION.name:
            keys += in_section(db, subject.key)
        elif subject.kind == STUDENT.name:
            # Of somebody who got another ID, the old record is the one that the vendor still has.
            here = key_of(db, STUDENT, subject.clever_id)
            if here is None:
                gone[subject.clever_id] = subject.sis_id
            else:
                keys.append(here)


def _student(db: sqlite3.Connection, wanted: str) -> int:
    if (key := key_of(db, STUDENT, wanted)) is None:
        # What was typed may be a student's, so it is not said again.
        raise NobodyChosen("One of the IDs is no student's, or that of several: use Clever IDs. Nothing was sealed")
    return key


def _section(db: sqlite3.Connection, wanted: str) -> int:
    if (key := key_of(db, SECTION, wanted)) is None:
        raise NobodyChosen(f"There is no section {wanted}, or more than one has this ID. Nothing was sealed")
    return key
