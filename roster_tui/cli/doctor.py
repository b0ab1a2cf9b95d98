"""``doctor``: what keeps, or would keep, the console from working, and what to do about it."""

from __future__ import annotations

import asyncio

import click

from roster_tui.cli.errors import FAILED, UNREACHABLE, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.doctor import Check, State, examine, examine_without_settings, report, terminal_here
from roster_tui.settings import Settings, SettingsError

_SYMBOLS = {State.OK: "✓", State.WARNING: "▲", State.FAILED: "✗"}


@click.command(cls=Command)
@with_session
def doctor(session: Session) -> None:
    """Check settings, data folder, token, directory, mail, time and terminal; nothing is changed or sent."""
    try:
        settings = session.settings
    except SettingsError as error:
        checks = examine_without_settings(str(error), terminal_here())
        for check in () if session.as_json else checks:
            _print(check)
    else:
        checks = asyncio.run(_examined(session, settings))
    if session.as_json:
        session.print_json(report(checks))
    bad = [check for check in checks if check.state is State.FAILED]
    if bad:
        raise Stopped(UNREACHABLE if any(check.unreachable for check in bad) else FAILED)


async def _examined(session: Session, settings: Settings) -> list[Check]:
    checks = []
    async for check in examine(settings, terminal_here()):
        checks.append(check)
        if not session.as_json:
            _print(check)
    return checks


def _print(check: Check) -> None:
    click.echo(f"{_SYMBOLS[check.state]} {check.state.value:<8}{check.name:<14}{check.detail}")
    if check.fix:
        click.echo(f"{'':<24}{check.fix}")
