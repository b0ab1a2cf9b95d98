"""``sync``: one run, with progress; ``sync show``: what a run changed."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from functools import partial

import click

from roster_tui.access import Access, clever_access
from roster_tui.accounts.reconcile import Reconciliation
from roster_tui.cli.errors import BLOCKED, Stopped
from roster_tui.cli.group import Command, CommandGroup, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.present import counted, display_text, number
from roster_tui.sync import Progress, Step, SyncResult
from roster_tui.sync import sync as run_sync
from roster_tui.workspace import NoDistrict, Workspace, open_workspace


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.option("--full", is_flag=True, help="Fetch everything, whatever the events say.")
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS", help="Wait for another sync.")
@click.option("--quiet", is_flag=True, help="Print only when the sync is held or fails, as cron likes it.")
@click.pass_context
def sync(context: click.Context, full: bool, wait: float, quiet: bool) -> None:
    """Bring the roster up to date from Clever: compare it, and apply it or hold it for review."""
    if context.invoked_subcommand is None:
        _sync(Session.of(context), full, wait, quiet)


def _sync(session: Session, full: bool, wait: float, quiet: bool) -> None:
    result = run_one(session, full, wait, quiet)
    if session.as_json:
        session.print_json(result.document())
    elif result.hold or not quiet:
        print_result(result)
    if result.state == "held":
        raise Stopped(BLOCKED)


def run_one(session: Session, full: bool = False, wait: float = 0.0, quiet: bool = False) -> SyncResult:
    """Run one sync with its progress and return how it ended; a held or failed one is told to those who asked."""
    if refusal := session.settings.refusal:
        session.say(f"{refusal}: nothing was done")
        raise Stopped(BLOCKED)
    # No record is part of a cycle, and the process ends with the run: looking for cycles is a tenth of its time.
    gc.disable()
    with clever_access(session.settings) as access:
        return asyncio.run(_run(session, access, full, wait, quiet))


async def _run(session: Session, access: Access, full: bool, wait: float, quiet: bool) -> SyncResult:
    """Run one sync, and tell those who want to know when it is held or fails."""
    from roster_tui.sync.notify import tell_failed, tell_held

    progress = _silent if quiet or session.as_json or not sys.stderr.isatty() else _line
    try:
        workspace, result = await run_sync(
            session.settings,
            access.token,
            access.base_url,
            full=full,
            wait_seconds=wait,
            progress=progress,
        )
    except Exception as error:
        _say_all(session, await tell_failed(session.settings, error, _cleaned(session)))
        raise
    finally:
        if progress is _line:
            click.echo(f"\r{'':<{_WIDTH}}\r", nl=False, err=True)
    if result.hold:
        _say_all(session, await tell_held(workspace, result, _cleaned(session)))
    elif result.clock_trusted:
        _forget_old(session, workspace)
    return result


def _forget_old(session: Session, workspace: Workspace) -> None:
    """Let go what is kept for a time only; a sync that went well stays one when that cannot be done."""
    from roster_tui.ledger import LedgerDamaged
    from roster_tui.support.retention import forget_old

    try:
        forget_old(workspace)
    except (OSError, LedgerDamaged) as error:
        session.say(f"Old tickets and reports could not be removed: {error}")


def _cleaned(session: Session) -> Callable[[str], str]:
    """Return what takes students out of a text; before the first sync there is no student to be told of."""
    from roster_tui.support.guard.stand import outgoing

    try:
        return partial(outgoing, open_workspace(session.settings))
    except NoDistrict:
        return str


def _say_all(session: Session, problems: list[str]) -> None:
    for problem in problems:
        session.say(problem)


_WIDTH = 70


def _line(step: Step) -> None:
    """Show one line that counts; on a terminal only, since a log wants no thousand lines."""
    click.echo(f"\r{step.describe():<{_WIDTH}}", nl=False, err=True)


_silent: Progress = lambda step: None  # noqa: E731


_NAMES = 20
"""Accounts of each sort that are named; ``--json`` names more."""


def _print_ahead(ahead: Reconciliation) -> None:
    """Name whom the platform's own sync will suspend, restore and create."""
    rows = [
        (each.name, what, str(each.cause or "")) for what, accounts in ahead.told.items() for each in accounts[:_NAMES]
    ]
    if rows:
        print_table(("account", "will be", "why"), rows)
    for what, accounts in ahead.told.items():
        if len(accounts) > _NAMES:
            click.echo(f"... and {number(len(accounts) - _NAMES)} more {what}")


def print_result(result: SyncResult) -> None:
    """Print how a sync ended, for people."""
    click.echo(
        f"Everything was fetched: {display_text(result.reason)}" if result.reason else "Read from Clever's events"
    )
    for note in result.notes:
        click.echo(display_text(note))
    if result.ahead:
        _print_ahead(result.ahead)
    for kind, tally in result.counts.items():
        changes = f"+{number(tally.added)} ~{number(tally.updated)} -{number(tally.removed)}"
        click.echo(f"{kind + 's':<10}{number(tally.after if not result.hold else tally.before):>10}  {changes}")
    if result.accounts:
        click.echo(", ".join(f"{number(count)} accounts {what}" for what, count in result.accounts.items()))
    if result.trackers:
        click.echo(", ".join(f"{number(count)} trackers {what}" for what, count in result.trackers.items()))
    if result.unreadable:
        click.echo(f"{counted(result.unreadable, 'record')} could not be read and were left out")
    if result.hold:
        for reason in result.hold["reasons"]:
            click.echo(f"Held: {reason}")
        click.echo("The roster is as before. Look at it: roster-tui hold show")
    click.echo(f"{result.state} in {result.seconds:.1f} s")


@sync.command(cls=Command)
@click.argument("run", type=int, required=False)
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Changed records at most.")
@click.option("--only", default="", metavar="FILTER", help="As type:teacher what:updated field:email, or a name.")
@with_session
def show(session: Session, run: int | None, limit: int, only: str) -> None:
    """Show a run, the latest by default: how it went, and what it changed, record by record."""
    from roster_tui.cli.filters import filter_from
    from roster_tui.cli.runs import print_run, read_run, run_document
    from roster_tui.roster.changes import FIELDS

    workspace = session.workspace()
    shown = read_run(workspace, run, limit, filter_from(session, only, FIELDS))
    if shown is None:
        raise click.UsageError(f"There is no run {run}" if run else "No sync has run yet")
    if session.as_json:
        session.print_json(run_document(shown))
    else:
        print_run(workspace, shown)
