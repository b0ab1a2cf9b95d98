"""``conflicts``: SIS ID conflicts and every other finding."""

from __future__ import annotations

from typing import Any

import click

from roster_tui.cli.errors import FINDINGS, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.findings.model import Evidence, Subject
from roster_tui.findings.store import Known, known
from roster_tui.present import SEVERITY_WORDS, counted, masked, masked_name
from roster_tui.workspace import Workspace


@click.command(cls=Command)
@click.option("--exit-code", is_flag=True, help="Exit with 4 when there are findings.")
@with_session
def conflicts(session: Session, exit_code: bool) -> None:
    """List findings, worst first: what is wrong, the evidence, who can fix it, and when it will show."""
    workspace = session.workspace()
    with workspace.cache.reading() as db:
        found = known(db)
    if session.as_json:
        session.print_json({"findings": [finding_document(workspace, each) for each in found]})
    else:
        header = ("severity", "finding", "who", "SIS ID", "now", "owner", "id")
        print_table(header, (_cells(each) for each in found))
        session.say(counted(len(found), "finding"))
    if exit_code and found:
        raise Stopped(FINDINGS)


def finding_document(workspace: Workspace, known_finding: Known) -> dict[str, Any]:
    """Return a finding as JSON; a student's values are masked, but for the ids that a fix needs."""
    finding = known_finding.finding
    code = finding.code
    student = finding.subject.kind == "student"
    return {
        "id": finding.id,
        "code": code.code,
        "severity": SEVERITY_WORDS[code.severity],
        "type": finding.subject.kind,
        "subject": _subject(finding.subject),
        "other": _subject(finding.other) if finding.other else None,
        "evidence": [_evidence(each, student) for each in finding.evidence],
        "confidence": finding.confidence,
        "owner": code.owner.value,
        "remedy": code.remedy,
        "effect_at": workspace.effect_at(code.effect).isoformat(),
        "first_seen": known_finding.first_seen.isoformat(),
    }


def _subject(subject: Subject) -> dict[str, Any]:
    label = masked_name(subject.label) if subject.kind == "student" else subject.label
    return {"clever_id": subject.clever_id, "sis_id": subject.sis_id, "label": label}


def _evidence(evidence: Evidence, student: bool) -> dict[str, Any]:
    hidden = student and evidence.field not in ("sis_id", "school")
    show = masked if hidden else lambda value: value
    return {
        "field": evidence.field,
        "before": show(evidence.before),
        "after": show(evidence.after),
        "agrees": evidence.agrees,
    }


def _cells(each: Known) -> tuple[object, ...]:
    finding = each.finding
    subject = _subject(finding.subject)
    return (
        SEVERITY_WORDS[finding.code.severity],
        finding.code.title,
        subject["label"],
        subject["sis_id"],
        finding.other.sis_id if finding.other else None,
        finding.code.owner.value,
        finding.id,
    )
