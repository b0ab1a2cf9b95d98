"""``hold show|approve|discard``: a sync that waits for a person."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import click

from roster_tui.cli.errors import BLOCKED, DONE, USAGE, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.findings.linkage.nights import MOST_LINKED
from roster_tui.findings.model import Subject
from roster_tui.present import counted, display_text, number, subject_label, subject_sis_id
from roster_tui.sync.affected import Departures
from roster_tui.sync.hold import Review, review
from roster_tui.sync.hold import approve as approve_held
from roster_tui.sync.hold import discard as discard_held


@click.group()
def hold() -> None:
    """Decide about a sync that is held for review; the roster is as before until it is approved."""


_LIMIT = click.option(
    "--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Names of each type at most."
)
_YES = click.option("--yes", is_flag=True, help="Do not ask.")


@hold.command(cls=Command)
@_LIMIT
@with_session
def show(session: Session, limit: int) -> None:
    """Show why a sync is held and who is affected: leavers, and apart from them whoever got a new SIS ID."""
    found = asyncio.run(review(session.workspace()))
    if session.as_json:
        session.print_json(review_document(found, limit))
    else:
        _print(found, limit)


@hold.command(cls=Command)
@click.argument("digest", required=False)
@_LIMIT
@with_session
def approve(session: Session, digest: str | None, limit: int) -> None:
    """Apply the held sync; DIGEST says what was looked at. Without it the sync is shown and you are asked."""
    _refuse_read_only(session)
    workspace = session.workspace()
    if digest is None:
        found = asyncio.run(review(workspace))
        if not sys.stdin.isatty():
            session.say("Say what was looked at: roster-tui hold approve DIGEST (roster-tui hold show names it)")
            raise Stopped(USAGE)
        _print(found, limit)
        _ask(session, "Apply this sync?")
        digest = found.digest
    followed = asyncio.run(approve_held(workspace, digest))
    if session.as_json:
        numbers = {"accounts": followed.done, "accounts_expected": followed.expected, "trackers": followed.trackers}
        session.print_json({"state": "applied", "digest": digest, **numbers})
    else:
        click.echo(f"Applied. {followed.told}")


@hold.command(cls=Command)
@_YES
@with_session
def discard(session: Session, yes: bool) -> None:
    """Throw the held sync away; the roster stays, and the next sync is judged anew."""
    _refuse_read_only(session)
    workspace = session.workspace()
    if not yes:
        if not sys.stdin.isatty():
            session.say("Confirm with --yes")
            raise Stopped(USAGE)
        _ask(session, "Throw the held sync away?")
    run = asyncio.run(discard_held(workspace))
    if session.as_json:
        session.print_json({"state": "discarded", "run": run.id})
    else:
        click.echo(f"Run {run.id} was discarded. The roster is as before.")


def _refuse_read_only(session: Session) -> None:
    if refusal := session.settings.refusal:
        session.say(f"{refusal}: nothing was done")
        raise Stopped(BLOCKED)


def _ask(session: Session, question: str) -> None:
    if not click.confirm(question, err=True):
        session.say("Nothing was done")
        raise Stopped(DONE)


def review_document(found: Review, limit: int) -> dict[str, Any]:
    """Return what ``hold show --json`` prints; students' names as initials."""
    return {
        "run": found.run.id,
        "state": found.run.state,
        "started_at": found.run.started_at.isoformat(),
        "digest": found.digest,
        "reasons": list(found.reasons),
        "counts": found.run.counts,
        "departures": {f"{each.kind.name}s": _departures_document(each, limit) for each in found.departures},
        "suspensions": {
            "total": len(found.suspended),
            "rows": [
                {"id": account.id, "label": account.name, "cause": str(account.cause)}
                for account in found.suspended[:limit]
            ],
        },
        "trackers": {
            "total": len(found.archiving),
            "rows": [
                {"section": each.section, "sis_id": each.sis_id, "label": each.name, "cause": each.cause.told}
                for each in found.archiving[:limit]
            ],
        },
    }


def _departures_document(each: Departures, limit: int) -> dict[str, Any]:
    return {
        "removed": each.tally.removed,
        "complete": each.complete,
        "leavers": {
            "total": len(each.leavers),
            "rows": [_subject(subject) for subject in each.leavers[:limit]],
        },
        "rekeyed": {
            "total": len(each.rekeyed),
            "rows": [{"old": _subject(old), "new": _subject(new)} for old, new in each.rekeyed[:limit]],
        },
        "perhaps_rekeyed": {
            "total": len(each.possible),
            "rows": [{"old": _subject(old), "new": _subject(new)} for old, new in each.possible[:limit]],
        },
    }


def _subject(subject: Subject) -> dict[str, str | None]:
    sis_id = subject_sis_id(subject.kind, subject.sis_id)
    return {
        "clever_id": subject.clever_id,
        "sis_id": sis_id or None,
        "label": subject_label(subject.kind, subject.label),
    }


def _print(found: Review, limit: int) -> None:
    click.echo(f"Run {found.run.id} is held; the roster is as before.")
    for reason in found.reasons:
        click.echo(f"  {display_text(reason)}")
    for each in found.departures:
        _print_departures(each, limit)
    if found.suspended:
        click.echo(f"\n{counted(len(found.suspended), 'account')} would be suspended")
        print_table(("account", "why"), [(each.name, str(each.cause)) for each in found.suspended[:limit]])
        _print_more(len(found.suspended), limit)
    if found.archiving:
        click.echo(f"\n{counted(len(found.archiving), 'tracker')} would be archived; all their data stays")
        print_table(("tracker", "why"), [(each.name, each.cause.told) for each in found.archiving[:limit]])
        _print_more(len(found.archiving), limit)
    click.echo(f"\nApply it:       roster-tui hold approve {found.digest}\nThrow it away:  roster-tui hold discard")


def _print_departures(each: Departures, limit: int) -> None:
    name = each.kind.name
    click.echo(f"\n{counted(each.tally.removed, name)} of {number(each.tally.before)} removed")
    if not each.complete:
        click.echo(f"Too many to compare each with who came: the first {number(MOST_LINKED)} are listed as they are")
    _print_pairs("Under another SIS ID", name, each.rekeyed, limit)
    _print_pairs("Perhaps under another SIS ID", name, each.possible, limit)
    if each.leavers:
        click.echo(f"Really gone: {counted(len(each.leavers), name)}")
        rows_gone = [(subject_label(name, who.label), subject_sis_id(name, who.sis_id)) for who in each.leavers[:limit]]
        print_table((name, "SIS ID"), rows_gone)
        _print_more(len(each.leavers), limit)


def _print_pairs(what: str, name: str, pairs: Sequence[tuple[Subject, Subject]], limit: int) -> None:
    if not pairs:
        return
    click.echo(f"{what}: {counted(len(pairs), name)}")
    rows = [
        (
            subject_label(name, old.label),
            subject_sis_id(name, old.sis_id),
            subject_sis_id(name, new.sis_id),
            subject_label(name, new.label),
        )
        for old, new in pairs[:limit]
    ]
    print_table(("was", "SIS ID", "now", "is"), rows)
    _print_more(len(pairs), limit)


def _print_more(total: int, limit: int) -> None:
    if total > limit:
        click.echo(f"... and {number(total - limit)} more")
