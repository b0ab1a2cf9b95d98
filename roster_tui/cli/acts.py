"""``suspend``, ``unsuspend``, ``activate``: the actions of the console, planned, confirmed, reported."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Mapping
from typing import Any

import click

from roster_tui.accounts.act import Performer, Report
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.plan import Item, Plan
from roster_tui.actions import account_action
from roster_tui.cli.errors import BLOCKED, DONE, FAILED, USAGE, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.present import display_text
from roster_tui.roster.kinds import TEACHER
from roster_tui.roster.read import clever_ids, key_of, pending_ids
from roster_tui.workspace import Workspace

_ASKS_FROM = 2
"""More accounts than one are confirmed first."""


def _act_command(verb: str) -> click.Command:
    action = account_action(verb)

    @click.command(verb, cls=Command, help=f"{action.help}. IDs are Clever IDs, SIS IDs or emails.")
    @click.argument("ids", nargs=-1, metavar="ID...")
    @click.option("--all-pending", is_flag=True, hidden=verb != "activate", help="Every pending account.")
    @click.option("--reason", default="", help="Why; kept in the journal and with the account.")
    @click.option("--dry-run", is_flag=True, help="Show what would happen, and do nothing.")
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @with_session
    def command(
        session: Session, ids: tuple[str, ...], all_pending: bool, reason: str, dry_run: bool, yes: bool
    ) -> None:
        if not ids and not all_pending:
            raise click.UsageError("Name at least one account")
        if session.settings.read_only and not dry_run:
            session.say("The console is read-only: nothing was done")
            raise Stopped(BLOCKED)
        workspace = session.workspace()
        with workspace.cache.reading() as db:
            wanted = pending_ids(db) if all_pending else [_clever_id(db, each) for each in ids]
        asyncio.run(act_on(session, workspace, verb, wanted, reason, dry_run=dry_run, yes=yes))

    return command


async def act_on(
    session: Session,
    workspace: Workspace,
    verb: str,
    ids: list[str],
    reason: str,
    *,
    dry_run: bool,
    yes: bool,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Plan, confirm and perform a verb on accounts, and report it; ``also`` goes into the JSON document.

    Ends with `Stopped`, whose code is that of the contract, unless nothing was to be done for real.
    """
    performer = workspace.performer()
    await settle(session, workspace, performer)
    plan = await performer.plan(verb, ids, reason)
    also = also or {}
    if dry_run:
        also = {**also, **_mail_shown(session, performer, plan)}
        _report(session, None, plan.verb.name, True, plan.digest, plan.items, also)
        return
    if plan.verb.mail and plan.todo:
        session.say(performer.outbox.describe())
    if len(plan.todo) >= _ASKS_FROM and not yes:
        _confirm(session, plan)
    report = await _performed(session, workspace, performer, plan)
    if report.again and report.again.todo and not yes:
        session.say(f"{len(report.again.todo)} changed meanwhile and were left alone")
        _confirm(session, report.again)
        report = report.then(await _performed(session, workspace, performer, report.again))
    _report(session, report.action, plan.verb.name, False, report.digest, report.items, also)
    raise Stopped(_code(report))


async def _performed(session: Session, workspace: Workspace, performer: Performer, plan: Plan) -> Report:
    report = await performer.perform(plan, _progress(session, plan))
    workspace.show_accounts(report.accounts)
    return report


async def settle(session: Session, workspace: Workspace, performer: Performer) -> None:
    """Bring to an end what a killed console left in doubt, and say so."""
    for report in await performer.settle():
        workspace.show_accounts(report.accounts)
        for item in report.items:
            session.say(f"From before: {report.verb.name} {item.label}: {item.verdict.value}, {item.reason}")


def _confirm(session: Session, plan: Plan) -> None:
    _print_items(plan.items)
    if not sys.stdin.isatty():
        session.say(f"{len(plan.todo)} accounts would change. Confirm with --yes")
        raise Stopped(USAGE)
    if not click.confirm(f"{plan.verb.title}: {len(plan.todo)} accounts?", err=True):
        session.say("Nothing was done")
        raise Stopped(DONE)


def _progress(session: Session, plan: Plan) -> Any:
    def progress(done: int, total: int) -> None:
        if not session.as_json and len(plan.todo) >= _ASKS_FROM:
            session.say(f"{done} of {total} {plan.verb.done}")

    return progress


def _mail_shown(session: Session, performer: Performer, plan: Plan) -> dict[str, Any]:
    """Return the first mail that would leave, its link left out, and show it to people."""
    first = next((item.account for item in plan.todo if item.account), None)
    if plan.verb.mail is None or first is None:
        return {}
    written = performer.letters.preview(plan.verb.mail, first, plan.order.at)
    session.say(f"To {display_text(first.email)}: {display_text(written.subject)}\n")
    for line in written.text.splitlines():
        session.say(f"  {display_text(line, 1_000)}")
    return {"mail": {"to": first.email, "subject": written.subject, "text": written.text, "html": written.html}}


def _report(
    session: Session,
    action: str | None,
    verb: str,
    dry_run: bool,
    digest: str,
    items: tuple[Item, ...],
    also: Mapping[str, Any],
) -> None:
    if not session.as_json:
        _print_items(items)
        return
    session.print_json(
        {
            "action_id": action,
            "kind": verb,
            "dry_run": dry_run,
            "digest": digest,
            "items": [
                {"id": item.id, "label": item.label, "verdict": item.verdict.value, "reason": _why(item)}
                for item in items
            ],
            **also,
        }
    )


def _print_items(items: tuple[Item, ...]) -> None:
    print_table(
        ("account", "verdict", "reason"),
        [(item.label, item.verdict.value.replace("_", " "), _why(item)) for item in items],
    )


def _why(item: Item) -> str:
    return "; ".join(filter(None, (item.reason, item.warning)))


def _code(report: Report) -> int:
    tally = report.tally()
    if tally[Verdict.FAILED] or tally[Verdict.IN_DOUBT]:
        return FAILED
    return BLOCKED if tally[Verdict.BLOCKED] else DONE


def _clever_id(db: sqlite3.Connection, wanted: str) -> str:
    """Return the Clever ID of whom an argument names; an argument that names nobody stays and is blocked."""
    key = key_of(db, TEACHER, wanted)
    return wanted if key is None else clever_ids(db, [key])[0]


suspend = _act_command("suspend")
unsuspend = _act_command("unsuspend")
activate = _act_command("activate")
