"""Everything about one row, as labelled lines."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from roster_tui.accounts.history import Event, recent
from roster_tui.console.columns import Row
from roster_tui.console.lines import Part, Parts, wrapped
from roster_tui.console.sources import SEVERITY_STYLES, STATE_STYLES
from roster_tui.console.trackers import school_year_label
from roster_tui.findings.catalog import PAIRS
from roster_tui.findings.model import Evidence
from roster_tui.findings.store import Known, Status, known
from roster_tui.keymap import keys_of
from roster_tui.ledger.clock_trust import is_to_come
from roster_tui.ledger.journal import Journal
from roster_tui.present import (
    NOTHING,
    SEVERITY_WORDS,
    ago,
    clock_time,
    counted,
    day_and_time_seen,
    display_text,
    masked,
    state_label,
)
from roster_tui.roster.kinds import BY_NAME
from roster_tui.roster.read import AccountView, MailView, Named, SchoolRow, SectionRow, TeacherRow, rows
from roster_tui.roster.tracker_rows import trackers
from roster_tui.workspace import Workspace

_LABEL = 13
Lines = list[Parts]


def record_lines(workspace: Workspace, row: Row, width: int) -> Lines:
    """Return what is known of a school, teacher or section, with its findings."""
    with workspace.cache.reading() as db:
        found = rows(db, BY_NAME[row.kind], [int(row.key)])
        findings = known(db, subject=int(row.key))
    if not found:
        return [[Part("No longer in the roster", "dim")]]
    record = found[0]
    if isinstance(record, TeacherRow):
        lines = [*_teacher(workspace, record, width), *_past(workspace, record.clever_id, width)]
    elif isinstance(record, SectionRow):
        lines = _section(workspace, record)
    else:
        lines = _school(record)
    for each in findings:
        lines += [[], *finding_lines(workspace, each, width)]
    return lines


_PAST_SHOWN = 5


def _past(workspace: Workspace, clever_id: str, width: int) -> Lines:
    """Return the latest that happened to an account, the newest first."""
    events = _histories(workspace.journal, workspace.journal.version()).get(clever_id, [])
    lines: Lines = []
    for event in reversed(events[-_PAST_SHOWN:]):
        outcome = "" if event.verdict == "done" else f", {event.verdict.replace('_', ' ')}"
        why = f": {event.reason}" if event.reason else ""
        told = f"{_moment(workspace, event.at)}  {event.kind}{outcome}, {event.operator}{why}"
        lines += _wrapped_field("" if lines else "History", display_text(told, 600), width)
    return lines


@lru_cache(maxsize=1)
def _histories(journal: Journal, version: object) -> dict[str, list[Event]]:
    return recent(journal)


def _labelled(label: str, value: object, style: str = "") -> Parts:
    return [Part(f"{label:<{_LABEL}}", "dim"), Part(display_text(value) or NOTHING, style)]


def _named(value: Named) -> str:
    return value.name or f"{value.clever_id} (not in the data)"


def _school(row: SchoolRow) -> Lines:
    return [
        [Part(display_text(row.name), "title")],
        _labelled("Clever ID", row.clever_id),
        _labelled("SIS ID", row.sis_id),
        _labelled("Teachers", row.teachers),
        _labelled("Sections", row.sections),
        _labelled("Students", row.students),
    ]


def _teacher(workspace: Workspace, row: TeacherRow, width: int) -> Lines:
    lines: Lines = [
        [Part(display_text(row.name), "title")],
        _labelled("Email", row.email),
        _labelled("SIS ID", row.sis_id),
        _labelled("Clever ID", row.clever_id),
        _labelled("Title", row.title),
        _labelled("In the data", "yes" if row.in_data else "no"),
        _labelled("In Clever", row.roles.replace("_", " ").replace(" ", ", ")),
        *(_labelled("School" if not place else "", _named(school)) for place, school in enumerate(row.schools)),
        _labelled("Sections", row.sections),
    ]
    account = row.account
    if account is None:
        return [*lines, _labelled("Account", "none yet; the next sync makes one")]
    since = datetime.fromisoformat(account.since)
    lines += [
        _labelled("Account", state_label(account.state, account.pinned), STATE_STYLES[account.state]),
        _labelled("Since", f"{_moment(workspace, since)}, {ago(since, workspace.clock())}"),
        _labelled("Role", _rights(account)),
        *([_labelled("Support", "whom teachers turn to", "accent")] if account.support_lead else []),
    ]
    if account.cause:
        lines.append(_labelled("Cause", account.cause, "bad"))
    if account.mail:
        return [*lines, *_mail(workspace, account.mail, width)]
    if account.invited_at:
        lines.append(_labelled("Mailed", _moment(workspace, datetime.fromisoformat(account.invited_at))))
    return lines


_MAIL_STATES = {
    "queued": ("queued, not sent yet", "warn"),
    "accepted": ("accepted by the server", "good"),
    "refused": ("did not leave", "bad"),
    "unknown": ("may have left, or not", "warn"),
}


def _mail(workspace: Workspace, mail: MailView, width: int) -> Lines:
    at = datetime.fromisoformat(mail.at)
    told, style = _MAIL_STATES[mail.state]
    lines = [_labelled("Last mail", f"{mail.kind}, {ago(at, workspace.clock())}"), _labelled("", told, style)]
    if mail.said:
        lines += _wrapped_field("", mail.said, width)
    again = at + workspace.mail_cooldown
    now = workspace.clock()
    if mail.state != "refused" and now < again and not is_to_come(at, now):
        lines += _wrapped_field("", f"cooling down until {_moment(workspace, again)}", width)
    return lines


def _rights(account: AccountView) -> str:
    beside = f" with {account.permission}" if account.permission else ""
    return f"{account.role}{beside}" + (f", until {account.role_until}" if account.role_until else "")


def _section(workspace: Workspace, row: SectionRow) -> Lines:
    return [
        [Part(display_text(row.name), "title")],
        _labelled("SIS ID", row.sis_id),
        _labelled("Clever ID", row.clever_id),
        _labelled("School", _named(row.school) if row.school else None),
        *(_labelled("Teacher" if not place else "", _named(teacher)) for place, teacher in enumerate(row.teachers)),
        *([] if row.teachers else [_labelled("Teacher", "none", "bad")]),
        _labelled("Students", row.students),
        _labelled("Tracker", row.tracker or _told(workspace, "none: {tracker.create} makes one")),
        _labelled("Course", row.course),
        _labelled("Term", row.term),
        _labelled("Subject", row.subject),
        _labelled("Grade", row.grade),
        _labelled("Period", row.period),
    ]


def tracker_lines(workspace: Workspace, key: int, width: int) -> Lines:
    """Return what is known of a section's tracker; who is in it is not shown."""
    with workspace.cache.reading() as db:
        found = trackers(db, 1, within=("section", key))
    if not found:
        return [[Part("There is no tracker any more", "dim")]]
    (tracker,) = found
    return [
        [Part(display_text(tracker.name), "title")],
        _labelled("State", tracker.state, "good" if tracker.state == "live" else "warn"),
        _labelled("Since", _moment(workspace, datetime.fromisoformat(tracker.since))),
        *(_wrapped_field("Why", tracker.cause, width) if tracker.cause else []),
        _labelled("School year", school_year_label(tracker.year)),
        _labelled("Teacher", tracker.teacher),
        _labelled("With", counted(tracker.collaborators, "collaborator")),
        _labelled("Students", tracker.students),
        _labelled("Former", tracker.former),
        _labelled("School", tracker.school),
        _labelled("SIS ID", tracker.sis_id),
        _labelled("Clever ID", tracker.section),
    ]


def finding_lines(workspace: Workspace, each: Known, width: int, *, revealed: bool = False) -> Lines:
    """Return a finding: what, evidence, who fixes it, how, and when it shows; a student's values only when revealed."""
    finding = each.finding
    code = finding.code
    effect = workspace.effect_at(code.effect).astimezone(workspace.settings.zone)
    lines: Lines = [
        [Part(f"{code.title} ({SEVERITY_WORDS[code.severity]})", SEVERITY_STYLES[code.severity])],
        *_question(workspace, each),
        *wrapped(code.meaning, width),
    ]
    hidden = finding.subject.kind == "student" and not revealed
    if revealed:
        lines.append(_labelled("Student", finding.subject.label, "accent"))
    lines += [_evidence(evidence, hidden) for evidence in finding.evidence]
    if finding.confidence is not None:
        # Cut off, not rounded: nothing here is ever 100 % sure.
        lines.append(_labelled("Confidence", f"{round(finding.confidence * 10_000) // 10 / 10:g} %"))
    return [
        *lines,
        _labelled("Who fixes it", code.owner.value),
        *wrapped(code.remedy, width),
        _labelled("Shows", f"{code.effect.value}, {effect:%A} {clock_time(effect)}"),
        _labelled("First seen", _moment(workspace, each.first_seen) + (", new" if each.status is Status.NEW else "")),
        *([_labelled("Gone", _moment(workspace, each.gone_at), "good")] if each.gone_at else []),
        *_decision(workspace, each, width),
        *([_labelled("Follows from", f"finding {finding.because}, and goes away with it")] if finding.because else []),
    ]


def _told(workspace: Workspace, text: str) -> str:
    return keys_of(workspace.settings.console).told(text)


def _question(workspace: Workspace, each: Known) -> Lines:
    """Say with which keys a proposed pair is decided, while nobody has."""
    if each.finding.code not in PAIRS or each.opinion or each.gone_at:
        return []
    accept, reject = (_told(workspace, f"{{pair.{each}}}") for each in ("accept", "reject"))
    return [[Part(accept, "key"), Part(" one and the same   "), Part(reject, "key"), Part(" two different")]]


def _decision(workspace: Workspace, each: Known, width: int) -> Lines:
    if each.opinion is None:
        return []
    opinion = each.opinion
    told = f"{opinion.verdict} by {opinion.by}, {_moment(workspace, opinion.at)}"
    return [_labelled("Decision", told, "accent"), *(wrapped(opinion.reason, width) if opinion.reason else [])]


def _evidence(evidence: Evidence, hidden: bool) -> Parts:
    hidden = hidden and evidence.field not in ("sis_id", "school")
    show: Any = masked if hidden else lambda value: display_text(value)
    sign, style = {True: ("=", "good"), False: ("≠", "bad"), None: (" ", "dim")}[evidence.agrees]
    values = [show(value) or NOTHING for value in (evidence.before, evidence.after)]
    told = values[0] if values[0] == values[1] else " → ".join(values)
    return [Part(f"  {sign} ", style), Part(f"{evidence.field.replace('_', ' '):<{_LABEL}}", "dim"), Part(told)]


def entry_lines(workspace: Workspace, number: int, width: int) -> Lines:
    """Return a journal entry, field by field."""
    entry = next((each for each in workspace.journal.latest(2_000) if each.number == number), None)
    if entry is None:
        return [[Part("This entry is not among the latest", "dim")]]
    lines: Lines = [[Part(f"Entry {entry.number}", "title")], _labelled("At", _moment(workspace, entry.at))]
    for name, value in entry.facts.items():
        if name == "results" and isinstance(value, list):
            for result in value[:200]:
                told = f"{result['id']}  {result['verdict'].replace('_', ' ')}  {result.get('reason', '')}"
                lines.append(_labelled("", told))
        elif isinstance(value, dict):
            lines += _wrapped_field(name, ", ".join(f"{each} {what}" for what, each in value.items()), width)
        else:
            text = counted(len(value), entry.facts.get("on", "account")) if name == "ids" else value
            lines += _wrapped_field(name, text, width)
    return [*lines, *_wrapped_field("hash", entry.hash, width)]


def _wrapped_field(name: str, value: object, width: int) -> Lines:
    first, *rest = wrapped(str(value), max(10, width - _LABEL)) or [[]]
    return [[Part(f"{name:<{_LABEL}}", "dim"), *first], *([Part(" " * _LABEL), *line] for line in rest)]


def _moment(workspace: Workspace, at: datetime) -> str:
    return day_and_time_seen(at.astimezone(workspace.settings.zone), workspace.clock())
