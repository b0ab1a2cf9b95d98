"""Rows that are not records: what needs a person, findings, the journal, the runs. A few hundred, held in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from roster_tui.console.charts import NIGHTS, accounts_chart, actions_chart, findings_chart, syncs_chart
from roster_tui.console.columns import Column, Row, sortable
from roster_tui.console.lines import Part
from roster_tui.console.sources import SEVERITY_STYLES
from roster_tui.findings.model import Finding, Severity
from roster_tui.findings.store import Known, Status, by_night, causes, counts, gone, known, set_aside
from roster_tui.keymap import keys_of
from roster_tui.present import (
    NOTHING,
    SEVERITY_SYMBOLS,
    SEVERITY_WORDS,
    ago,
    counted,
    day_and_time_seen,
    display_text,
    masked_name,
    number,
)
from roster_tui.roster.account_rows import account_counts
from roster_tui.roster.history import Run, nights, runs
from roster_tui.workspace import Workspace

if TYPE_CHECKING:
    from roster_tui.ledger.journal import Entry

MOST = 1_000
"""Rows of a report; the title says how many there are in all."""


@dataclass(frozen=True)
class Report:
    """Rows in memory, with what to say when there are none."""

    columns: tuple[Column, ...]
    rows: Sequence[Row]
    why_empty: str
    total: int = 0
    findings: dict[str, Known] = field(default_factory=dict)
    """The findings behind the rows, by key."""
    counted: str = ""
    """What is said instead of a number of rows, where they are no records."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def row(self, position: int) -> Row | None:
        """Return a row by place."""
        return self.rows[position]

    def position(self, key: int | str) -> int | None:
        """Return the place of a row, or None."""
        return next((place for place, row in enumerate(self.rows) if row.key == key), None)

    def empty(self) -> str:
        """Say why there is nothing."""
        return self.why_empty


def label_of(finding: Finding) -> str:
    """Return whom a finding is about; a student's name only as initials."""
    subject = finding.subject
    return masked_name(subject.label) if subject.kind == "student" else display_text(subject.label)


def _finding_cells(each: Known) -> tuple[Part, ...]:
    code = each.finding.code
    style = SEVERITY_STYLES[code.severity]
    return (
        Part(f"{SEVERITY_SYMBOLS[code.severity]} {SEVERITY_WORDS[code.severity]}", style),
        Part(code.title),
        Part(label_of(each.finding)),
        Part(display_text(each.finding.subject.sis_id) or NOTHING),
        Part(display_text(each.finding.other.sis_id) if each.finding.other else ""),
        Part(code.owner.value),
        Part(code.effect.value, "dim"),
        Part(*_standing(each)),
    )


def _standing(each: Known) -> tuple[str, str]:
    """Return what was decided about a finding, or that it is new, with a style."""
    if each.opinion is not None:
        return each.opinion.verdict, "good" if each.opinion.verdict == "accepted" else "dim"
    return ("", "") if each.status is Status.OPEN else (each.status.value, "accent")


def _finding_row(each: Known, cells: tuple[Part, ...], account_state: str | None) -> Row:
    subject, worst_first = each.finding.subject, -each.finding.code.severity
    sorts = {"Severity": worst_first}
    return Row(each.finding.id, subject.kind, cells, account_state, subject.clever_id, sorts=sorts)


def conflicts(workspace: Workspace, *, narrowed: str = "", with_set_aside: bool = False) -> Report:
    """Return all findings, worst first; then what was set aside, if asked for, and what went with the last sync.

    ``narrowed`` is a severity, or the beginning of the codes that are wanted.
    """
    severity = Severity.__members__.get(narrowed.upper())
    with workspace.cache.reading() as db:
        found = known(db, severity=severity, code_begins="" if severity else narrowed, limit=MOST)
        total = sum(counts(db).values())
        aside = set_aside(db)[:MOST] if with_set_aside else []
        went = [] if narrowed else gone(db)[:MOST]
        states = _states(db, [*found, *aside])
    columns = sortable(
        Column("Severity", 9),
        Column("Finding", 20, share=1),
        Column("Who", 16, share=3),
        Column("SIS ID", 9, share=1),
        Column("Now", 9, share=1),
        Column("Owner", 14),
        Column("Shows", 9, from_width=100),
        Column("Status", 9, from_width=90),
    )
    rows: list[Row] = []
    for title, group in (("", found), ("Set aside", aside), ("Gone since the sync before", went)):
        if title and group:
            rows.append(Row(title, "heading", (Part(f" {title} ({len(group)})"),), heading=True))
        rows += [_finding_row(each, _finding_cells(each), states.get(each.finding.subject.key)) for each in group]
    by_id = {each.finding.id: each for each in (*found, *aside, *went)}
    return Report(columns, rows, "No findings.\nNothing in the roster or the accounts is wrong.", total, by_id)


_GROUPS = (
    (Severity.HIGH, "Broken for somebody now"),
    (Severity.MEDIUM, "To look at this week"),
    (Severity.LOW, "Waiting for us"),
)


def triage(workspace: Workspace) -> Report:
    """Return what needs a person today, worst first, in groups, each with its proposed act.

    What follows from another finding is left out: mending the cause mends it.
    """
    with workspace.cache.reading() as db:
        found = known(db, causes_only=True, limit=MOST)
        total = causes(db)
        states = _states(db, found)
        accounts = account_counts(db)
        last = next(iter(runs(db, 1, state="applied")), None)
    rows: list[Row] = []
    for severity, title in _GROUPS:
        group = [_triage_row(workspace, each, states) for each in found if each.finding.code.severity is severity]
        if severity is Severity.LOW and accounts["pending"]:
            group.append(_pending_row(workspace, accounts["pending"]))
        if group:
            rows += [Row(title, "heading", (Part(f" {title} ({len(group)})"),), heading=True), *group]
    if rows:
        rows.append(Row("chart", "heading", (Part(f" {accounts_chart(accounts)}"),), heading=True))
    columns = (Column("", 1), Column("What", 16, share=1), Column("Who", 16, share=2), Column("To do", 26, share=2))
    by_id = {each.finding.id: each for each in found}
    return Report(columns, rows, "" if rows else _calm(workspace, last, accounts), total, by_id)


def _told(workspace: Workspace, text: str) -> str:
    return keys_of(workspace.settings.console).told(text)


def _triage_row(workspace: Workspace, each: Known, states: dict[int, str]) -> Row:
    finding = each.finding
    code = finding.code
    act = _told(workspace, code.todo) if code.action else f"{code.owner.value}: {code.todo}"
    cells = (
        Part(SEVERITY_SYMBOLS[code.severity], SEVERITY_STYLES[code.severity]),
        Part(code.title, SEVERITY_STYLES[code.severity]),
        Part(label_of(finding)),
        Part(act, "dim"),
    )
    return _finding_row(each, cells, states.get(finding.subject.key))


def _pending_row(workspace: Workspace, pending: int) -> Row:
    cells = (
        Part("·", "dim"),
        Part("Pending accounts", "dim"),
        Part(counted(pending, "account")),
        Part(_told(workspace, "{account.activate_all} sends activation emails to all"), "dim"),
    )
    return Row("pending", "accounts", cells)


def _calm(workspace: Workspace, last: Run | None, accounts: dict[str, int]) -> str:
    if last is None or last.finished_at is None:
        return _told(workspace, "Nothing has been synced yet.\n{sync.run} fetches the roster from Clever.")
    when = ago(last.finished_at, workspace.clock())
    zone = workspace.settings.zone
    with workspace.cache.reading() as db:
        slept = nights(runs(db, NIGHTS * 2), zone, workspace.clock().astimezone(zone).date(), NIGHTS)
        findings = by_night(db, [night.day for night in slept], zone)
    charts = (accounts_chart(accounts), syncs_chart(slept), findings_chart(findings))
    return "\n".join(("Nothing needs you.", f"The last sync was applied {when}.", *charts))


def _states(db: Any, found: Sequence[Known]) -> dict[int, str]:
    teachers = {each.finding.subject.key for each in found if each.finding.subject.kind == "teacher"}
    if not teachers:
        return {}
    places = ", ".join("?" * len(teachers))
    return dict(db.execute(f"SELECT key, state FROM account WHERE key IN ({places})", list(teachers)))


def activity(workspace: Workspace) -> Report:
    """Return the journal, newest first."""
    columns = sortable(
        Column("When", 16),
        Column("Who", 10, share=1),
        Column("What", 12, share=1),
        Column("Phase", 9),
        Column("On", 12, share=2),
        Column("Why", 12, share=3),
    )
    rows: list[Row] = []
    entries = workspace.journal.latest(MOST)
    if entries:
        chart = actions_chart(_days(workspace, entries))
        rows.append(Row("chart", "heading", (Part(f" {chart}"),), heading=True))
    for entry in entries:
        facts = entry.facts
        cells = (
            Part(day_and_time_seen(entry.at.astimezone(workspace.settings.zone), workspace.clock()), "dim"),
            Part(display_text(facts.get("operator"))),
            Part(display_text(facts.get("kind"))),
            Part(display_text(facts.get("phase")), "dim"),
            Part(_on(facts)),
            Part(display_text(facts.get("reason"))),
        )
        rows.append(Row(entry.number, "entry", cells, sorts={"When": entry.number}))
    return Report(columns, rows, "Nothing has been done yet.\nEvery action will stand here.", len(entries))


def _days(workspace: Workspace, entries: Sequence[Entry]) -> list[tuple[date, int | None]]:
    """Return how many actions were begun on each of the last days; None before the entries that were read."""
    zone = workspace.settings.zone
    today = workspace.clock().astimezone(zone).date()
    begun = Counter(each.at.astimezone(zone).date() for each in entries if each.facts.get("phase") != "outcome")
    oldest = entries[-1].at.astimezone(zone).date() if len(entries) == MOST else date.min
    return [
        (day, begun[day] if day >= oldest else None)
        for day in (today - timedelta(days=ago) for ago in reversed(range(NIGHTS)))
    ]


def _on(facts: Any) -> str:
    results = facts.get("results", ())
    if isinstance(results, dict):
        told = ", ".join(f"{number(value)} {name}" for name, value in results.items() if value)
        return told or "nothing"
    if "ids" in facts:
        return counted(len(facts["ids"]), facts.get("on", "account"))
    verdicts = [result["verdict"] for result in results]
    return ", ".join(f"{verdicts.count(verdict)} {verdict.replace('_', ' ')}" for verdict in dict.fromkeys(verdicts))
