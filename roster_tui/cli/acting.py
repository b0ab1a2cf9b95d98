"""Planning, confirming, performing and reporting one action from the command line."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from roster_tui.accounts.act import Performer
from roster_tui.accounts.deeds import Deed, HowFar, Interrupted, P, Performs, Planned, Reported
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.plan import Item, Plan
from roster_tui.accounts.undo import MAIL_IS_GONE, NO_INVERSE
from roster_tui.actions import Action
from roster_tui.catch_up import Told, show_done
from roster_tui.cli.errors import BLOCKED, DONE, FAILED, USAGE, Stopped
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.follow_mark import check_followed
from roster_tui.present import display_text
from roster_tui.refusals import CHANGED_MEANWHILE, over_the_limit
from roster_tui.workspace import Workspace

_ASKS_FROM = 2
"""More accounts than one are confirmed first."""


@dataclass(frozen=True)
class Consent:
    """What was agreed to beforehand, on the command line."""

    dry_run: bool = False
    yes: bool = False
    confirm_count: int | None = None
    digest: str | None = None
    """Of the plan that was looked at before."""


def refuse(session: Session, action: Action, consent: Consent) -> None:
    """End the command if this operator may not do this; looking at the plan is always allowed."""
    settings = session.settings
    if not consent.dry_run and (refused := action.refused(settings.read_only, settings.operator_role)):
        session.say(f"{refused}: nothing was done")
        raise Stopped(BLOCKED)


async def act(
    session: Session,
    workspace: Workspace,
    make_plan: Callable[[Performer], Awaitable[Plan]],
    consent: Consent,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Plan an action on accounts, confirm, perform, report; ``also`` goes into the JSON document.

    Ends with `Stopped`, whose code is that of the contract, unless nothing was to be done for real.
    """
    performer = workspace.performer()
    await act_with(session, workspace, performer, lambda: make_plan(performer), consent, also)


async def act_with(
    session: Session,
    workspace: Workspace,
    performer: Performs[P],
    make_plan: Callable[[], Awaitable[P]],
    consent: Consent,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Do as `act` does, with what performs actions on accounts or on trackers."""
    also = also or {}
    check_followed(workspace)
    if not session.settings.refusal:
        await settle(session, workspace, performer)
    plan = await make_plan()
    if consent.dry_run:
        shown = _mail_shown(session, performer, plan)
        _report(session, None, plan, plan.items, {**also, **shown}, dry_run=True)
        return
    if consent.digest not in (None, plan.digest):
        session.say(f"The plan has another digest now, {plan.digest}: {CHANGED_MEANWHILE}. Look at it again")
        _report(session, None, plan, plan.items, also, dry_run=True)
        raise Stopped(BLOCKED)
    if plan.todo and (note := performer.note(plan)):
        session.say(note)
    _confirm(session, plan, consent)
    report = await _performed(session, workspace, performer, plan)
    while report.again and report.again.todo and not consent.yes and sys.stdin.isatty():
        session.say(f"Some were {CHANGED_MEANWHILE}")
        _confirm(session, report.again, consent)
        report = report.then(await _performed(session, workspace, performer, report.again))
    _report(session, report.action, plan, report.items, also)
    raise Stopped(_code(report))


async def settle(session: Session, workspace: Workspace, performer: Performs[Any]) -> None:
    """Bring to an end what a killed console left in doubt, and say so."""
    await _tell_settled(session, workspace, await performer.settle())


async def _tell_settled(session: Session, workspace: Workspace, reports: Sequence[Reported]) -> None:
    for report in reports:
        await show(session, workspace, report)
        for item in report.items:
            session.say(f"From before: {report.verb.name} {item.label}: {item.verdict.value}, {item.reason}")


async def show(session: Session, workspace: Workspace, told: Told) -> None:
    """Bring the lists in step with what was done; where they cannot be written now, say so, and go on."""
    if later := await show_done(workspace, told):
        session.say(later)


async def _performed(session: Session, workspace: Workspace, performer: Performs[P], plan: P) -> Reported:
    def progress(how_far: HowFar) -> None:
        if not session.as_json and (how_far.total >= _ASKS_FROM or how_far.waits_for):
            session.say(display_text(how_far.told(plan.verb.done)))

    try:
        report = await performer.perform(plan, progress)
    except Interrupted as stopped:
        await show(session, workspace, stopped.report)
        _report(session, stopped.report.action, plan, stopped.report.items, {})
        raise
    await _tell_settled(session, workspace, report.first)
    await show(session, workspace, report)
    return report


def _confirm(session: Session, plan: Planned, consent: Consent) -> None:
    count, limit = len(plan.todo), session.settings.confirm_over
    if count > limit:
        _confirm_count(session, plan, consent)
    elif count >= _ASKS_FROM and not consent.yes:
        _print_items(plan.verb.noun, plan.items)
        if not sys.stdin.isatty():
            session.say(f"{count} {plan.verb.noun}s would change. Confirm with --yes")
            raise Stopped(USAGE)
        if not click.confirm(f"{plan.verb.title}: {count} {plan.verb.noun}s?", err=True):
            session.say("Nothing was done")
            raise Stopped(DONE)


def _confirm_count(session: Session, plan: Planned, consent: Consent) -> None:
    """Have the number typed: a yes is given too easily to a thousand."""
    count = len(plan.todo)
    told = over_the_limit(count, session.settings.confirm_over, plan.verb.noun)
    typed = consent.confirm_count
    if typed is None and sys.stdin.isatty() and not consent.yes:
        _print_items(plan.verb.noun, plan.items)
        session.say(told)
        typed = click.prompt(plan.verb.title, type=int, err=True)
    if typed != count:
        session.say(f"{told}. With --confirm-count {count}")
        session.say("Nothing was done")
        raise Stopped(BLOCKED)


def _mail_shown(session: Session, performer: Performs[P], plan: P) -> dict[str, Any]:
    """Return the first mail that would leave, its link left out, and show it to people."""
    mail = performer.preview(plan)
    if mail is None:
        return {}
    written = mail.words
    session.say(f"To {display_text(mail.to)}: {display_text(written.subject)}\n")
    for line in written.text.splitlines():
        session.say(f"  {display_text(line, 1_000)}")
    return {"mail": {"to": mail.to, "subject": written.subject, "text": written.text, "html": written.html}}


def _report(
    session: Session,
    action: str | None,
    plan: Planned,
    items: Sequence[Item],
    also: Mapping[str, Any],
    *,
    dry_run: bool = False,
) -> None:
    if not session.as_json:
        _print_items(plan.verb.noun, items)
        if dry_run:
            session.say(f"Digest {plan.digest}: --digest {plan.digest} does this and nothing else")
        elif action and any(item.verdict is Verdict.DONE for item in items):
            session.say(f"Action {action}. {_how_undone(plan.verb, action)}")
        return
    document = {"action_id": action, "kind": plan.verb.name, "dry_run": dry_run, "digest": plan.digest}
    told = [{"id": item.id, "label": item.label, "verdict": item.verdict.value, "reason": item.why} for item in items]
    session.print_json({**document, **({"undoes": plan.undoes} if plan.undoes else {}), "items": told, **also})


def _how_undone(verb: Deed, action: str) -> str:
    if verb.inverse is not None:
        return f"roster-tui undo {action} takes it back"
    return MAIL_IS_GONE if verb.mail else NO_INVERSE


def _print_items(noun: str, items: Sequence[Item]) -> None:
    print_table(
        (noun, "verdict", "reason"),
        [(item.label, item.verdict.value.replace("_", " "), item.why) for item in items],
        last_whole=True,
    )


def _code(report: Reported) -> int:
    tally = report.tally()
    if tally[Verdict.FAILED] or tally[Verdict.IN_DOUBT]:
        return FAILED
    return BLOCKED if tally[Verdict.BLOCKED] else DONE
