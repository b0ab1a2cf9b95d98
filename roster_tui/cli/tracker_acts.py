"""``create-tracker`` and ``archive-tracker``: planned, confirmed, reported like the actions on accounts."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from roster_tui.actions import BY_ID
from roster_tui.cli.acting import Consent, act_with, refuse
from roster_tui.cli.acts import CONSENT, with_options
from roster_tui.cli.choosing import chosen
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.roster.kinds import SECTION
from roster_tui.tracking import tracker_performer


def _act_command(verb: str, action_id: str) -> click.Command:
    action = BY_ID[action_id]

    @click.command(
        verb, cls=Command, help=f"{action.help}. IDs are Clever IDs or SIS IDs; - reads them from standard input."
    )
    @click.argument("ids", nargs=-1, metavar="SECTION...")
    @click.option("--where", metavar="FILTER", help="Every section that passes a filter: 'school:City tracker:none'.")
    @click.option("--reason", default="", help="Why; kept in the journal and with the tracker.")
    @with_options(*CONSENT)
    @with_session
    def command(session: Session, ids: tuple[str, ...], where: str | None, reason: str, **given: Any) -> None:
        consent = Consent(**given)
        refuse(session, action, consent)
        workspace = session.workspace()
        with workspace.cache.reading() as db:
            wanted = chosen(session, db, ids, where, SECTION)
        performer = tracker_performer(workspace)
        asyncio.run(act_with(session, workspace, performer, lambda: performer.plan(verb, wanted, reason), consent))

    return command


create = _act_command("create-tracker", "tracker.create")
archive = _act_command("archive-tracker", "tracker.archive")
