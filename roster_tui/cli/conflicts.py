"""``conflicts``: SIS ID conflicts and every other finding; which are dismissed, and what each kind means."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click

from roster_tui.cli.errors import BLOCKED, FINDINGS, USAGE, Stopped
from roster_tui.cli.group import CommandGroup, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.findings import store
from roster_tui.findings.catalog import CODES
from roster_tui.findings.model import Evidence, Subject
from roster_tui.findings.store import Known
from roster_tui.present import SEVERITY_WORDS, counted, day_and_time_seen, display_text, masked, masked_name
from roster_tui.side_by_side import Compared, SideBySide, evidence_of, side_by_side
from roster_tui.workspace import Workspace


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.option("--exit-code", is_flag=True, help="Exit with 4 when there are findings.")
@click.option("--all", "everything", is_flag=True, help="Also what was set aside, and what follows from another.")
@with_session
def conflicts(session: Session, exit_code: bool, everything: bool) -> None:
    """List findings, worst first: what is wrong, the evidence, who can fix it, and when it will show."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    workspace = session.workspace()
    with workspace.cache.reading() as db:
        found, gone = store.known(db), store.gone(db)
        aside = store.set_aside(db) if everything else []
    if session.as_json:
        document = {"findings": _documents(workspace, [*found, *aside]), "gone": _documents(workspace, gone)}
        session.print_json(document)
    else:
        _print(session, found, aside, gone, everything)
    if exit_code and found:
        raise Stopped(FINDINGS)


def _print(session: Session, found: list[Known], aside: list[Known], gone: list[Known], everything: bool) -> None:
    causes = [each for each in found if everything or each.finding.because is None]
    header = ("severity", "finding", "who", "SIS ID", "now", "owner", "since", "id")
    print_table(header, (_cells(each) for each in (*causes, *aside)))
    session.say(counted(len(found), "finding"))
    if len(causes) < len(found):
        session.say(f"{len(found) - len(causes)} of them follow from others and go away with them: --all shows them")
    for each in gone:
        subject = _subject(each.finding.subject)
        session.say(f"Gone: {each.finding.code.title}, {display_text(subject['label'])} ({each.finding.id})")


@conflicts.command()
@click.argument("finding")
@with_session
def show(session: Session, finding: str) -> None:
    """Show one finding, by its id; of two records both, field by field, and what each field says."""
    from roster_tui.decisions import NoSuchFinding

    workspace = session.workspace()
    with workspace.cache.reading() as db:
        each = store.with_id(db, finding)
        opened = side_by_side(db, each) if each else None
    if each is None:
        raise NoSuchFinding(finding)
    if session.as_json:
        session.print_json(finding_document(workspace, each))
    elif opened is None:
        print_table(("field", "before", "now"), [(one.field, one.before, one.after) for one in evidence_of(each)])
    else:
        _print_sides(opened)
    if not session.as_json:
        _print_history(workspace, each)
        session.say(f"{each.finding.code.title}. {each.finding.code.owner.value}: {each.finding.code.todo}")


def _print_history(workspace: Workspace, each: Known) -> None:
    def told(at: datetime) -> str:
        return day_and_time_seen(at.astimezone(workspace.settings.zone), workspace.clock())

    new = ", new with the latest sync" if each.status is store.Status.NEW else ""
    click.echo(f"First seen {told(each.first_seen)}{new}")
    if opinion := each.opinion:
        why = f": {display_text(opinion.reason, 600)}" if opinion.reason else ""
        click.echo(f"{opinion.verdict.capitalize()} by {display_text(opinion.by)}, {told(opinion.at)}{why}")


def _print_sides(opened: SideBySide) -> None:
    rows = [(_sign(each), each.field, each.before, each.after, each.says, each.odds) for each in opened.fields]
    rows += [(_sign(each), each.field, each.before, each.after, "not weighed", "") for each in opened.besides]
    print_table(("", "field", *opened.sides, "says", "odds of one"), rows)
    click.echo(opened.summary)


def _sign(each: Compared) -> str:
    return "alike" if each.alike else {True: "same", False: "differs", None: "silent"}[each.agrees]


@conflicts.command()
@click.argument("finding")
@click.option("--reason", required=True, help="Why it needs nobody; kept in the journal.")
@with_session
def dismiss(session: Session, finding: str, reason: str) -> None:
    """Set a finding aside, by its id, until its evidence changes."""
    from roster_tui import decisions

    refuse_when_read_only(session)
    workspace = session.workspace()
    known = decisions.dismiss(workspace, finding, reason)
    session.show_done(workspace)
    _told(session, finding, "dismissed", f"{known.finding.code.title}: dismissed until its evidence changes")


@conflicts.command()
@click.argument("finding")
@with_session
def restore(session: Session, finding: str) -> None:
    """Take back what was decided about a finding, by its id: it is open again."""
    from roster_tui import decisions

    refuse_when_read_only(session)
    workspace = session.workspace()
    changed = decisions.reopen(workspace, finding)
    session.show_done(workspace)
    _told(session, finding, "done" if changed else "noop", "Open again" if changed else "It was open already")


@conflicts.command()
@click.argument("code")
@with_session
def explain(session: Session, code: str) -> None:
    """Say what a kind of finding means, who can fix it, and how."""
    if code not in CODES:
        from rapidfuzz import process

        nearest = process.extractOne(code, list(CODES), score_cutoff=60)
        guess = f"; did you mean {nearest[0]}?" if nearest else ""
        session.say(f"There is no finding {display_text(code)}{guess} They are: {', '.join(CODES)}")
        raise Stopped(USAGE)
    found = CODES[code]
    if session.as_json:
        session.print_json(
            {
                "code": found.code,
                "title": found.title,
                "severity": SEVERITY_WORDS[found.severity],
                "meaning": found.meaning,
                "owner": found.owner.value,
                "remedy": found.remedy,
                "effect": found.effect.value,
            }
        )
        return
    click.echo(f"{found.title} ({found.code}, {SEVERITY_WORDS[found.severity]})\n")
    click.echo(f"{found.meaning}\n")
    click.echo(f"Who fixes it  {found.owner.value}\nHow           {found.remedy}\nShows         {found.effect.value}")


def refuse_when_read_only(session: Session) -> None:
    """Stop a command that would write, when nothing may be written."""
    if refusal := session.settings.refusal:
        session.say(f"{refusal}: nothing was done")
        raise Stopped(BLOCKED)


def _told(session: Session, finding: str, verdict: str, sentence: str) -> None:
    if session.as_json:
        session.print_json({"id": finding, "verdict": verdict})
    else:
        session.say(sentence)


def _documents(workspace: Workspace, found: Iterable[Known]) -> list[dict[str, Any]]:
    return [finding_document(workspace, each) for each in found]


def finding_document(workspace: Workspace, known_finding: Known) -> dict[str, Any]:
    """Return a finding as JSON; a student's values are masked, but for the ids that a fix needs."""
    finding, opinion = known_finding.finding, known_finding.opinion
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
        "because": finding.because,
        "status": known_finding.status.value,
        "first_seen": known_finding.first_seen.isoformat(),
        "gone_at": known_finding.gone_at.isoformat() if known_finding.gone_at else None,
        "decision": opinion
        and {"verdict": opinion.verdict, "reason": opinion.reason, "by": opinion.by, "at": opinion.at.isoformat()},
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
        "how": evidence.how or None,
        "doublings": evidence.weight,
    }


def _cells(each: Known) -> tuple[object, ...]:
    finding = each.finding
    subject = _subject(finding.subject)
    status = each.opinion.verdict if each.opinion else each.status.value
    return (
        SEVERITY_WORDS[finding.code.severity],
        finding.code.title,
        subject["label"],
        subject["sis_id"],
        finding.other.sis_id if finding.other else None,
        finding.code.owner.value,
        status if status != "open" else each.first_seen.date().isoformat(),
        finding.id,
    )
