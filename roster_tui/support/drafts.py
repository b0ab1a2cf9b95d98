"""Drafts of tickets: what the console knows about a finding, a teacher, a section, a sync or a failure, as facts.

Students stand in them by Clever ID only; `help_desk.open_ticket` lets the guard look at every draft besides.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from roster_tui import __version__
from roster_tui.decisions import NoSuchFinding
from roster_tui.errors import USAGE, RosterError
from roster_tui.findings.chain.model import Explanation, State
from roster_tui.findings.model import Evidence, Finding, Owner, Subject
from roster_tui.findings.store import Known, known, with_id
from roster_tui.present import counted, day_and_time, display_text
from roster_tui.roster.account_rows import support_leads
from roster_tui.roster.history import Run, find_run, runs
from roster_tui.roster.kinds import BY_NAME, SCHOOL
from roster_tui.roster.read import SchoolRow, key_of, rows
from roster_tui.support.crosswalk_request import crosswalk_request
from roster_tui.support.help_desk import Draft
from roster_tui.support.tickets import Attachment, Desk
from roster_tui.why import Why, find
from roster_tui.workspace import Workspace

_LONGEST = 600
_MOST_SAID = 10
_ASK = ("What we ask", ["(write here what you need)"])
Part = tuple[str, list[str]]
"""A heading and its lines."""


class NothingToTell(RosterError):
    """There is nothing of this kind to draft a ticket from."""

    exit_code = USAGE


def about(workspace: Workspace, kind: str, wanted: str) -> Draft:
    """Return a draft about a ``finding, school, teacher, section, sync`` or ``failure``, by its id.

    Raises `NothingToTell` or `NoSuchFinding` when there is no such thing.
    """
    return _DRAFTERS[kind](workspace, wanted)


def blank(workspace: Workspace, subject: str) -> Draft:
    """Return a draft that holds nothing but when the roster was last synced, and versions."""
    return Draft(subject, _body(workspace, [("What happens", ["(write here what happens, and since when)"])]))


def _finding(workspace: Workspace, finding_id: str) -> Draft:
    with workspace.cache.reading() as db:
        found = with_id(db, finding_id)
    if found is None:
        raise NoSuchFinding(finding_id)
    finding = found.finding
    parts: list[Part] = [
        ("What happens", [finding.code.title, finding.code.meaning]),
        ("About", [_subject(each) for each in (finding.subject, finding.other) if each]),
        ("Since", [f"{_moment(workspace, found.first_seen)}, when a sync first showed it"]),
    ]
    if finding.evidence:
        parts.append(("Evidence", [_evidence(finding, each) for each in finding.evidence]))
    if finding.confidence is not None:
        # Cut off, not rounded: nothing here is ever 100 % sure.
        sure = round(finding.confidence * 10_000) // 10 / 10
        parts.append(("How sure we are", [f"{sure:g} % that the two are one"]))
    if finding.subject.kind in ("teacher", "section") and (
        why := find(workspace, finding.subject.kind, finding.subject.clever_id)
    ):
        parts += _chain(why.explanation)
    parts.append(("Who can fix it, as we see it", [f"{finding.code.owner.value}: {finding.code.remedy}"]))
    desk = Desk.CLEVER if finding.code.owner in (Owner.CLEVER_SUPPORT, Owner.CLEVER_SHARING) else Desk.HELP_CENTER
    subject = f"{finding.code.title}: {finding.subject.kind} {finding.subject.clever_id}"
    return Draft(subject, _body(workspace, parts), f"finding {finding_id}", desk)


def crosswalk(workspace: Workspace) -> Draft:
    """Return the request to Clever support to map old SIS IDs to new ones, with the accepted pairs as a file.

    Raises `NothingToTell` when no pair is accepted.
    """
    request = crosswalk_request(workspace)
    if not request.plan.changes and not request.withheld:
        raise NothingToTell("No pair is accepted yet. Accept some first: roster-tui crosswalk accept ID, or y")
    file = Attachment("crosswalk.csv", request.file)
    return Draft("Please map old SIS IDs to new ones", request.note, "crosswalk", Desk.CLEVER, (file,))


def _record(kind: str) -> Callable[[Workspace, str], Draft]:
    def drafted(workspace: Workspace, wanted: str) -> Draft:
        why = find(workspace, kind, wanted)
        if why is None:
            raise NothingToTell(f"There is no {kind} {wanted}, or more than one has this ID: use the Clever ID")
        with workspace.cache.reading() as db:
            key = key_of(db, BY_NAME[kind], why.clever_id)
            found = [] if key is None else known(db, subject=key)
        return _about_record(workspace, why, found)

    return drafted


def _about_record(workspace: Workspace, why: Why, found: Iterable[Known]) -> Draft:
    explanation = why.explanation
    broken = explanation.broken
    happens = f"Not visible: broken at {broken.name}" if broken else "Visible, as far as can be seen from here"
    sis_id = f", SIS ID {display_text(why.sis_id)}" if why.sis_id else ""
    parts: list[Part] = [
        ("What happens", ["(write here what the person sees)", happens]),
        ("About", [f"{why.kind} {display_text(why.label)}, Clever ID {why.clever_id}{sis_id}"]),
        *_chain(explanation),
    ]
    parts += _noticed(workspace, found)
    return Draft(
        f"{why.kind.capitalize()} {why.clever_id}: {happens}", _body(workspace, parts), f"{why.kind} {why.clever_id}"
    )


def _noticed(workspace: Workspace, found: Iterable[Known]) -> list[Part]:
    told = [f"{each.finding.code.title}, since {_moment(workspace, each.first_seen)}" for each in found]
    return [("Findings", told)] if told else []


def _chain(explanation: Explanation) -> list[Part]:
    steps = [
        f"{link.state.value:<8} {link.name}: {link.detail}" if link.state is not State.OK else f"ok       {link.name}"
        for link in explanation.chain
    ]
    parts: list[Part] = [("Why, link by link from the SIS to the screen", steps)]
    told = {"Account": explanation.account, "Tonight": explanation.tonight}
    return parts + [(name, [text]) for name, text in told.items() if text]


def _sync(workspace: Workspace, wanted: str) -> Draft:
    with workspace.cache.reading() as db:
        run = find_run(db, int(wanted)) if wanted.isdecimal() else None
    if run is None:
        raise NothingToTell(f"There is no sync {wanted}. List them: roster-tui sync show, or 7 in the console")
    happens = [f"Sync {run.id} is {run.state}", *([run.error] if run.error else []), *run.notes]
    if run.hold:
        happens += [str(reason) for reason in run.hold.get("reasons", ())]
    tallies = [
        f"{kind}: {tally.get('fetched', 0):,} fetched, {tally['added']:,} added, {tally['updated']:,} updated, "
        f"{tally['removed']:,} removed"
        for kind, tally in run.counts.items()
    ]
    parts: list[Part] = [("What happens", happens), ("Since", [_moment(workspace, run.started_at)])]
    parts += [("What was fetched", tallies)] if tallies else []
    desk = Desk.CLEVER if run.state == "failed" else Desk.HELP_CENTER
    return Draft(f"Sync of {run.started_at:%Y-%m-%d} is {run.state}", _body(workspace, parts), f"sync {run.id}", desk)


def _failure(workspace: Workspace, incident: str) -> Draft:
    """Return a draft with a report of the console's own failure, which holds places in the code and no data."""
    # The id becomes a part of a file's name.
    file = workspace.folder / f"incident-{incident.upper()}.txt"
    if not incident.isalnum() or not file.exists():
        raise NothingToTell(f"There is no report of an incident {incident}")
    lines = file.read_text("utf-8").splitlines()
    parts: list[Part] = [("What happens", ["The console failed", *lines])]
    return Draft(
        f"roster-tui failed, incident {incident.upper()}", _body(workspace, parts), f"failure {incident.upper()}"
    )


def _school(workspace: Workspace, wanted: str) -> Draft:
    with workspace.cache.reading() as db:
        if (key := key_of(db, SCHOOL, wanted)) is None:
            raise NothingToTell(f"There is no school {wanted}, or more than one has this ID: use the Clever ID")
        (school,) = rows(db, SCHOOL, [key])
        found = known(db, subject=key)
    assert isinstance(school, SchoolRow)
    sis_id = f", SIS ID {display_text(school.sis_id)}" if school.sis_id else ""
    numbers = (counted(school.teachers, "teacher"), counted(school.sections, "section"))
    parts: list[Part] = [
        ("What happens", ["(write here what the school sees, and since when)"]),
        ("About", [f"school {display_text(school.name)}, Clever ID {school.clever_id}{sis_id}"]),
        ("What the roster has of it", [", ".join((*numbers, counted(school.students, "student")))]),
        *_noticed(workspace, found),
    ]
    return Draft(f"School {school.clever_id}", _body(workspace, parts), f"school {school.clever_id}")


def said(workspace: Workspace, messages: Sequence[tuple[datetime, str]]) -> Draft:
    """Return a draft with what the console has said, newest first. Raises `NothingToTell` when it said nothing."""
    if not messages:
        raise NothingToTell("Nothing was said yet")
    lines = [f"{_moment(workspace, at)}: {text}" for at, text in messages[:_MOST_SAID]]
    parts: list[Part] = [("What happens", ["(write here what you did)"]), ("What the console said", lines)]
    return Draft("The console says something that we do not understand", _body(workspace, parts), "messages")


_DRAFTERS: Mapping[str, Callable[[Workspace, str], Draft]] = {
    "finding": _finding,
    "school": _school,
    "teacher": _record("teacher"),
    "section": _record("section"),
    "sync": _sync,
    "failure": _failure,
}
KINDS = tuple(_DRAFTERS)
"""What a ticket can be about."""


def _body(workspace: Workspace, parts: Iterable[Part]) -> str:
    """Return parts as text, followed by what every desk asks first: the last syncs and versions."""
    with workspace.cache.reading() as db:
        latest = runs(db, 1)
        applied = runs(db, 1, state="applied")
        leads = [f"{name}, {email}" if email else name for name, email in support_leads(db)]
    different = [run for run in latest if run not in applied]
    told = [
        ("Last syncs", [_run(workspace, run) for run in (*different, *applied)] or ["none yet"]),
        (
            "District and versions",
            [
                f"{workspace.district.name}, Clever ID {workspace.district.id}",
                *(f"Support lead: {lead}" for lead in leads),
                f"roster-tui {__version__}, Clever API {workspace.settings.clever.version}, accounts: "
                f"{workspace.settings.directory.backend}, Python {platform.python_version()}, {platform.system()}",
            ],
        ),
    ]
    return "\n\n".join(_written(part) for part in (*parts, _ASK, *told)) + "\n"


def _written(part: Part) -> str:
    heading, lines = part
    return "\n".join([heading, *(f"  {display_text(line, _LONGEST)}" for line in lines)])


def _run(workspace: Workspace, run: Run) -> str:
    error = f": {run.error}" if run.error else ""
    requests = counted(run.requests, "request")
    return f"Sync {run.id}, {run.mode}, {run.state}, {_moment(workspace, run.started_at)}, {requests}{error}"


def _subject(subject: Subject) -> str:
    """Return a record by its ids; a student by the Clever ID alone, which says nothing outside Clever."""
    if subject.kind == "student":
        return f"student, Clever ID {subject.clever_id}"
    sis_id = f", SIS ID {display_text(subject.sis_id)}" if subject.sis_id else ""
    return f"{subject.kind} {display_text(subject.label)}, Clever ID {subject.clever_id}{sis_id}"


def _evidence(finding: Finding, each: Evidence) -> str:
    if finding.subject.kind == "student":
        agrees = {True: "the same", False: "different", None: "not known on one side"}[each.agrees]
        return f"{each.field}: {agrees}"
    return f"{each.field}: {each.before or 'none'} -> {each.after or 'none'}"


def _moment(workspace: Workspace, at: datetime) -> str:
    local = at.astimezone(workspace.settings.zone)
    return f"{day_and_time(local)} {local:%Z}, {local:%Y}"
