"""``accounts``: what the platform tells of them, mailed links and their key, the texts of mail, one's history."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from roster_tui.accounts.act import Performer
from roster_tui.accounts.plan import Plan
from roster_tui.cli.acting import Consent, act, settle, show
from roster_tui.cli.acts import CONSENT, with_options
from roster_tui.cli.conflicts import refuse_when_read_only
from roster_tui.cli.errors import BLOCKED, DONE, USAGE, Stopped
from roster_tui.cli.group import CommandGroup, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.present import counted, display_text, full_time
from roster_tui.refusals import ONLY_ADMINS_MAKE_KEYS
from roster_tui.roster.kinds import TEACHER
from roster_tui.roster.read import clever_ids, key_of
from roster_tui.workspace import Workspace

_LONGEST_TOKEN = 4_000


@click.group(cls=CommandGroup)
def accounts() -> None:
    """Take over what the platform knows of its accounts; write the district's own mail texts."""


@accounts.command()
@click.argument("token")
@with_session
def confirm(session: Session, token: str) -> None:
    """Mark the account of a mailed link as active; the platform's page calls this with the link's TOKEN.

    With - as TOKEN it is read from standard input, where no list of processes shows it. A link works once.
    """
    refuse_when_read_only(session)
    given = sys.stdin.readline(_LONGEST_TOKEN) if token == "-" else token
    asyncio.run(_confirm(session, session.workspace(), given.strip()))


async def _confirm(session: Session, workspace: Workspace, token: str) -> None:
    from roster_tui.accounts.confirming import confirm as confirm_link
    from roster_tui.accounts.mail.links import LinkRefused

    performer = workspace.performer()
    await settle(session, workspace, performer)
    try:
        confirmed = await confirm_link(performer, token)
    except LinkRefused as refused:
        if session.as_json:
            session.print_json({"ok": False, "error": refused.code, "message": str(refused)})
        else:
            session.say(f"Error: {display_text(refused, 600)}")
        raise Stopped(BLOCKED) from None
    await show(session, workspace, confirmed)
    if session.as_json:
        account = {"clever_id": confirmed.account.id, "state": str(confirmed.account.state)}
        session.print_json({"ok": True, "kind": confirmed.link.kind, "account": account, "action_id": confirmed.action})
    else:
        click.echo(f"{display_text(confirmed.account.name)} is {confirmed.account.state}")


@accounts.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_options(*CONSENT)
@with_session
def take_over(session: Session, file: Path, **given: Any) -> None:
    """Take over from FILE, the platform's CSV export of accounts, who has activated.

    Its columns are named in the settings under export. Lines that fit no account are told and left out; nobody
    is suspended or made pending by this.
    """
    from roster_tui.accounts.platform_export import activated, read_export

    consent = Consent(**given)
    if not consent.dry_run:
        refuse_when_read_only(session)
    export = read_export(file, session.settings.export)
    workspace = session.workspace()
    found = activated(export.told, asyncio.run(workspace.directory.list_accounts()))
    troubles = sorted((*export.troubles, *found.troubles))
    for trouble in () if session.as_json else troubles:
        session.say(f"line {trouble.line}: {display_text(trouble.said)}")
    if troubles and not session.as_json:
        session.say(f"{counted(len(troubles), 'line')} left out")
    lines = {"troubles": [{"line": trouble.line, "said": trouble.said} for trouble in troubles]}

    async def plan(performer: Performer) -> Plan:
        return await performer.plan("confirm", list(found.ids), f"export {file.name}")

    asyncio.run(act(session, workspace, plan, consent, lines))


@accounts.command()
@with_session
def templates(session: Session) -> None:
    """Write our mail texts into the settings folder, to be edited; texts that stand there are left as they are."""
    from roster_tui.accounts.mail.templates import DEFAULTS, PLACEHOLDERS

    folder = session.settings.mail.templates_folder
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for ours in sorted(DEFAULTS.iterdir()):
        own = folder / ours.name
        if not own.exists():
            own.write_bytes(ours.read_bytes())
            written.append(own)
    if session.as_json:
        session.print_json({"folder": str(folder), "written": [file.name for file in written]})
        return
    session.say(f"{counted(len(written), 'text')} written to {folder}. What they may hold:")
    for name, meaning in PLACEHOLDERS.items():
        click.echo(f"${name:<10} {meaning}")


@accounts.command("new-link-key")
@click.option("--reason", default="", help="Why; kept in the journal.")
@click.option("--dry-run", is_flag=True, help="Show which mailed links would die, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_session
def new_link_key(session: Session, reason: str, dry_run: bool, yes: bool) -> None:
    """Make a new key of mailed links, where the old one is damaged, lost or known to others.

    Every link that was mailed before does nothing afterwards; how many are still good and unused is shown first.
    """
    from roster_tui.accounts.new_link_key import make, planned

    if not dry_run:
        refuse_when_read_only(session)
        if session.settings.operator_role != "admin":
            session.say(f"{ONLY_ADMINS_MAKE_KEYS}. Nothing was done")
            raise Stopped(BLOCKED)
    performer = session.workspace().performer()
    plan = planned(performer)
    for sentence in plan.sentences():
        session.say(display_text(sentence, 600))
    links = [
        {"kind": link.kind, "clever_id": link.account, "action_id": link.action, "expires": link.expires.isoformat()}
        for link in plan.dying
    ]
    if dry_run:
        if session.as_json:
            session.print_json({"dry_run": True, "links": links, "damage": plan.damage})
        return
    if not yes:
        if not sys.stdin.isatty():
            session.say("A new key would be made. Confirm with --yes")
            raise Stopped(USAGE)
        if not click.confirm("Make a new key?", err=True):
            session.say("Nothing was done")
            raise Stopped(DONE)
    made = make(performer, plan, reason)
    if session.as_json:
        session.print_json({"dry_run": False, "links": links, "damage": plan.damage, "fingerprint": made})
    else:
        click.echo(f"A new key signs mailed links from now on. Its fingerprint: {made}")


@accounts.command()
@click.argument("wanted", metavar="ID")
@with_session
def history(session: Session, wanted: str) -> None:
    """Tell all that was done to the account of ID (Clever ID, SIS ID or email), by whom and why; the oldest first."""
    from roster_tui.accounts.history import histories

    workspace = session.workspace()
    with workspace.cache.reading() as db:
        key = key_of(db, TEACHER, wanted)
        # Whoever left the roster is still in the journal.
        clever_id = wanted.lower() if key is None else clever_ids(db, [key])[0]
    events = histories(workspace.journal.entries()).get(clever_id, [])
    if session.as_json:
        told = [{**msgspec.to_builtins(event), "at": event.at.isoformat()} for event in events]
        session.print_json({"clever_id": clever_id, "events": told})
        return
    rows = [
        (
            full_time(event.at.astimezone(workspace.settings.zone)),
            event.kind,
            event.verdict.replace("_", " "),
            event.operator,
            event.reason,
            event.action,
        )
        for event in events
    ]
    print_table(("at", "what", "outcome", "operator", "why", "action"), rows)
