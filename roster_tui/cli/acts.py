"""The commands that act on accounts: one for each verb of the console, and ``undo``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click

from roster_tui.accounts.act import Performer
from roster_tui.accounts.model import ROLES, Permission, Role
from roster_tui.accounts.plan import Plan
from roster_tui.accounts.verbs import ALL_AS_IS, Asked
from roster_tui.actions import BY_ID, account_action
from roster_tui.cli.acting import Consent, act, act_with, refuse
from roster_tui.cli.choosing import chosen
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.roster.read import pending_ids
from roster_tui.tracking import performer_of

_Function = TypeVar("_Function", bound=Callable[..., Any])
NO_PERMISSION = "none"

_ACCOUNTS = (
    click.argument("ids", nargs=-1, metavar="ID..."),
    click.option("--where", metavar="FILTER", help="Whoever passes a filter, as in: 'school:City status:pending'."),
)
_REASON = click.option("--reason", default="", help="Why; kept in the journal and with the account.")
CONSENT = (
    click.option("--dry-run", is_flag=True, help="Show what would happen, and do nothing."),
    click.option("--yes", is_flag=True, help="Do not ask."),
    click.option("--confirm-count", type=int, metavar="N", help="The number of accounts, where there are many."),
    click.option("--digest", help="Do it only if the plan is still the one with this digest."),
)


def with_options(*options: Callable[[_Function], _Function]) -> Callable[[_Function], _Function]:
    """Give a command some arguments and options, in this order."""

    def decorate(function: _Function) -> _Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _perform(
    session: Session,
    verb: str,
    ids: tuple[str, ...],
    where: str | None,
    reason: str,
    *,
    asked: Asked = ALL_AS_IS,
    all_pending: bool = False,
    **consent: Any,
) -> None:
    given = Consent(**consent)
    refuse(session, account_action(verb), given)
    workspace = session.workspace()
    with workspace.cache.reading() as db:
        wanted = pending_ids(db) if all_pending else chosen(session, db, ids, where)

    async def plan(performer: Performer) -> Plan:
        return await performer.plan(verb, wanted, reason, asked)

    asyncio.run(act(session, workspace, plan, given))


def _help(verb: str) -> str:
    return f"{account_action(verb).help}. IDs are Clever IDs, SIS IDs or emails; - reads them from standard input."


def _act_command(verb: str) -> click.Command:
    @click.command(verb, cls=Command, help=_help(verb))
    @with_options(*_ACCOUNTS, _REASON, *CONSENT)
    @with_session
    def command(session: Session, **given: Any) -> None:
        _perform(session, verb, **given)

    return command


@click.command(cls=Command, help=_help("activate"))
@with_options(*_ACCOUNTS, click.option("--all-pending", is_flag=True, help="Every pending account."), _REASON, *CONSENT)
@with_session
def activate(session: Session, **given: Any) -> None:
    """Send the activation email."""
    _perform(session, "activate", **given)


@click.command("support-lead", cls=Command, help=_help("support-lead"))
@with_options(*_ACCOUNTS, click.option("--remove", is_flag=True, help="No longer a support lead."), _REASON, *CONSENT)
@with_session
def support_lead(session: Session, remove: bool, **given: Any) -> None:
    """Mark whom teachers turn to."""
    _perform(session, "not-support-lead" if remove else "support-lead", **given)


@click.command(cls=Command, help=_help("role"))
@with_options(
    *_ACCOUNTS,
    click.option("--grant", metavar="ROLE", help=f"One of: {', '.join(ROLES)}."),
    click.option("--revoke", is_flag=True, help=f"Back to {Role.TEACHER}, without a permission."),
    click.option("--permission", metavar="NAME", help=f"One of: {', '.join(Permission)}; or {NO_PERMISSION}."),
    click.option(
        "--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; the sync after it gives the old role back."
    ),
    _REASON,
    *CONSENT,
)
@with_session
def role(
    session: Session, grant: str | None, revoke: bool, permission: str | None, until: datetime | None, **given: Any
) -> None:
    """Change the role, or the permission beside it."""
    if revoke == bool(grant or permission):
        raise click.UsageError("Give --grant ROLE, --permission NAME or both; or --revoke")
    none = permission is not None and permission.lower() == NO_PERMISSION
    asked = Asked(
        Role.TEACHER if revoke else _named(ROLES, grant, "role") if grant else None,
        _named(tuple(Permission), permission, "permission") if permission and not none else None,
        no_permission=revoke or none,
        until=until.date() if until else None,
    )
    _perform(session, "role", asked=asked, **given)


_Named = TypeVar("_Named", Role, Permission)


def _named(names: Sequence[_Named], wanted: str, what: str) -> _Named:
    """Return the role or permission with a name; case, and hyphens for blanks, do not matter."""
    spoken = wanted.replace("-", " ").replace("_", " ").casefold()
    for each in names:
        if each.value.casefold() == spoken:
            return each
    from rapidfuzz import process

    nearest = process.extractOne(spoken, [each.value for each in names], score_cutoff=60)
    hint = f" Did you mean {nearest[0]}?" if nearest else ""
    raise click.UsageError(f"There is no {what} {wanted}.{hint} There is: {', '.join(names)}")


@click.command(cls=Command)
@click.argument("action_id")
@with_options(_REASON, *CONSENT)
@with_session
def undo(session: Session, action_id: str, reason: str, **consent: Any) -> None:
    """Take a whole action back; ACTION_ID is in its report and in the journal."""
    given = Consent(**consent)
    refuse(session, BY_ID["action.undo"], given)

    workspace, action = session.workspace(), action_id.upper()
    performer = performer_of(workspace, action)
    asyncio.run(act_with(session, workspace, performer, lambda: performer.undo_plan(action, reason), given))


suspend = _act_command("suspend")
unsuspend = _act_command("unsuspend")
reset_password = _act_command("reset-password")
pin = _act_command("pin")
unpin = _act_command("unpin")
